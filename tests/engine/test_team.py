"""Several models that answer together: who is taught by which rows, how they are blended, and that leaving and going on changes nothing."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import bundle, splits, teamwork, training
from engine.answering import Team as Answering
from engine.checkpoints import Checkpoints
from engine.columns import Table
from engine.keep import Keep, Kept
from engine.learners import Cancelled
from engine.panels import Notes
from engine.plan import Plan
from engine.split import Split
from engine.team import Team, Way
from engine.tell import Paused, Wish
from engine.wording import count
from tests import lessons
from tests.lessons import Heard

FOLDS = 3
Trainings = Callable[..., bundle.Bundle]


def plan(*others: str, **settings: Any) -> Plan:
    """A small network thrice, and so each of the other kinds."""
    own = lessons.plan(epochs=4)
    ways = []
    for kind in others:
        other = lessons.plan(kind, epochs=4)
        ways.append(Way(recipe=other.recipe, architecture=other.architecture, training=other.training))
    return own.model_copy(update={"team": Team(folds=FOLDS, others=tuple(ways), **settings)})


def divided(asked: Plan, table: Table) -> tuple[Any, tuple[Any, ...]]:
    prepared = training.prepare(asked, table, Heard())
    return prepared.parts, teamwork.divisions(asked, table, prepared.parts)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Trainings:
    """Teams of these other kinds that nothing has disturbed, each trained once."""
    return cache(lambda *others: training.train(plan(*others), lessons.table(), Heard(), tmp_path_factory.mktemp("whole") / "bundle"))


class Ending(Heard):
    """Answers with a wish once so many models are ready."""

    def __init__(self, wish: Wish, ready: float) -> None:
        super().__init__()
        self.asked, self.ready = wish, ready

    def metrics(self, step: float, values: Mapping[str, float]) -> Wish:
        super().metrics(step, values)
        return self.asked if step >= self.ready else "go on"


class PausingWithin(Heard):
    """Asks for a pause in the second epoch of the model after so many."""

    def __init__(self, ready: int) -> None:
        super().__init__()
        self.ready = ready

    def stage(self, text: str, done: float | None = None) -> Wish:
        super().stage(text, done)
        return "pause" if begun(self) > self.ready and "epoch 2:" in text else "go on"


def begun(heard: Heard) -> int:
    """How many models have gone through their first epoch."""
    return len([said for said in heard.stages if "epoch 1:" in said])


class Foreign(Keep):
    """A keep whose arrays fit no network."""

    def __init__(self, keep: Checkpoints) -> None:
        self.keep, self.folder = keep, keep.folder

    def found(self) -> Kept | None:
        kept = self.keep.found()
        return kept and Kept(kept.step, kept.values, {})


class Killed(Exception):
    """Stands for kill -9."""


class Dying(Keep):
    """A keep that has the process end right after it has kept a certain offer."""

    def __init__(self, keep: Checkpoints, after: int) -> None:
        self.keep, self.after, self.folder = keep, after, keep.folder

    def found(self) -> Kept | None:
        return self.keep.found()

    def offer(self, make: Callable[[], Kept], must: bool = False) -> None:
        self.keep.offer(make, must=True)
        self.after -= 1
        if self.after == 0:
            raise Killed


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bundle.Bundle, Heard]:
    heard = Heard()
    return training.train(plan("boosted_trees"), lessons.table(), heard, tmp_path_factory.mktemp("team") / "bundle"), heard


def test_each_row_that_is_not_kept_unseen_steers_one_member_and_teaches_the_others() -> None:
    parts, divisions = divided(plan(), lessons.table())
    steering = np.concatenate([one.validation for one in divisions])
    assert len(divisions) == FOLDS
    assert sorted(steering) == sorted(np.concatenate([parts.train, parts.validation]))
    for one in divisions:
        assert not set(one.train) & set(one.validation)
        assert not set(parts.test) & (set(one.train) | set(one.validation))
        assert len(one.train) + len(one.validation) == len(steering)


def test_repeats_divide_the_rows_anew() -> None:
    _, divisions = divided(plan(repeats=2), lessons.table())
    assert len(divisions) == 2 * FOLDS
    assert set(divisions[0].validation) != set(divisions[FOLDS].validation)


def test_groups_stay_whole_in_every_member() -> None:
    asked = plan().model_copy(update={"split": Split(method="group", column="c0001"), "inputs": ("c0002", "c0003")})
    table = lessons.table()
    _, divisions = divided(asked, table)
    ages = table.values("c0001")
    for one in divisions:
        assert not set(ages[one.train]) & set(ages[one.validation])


def test_by_time_all_members_are_steered_by_the_newest_rows_before_the_unseen_ones() -> None:
    asked = plan().model_copy(update={"split": Split(method="time", column="c0004")})
    table = lessons.table()
    parts, divisions = divided(asked, table)
    when = table.values("c0004")
    for one in divisions:
        assert when[one.train].max() < when[one.validation].min() < when[parts.test].min()


def test_every_method_says_whether_its_rows_can_be_turned_round() -> None:
    turning = {kind for kind, member in splits.METHODS.members.items() if member.turns}
    assert turning == {"random", "group", "alike"}


def test_a_team_answers_as_the_weighted_mean_of_its_members(made: tuple[bundle.Bundle, Heard]) -> None:
    answers, table = made[0].answers, lessons.table()
    assert isinstance(answers, Answering) and abs(sum(answers.weights) - 1) < 1e-9
    assert {member.learner for member in answers.members} <= {"gradient", "scikit"}
    mean = sum(w * m.outputs(table).astype(np.float64) for w, m in zip(answers.weights, answers.members, strict=True))
    assert np.allclose(answers.outputs(table), answers.task.tempered(mean, answers.power), atol=1e-6)


def test_a_stored_team_answers_as_before_and_nothing_is_pickled(made: tuple[bundle.Bundle, Heard]) -> None:
    again = bundle.load(made[0].folder)
    table = lessons.table()
    assert isinstance(again.answers, Answering)
    assert np.allclose(again.outputs(table), made[0].outputs(table), atol=1e-6)
    assert len(again.predict(table.take(np.array([0])))) == 1
    assert {p.suffix for p in again.folder.rglob("*") if p.is_file()} <= {".json", ".npz", ".keras", ".md"}


def test_a_team_that_was_tampered_with_is_refused(made: tuple[bundle.Bundle, Heard], tmp_path: Path) -> None:
    import shutil

    from engine.errors import EngineError

    copy = shutil.copytree(made[0].folder, tmp_path / "bundle")
    (copy / "team.json").write_text((copy / "team.json").read_text().replace('"power"', '"power" '))
    with pytest.raises(EngineError, match="was changed"):
        bundle.load(copy)


def test_the_quality_so_far_is_told_after_every_member(made: tuple[bundle.Bundle, Heard]) -> None:
    told = [step for step, values in made[1].points if "val_loss" in values]
    assert told == sorted(told) and told[0] == 1.0 and all(step == int(step) for step in told)
    assert made[0].report.rows_training == 156 + 36 and made[0].report.rows_validation == 0


def test_rows_kept_unseen_do_not_change_a_team(tmp_path: Path) -> None:
    table = lessons.table()
    one = training.train(plan(), table, Heard(), tmp_path / "one")
    unseen = training.prepare(plan(), table, Heard()).parts.test
    frame = table.frame.copy()
    frame.loc[unseen, "c0001"] = 999.0
    other = training.train(plan(), Table(table.columns, frame), Heard(), tmp_path / "other")
    seen = np.setdiff1d(np.arange(len(table)), unseen)
    assert (one.outputs(table.take(seen)) == other.outputs(table.take(seen))).all()


def test_stop_keeps_the_members_that_are_ready(tmp_path: Path) -> None:
    made = training.train(plan("boosted_trees"), lessons.table(), Ending("stop", 2.0), tmp_path / "bundle")
    assert 1 <= len(made.answers.members) <= 3  # type: ignore[union-attr]
    assert made.report.headline


def test_cancel_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        training.train(plan(), lessons.table(), Ending("cancel", 1.0), tmp_path / "bundle")
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("after", [1, 3, 6])
def test_killed_anywhere_a_team_ends_as_if_nothing_had_happened(after: int, undisturbed: Trainings, tmp_path: Path) -> None:
    asked, table = plan("boosted_trees"), lessons.table()
    whole = undisturbed("boosted_trees")
    with pytest.raises(Killed):
        training.train(asked, table, Heard(), tmp_path / "bundle", Dying(Checkpoints(tmp_path / "kept", "same"), after))
    heard = Heard()
    again = training.train(asked, table, heard, tmp_path / "bundle", Checkpoints(tmp_path / "kept", "same"))
    assert (again.outputs(table) == whole.outputs(table)).all()
    assert again.answers.weights == whole.answers.weights  # type: ignore[union-attr]


def test_a_paused_team_goes_on_where_it_was(undisturbed: Trainings, tmp_path: Path) -> None:
    asked, table = plan(), lessons.table()
    whole = undisturbed()
    with pytest.raises(Paused):
        training.train(asked, table, Ending("pause", 1.5), tmp_path / "bundle", Checkpoints(tmp_path / "kept", "same"))
    heard = Heard()
    again = training.train(asked, table, heard, tmp_path / "bundle", Checkpoints(tmp_path / "kept", "same"))
    assert (again.outputs(table) == whole.outputs(table)).all()
    assert min(step for step, _ in heard.points) >= 1.0


@pytest.mark.parametrize("ready", [1, 4])
def test_paused_within_a_member_a_team_goes_on_with_that_very_epoch(ready: int, undisturbed: Trainings, tmp_path: Path) -> None:
    asked, table = plan("mlp"), lessons.table()
    whole = undisturbed("mlp")
    with pytest.raises(Paused):
        training.train(asked, table, PausingWithin(ready), tmp_path / "bundle", Checkpoints(tmp_path / "kept", "same"))
    heard = Heard()
    again = training.train(asked, table, heard, tmp_path / "bundle", Checkpoints(tmp_path / "kept", "same"))
    assert (again.outputs(table) == whole.outputs(table)).all()
    assert begun(heard) == 2 * FOLDS - ready - 1


def test_a_member_that_cannot_be_gone_on_with_begins_again_and_the_others_stay(undisturbed: Trainings, tmp_path: Path) -> None:
    asked, table = plan(), lessons.table()
    whole = undisturbed()
    with pytest.raises(Paused):
        training.train(asked, table, PausingWithin(2), tmp_path / "bundle", Checkpoints(tmp_path / "kept", "same"))
    heard = Heard()
    again = training.train(asked, table, heard, tmp_path / "bundle", Foreign(Checkpoints(tmp_path / "kept", "same")))
    assert (again.outputs(table) == whole.outputs(table)).all()
    assert begun(heard) == 1


def test_a_broken_finished_member_is_trained_again(undisturbed: Trainings, tmp_path: Path) -> None:
    asked, table = plan(), lessons.table()
    whole = undisturbed()
    keep = Checkpoints(tmp_path / "kept", "same")
    with pytest.raises(Paused):
        training.train(asked, table, Ending("pause", 1.5), tmp_path / "bundle", keep)
    (tmp_path / "kept" / "turns" / "0" / "model.keras").write_bytes(b"broken")
    again = training.train(asked, table, Heard(), tmp_path / "bundle", Checkpoints(tmp_path / "kept", "same"))
    assert (again.outputs(table) == whole.outputs(table)).all()


def test_when_the_time_is_over_the_team_answers_with_those_that_are_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(np.arange(0, 1e6, 1.0))
    monkeypatch.setattr(teamwork.time, "monotonic", lambda: float(next(clock)))
    heard = Heard()
    made = training.train(plan("boosted_trees", seconds=60), lessons.table(), heard, tmp_path / "bundle")
    left = 2 * FOLDS - heard.known["team"]["ready"]
    said = [line for panel in bundle.load(made.folder).report.panels if isinstance(panel, Notes) for line in panel.lines]
    assert left > 0 and any(f"It ended before {count(left, 'further model')} that" in line for line in said)


def test_a_plan_without_a_team_reads_as_before() -> None:
    old = lessons.plan().model_dump(mode="json")
    del old["team"]
    assert Plan.model_validate(old).team is None


def test_a_member_learns_from_no_more_rows_than_its_learner_takes() -> None:
    asked = plan("boosted_trees")
    way = asked.team.others[0] if asked.team else None
    assert way is not None
    few = way.model_copy(update={"training": way.training.with_(most_rows=20)})
    table = lessons.table()
    prepared = training.prepare(asked, table, Heard())
    rows = teamwork.Rows(asked, table, prepared.lesson.state, teamwork.divisions(asked, table, prepared.parts))
    assert len(rows.lesson(0, few)[1].train_y) == 20 < len(rows.lesson(0, way)[1].train_y)


def test_the_pace_of_one_model_is_not_told_as_that_of_the_whole(tmp_path: Path) -> None:
    heard = Heard()
    training.train(plan(), lessons.table(), heard, tmp_path / "bundle")
    assert heard.known["parameters"] and "rows_per_second" not in heard.known
