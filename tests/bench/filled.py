"""Tables of the size that pages are measured with, and a workspace with such a table and a model trained on it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from app import choices
from engine import datasets
from engine import plan as plans
from engine.jobs import supervisor
from engine.plan import Plan
from engine.store import projects, runs
from engine.store.workspace import Workspace
from tests.bench.tables import scaled

ROWS, COLUMNS = scaled(100_000, 2000), 50
EPOCHS = 3
_BLOCK = 20_000


@dataclass(frozen=True)
class Filled:
    """A project whose run has ended, and one with the same data and nothing trained."""

    workspace: Workspace
    dataset: str
    project: str
    run: str
    untrained: str
    bytes: int


def workspace(folder: Path) -> Filled:
    """50 columns of all kinds, with gaps; every choice as the app proposes it, trained for a few epochs."""
    made = Workspace.open(folder / "workspace")
    path = folder / "customers.csv"
    customers(ROWS).to_csv(path, index=False)
    dataset = datasets.add(made, path, path.name)
    data = choices.Data(dataset.id, datasets.table(made, dataset.id), datasets.profile(made, dataset.id))
    target = next(column.id for column in dataset.columns if column.name == "has left")
    draft = choices.target(data, choices.Draft(), target)
    plan = plans.with_setting(Plan.model_validate(draft.plan), "training.epochs", str(EPOCHS))
    draft = draft.model_copy(update={"plan": plan.model_dump(mode="json"), "seen": ("data", "prepare", "design")})
    trained, untrained = (projects.add(made, name, dataset.id, draft.model_dump(mode="json")) for name in ("Trained", "Not trained"))
    run = supervisor.run_here(made, runs.add(made, plan, project=trained.id, name=plan.name).id).wait()
    assert run.state == "succeeded", run.message
    return Filled(made, dataset.id, trained.id, run.id, untrained.id, path.stat().st_size)


def customers(rows: int) -> pd.DataFrame:
    """Numbers, whole numbers, few and many categories, dates, an id and a yes/no that depends on some of them."""
    rng = np.random.default_rng(3)
    columns: dict[str, object] = {"customer": [f"C{i:07d}" for i in range(rows)]}
    for i in range(24):
        values = np.round(rng.gamma(2, 10 + i, rows) if i % 2 else rng.normal(i, 3, rows), 3)
        columns[f"amount {i + 1}"] = np.where(rng.random(rows) < 0.04 * (i % 3), np.nan, values)
    columns |= {f"count {i + 1}": rng.poisson(3 + i, rows) for i in range(8)}
    columns |= {f"flag {i + 1}": rng.choice(["yes", "no"], rows) for i in range(4)}
    for i in range(9):
        kinds = [f"kind {k:03d}" for k in range(3 + 5 * i)]
        columns[f"group {i + 1}"] = rng.choice([*kinds, ""], rows)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1500, (3, rows)).ravel(), unit="D")
    columns |= {f"date {i + 1}": days[i * rows : (i + 1) * rows].strftime("%Y-%m-%d") for i in range(3)}
    score = np.nan_to_num(np.asarray(columns["amount 1"], float)) / 3 + (np.asarray(columns["flag 1"]) == "yes") + rng.normal(0, 1, rows)
    columns["has left"] = np.where(score > 1.4, "yes", "no")
    return pd.DataFrame(columns)


def csv(path: Path, megabytes: float) -> Path:
    """A file of that size with twelve columns: numbers, a date, categories, quoted text and gaps."""
    rng = np.random.default_rng(0)
    with path.open("w", encoding="utf-8") as file:
        file.write("id,when,site,amount,rate,temperature,pressure,code,note,flag,gaps,share\n")
        rows = 0
        while file.tell() < megabytes * 2**20:
            file.write("\n".join(map(",".join, zip(*_orders(rng, rows), strict=True))) + "\n")
            rows += _BLOCK
    return path


def _orders(rng: np.random.Generator, start: int) -> Iterator[object]:
    yield np.arange(start, start + _BLOCK).astype(str)
    yield np.char.add("2024-01-", np.char.zfill(rng.integers(1, 29, _BLOCK).astype(str), 2))
    yield rng.choice(["Berlin", "Paris", "Rome", "São Paulo"], _BLOCK)
    yield np.round(rng.gamma(2, 100, _BLOCK), 2).astype(str)
    yield np.round(rng.random(_BLOCK), 6).astype(str)
    yield np.round(rng.normal(20, 5, _BLOCK), 1).astype(str)
    yield rng.integers(900, 1100, _BLOCK).astype(str)
    yield np.char.add("K", rng.integers(0, 500, _BLOCK).astype(str))
    yield rng.choice(["ok", '"late, but ok"', "bad"], _BLOCK)
    yield rng.integers(0, 2, _BLOCK).astype(str)
    yield np.where(rng.random(_BLOCK) < 0.05, "", np.round(rng.random(_BLOCK), 5).astype(str))
    yield rng.random(_BLOCK).astype(str)
