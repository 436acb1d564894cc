"""Stops that a person signs for: kept in the plan, told everywhere, taken back with one click."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine import card, checks, overrides
from engine import plan as plans
from engine.errors import InvalidPlan
from engine.panels import Measure, Notes, Report, Score
from engine.plan import Plan
from engine.problems import Problem
from tests import lessons
from tests.engine.test_plan import FINE, plan

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
SAYS = "This column alone tells 'Fate'."
LEAK = Problem(where="Age", what=SAYS, fix="Leave it out.", level="stop", column="age", check="Q01", pledge="Yes, it is known.")
REPORT = Report(
    headline="It is right.", detail="", verdict="good", main=Measure(name="accuracy", label="Right", model=Score(value=0.9)), panels=[]
)


def signed() -> Plan:
    return overrides.sign(plan(), LEAK, "  Ada   Lovelace ", AT)


def test_a_stop_stops_until_somebody_signs() -> None:
    assert [p.level for p in plans.check(plan(), FINE, [LEAK])] == ["stop"]
    (noted,) = plans.check(signed(), FINE, [LEAK])
    assert (noted.level, noted.what) == ("info", LEAK.what)
    assert noted.fix == "Yes, it is known. Signed: Ada Lovelace, 2026-11-25. This stands in the report."


def test_a_signature_is_for_one_check_and_one_column() -> None:
    other = [LEAK.model_copy(update={"check": "Q06"}), LEAK.model_copy(update={"column": "bmi", "where": "Bmi"})]
    assert [p.level for p in plans.check(signed(), FINE, other)] == ["stop", "stop"]


def test_a_signature_is_taken_back_with_one_click() -> None:
    (noted,) = plans.check(signed(), FINE, [LEAK])
    assert plans.apply_action(signed(), noted.action or {}) == plan()


def test_who_signs_twice_stands_there_once() -> None:
    again = overrides.sign(signed(), LEAK, "Grace", AT)
    assert [one.name for one in again.overrides] == ["Grace"]


@pytest.mark.parametrize("name", ["", "   ", "12", "--"])
def test_nobody_signs_without_a_name(name: str) -> None:
    with pytest.raises(InvalidPlan, match="needs a name"):
        overrides.sign(plan(), LEAK, name, AT)


def test_what_has_no_pledge_cannot_be_signed_away() -> None:
    with pytest.raises(InvalidPlan, match="cannot be signed away"):
        overrides.sign(plan(), LEAK.model_copy(update={"pledge": ""}), "Ada", AT)


def test_a_plan_from_before_signatures_loads_and_its_confirmed_columns_stay_confirmed() -> None:
    stored = json.loads(plan(confirmed=("age",)).model_dump_json())
    del stored["overrides"]
    old = Plan.model_validate(stored)
    assert old.overrides == () and plans.check(old, FINE, [LEAK]) == []


def test_a_signed_plan_survives_being_stored() -> None:
    assert Plan.model_validate_json(signed().model_dump_json()) == signed()


def test_the_signature_stands_in_the_report_and_on_the_card() -> None:
    told = "Age: This column alone tells 'Fate'. “Yes, it is known. Signed: Ada Lovelace”, 2026-11-25 (Q01)."
    asked = lessons.plan(epochs=1).model_copy(update={"overrides": signed().overrides})
    report = checks.told(asked, lessons.table(), REPORT)
    panel = report.panels[0]
    assert isinstance(panel, Notes) and panel.title == overrides.TITLE and panel.lines == [told]
    written = card.write(signed(), "Fate", [], REPORT, {})
    assert f"## {overrides.TITLE}" in written and "Signed: Ada Lovelace" in written
    assert overrides.TITLE not in card.write(plan(), "Fate", [], REPORT, {})


def test_a_signed_plan_trains_to_a_report_that_says_so(tmp_path: Path) -> None:
    from engine import training

    asked = lessons.plan("linear", epochs=1).model_copy(update={"overrides": signed().overrides})
    report = training.train(asked, lessons.table(), lessons.Heard(), tmp_path / "bundle").report
    assert [panel.title for panel in report.panels if isinstance(panel, Notes)][0] == overrides.TITLE
    assert "Ada Lovelace" in (tmp_path / "bundle" / "card.md").read_text("utf-8")
