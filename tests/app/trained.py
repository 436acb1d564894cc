"""A workspace with a project whose model is trained: one tiny real training, shared by the tests of the pages behind it."""

import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from engine import advice, datasets
from engine.jobs import supervisor
from engine.learners import LEARNERS
from engine.plan import Plan, name_of
from engine.store import db, projects, runs
from engine.store.runs import Run
from engine.store.workspace import Workspace

EPOCHS = 12


@dataclass(frozen=True)
class Trained:
    """A workspace with one run that has succeeded."""

    workspace: Workspace
    project: str
    dataset: str
    run: str

    def get(self) -> Run:
        return runs.get(self.workspace, self.run)

    def plan(self) -> Plan:
        """The project's draft as it is now."""
        return Plan.model_validate(projects.get(self.workspace, self.project).draft["plan"])

    def copied(self, folder: Path) -> "Trained":
        """The same in a folder of its own."""
        shutil.copytree(self.workspace.path, folder)
        return Trained(Workspace.open(folder), self.project, self.dataset, self.run)


def train(workspace: Workspace, project: str, dataset: str) -> Trained:
    """Trains a linear model for a few epochs on the clinic's rows."""
    plan = simple_plan(workspace, dataset)
    projects.save(workspace, project, draft={"target": plan.target, "plan": plan.model_dump(mode="json")})
    run = runs.add(workspace, plan, project=project)
    ended = supervisor.run_here(workspace, run.id).wait()
    assert ended.state == "succeeded", ended.message
    _settle(workspace)
    return Trained(workspace, project, dataset, run.id)


def _settle(workspace: Workspace) -> None:
    """Waits until the worker has closed the database, whose files would else change while they are copied."""
    db.let_go()
    until = time.monotonic() + 60
    while list(workspace.path.glob("*-wal")) and time.monotonic() < until:
        time.sleep(0.05)


def simple_plan(workspace: Workspace, dataset: str) -> Plan:
    """The linear model on everything but the leaking bill code."""
    profile, table = datasets.profile(workspace, dataset), datasets.table(workspace, dataset)
    plan, _ = advice.plan(dataset, table, profile, hints={"target": "ill", "leave_out": ["bill code"]})
    proposed = advice.architectures(profile, plan.inputs, plan.task)
    model = next(choice.architecture for choice in proposed if choice.architecture.kind == "linear")
    changes = {
        "architecture": model,
        "recipe": tuple(step for step, _ in advice.recipe(profile, plan.inputs, model)),
        "training": LEARNERS.parse({"kind": "gradient", "epochs": EPOCHS, "patience": 0}),
    }
    made = plan.model_copy(update=changes)
    return made.model_copy(update={"name": name_of(made, profile)})
