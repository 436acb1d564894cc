"""Runs with a judged model, without any training: what a comparison needs of them is put into the store and the bundle's folder."""

import json
import os
from typing import Any

import numpy as np

from engine import unseen
from engine.jobs import processes
from engine.plan import Plan
from engine.store import models, runs, transitions
from engine.store.runs import Run
from engine.store.workspace import Workspace
from engine.unseen import Unseen
from tests import lessons

ROWS = 200
STATE = {"positive": "yes", "negative": "no", "labels": ["no", "yes"], "threshold": 0.5, "prevalence": 0.5, "rows": 500}


def truth(rows: int = ROWS) -> np.ndarray:
    """(rows,) half of them 1."""
    return (np.arange(rows) % 2).astype(np.float32)


def right(share: float, seed: int, rows: int = ROWS) -> np.ndarray:
    """(rows,) on which rows a model is right."""
    return np.random.default_rng(seed).random(rows) < share


def run(workspace: Workspace, right: np.ndarray, name: str = "", keeps: bool = True, plan: Plan | None = None, **more: Any) -> Run:
    """A yes/no model that has succeeded and is right on those rows. `more` are facts; `groups` and `values` are of the unseen rows."""
    y, groups = truth(len(right)), more.pop("groups", None)
    values = more.pop("values", y)
    outputs = np.where(right, y, 1 - y)[:, None]
    facts = {"unseen": "digest", "rows": {"test": len(y)}, "seconds": 12.0, "answer_seconds": 0.02, "models": 1} | more
    share = 100 * float(right.mean())
    score = {"label": "Right answers", "value": share, "low": share - 5, "high": share + 5, "unit": "%", "better": "higher"}
    made = runs.add(workspace, plan or lessons.plan(), name=name)
    score["headline"] = f"The model of {made.id}."
    attempt = transitions.claim(workspace, made.id, made.attempt)
    assert attempt and transitions.begin(workspace, made.id, attempt, processes.of(os.getpid()))
    runs.set_facts(workspace, made.id, attempt, facts)
    folder = models.folder(workspace, made.id)
    folder.mkdir(parents=True)
    (folder / "task.json").write_text(json.dumps({"state": STATE}))
    (folder / "columns.json").write_text(json.dumps([lessons.table().column(made.plan["target"]).model_dump(mode="json")]))
    if keeps:
        unseen.write(folder, unseen.kept(np.arange(len(y)), values, y, outputs, groups, "digest"))
    assert transitions.succeed(workspace, made.id, attempt, score, "0" * 64, unseen.size(folder) + 1000 * len(name))
    return runs.get(workspace, made.id)


def kept(workspace: Workspace, id: str) -> Unseen:
    """What that run has kept of its unseen rows."""
    found = unseen.read(models.folder(workspace, id))
    assert found is not None
    return found
