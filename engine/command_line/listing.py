"""`modelwright runs` and `modelwright doctor`."""

import os
import platform
import subprocess
import sys
from pathlib import Path

from engine.cli import give
from engine.problems import stops
from engine.store import db, disk
from engine.store import doctor as examiner
from engine.store import runs as store
from engine.store.runs import Run
from engine.store.workspace import Workspace
from engine.versions import installed

LIBRARIES = ("tensorflow", "tensorflow-cpu", "keras", "streamlit", "plotly", "pandas", "numpy", "scikit-learn", "sqlite-utils")
DEVICES = (
    "import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'; import tensorflow as tf; print([d.name for d in tf.config.list_physical_devices()])"
)


def runs(at: Path | None, as_json: bool) -> None:
    """A line a run: id, state, result, name."""
    found = store.all(Workspace.open(at))
    if as_json:
        give(
            [
                run.model_dump(mode="json", include={"id", "name", "state", "reason", "message", "score", "created", "started", "ended"})
                for run in found
            ]
        )
        return
    if not found:
        print("No runs yet. Start one with: modelwright train DATA --target COLUMN")
    for run in found:
        print(f"{run.id}  {run.state:<11}  {_result(run):<24}  {run.name}")


def doctor(at: Path | None, as_json: bool) -> None:
    """What is installed, what the machine has, and what is wrong with the workspace."""
    workspace = Workspace.open(at)
    facts = _facts(workspace)
    problems = examiner.examine(workspace)
    if as_json:
        give({"facts": facts, "problems": [p.model_dump() for p in problems]})
    else:
        for name, value in facts.items():
            print(f"{name:<14} {value}")
        for problem in problems:
            print(f"{problem.level}: {problem.where}: {problem.what} {problem.fix}")
        print("All is well." if not problems else "")
    if stops(problems):
        sys.exit(2)


def _facts(workspace: Workspace) -> dict[str, str]:
    return installed(LIBRARIES) | {
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "devices": _devices(),
        "sqlite": ".".join(map(str, db.version())),
        "workspace": str(workspace.path),
        "free disk": f"{disk.free(workspace.path) / 2**30:.1f} GB",
    }


def _devices() -> str:
    """Asked in a process of its own: TensorFlow takes seconds and memory."""
    asked = subprocess.run([sys.executable, "-c", DEVICES], capture_output=True, text=True, timeout=120)
    return (
        asked.stdout.strip()
        if asked.returncode == 0
        else "TensorFlow cannot be imported: " + (asked.stderr.strip().splitlines() or ["no reason given"])[-1]
    )


def _result(run: Run) -> str:
    score = run.score or {}
    return f"{score['label']} {score['value']:.3g} {score.get('unit', '')}".strip() if score.get("value") is not None else run.reason
