"""The project as a line of steps, each with its state: done, needs you, ready, running, or not yet and why. Knows no Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from engine.store.projects import Project
from engine.store.runs import Run

StepState = Literal["done", "needs you", "ready", "running", "not yet"]
UNDER_WAY = {"queued", "starting", "running", "interrupted"}
LINE = ("data", "prepare", "design", "train", "evaluate", "use")
TITLES = {
    "home": "Home",
    "data": "Data",
    "prepare": "Prepare",
    "design": "Design",
    "train": "Train",
    "evaluate": "Evaluate",
    "use": "Use",
    "runs": "Runs",
    "workspace": "Workspace",
}
ICONS = {
    "home": ":material/home:",
    "data": ":material/table_chart:",
    "prepare": ":material/tune:",
    "design": ":material/account_tree:",
    "train": ":material/model_training:",
    "evaluate": ":material/fact_check:",
    "use": ":material/bolt:",
    "runs": ":material/history:",
    "workspace": ":material/hard_drive:",
}


@dataclass(frozen=True)
class Step:
    """One stop of the line. `why` says in words what the state means here."""

    view: str
    state: StepState
    why: str

    @property
    def title(self) -> str:
        return TITLES[self.view]

    @property
    def is_open(self) -> bool:
        return self.state != "not yet"


def line(project: Project | None, seen: Sequence[str], has_target: bool, has_plan: bool, runs: Sequence[Run]) -> list[Step]:
    """The six steps of a project in order. `runs` are the project's."""
    return [
        _data(project, has_target),
        _choice("prepare", "The preparation is proposed; have a look.", has_plan, seen),
        _choice("design", "A network is proposed; have a look.", has_plan, seen),
        _train(has_plan, runs),
        _after("evaluate", "See how good the model is.", runs),
        _after("use", "Ask the model, or download it.", runs),
    ]


def before(view: str) -> str | None:
    """The step before this one in the line."""
    place = LINE.index(view) if view in LINE else 0
    return LINE[place - 1] if place else None


def after(view: str) -> str | None:
    """The step after this one in the line."""
    place = LINE.index(view) if view in LINE else len(LINE)
    return LINE[place + 1] if place + 1 < len(LINE) else None


def _data(project: Project | None, has_target: bool) -> Step:
    if project is None:
        return Step("data", "not yet", "Open a project first, or start one on the Home page.")
    if project.dataset is None:
        return Step("data", "needs you", "Add a file with your data.")
    if not has_target:
        return Step("data", "needs you", "Choose what to predict.")
    return Step("data", "done", "The data is in, and what to predict is chosen.")


def _choice(view: str, proposed: str, has_plan: bool, seen: Sequence[str]) -> Step:
    if not has_plan:
        return Step(view, "not yet", "First choose what to predict, on the Data page.")
    return Step(view, "done", "Looked at.") if view in seen else Step(view, "ready", proposed)


def _train(has_plan: bool, runs: Sequence[Run]) -> Step:
    if any(run.state in UNDER_WAY for run in runs):
        return Step("train", "running", "A model is learning now.")
    if runs and runs[0].state == "paused":
        return Step("train", "needs you", "The training is paused.")
    if any(run.state == "succeeded" for run in runs):
        return Step("train", "done", "A model is trained.")
    if runs and runs[0].state == "failed":
        return Step("train", "needs you", "The last training did not finish.")
    if not has_plan:
        return Step("train", "not yet", "First choose what to predict, on the Data page.")
    return Step("train", "ready", "Everything is ready to train.")


def _after(view: str, ready: str, runs: Sequence[Run]) -> Step:
    if any(run.state == "succeeded" for run in runs):
        return Step(view, "ready", ready)
    return Step(view, "not yet", "Train a model first.")
