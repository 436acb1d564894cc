"""What pages read: the same rows and parts that the training works with."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from app import reads, split_card, state
from engine import advice, datasets, split, tables
from engine.store.workspace import Workspace


def test_the_parts_on_the_page_are_the_parts_of_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are copies of each other but for their id stay together, on the page as in the training."""
    random = np.random.default_rng(3)
    once = pd.DataFrame({"dose": random.normal(0, 1, 200).round(3), "age": random.integers(20, 90, 200)})
    once["ill"] = np.where(once["dose"] + random.normal(0, 1, 200) > 0, "yes", "no")
    rows = pd.concat([once, once.iloc[:60]], ignore_index=True)
    rows.insert(0, "id", [f"P{i:04d}" for i in range(len(rows))])
    rows.to_csv(tmp_path / "clinic.csv", index=False)
    workspace = Workspace.open(tmp_path / "workspace")
    monkeypatch.setattr(state, "workspace", lambda: workspace)
    dataset = datasets.add(workspace, tmp_path / "clinic.csv", "clinic.csv")
    table, profile = datasets.table(workspace, dataset.id), datasets.profile(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, table, profile, hints={"target": "ill"})
    assert plan.split.method == "random" and len(plan.inputs) == 2
    trained = datasets.table(workspace, dataset.id, [*plan.inputs, plan.target])
    expected = split.assign(plan.split, trained, plan.target, plan.task, plan.seed)
    shown = reads.divided(dataset, plan)
    for name in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(shown, name), getattr(expected, name))
    copies = np.arange(60)
    for part in (shown.train, shown.validation, shown.test):
        assert set(copies[np.isin(copies, part)]) == {row - 200 for row in part if row >= 200}


def test_the_division_of_a_very_large_table_is_drawn_from_some_of_its_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(3)
    rows = pd.DataFrame({"dose": random.normal(0, 1, 1237), "age": random.integers(20, 90, 1237)})
    rows["ill"] = np.where(rows["dose"] > 0, "yes", "no")
    rows.to_csv(tmp_path / "clinic.csv", index=False)
    workspace = Workspace.open(tmp_path / "workspace")
    monkeypatch.setattr(state, "workspace", lambda: workspace)
    dataset = datasets.add(workspace, tmp_path / "clinic.csv", "clinic.csv")
    plan, _ = advice.plan(dataset.id, datasets.table(workspace, dataset.id), datasets.profile(workspace, dataset.id), "c0003")
    monkeypatch.setattr(reads, "MOST_DRAWN", 100)
    read, read_table = [], tables.read_table

    def spy(path: Path, columns: Any, rows: Any = None, folder: Any = None) -> Any:
        found = read_table(path, columns, rows, folder)
        read.append(len(found))
        return found

    monkeypatch.setattr(tables, "read_table", spy)
    parts = reads.divided(dataset, plan)
    every = np.sort(np.concatenate([parts.train, parts.validation, parts.test]))
    np.testing.assert_array_equal(every, np.linspace(0, 1236, 100).astype(np.int64))
    assert read == [100]
    ribbon, legend = split_card._drawn(dataset, plan)
    assert "Your 1,237 rows" in ribbon and "drawn from 100 rows, evenly spread" in ribbon
    assert f"about {round(len(parts.test) * 12.37):,} rows (test set)" in legend
