"""Measures: what goes in comes out, once, in order."""

import math

from engine.store import metrics, runs
from engine.store.workspace import Workspace
from tests.engine.waiting import SOMEBODY, at_work


def test_infinities_and_nan_stay_what_they_are(workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"a": math.nan, "b": math.inf, "c": -math.inf, "d": 0.5})
    rows = metrics.after(workspace, run.id)[1]
    assert rows == [("a", 1.0, None, "nan"), ("b", 1.0, None, "inf"), ("c", 1.0, None, "-inf"), ("d", 1.0, 0.5, "finite")]
    series = metrics.series(workspace, run.id)
    assert math.isnan(series["a"][1][0])
    assert (series["b"][1], series["c"][1], series["d"]) == ([math.inf], [-math.inf], ([1.0], [0.5]))


def test_a_viewer_goes_on_where_it_was(workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 3.0})
    last, rows = metrics.after(workspace, run.id)
    assert metrics.after(workspace, run.id, last) == (last, [])
    metrics.add(workspace, run.id, 1, 2.0, {"loss": 2.0})
    assert [row[1] for row in metrics.after(workspace, run.id, last)[1]] == [2.0]
    assert len(rows) == 1


def test_a_long_history_comes_in_parts(workspace: Workspace) -> None:
    run = at_work(workspace)
    for step in range(5):
        metrics.add(workspace, run.id, 1, step, {"loss": 1.0})
    last, first_part = metrics.after(workspace, run.id, 0, limit=3)
    _, second_part = metrics.after(workspace, run.id, last, limit=3)
    assert [row[1] for row in first_part + second_part] == [0, 1, 2, 3, 4]


def test_a_measure_written_again_replaces_the_old_one_and_is_news(workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 3.0})
    last, _ = metrics.after(workspace, run.id)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 4.0})
    assert metrics.after(workspace, run.id, last)[1] == [("loss", 1.0, 4.0, "finite")]
    assert metrics.series(workspace, run.id) == {"loss": ([1.0], [4.0])}


def test_a_viewers_place_stays_good_across_a_new_attempt(workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 3.0})
    last, _ = metrics.after(workspace, run.id)
    runs.move(workspace, run.id, 1, "running", "interrupted", "worker_crash")
    runs.move(workspace, run.id, 1, "interrupted", "queued")
    assert runs.transitions.claim(workspace, run.id, 1) == 2 and runs.transitions.begin(workspace, run.id, 2, SOMEBODY)
    metrics.add(workspace, run.id, 2, 1.0, {"loss": 7.0})
    assert metrics.after(workspace, run.id, last)[1] == [("loss", 1.0, 7.0, "finite")]


def test_runs_do_not_see_each_other(workspace: Workspace) -> None:
    one, two = at_work(workspace), at_work(workspace)
    metrics.add(workspace, one.id, 1, 1.0, {"loss": 1.0})
    metrics.add(workspace, two.id, 1, 1.0, {"loss": 2.0})
    assert metrics.series(workspace, one.id) == {"loss": ([1.0], [1.0])}
