"""Errands that are toys: python toy_errand.py WORKSPACE KEY LOCK"""

import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import engine.jobs
from engine.errors import InvalidPlan
from engine.jobs import errands
from engine.store.workspace import Workspace

LIGHT = f"import runpy, sys; sys.modules.update(pandas=None, numpy=None); runpy.run_path({__file__!r}, run_name='__main__')"
TOY = (sys.executable, "-c", LIGHT)
Tell = Callable[[float, str], None]


def count(workspace: Workspace, folder: Path, tell: Tell, to: int, each: float = 0.01) -> dict[str, Any]:
    """Writes a line a step."""
    with (folder / "lines.txt").open("w") as file:
        for i in range(to):
            tell(i / to, f"Counting: {i} of {to}")
            file.write(f"{i}\n")
            file.flush()
            time.sleep(each)
    return {"counted": to, "workspace": str(workspace.path)}


def whisper(workspace: Workspace, folder: Path, tell: Tell, secret: str = "") -> dict[str, Any]:
    """Says how long the secret is that came with it."""
    return {"letters": len(secret)}


def refuse(workspace: Workspace, folder: Path, tell: Tell) -> None:
    raise InvalidPlan("The plan has no inputs.", "Choose at least one column.")


def stumble(workspace: Workspace, folder: Path, tell: Tell) -> None:
    raise KeyError("secret details")


def be_deaf(workspace: Workspace, folder: Path, tell: Tell) -> None:
    """Never tells anything, and nothing that is raised gets out."""
    (folder / "deaf").touch()
    while True:
        try:
            time.sleep(60)
        except BaseException:
            continue


def keep_a_child(workspace: Workspace, folder: Path, tell: Tell) -> None:
    """Waits for a process of its own session, as the reading of an upload is, and ends it whatever happens."""
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        (folder / "child").write_text(str(child.pid))
        child.wait()
    finally:
        child.kill()
        child.wait()


def read_lines(workspace: Workspace, folder: Path, tell: Tell, path: str) -> list[str]:
    return Path(path).read_text().splitlines()


def _hidden(workspace: Workspace, folder: Path, tell: Tell) -> None:
    """Not a question."""


if __name__ == "__main__":
    questions = types.ModuleType("engine.jobs.long_answers")
    for function in (count, whisper, refuse, stumble, be_deaf, keep_a_child, read_lines, _hidden):
        function.__module__ = questions.__name__
        setattr(questions, function.__name__, function)
    sys.modules[questions.__name__] = engine.jobs.long_answers = questions  # type: ignore[attr-defined]
    sys.exit(errands.main())
