"""`modelwright doctor`: says what is wrong, and with --repair mends it."""

import os
import platform
import subprocess
import sys
from pathlib import Path

import typer

from engine import wording
from engine.cli import give, tell
from engine.errors import Damaged
from engine.problems import Problem, stops
from engine.store import backup, db, disk, migrations
from engine.store import doctor as examiner
from engine.store.workspace import Workspace
from engine.versions import installed

LIBRARIES = ("tensorflow", "tensorflow-cpu", "keras", "streamlit", "plotly", "pandas", "numpy", "scikit-learn", "sqlite-utils")
DEVICES = (
    "import os; os.environ['TF_CPP_MIN_LOG_LEVEL']='3'; import tensorflow as tf; print([d.name for d in tf.config.list_physical_devices()])"
)


def doctor(at: Path | None, repair: bool, yes: bool, as_json: bool) -> None:
    """What is installed, what the machine has, and what is wrong with the workspace; with `repair` what was done about it."""
    try:
        workspace = Workspace.open(at)
    except Damaged:
        workspace = Workspace.at(at)
    facts = _facts(workspace)
    if not as_json:
        for name, value in facts.items():
            print(f"{name:<14} {value}")
    done = _mend(workspace, yes) if repair else []
    problems = examiner.examine(workspace)
    if as_json:
        give({"facts": facts, "problems": [p.model_dump() for p in problems]} | ({"done": done} if repair else {}))
    else:
        for problem in problems:
            print(f"{problem.level}: {problem.where}: {problem.what} {problem.fix}")
        print("All is well." if not problems else _way_out(problems, repair))
    if stops(problems):
        sys.exit(2)


def _mend(workspace: Workspace, yes: bool) -> list[str]:
    """Asks and mends, the worst first, until nothing new is offered. What one repair leaves over, the next look offers."""
    done: list[str] = []
    seen: set[tuple[str, str]] = set()
    while problem := next((p for p in examiner.examine(workspace) if examiner.repair_of(p) and (p.where, p.what) not in seen), None):
        seen.add((problem.where, problem.what))
        if _wanted(problem, yes):
            for said in examiner.mend_all(workspace, [problem]):
                tell(said)
                done.append(said)
    return done


def _wanted(problem: Problem, yes: bool) -> bool:
    """Nobody there to ask counts as no."""
    repair = examiner.repair_of(problem)
    if repair is None or (yes and not repair.loses):
        return repair is not None
    tell(f"{problem.where}: {problem.what} {problem.fix}")
    lost = f" This is lost: {repair.loses}" if repair.loses else ""
    try:
        return typer.confirm(f"{repair.title}?{lost}", err=True)
    except typer.Abort:
        tell("")
        return False


def _way_out(problems: list[Problem], was_mended: bool) -> str:
    offered = any(examiner.repair_of(problem) for problem in problems)
    return "" if was_mended or not offered else "To mend what can be mended: modelwright doctor --repair"


def _facts(workspace: Workspace) -> dict[str, str]:
    copies = backup.paths(workspace)
    return installed(LIBRARIES) | {
        "system": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
        "devices": _devices(),
        "sqlite": ".".join(map(str, db.version())),
        "workspace": str(workspace.path),
        "format": str(migrations.latest()),
        "copies": f"{len(copies)}, the newest of {backup.made(copies[0])[:10]}" if copies else "none yet",
        "free disk": f"{wording.size(disk.free(workspace.path))} of {wording.size(disk.total(workspace.path))}",
    }


def _devices() -> str:
    """Asked in a process of its own: TensorFlow takes seconds and memory."""
    asked = subprocess.run([sys.executable, "-c", DEVICES], capture_output=True, text=True, timeout=120)
    return (
        asked.stdout.strip()
        if asked.returncode == 0
        else "TensorFlow cannot be imported: " + (asked.stderr.strip().splitlines() or ["no reason given"])[-1]
    )
