"""A file of a million rows answered in a process of its own: how long, and how much memory it and its reader hold at most.

Asserts nothing about time or memory. Run: make bench ARGS=tests/bench/test_answers.py
"""

import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from engine import advice, datasets
from engine import plan as plans
from engine.jobs import errands, supervisor
from engine.jobs.errands import Errand
from engine.store import models, runs
from engine.store.workspace import Workspace
from tests.bench import filled
from tests.bench.tables import megabytes, scaled, seconds, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
SIZES = (scaled(100_000, 2000), scaled(1_000_000, 10_000))
LEARNED_FROM = 5_000
COLUMNS = ["amount 1", "amount 2", "amount 3", "count 1", "count 2", "flag 1", "flag 2", "group 1", "group 2", "date 1"]
EVERY = 0.05


@dataclass
class _Held:
    """The most memory held, in bytes, by the process that answers and by the one that reads."""

    answering: int = 0
    reading: int = 0

    def look(self) -> None:
        for process in psutil.process_iter(["cmdline", "memory_info"]):
            command = " ".join(process.info["cmdline"] or [])
            held = process.info["memory_info"].rss if process.info["memory_info"] else 0
            if "engine.jobs.errands" in command:
                self.answering = max(self.answering, held)
            elif "engine.intake" in command:
                self.reading = max(self.reading, held)


def test_a_file_of_many_rows(workspace: Workspace, tmp_path: Path) -> None:
    bundle = _model(workspace, tmp_path)
    rows = []
    for size in SIZES:
        path = tmp_path / f"{size}.csv"
        filled.customers(size)[COLUMNS].to_csv(path, index=False)
        bytes_ = path.stat().st_size
        errand, held, took = _answered(workspace, bundle, path)
        assert errand.answer["rows"] == size, errand.error
        out = (errand.folder / "answers.csv").stat().st_size
        memory = [megabytes(held.reading), megabytes(held.answering)]
        rows.append([f"{size:,}", megabytes(bytes_), seconds([took]), f"{size / took:,.0f} rows/s", *memory, megabytes(out)])
    title = f"A CSV answered, {len(COLUMNS)} columns, a network learned from {LEARNED_FROM:,} rows (TensorFlow's import included)"
    show(title, ["rows", "file", "time", "speed", "reader's peak", "answerer's peak", "answers"], rows)


def _model(workspace: Workspace, folder: Path) -> Path:
    path = folder / "customers.csv"
    filled.customers(LEARNED_FROM)[[*COLUMNS, "has left"]].to_csv(path, index=False)
    dataset = datasets.add(workspace, path, path.name)
    table, profile = datasets.table(workspace, dataset.id), datasets.profile(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, table, profile, hints={"target": "has left"})
    plan = plans.with_setting(plan, "architecture", "mlp") if plan.architecture.kind != "mlp" else plan
    run = supervisor.run_here(workspace, runs.add(workspace, plans.with_setting(plan, "training.epochs", "2")).id).wait()
    assert run.state == "succeeded", run.message
    return models.folder(workspace, run.id)


def _answered(workspace: Workspace, bundle: Path, path: Path) -> tuple[Errand, _Held, float]:
    held, began = _Held(), time.perf_counter()
    errands.start(workspace, "answers-bench", "answer_file", replace=True, take=path, bundle=str(bundle), name=path.name)
    while True:
        held.look()
        errand = errands.find(workspace, "answers-bench")
        assert errand is not None
        if errand.is_over:
            return errand, held, time.perf_counter() - began
        time.sleep(EVERY)
