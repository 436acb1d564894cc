"""What cross-validation says: of which plans it can be asked, and how two of them compare on the same rows."""

from typing import Any

import pytest

from engine import profile
from engine.problems import Problem
from engine.store.studies import Record
from engine.studies import rivals, versus
from engine.studies.cross_validation import CrossValidation
from engine.terms import Terms
from tests import lessons

SCORES = [80.0, 82.0, 84.0, 86.0, 88.0]


def record(id: str, scores: list[float], **more: Any) -> Record:
    plan = {"dataset": "d", "target": "y", "task": {"kind": "binary"}, "split": {"method": "random"}, "seed": 0, **more}
    facts = {"ratio": 0.25, "unit": "%", "better": "higher", "scores": [{"number": i, "value": v} for i, v in enumerate(scores)]}
    common = {"project": None, "dataset": "d", "name": id, "terms": Terms(), "wish": None, "message": "", "seconds": 1.0}
    return Record(id=id, plan=plan, spec={"folds": 5}, state="done", facts=facts, created="", ended="", **common)


def stopping(spec: CrossValidation, **split: Any) -> list[str]:
    plan = lessons.plan().model_copy(update={"split": lessons.plan().split.model_copy(update=split)})
    found: list[Problem] = spec.problems(plan, profile.compute(lessons.table()))
    return [problem.what for problem in found if problem.level == "stop"]


def test_a_steady_gain_on_the_same_rows_is_more_than_luck() -> None:
    better = record("b", [score + 1 + 0.1 * i for i, score in enumerate(SCORES)])
    assert versus(better, record("a", SCORES)).startswith("1.2 points better on the same rows, more than luck")
    assert versus(record("a", SCORES), better).startswith("1.2 points worse on the same rows, more than luck")


def test_a_gain_that_changes_its_sign_can_be_luck() -> None:
    other = record("b", [90.0, 78.0, 92.0, 80.0, 90.0])
    assert "which can be luck" in versus(other, record("a", SCORES))


def test_only_answers_to_the_same_question_on_the_same_rows_are_compared() -> None:
    mine = record("a", SCORES)
    others = [record("b", SCORES), record("c", SCORES[:4]), record("d", SCORES, seed=1), record("e", SCORES, split={"method": "group"})]
    assert [other.id for other in rivals(mine, [mine, *others])] == ["b"]


def test_what_it_cannot_be_asked_of_is_said() -> None:
    assert stopping(CrossValidation()) == []
    assert "cannot take turns at being unseen" in stopping(CrossValidation(), method="column", column="c0003")[0]
    assert "only where rows are divided by case" in stopping(CrossValidation(each_group=True))[0]


@pytest.mark.parametrize(("spec", "expected"), [({"folds": 4, "repeats": 3}, 12), ({"folds": 5}, 5)])
def test_as_many_trainings_as_folds_and_turns(spec: dict[str, int], expected: int) -> None:
    assert CrossValidation(**spec).trainings(lessons.plan(), profile.compute(lessons.table())) == expected


def test_the_same_model_is_exactly_as_good() -> None:
    assert versus(record("a", SCORES), record("b", SCORES)) == "exactly as good on the same rows."
