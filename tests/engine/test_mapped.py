"""Large tables and prepared rows are mapped from files: what would hold them whole in memory fails here, on small ones."""

import os
from pathlib import Path

import numpy as np
import pytest

from engine import mapped, recipe, tables, training
from engine.columns import Column, Table
from engine.learners.scikit import matrix
from tests import lessons
from tests.lessons import Heard


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Every array that has a few bytes counts as large; the folder of the files."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(mapped, "LARGE", 8)
    monkeypatch.setenv(mapped.PLACE, str(folder))
    return folder


def test_a_large_array_lies_in_a_file_that_leaves_no_name(small: Path) -> None:
    x = mapped.empty((3, 2), np.float32)
    x[:] = 5
    assert mapped.is_mapped(x) and mapped.is_mapped(x[1:]) and not mapped.is_mapped(x[[0, 1]])
    assert x.sum() == 30 and not list(small.iterdir())


def test_moments_are_mapped_too(small: Path) -> None:
    x = mapped.empty((4,), "datetime64[ns]")
    x[:] = np.datetime64("2026-01-02")
    assert mapped.is_mapped(x) and x.dtype == "datetime64[ns]" and x[3] == np.datetime64("2026-01-02")


def test_a_small_array_stays_in_memory() -> None:
    assert not mapped.is_mapped(mapped.empty((3, 2), np.float32))


def test_without_room_on_the_disk_memory_is_taken(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*given: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    x = mapped.empty((3, 2), np.float32)
    assert x.shape == (3, 2) and not mapped.is_mapped(x)


def test_the_columns_of_many_rows_are_mapped_and_equal(small: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kinds = ("number", "date", "category", "text")
    columns = [Column(id=f"c000{i}", name=kind, type=kind) for i, kind in enumerate(kinds, 1)]
    cells = [["1.5", None, "3"], ["2026-01-02", "2026-02-03", None], ["a", None, "b"], ["x y", "z", "w"]]
    tables.write_source(tmp_path / "source.parquet", 4, [[tables.pa.array(texts, tables.pa.string()) for texts in cells]] * 4)
    tables.write_table(tmp_path / "table.parquet", tmp_path / "source.parquet", columns)
    held = tables.read_table(tmp_path / "table.parquet", columns)
    monkeypatch.setattr(tables, "_MANY", 5)
    monkeypatch.setattr(tables, "_PIECE", 5)
    found = tables.read_table(tmp_path / "table.parquet", columns)
    assert found.frame.equals(held.frame) and [*found.frame.dtypes] == [*held.frame.dtypes]
    assert mapped.is_mapped(found.values("c0001")) and mapped.is_mapped(found.values("c0002"))


@pytest.mark.parametrize("kind", ["mlp", "boosted_trees"])
def test_what_is_learned_from_is_mapped_and_gives_the_same_model(
    kind: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    plan = lessons.plan(kind, epochs=3)
    held = training.train(plan, lessons.table(), Heard(), tmp_path / "held").outputs(lessons.table())
    request.getfixturevalue("small")
    monkeypatch.setattr(recipe, "PIECE", 50)
    prepared = training.prepare(plan, lessons.table(), Heard())
    assert all(mapped.is_mapped(x) for x in prepared.lesson.train.values())
    assert np.array_equal(training.learn(prepared, Heard(), tmp_path / "mapped").outputs(lessons.table()), held)


def test_a_network_learns_from_the_mapped_rows_themselves(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "PIECE", 50)
    prepared = training.get_ready(training.prepare(lessons.plan(epochs=3), lessons.table(), Heard()), Heard())
    x, held = prepared.lesson.train["number"], prepared.lesson.ready._train[0]["number"]
    x[0, 0] = 1234.0
    assert float(held[0, 0]) == 1234.0


def test_trees_learn_from_a_mapped_matrix(small: Path) -> None:
    inputs = {"number": np.arange(6, dtype=np.float32).reshape(3, 2), "code": np.array([[7], [8], [9]], np.int32)}
    x = matrix(inputs)
    assert mapped.is_mapped(x) and x.tolist() == [[0, 1, 7], [2, 3, 8], [4, 5, 9]]


def test_no_step_of_a_training_takes_many_rows_of_all_columns_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(recipe, "PIECE", 40)
    monkeypatch.setattr(recipe, "TEACHING", 45)
    monkeypatch.setattr(training, "JUDGED", 35)
    monkeypatch.setattr(training.checks, "MOST_ROWS", 30)
    monkeypatch.setattr("engine.examples.LOOKED_AT", 30)
    taken, take = [], Table.take

    def spy(self: Table, rows: np.ndarray) -> Table:
        if len(self.columns) > 1:
            taken.append(len(rows))
        return take(self, rows)

    monkeypatch.setattr(Table, "take", spy)
    made = training.train(lessons.plan(epochs=2), lessons.table(), Heard(), tmp_path / "bundle")
    assert taken and max(taken) <= 45
    assert made.report.rows_test == 35
    said = [line for panel in made.report.panels for line in getattr(panel, "lines", [])]
    assert "It was judged on 35 of the 48 unseen rows, spread evenly." in said


def test_preparing_many_rows_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "PIECE", 40)
    told: list[float | None] = []

    class Listening(Heard):
        def stage(self, text: str, done: float | None = None) -> "training.Any":
            told.append(done)
            return super().stage(text, done)

    training.prepare(lessons.plan(), lessons.table(), Listening())
    parts = [part for part in told if part is not None]
    assert len(parts) >= 4 and parts == sorted(parts) and parts[-1] > 0.8


@pytest.mark.parametrize("kind", ["mlp", "boosted_trees"])
def test_of_very_many_rows_no_more_than_asked_are_learned_from_and_it_says_so(kind: str, tmp_path: Path) -> None:
    plan = lessons.plan(kind, epochs=2)
    plan = plan.model_copy(update={"training": plan.training.with_(most_rows=100)})
    prepared = training.prepare(plan, lessons.table(), Heard())
    assert len(prepared.lesson.train_y) == 100 == len(next(iter(prepared.lesson.train.values())))
    report = training.learn(prepared, Heard(), tmp_path / "bundle").report
    assert report.rows_training == 100 and report.rows_validation == 36
    said = [line for panel in report.panels for line in getattr(panel, "lines", [])]
    assert "It learned from 100 of the 156 rows it could have learned from, spread evenly." in said
