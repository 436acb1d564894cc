"""What runs used of the computer: stored by attempt, thinned, summed up, and turned into energy and money."""

import pytest

from engine import energy
from engine.store import db, projects, runs, settings, transitions, usage
from engine.store.settings import Settings
from engine.store.transitions import Identity, Point
from engine.store.usage import Sample, Spent
from engine.store.workspace import Workspace
from tests.flow.toy import ToyPlan

SOMEBODY = Identity(4, 5, "a boot")


def sample(at: float, span: float = 1.0, cores: float = 2.0, **more: float) -> Sample:
    return Sample(at, span, cores, int(more.pop("memory", 100)), **more)  # type: ignore[arg-type]


def at_work(workspace: Workspace, project: str | None = None) -> str:
    run = runs.add(workspace, ToyPlan(), project=project)  # type: ignore[arg-type]
    again(workspace, run.id)
    return run.id


def again(workspace: Workspace, id: str) -> int:
    """The run's next attempt begins."""
    attempt = transitions.claim(workspace, id, runs.get(workspace, id).attempt)
    assert attempt is not None and transitions.begin(workspace, id, attempt, SOMEBODY)
    return attempt


def write(workspace: Workspace, run: str, attempt: int, samples: list[Sample]) -> None:
    with db.write(workspace) as database:
        usage.add(database, run, attempt, samples)


def rows(workspace: Workspace) -> int:
    return int(db.rows(workspace, "SELECT count(*) AS n FROM usage")[0]["n"])


def test_usage_is_written_with_the_measures_of_the_attempt_at_work(workspace: Workspace) -> None:
    run = at_work(workspace)
    assert transitions.report(workspace, run, 1, [Point("loss", 1, 0.5)], {}, [sample(1), sample(2, cores=1)])
    assert usage.spent(workspace, run) == Spent(runs=1, seconds=2, processor_seconds=3)
    assert not transitions.report(workspace, run, 7, [], {}, [sample(3)])
    assert usage.spent(workspace, run).seconds == 2


def test_what_all_attempts_used_is_added_up_and_drawn_one_after_the_other(workspace: Workspace) -> None:
    run = at_work(workspace)
    write(workspace, run, 1, [sample(1), sample(2)])
    transitions.move(workspace, run, 1, "running", "interrupted", "killed_by_signal")
    transitions.move(workspace, run, 1, "interrupted", "queued")
    assert again(workspace, run) == 2
    write(workspace, run, 2, [sample(1, cores=1)])
    assert usage.spent(workspace, run) == Spent(runs=1, seconds=3, processor_seconds=5)
    assert [(line.at, line.cores) for line in usage.lines(workspace, run)] == [(1, 2), (2, 2), (3, 1)]


def test_a_long_run_stays_small_and_loses_nothing_of_its_sums(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A week with the limits as they are, twenty times smaller."""
    monkeypatch.setattr(usage, "MOST_ROWS", usage.MOST_ROWS // 20)
    monkeypatch.setattr(usage, "LOOK_EVERY", usage.LOOK_EVERY // 20)
    run, week = at_work(workspace), 7 * 24 * 180
    most = 0
    for begin in range(0, week, 180):
        write(workspace, run, 1, [sample(float(at), cores=at % 3) for at in range(begin + 1, begin + 181)])
        most = max(most, rows(workspace))
    assert 450 < most < 1000
    found = db.rows(workspace, "SELECT sum(span) AS seconds, sum(cores * span) AS work FROM usage")[0]
    assert found["seconds"] == pytest.approx(week) and found["work"] == pytest.approx(week)
    assert usage.spent(workspace, run).processor_seconds == pytest.approx(week)
    assert len(usage.lines(workspace, run, points=200)) == pytest.approx(200, abs=2)


def test_thinning_keeps_the_highest_memory_and_the_mean_of_the_rest(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "MOST_ROWS", 4)
    monkeypatch.setattr(usage, "LOOK_EVERY", 5)
    run = at_work(workspace)
    write(workspace, run, 1, [sample(at + 0.5, cores=at, memory=10 * at, gpu=at / 10, gpu_memory=at) for at in range(6)])
    found = usage.lines(workspace, run)
    assert [(line.at, line.span, line.cores, line.memory) for line in found] == [(3.5, 4, 1.5, 30), (5.5, 2, 4.5, 50)]
    assert [line.gpu for line in found] == pytest.approx([0.15, 0.45]) and found[0].gpu_memory == 3


def test_a_deleted_run_takes_its_usage_along(workspace: Workspace) -> None:
    run = at_work(workspace)
    write(workspace, run, 1, [sample(1)])
    transitions.move(workspace, run, 1, "running", "cancelled")
    runs.delete(workspace, run)
    assert rows(workspace) == 0 and usage.spent_by(workspace) == Spent()


def test_a_projects_sum_is_that_of_its_runs(workspace: Workspace) -> None:
    project = projects.add(workspace, "Clinic").id
    for run in (at_work(workspace, project), at_work(workspace, project), at_work(workspace)):
        write(workspace, run, 1, [sample(1)])
    assert usage.spent_by(workspace, project) == Spent(runs=2, seconds=2, processor_seconds=4)
    assert usage.spent_by(workspace).runs == 3


def test_an_attempt_whose_energy_was_counted_is_not_estimated(workspace: Workspace) -> None:
    run = at_work(workspace)
    write(workspace, run, 1, [sample(1, processor_joules=20.0, gpu_joules=100.0), sample(2, processor_joules=30.0, gpu_joules=50.0)])
    assert usage.spent(workspace, run) == Spent(1, 2, 0, 50, 150, has_gpu=True, is_counted=True)


def test_an_attempt_whose_count_broke_off_is_estimated_as_a_whole(workspace: Workspace) -> None:
    run = at_work(workspace)
    write(workspace, run, 1, [sample(1, processor_joules=20.0, gpu_joules=100.0), sample(2)])
    assert usage.spent(workspace, run) == Spent(1, 2, 4, 0, 100, has_gpu=True, is_counted=False)


def test_energy_is_work_times_watts_and_what_was_counted() -> None:
    given = Settings(core_watts=10, other_watts=20, price=0.5, currency="$", co2=400)
    found = energy.of(Spent(runs=1, seconds=3600, processor_seconds=7200), given)
    assert (found.watt_hours, found.money, found.grams) == pytest.approx((40, 0.02, 16))
    assert (found.processor, found.cards, found.rest, found.counted) == (20, 0, 20, ())
    counted = energy.of(Spent(1, 3600, 0, 36_000, 360_000, has_gpu=True, is_counted=True), given)
    assert (counted.watt_hours, counted.counted) == (130, ("processor", "graphics card"))


def test_settings_are_kept_one_by_one(workspace: Workspace) -> None:
    assert settings.get(workspace) == Settings()
    settings.set(workspace, price=0.4)
    assert settings.set(workspace, currency="CHF") == settings.get(workspace) == Settings(price=0.4, currency="CHF")


def test_a_setting_that_cannot_be_is_refused(workspace: Workspace) -> None:
    with pytest.raises(ValueError, match="greater than or equal to 0"):
        settings.set(workspace, price=-1)
    with pytest.raises(ValueError, match="colour"):
        settings.set(workspace, colour="red")
    assert settings.get(workspace) == Settings()


def test_a_setting_of_another_version_is_left_out(workspace: Workspace) -> None:
    settings.set(workspace, price=0.4)
    with db.write(workspace) as database:
        database.execute("""INSERT INTO settings VALUES ('self', '1'), ('co2', '"much"'), ('currency', 'broken')""")
    assert settings.get(workspace) == Settings(price=0.4)


def test_every_setting_says_what_it_is() -> None:
    assert all(p.label and p.label[0].isupper() for p in Settings.params())
    assert all(p.low <= p.default <= p.high for p in Settings.params() if p.type == "number" and p.low is not None and p.high is not None)
