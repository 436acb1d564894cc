"""Learning once more from the rows that steered: the same wherever it is left, honest about what it said of them, and not everywhere."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import once_more, training
from engine.keep import Keep, Kept
from engine.learners import Lesson
from engine.team import Team
from engine.tell import Paused, Wish
from tests import lessons
from tests.engine.test_resume import Memory, weights
from tests.lessons import Heard

SETTINGS: dict[str, Any] = {"epochs": 7, "batch_size": 8, "patience": 2, "schedule": "constant", "refit": True}


def lesson(**changed: Any) -> Lesson:
    asked = lessons.lesson(lessons.small("mlp").with_(widths=(8, 8), dropout=0.3), "multiclass")
    return replace(asked, **{"may_refit": True, **changed})


def fitted(asked: Lesson, heard: Heard, keep: Keep, **settings: Any) -> Any:
    return lessons.learner(asked.architecture, **SETTINGS | settings).fit(asked, heard, keep)


class Again(Heard):
    """Answers with its wish as soon as it learns once more."""

    def stage(self, text: str, done: float | None = None) -> Wish:
        super().stage(text, done)
        return self.wish if text.startswith(once_more.WORDS) else "go on"

    def metrics(self, step: float, values: Mapping[str, float]) -> Wish:
        super().metrics(step, values)
        return "go on"


class Last(Keep):
    """Remembers the weights after the last epoch, whichever was the best."""

    def offer(self, make: Callable[[], Kept], must: bool = False) -> None:
        kept = make()
        self.weights = [x.tobytes() for name, x in kept.arrays.items() if name.startswith("state_learned_")]


def is_again(kept: Kept) -> bool:
    return once_more.FIRST in kept.values


def test_it_learns_from_the_rows_that_steered_as_long_as_had_proven_best() -> None:
    asked, heard = lesson(), Heard()
    model = fitted(asked, heard, Keep())
    best = heard.known["best"]["epoch"]
    assert heard.stages[-1] == f"{once_more.WORDS}: epoch {best} of {best}"
    assert heard.known["again"] == best
    straight = Last()
    fitted(once_more.whole(asked), Heard(), straight, epochs=best, patience=0, refit=False)
    assert [np.asarray(x).tobytes() for x in model.keras_model.trainable_variables] == straight.weights


def test_what_it_says_of_the_rows_that_steered_comes_from_before_it_learned_from_them() -> None:
    asked = lesson()
    before, model = fitted(asked, Heard(), Keep(), refit=False), fitted(asked, Heard(), Keep())
    learner = lessons.learner(asked.architecture)
    assert learner.steered(before) is None
    np.testing.assert_array_equal(learner.steered(model), before.predict(asked.validation))
    assert not np.array_equal(model.predict(asked.validation), before.predict(asked.validation))


@pytest.mark.parametrize("part", ["first", "again"])
def test_killed_in_either_part_it_ends_with_the_same_weights(part: str) -> None:
    asked, undisturbed = lesson(), Memory()
    model = fitted(asked, Heard(), undisturbed)
    kept = random.Random(part).choice([kept for kept in undisturbed.all if is_again(kept) == (part == "again") and kept.step % 1])
    heard = Heard()
    again = fitted(asked, heard, Memory(before=kept))
    assert weights(again) == weights(model)
    np.testing.assert_array_equal(again.steered, model.steered)
    assert ("val_loss" in "".join(str(values) for _, values in heard.points)) == (part == "first")


def test_paused_while_it_learns_again_it_ends_with_the_same_weights() -> None:
    asked, paused = lesson(), Memory()
    with pytest.raises(Paused):
        fitted(asked, Again("pause"), paused)
    assert is_again(paused.all[-1])
    assert weights(fitted(asked, Heard(), Memory(before=paused.all[-1]))) == weights(fitted(asked, Heard(), Keep()))


def test_stopped_while_it_learns_again_the_first_model_answers() -> None:
    asked = lesson()
    heard = Again("stop")
    before, stopped = fitted(asked, Heard(), Keep(), refit=False), fitted(asked, heard, Keep())
    assert weights(stopped) == weights(before) and stopped.steered is None
    assert not heard.known["again"]


def test_a_stop_before_that_is_the_end() -> None:
    asked, heard = lesson(), Heard("stop", at=2.0)
    assert fitted(asked, heard, Keep(), patience=0).steered is None
    assert not any(said.startswith(once_more.WORDS) for said in heard.stages)


@pytest.mark.parametrize("changed, settings", [({"may_refit": False}, {}), ({}, {"schedule": "plateau"}), ({}, {"refit": False})])
def test_where_it_may_not_the_rows_that_steer_never_teach(changed: dict[str, Any], settings: dict[str, Any]) -> None:
    asked = lesson(**changed)
    assert fitted(asked, Heard(), Keep(), **settings).steered is None


def test_models_of_a_team_and_those_that_are_compared_never_learn_from_the_rows_that_judge_them(tmp_path: Path) -> None:
    plan = lessons.plan(refit=True, epochs=2)
    compared = plan.model_copy(update={"split": plan.split.model_copy(update={"spares_unseen": True})})
    for name, asked in (("team", plan.model_copy(update={"team": Team(folds=2)})), ("compared", compared)):
        heard = Heard()
        training.train(asked, lessons.table(), heard, tmp_path / name)
        assert not any(once_more.WORDS.lower() in said.lower() for said in heard.stages)


def test_the_report_says_so(tmp_path: Path) -> None:
    heard = Heard()
    made = training.train(lessons.plan(refit=True, epochs=3), lessons.table(), heard, tmp_path / "bundle")
    assert any(said.startswith(once_more.WORDS) for said in heard.stages)
    taught, steering, only = made.report.rows_training, made.report.rows_both, made.report.rows_validation
    told = made.report.model_dump_json()
    assert (taught, only) == (192, 0) and 0 < steering < taught
    assert f"First from {taught - steering} rows, while {steering} others told" in told
    assert f"192 rows to learn from, {steering} of which also steered it, and 48" in (made.folder / "card.md").read_text("utf-8")
    assert "for that long, from all 192. This second model is the one that is kept." in told


def test_rows_kept_unseen_are_not_among_those_it_learns_from_again(tmp_path: Path) -> None:
    table = lessons.table()
    plan = lessons.plan(refit=True, epochs=3)
    one = training.train(plan, table, Heard(), tmp_path / "one")
    unseen = training.prepare(plan, table, Heard()).parts.test
    frame = table.frame.copy()
    frame.loc[unseen, "c0001"] = 999.0
    other = training.train(plan, replace(table, frame=frame), Heard(), tmp_path / "other")
    assert weights(one.model) == weights(other.model)
