"""The sample projects: what the cards on Home show, and the one click that trains them."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from app.state import Draft
from engine.store import projects, runs
from engine.store.projects import Project
from engine.store.runs import Run
from engine.store.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "sample_data"
Told = Callable[[str], None]


class Sample(BaseModel):
    """One sample as `sample_data/samples.json` describes it. `file` and `picture` are names in that folder."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    title: str
    question: str
    story: str = ""
    domain: str = ""
    file: str
    target: str
    rows: int
    columns: tuple[str, ...] = ()
    picture: str = ""
    picture_text: str = ""
    origin: str = ""
    hints: dict[str, Any] = {}

    @property
    def is_pictures(self) -> bool:
        return self.file.endswith(".zip")

    @property
    def is_synthetic(self) -> bool:
        return self.origin.startswith("Synthetic")

    @property
    def path(self) -> Path:
        return FOLDER / self.file

    @property
    def picture_path(self) -> Path | None:
        return FOLDER / self.picture if self.picture and (FOLDER / self.picture).is_file() else None


@cache
def all() -> tuple[Sample, ...]:
    """The samples whose files are there, in the order of the list."""
    listing = FOLDER / "samples.json"
    if not listing.is_file():
        return ()
    found = (Sample.model_validate(entry) for entry in json.loads(listing.read_text("utf-8")))
    return tuple(sample for sample in found if sample.path.is_file())


def get(id: str) -> Sample:
    """The sample with that id. Raises KeyError."""
    return next(sample for sample in all() if sample.id == id)


def open_sample(workspace: Workspace, sample: Sample, told: Told) -> Project:
    """A new project with the sample's data in it and everything proposed. Takes seconds; `told` hears what is being done."""
    from engine import advice, datasets

    told("Reading the data")
    dataset = datasets.add(workspace, sample.path, sample.path.name, sample=sample.id)
    told("Working out how to learn from it")
    profile = datasets.profile(workspace, dataset.id)
    hints = {"target": sample.target, **sample.hints}
    plan, _ = advice.plan(dataset.id, datasets.table(workspace, dataset.id), profile, hints=hints)
    draft = Draft(target=plan.target, plan=plan.model_dump(mode="json"))
    return projects.add(workspace, sample.title, dataset.id, draft.model_dump(mode="json"))


def train(workspace: Workspace, sample: Sample, request: str, told: Told) -> tuple[Project, Run]:
    """The whole way to a run in the queue. The same `request` twice gives the same run."""
    from engine.plan import Plan

    project = open_sample(workspace, sample, told)
    told("Starting the training")
    plan = Plan.model_validate(project.draft["plan"])
    return project, runs.add(workspace, plan, project=project.id, name=sample.title, request=request)
