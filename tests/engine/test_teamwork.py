"""A team: several models trained in turn, told as models ready, stopped in time, blended, judged and used as one."""

import math
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import blending, bundle, checkpoints, pacing, progress, teamwork, training, who_answers
from engine.checkpoints import Checkpoints
from engine.columns import Column, Table
from engine.errors import Diverged
from engine.learners import LEARNERS
from engine.pacing import Pace
from engine.panels import Bars, Notes, Report
from engine.plan import Plan
from engine.tasks import TASKS
from engine.tasks.base import Metric
from engine.team import Team, Way
from engine.teamwork import Share
from engine.tell import Paused
from tests import lessons
from tests.lessons import Heard

FOLDS = 3


def plan(folds: int = FOLDS, seconds: float = 0.0, kinds: tuple[str, ...] = ("boosted_trees",)) -> Plan:
    """A linear model, and one way of each further kind."""
    own, others = lessons.plan("linear", epochs=3), [lessons.plan(kind, epochs=3) for kind in kinds]
    ways = tuple(Way(recipe=one.recipe, architecture=one.architecture, training=one.training) for one in others)
    return own.model_copy(update={"team": Team(folds=folds, seconds=seconds, others=ways)})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bundle.Bundle, Heard]:
    heard = Heard()
    return training.train(plan(), lessons.table(), heard, tmp_path_factory.mktemp("team") / "bundle"), heard


def who(report: Report) -> Bars:
    return next(panel for panel in report.panels if panel.title == "Who answers")


def said(report: Report) -> str:
    return " ".join(line for panel in report.panels if isinstance(panel, Notes) for line in panel.lines)


def test_each_step_is_one_more_model_ready(made: tuple[bundle.Bundle, Heard]) -> None:
    steps = [step for step, values in made[1].points if "val_loss" in values]
    assert steps == [float(number) for number in range(1, 2 * FOLDS + 1)]
    assert all({"val_loss", "val_accuracy"} <= set(values) for step, values in made[1].points if step in steps and "val_loss" in values)


def test_what_is_told_of_the_whole_counts_models(made: tuple[bundle.Bundle, Heard]) -> None:
    known = made[1].known
    assert known["team"] == {"ready": 2 * FOLDS, "of": 2 * FOLDS, "unneeded": 0, "late": 0}
    assert (known["epoch"], known["epochs"], known["seconds_left"]) == (2 * FOLDS, 2 * FOLDS, 0.0)
    assert "best" not in known
    assert f"Boosted trees {FOLDS} of {FOLDS}" in made[1].stages


def test_the_report_says_who_answers(made: tuple[bundle.Bundle, Heard]) -> None:
    panel = who(made[0].report)
    assert sum(panel.values) == pytest.approx(100, abs=0.2)
    assert panel.names and panel.values == sorted(panel.values, reverse=True)
    assert "Right answers, each kind alone on the rows that steered it" in panel.note
    assert all(title in panel.note for title in ("Linear model", "Boosted trees"))


def test_no_row_is_said_to_steer_and_not_to_teach(made: tuple[bundle.Bundle, Heard]) -> None:
    report, card = made[0].report, (made[0].folder / "card.md").read_text("utf-8")
    assert (report.rows_training, report.rows_validation) == (192, 0)
    assert "192 rows to learn from, each of which also steered some of the models" in card and "0 rows" not in card


def test_the_card_tells_of_the_team(made: tuple[bundle.Bundle, Heard]) -> None:
    assert "3 models at most of this kind" in (made[0].folder / "card.md").read_text("utf-8")


def test_stop_keeps_the_models_that_are_ready(tmp_path: Path) -> None:
    heard = Heard("stop", at=1.0)
    made = training.train(plan(), lessons.table(), heard, tmp_path / "bundle")
    assert heard.known["parameters"] == 0, "the trees answer alone"
    assert len(made.answers.members) == 1  # type: ignore[attr-defined]
    assert "One model answers" in said(made.report)
    assert (made.report.rows_training, made.report.rows_validation, made.report.rows_both) == (128, 64, 0)
    assert np.isfinite(bundle.load(made.folder).outputs(lessons.table())).all()


def test_a_team_that_was_paused_ends_as_one_that_was_not(made: tuple[bundle.Bundle, Heard], tmp_path: Path) -> None:
    left = Checkpoints(tmp_path / "kept", "this one")
    with pytest.raises(Paused):
        training.train(plan(), lessons.table(), Heard("pause", at=2.0), tmp_path / "bundle", left)
    heard = Heard()
    again = training.train(plan(), lessons.table(), heard, tmp_path / "bundle", Checkpoints(tmp_path / "kept", "this one"))
    assert heard.known["team"] == made[1].known["team"]
    assert heard.known["parameters"] == made[1].known["parameters"]
    assert again.answers.weights == made[0].answers.weights  # type: ignore[attr-defined]
    assert np.allclose(again.outputs(lessons.table()), made[0].outputs(lessons.table()), atol=1e-6)


def test_what_was_ready_before_a_stop_is_kept_after_a_pause(tmp_path: Path) -> None:
    with pytest.raises(Paused):
        training.train(plan(), lessons.table(), Heard("pause", at=3.0), tmp_path / "bundle", Checkpoints(tmp_path / "kept", "this one"))
    heard = Heard("stop", at=0.0)
    training.train(plan(), lessons.table(), heard, tmp_path / "bundle", Checkpoints(tmp_path / "kept", "this one"))
    assert heard.known["team"] == {"ready": 3, "of": 3, "unneeded": 0, "late": 2 * FOLDS - 3}


def test_what_was_told_before_a_pause_stays_true_while_the_models_are_read_again(tmp_path: Path) -> None:
    with pytest.raises(Paused):
        training.train(plan(), lessons.table(), Heard("pause", at=3.0), tmp_path / "bundle", Checkpoints(tmp_path / "kept", "this one"))
    kept = Checkpoints(tmp_path / "kept", "this one")
    assert checkpoints.goes_on(kept.newest) == "It goes on with model 4; those before it stay."
    told = Everything()
    training.train(plan(), lessons.table(), told, tmp_path / "bundle", kept)
    teams = [facts for facts in told.all if "team" in facts]
    assert [facts["team"]["ready"] for facts in teams] == sorted(facts["team"]["ready"] for facts in teams)
    assert teams[0]["team"]["ready"] == 3 and teams[0]["seconds_left"] is not None
    assert "Reading again the models that are ready: 3 of 3" in told.stages and "Boosted trees 1 of 3" not in told.stages


class Everything(Heard):
    """Notes all that is told, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Mapping[str, Any]] = []

    def facts(self, values: Mapping[str, Any]) -> None:
        self.all.append(values)
        super().facts(values)


def test_a_way_that_adds_nothing_is_dropped_at_once_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(teamwork, "ENOUGH_TO_CHOOSE", 10)
    monkeypatch.setattr(teamwork.blending, "weights", lambda task, outputs, y, state: np.eye(len(outputs))[-1])
    told = Everything()
    training.train(plan(), lessons.table(), told, tmp_path / "bundle")
    sizes = [facts["team"]["of"] for facts in told.all if "team" in facts]
    assert sorted(set(sizes)) == [FOLDS + 1, 2 * FOLDS] and sizes == sorted(sizes, reverse=True)
    assert told.known["team"] == {"ready": FOLDS + 1, "of": FOLDS + 1, "unneeded": FOLDS - 1, "late": 0}


@pytest.mark.parametrize(("weight", "least", "most"), [("", 0.4, 0.6), ("w", 0.8, 1.0)])
def test_rows_that_count_more_also_choose_who_answers(weight: str, least: float, most: float) -> None:
    """One way is right about the heavy half of the rows, the other about the light half."""
    task, y = TASKS.get("binary")(positive="yes"), np.array(["yes", "no"] * 100, object)
    heavy = np.arange(200) < 100
    frame = pd.DataFrame({"w": np.where(heavy, 9.0, 1.0), "t": pd.Series(y).astype("str")})
    table = Table((Column(id="w", name="weight", type="number"), Column(id="t", name="ill", type="category")), frame)
    asked = lessons.plan("linear").model_copy(update={"task": task, "target": "t", "weight": weight})
    rows = teamwork.Rows(asked, table, task.fit(y), ())
    ways = [teamwork._Said(teamwork.ways(asked)[0]) for _ in range(2)]
    for said, is_right in zip(ways, (heavy, ~heavy), strict=True):
        chance = np.where((y == "yes") == is_right, 0.8, 0.2)
        said.add(0, SimpleNamespace(), np.arange(200), chance[:, None].astype(np.float32), 200)  # type: ignore[arg-type]
    outputs, truth = teamwork._judging(rows, ways, np.arange(200))
    assert least <= blending.weights(task, outputs, truth, rows.state)[0] <= most


class _Clock(Heard):
    """A clock that goes on by `pace` seconds whenever a model begins, and stands still otherwise."""

    def __init__(self, pace: float) -> None:
        super().__init__()
        self.now, self.pace = 0.0, pace

    def monotonic(self) -> float:
        return self.now

    def stage(self, text: str, done: float | None = None):  # type: ignore[no-untyped-def]
        self.now += self.pace if " of " in text and ":" not in text else 0.0
        return super().stage(text, done)


def test_a_team_is_ready_in_the_time_it_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock(10.0)
    for module in (pacing, teamwork):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock.monotonic))
    made = training.train(plan(seconds=45.0), lessons.table(), clock, tmp_path / "bundle")
    assert clock.known["team"] == {"ready": 4, "of": 4, "unneeded": 0, "late": 2}
    assert clock.now <= 45.0
    assert np.isfinite(bundle.load(made.folder).outputs(lessons.table())).all()


def test_less_time_than_one_model_takes_still_gives_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = _Clock(10.0)
    for module in (pacing, teamwork):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock.monotonic))
    made = training.train(plan(seconds=1.0), lessons.table(), clock, tmp_path / "bundle")
    assert len(made.answers.members) == 1  # type: ignore[attr-defined]


def test_a_way_that_fails_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Diverged("The loss became infinite.", "Lower the learning rate.")

    monkeypatch.setattr(LEARNERS.get("scikit"), "fit", fail)
    made = training.train(plan(), lessons.table(), Heard(), tmp_path / "bundle")
    assert who(made.report).names == ["Linear model"]
    assert f"({FOLDS} models)" in who(made.report).note


def test_a_team_all_of_which_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Diverged("The loss became infinite.", "Lower the learning rate.")

    for kind in ("scikit", "gradient"):
        monkeypatch.setattr(LEARNERS.get(kind), "fit", fail)
    with pytest.raises(Diverged, match="infinite"):
        training.train(plan(), lessons.table(), Heard(), tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


def test_the_time_left_goes_by_how_long_models_of_each_kind_took(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "time", SimpleNamespace(monotonic=lambda: 100.0))
    pace = Pace([True, True, False], 3, until=math.inf)
    assert pace.left(0, 1.0) is None
    pace.took[0], pace.ahead = [4.0, 6.0], [1, 3, 0]
    assert pace.left(0, 2.0) == (5 - 2) + 5 + 3 * 5
    pace.ahead = [1, 3, 1]
    assert pace.left(0, 2.0) is None and pace.left(2, 2.0) is None
    pace.took[1], pace.ahead = [1.0], [1, 2, 0]
    assert pace.left(1, 5.0) == 0 + 5 + 2 * 1
    pace.until = 104.0
    assert pace.left(1, 5.0) == 4.0


def test_a_new_way_waits_for_as_long_as_those_alike_took_and_a_known_one_may_be_cut_a_little_short() -> None:
    pace = Pace([True, False, False], 5, until=1e9)
    assert [pace.needed(way) for way in range(3)] == [0.0, 0.0, 0.0]
    pace.took[0].append(4.0)
    pace.took[1] += [30.0, 40.0]
    assert [pace.needed(way) for way in range(3)] == [pytest.approx(3.2), pytest.approx(32.0), 40.0]


def test_trees_are_trained_before_networks_in_each_round(tmp_path: Path) -> None:
    heard = Heard()
    training.train(plan(kinds=("tabm", "boosted_trees")), lessons.table(), heard, tmp_path / "bundle")
    begun = [said for said in heard.stages if " of " in said and ":" not in said]
    assert [said.rsplit(" ", 3)[0] for said in begun[:3]] == ["Boosted trees", "Linear model", "Team of networks"]


ACCURACY = Metric("accuracy", "Right answers", "higher", "%")


def shares(trees: float) -> tuple[Share, ...]:
    found = [Share("Boosted trees", 5, trees, {"accuracy": 84.0}, True), Share("Team of networks", 5, 1 - trees, {"accuracy": 83.0})]
    return tuple(found)


@pytest.mark.parametrize(
    ("trees", "expected"),
    [(0.7, "Mostly the trees answer here: they carry 70 % of the weight, and the other"), (1.0, "Only the trees answer here"), (0.5, "")],
)
def test_it_is_said_plainly_where_trees_answer(trees: float, expected: str) -> None:
    lines = " ".join(who_answers.notes(shares(trees)))
    assert expected in lines if expected else "the trees answer" not in lines
    assert (expected or "Right answers") in who_answers.panel(shares(trees), {"accuracy": 85.0}, ACCURACY).note


def test_a_way_without_weight_is_told_as_left_out() -> None:
    panel = who_answers.panel(shares(1.0), {"accuracy": 84.0}, ACCURACY)
    assert panel.names == ["Boosted trees"]
    assert "no better with it: Team of networks 83 %." in panel.note


def test_two_ways_of_a_kind_have_names_of_their_own() -> None:
    twice = (Share("Boosted trees", 5, 0.6, {"accuracy": 84.0}, True), Share("Boosted trees", 4, 0.4, {"accuracy": 83.0}, True))
    assert who_answers.panel(twice, {"accuracy": 85.0}, ACCURACY).names == ["Boosted trees", "Boosted trees, other settings"]


def test_the_sentence_beside_the_chart_counts_models() -> None:
    series = {"val_loss": ([1.0, 2.0], [0.5, 0.4])}
    facts = {"team": {"ready": 2, "of": 10}, "baseline": {"loss": 0.6}}
    assert progress.sentence(series, facts) == ("good", "2 models of 10 are ready and can be used: Stop keeps them.")
    assert progress.sentence(series, {**facts, "baseline": {"loss": 0.3}})[0] == "flat"
    assert progress.sentence({}, facts)[1].startswith("The first model is learning")
    assert progress.ending(series, facts) == "2 models were ready; those that help answer together."


def test_a_team_that_failed_is_not_said_to_answer() -> None:
    assert progress.without({"team": {"ready": 17, "of": 30}}) == "17 models had been trained when it failed; they are no model to use."
    assert progress.without({"team": {"ready": 1}}, has_failed=False).endswith("when it was cancelled; they were thrown away.")
    assert progress.without({}) == ""
