"""A desk whose answers are toys: python toy_desk.py WORKSPACE"""

import os
import sys
import time
import types
from typing import Any

import engine.jobs
from engine.errors import InvalidPlan
from engine.jobs import desk
from engine.store.workspace import Workspace

LIGHT = f"import runpy, sys; sys.modules.update(pandas=None, numpy=None); runpy.run_path({__file__!r}, run_name='__main__')"
TOY_DESK = (sys.executable, "-c", LIGHT)


def double(workspace: Workspace, number: float) -> dict[str, Any]:
    print("a library prints something")
    return {"double": number * 2, "workspace": str(workspace.path), "process": os.getpid()}


def refuse(workspace: Workspace) -> None:
    raise InvalidPlan("The plan has no inputs.", "Choose at least one column.")


def stumble(workspace: Workspace) -> None:
    raise KeyError("secret details")


def wait(workspace: Workspace, seconds: float) -> str:
    time.sleep(seconds)
    return "waited"


def die(workspace: Workspace) -> None:
    os._exit(1)


def die_once(workspace: Workspace) -> str:
    mark = workspace.path / "died"
    if mark.exists():
        return "alive"
    mark.touch()
    os._exit(1)


def _hidden(workspace: Workspace) -> str:
    return "never said"


if __name__ == "__main__":
    answers = types.ModuleType("engine.jobs.answers")
    for function in (double, refuse, stumble, wait, die, die_once, _hidden):
        function.__module__ = answers.__name__
        setattr(answers, function.__name__, function)
    sys.modules[answers.__name__] = engine.jobs.answers = answers  # type: ignore[attr-defined]
    sys.exit(desk.main())
