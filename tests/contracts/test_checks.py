"""What every check promises: an id, quiet on honest data, words and a way out where it speaks."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import checks
from engine import plan as plans
from engine.checks import CHECKS, Case
from engine.panels import Measure, Report, Score, Scores
from engine.problems import Problem
from tests.traps import more, written, zoo

MEMBERS = list(CHECKS.members.values())


def report(**changes: object) -> Report:
    main = Measure(name="auc", label="Ranking (ROC AUC)", model=Score(value=0.996, low=0.7, high=1.0))
    made = Report(
        headline="",
        detail="",
        verdict="good",
        main=main,
        panels=[Scores(title="", measures=[main], baseline_name="")],
        rows_training=400,
        rows_test=100,
    )
    return made.model_copy(update=changes)


def honest() -> Case:
    return Case(*zoo.case(zoo.Data(zoo.base(np.random.default_rng(5), 900))))


def first_traps() -> list[zoo.Trap]:
    """One trap for each check."""
    found: dict[str, zoo.Trap] = {}
    for trap in zoo.TRAPS:
        found.setdefault(trap.checks[0], trap)
    found.pop("plan", None)
    return list(found.values())


def test_every_check_has_an_id_of_its_own() -> None:
    ids = [member.id for member in MEMBERS]
    assert len(set(ids)) == len(ids) and all(re.fullmatch(r"[QV]\d\d", id) for id in ids)
    by_construction = {"Q07", "Q08"}
    assert {f"Q{i:02d}" for i in range(1, 15)} - by_construction <= set(ids) and more.PICTURES and written.NOTES


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.id)
def test_honest_data_is_left_alone(member: type[checks.Check]) -> None:
    case, check = honest(), CHECKS.parse({"kind": member.model_fields["kind"].default})
    assert [p for p in [*check.look(case), *check.search(case)] if p.level != "info"] == []
    fine = Measure(name="auc", label="", model=Score(value=0.8, low=0.75, high=0.85))
    assert check.judge(case, report(main=fine, panels=[])) == []


@pytest.mark.parametrize("trap", first_traps(), ids=lambda trap: trap.checks[0])
def test_what_is_said_has_words_evidence_and_a_way_out(trap: zoo.Trap, tmp_path: object) -> None:
    plan, profile, table = zoo.case(trap.make(np.random.default_rng(3), True, tmp_path))
    found = [p for p in plans.check(plan, profile, checks.search(Case(plan, profile, table))) if p.check in trap.checks]
    assert found
    for problem in found:
        assert problem.where and problem.what.endswith(".") and problem.fix.endswith((".", "?"))
        assert problem.level != "stop" or problem.pledge.endswith(".")
        assert Problem.model_validate_json(problem.model_dump_json()) == problem
        if problem.action and problem.action["do"] != "count as missing":
            assert plans.apply_action(plan, problem.action) != plan


@pytest.mark.parametrize("name", ["notes_written_twice", "salts_of_one_molecule"])
def test_keeping_alike_texts_together_mends_it(name: str, tmp_path: object) -> None:
    trap = next(one for one in zoo.TRAPS if one.name == name)
    plan, profile, table = zoo.case(trap.make(np.random.default_rng(3), True, tmp_path))
    (problem,) = [p for p in checks.search(Case(plan, profile, table)) if p.check == "Q04"]
    assert problem.action
    mended = plans.apply_action(plan, problem.action)
    assert [p for p in plans.check(mended, profile, checks.search(Case(mended, profile, table))) if p.level != "info"] == []


def test_a_result_too_good_names_the_strongest_columns() -> None:
    case = honest()
    (problem,) = CHECKS.parse({"kind": "too_good"}).judge(case, report())
    assert "almost perfectly (Ranking (ROC AUC): 0.996)" in problem.what and "'age'" in problem.fix
    assert CHECKS.parse({"kind": "too_good"}).judge(case, report(rows_training=50)) == []


def test_an_uncertain_figure_is_called_so() -> None:
    (problem,) = CHECKS.parse({"kind": "few_rows"}).judge(honest(), report())
    assert problem.what == "The main figure is uncertain: with other rows it could be anything from 0.7 to 1."


def test_rows_looked_at_again_and_again_are_said() -> None:
    looks = CHECKS.parse({"kind": "looks"})
    (problem,) = looks.judge(replace(honest(), looks=7), report())
    assert "looked at 7 times" in problem.what
    assert looks.judge(replace(honest(), looks=1), report()) == []


def test_many_columns_of_noise_bring_no_false_alarm() -> None:
    random = np.random.default_rng(0)
    frame = pd.DataFrame({f"x{i}": random.normal(0, 1, 3000) for i in range(50)})
    frame["y"] = np.where(frame["x0"] + random.normal(0, 1, 3000) > 0, "yes", "no")
    case = Case(*zoo.case(zoo.Data(frame)))
    assert [p for p in checks.search(case) if p.level != "info"] == []


def test_where_rows_are_divided_by_a_column_already_alike_ones_are_told_without_a_click() -> None:
    trap = next(trap for trap in zoo.TRAPS if trap.name == "same_sample_measured_again")
    case = Case(*zoo.case(trap.make(np.random.default_rng(1), True, Path("."))))
    days = next(c.id for c in case.profile.columns if c.name == "days")
    plan = case.plan.model_copy(update={"split": case.plan.split.model_copy(update={"method": "group", "column": days})})
    (problem,) = [problem for problem in checks.search(replace(case, plan=plan)) if problem.check == "Q04"]
    assert not problem.action and problem.fix.endswith("bring it in again, and divide by that one.")


def test_rows_alike_but_for_one_column_are_shown_and_flatter_a_result() -> None:
    trap = next(trap for trap in zoo.TRAPS if trap.name == "same_sample_measured_again")
    case = Case(*zoo.case(trap.make(np.random.default_rng(1), True, Path("."))))
    (problem,) = [problem for problem in checks.search(case) if problem.check == "Q04"]
    assert "in every column but 'days': they seem to be one case." in problem.what and "'days' is still learned from" in problem.fix
    line = problem.evidence.lines[0]  # type: ignore[union-attr]
    first, second = (int(number.replace(",", "")) - 1 for number in re.findall(r"[Rr]ow ([\d,]+)", line))
    frame, days = case.rows.frame, next(c.id for c in case.rows.columns if c.name == "days")
    differs = frame.iloc[first].drop(case.plan.target) != frame.iloc[second].drop(case.plan.target)
    assert list(differs.index[differs]) == [days]
    mended = plans.apply_action(case.plan, problem.action or {})
    assert (mended.split.method, mended.inputs, problem.button) == ("alike", case.plan.inputs, "Keep such rows together")
    assert [p for p in checks.search(replace(case, plan=mended)) if p.check == "Q04"] == []
    assert checks.flattering([problem]) == [problem]
    assert checks.flattering([problem.model_copy(update={"level": "info"})]) == []
