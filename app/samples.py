"""The sample projects: what the cards on Home show, and what is asked to open or train one. Knows no Streamlit."""

import json
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from engine.store import projects
from engine.store.projects import Project
from engine.store.workspace import Workspace

FOLDER = Path(__file__).parents[1] / "sample_data"
PREFIX = "sample-"


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


def key_of(sample: Sample, train: bool) -> str:
    """The key of the errand that opens or trains it: pressing twice is pressing once."""
    return f"{PREFIX}{'train' if train else 'look'}-{sample.id.lower()}"


def of(key: str) -> Sample | None:
    """The sample whose errand has that key."""
    return next((sample for sample in all() if key in (key_of(sample, True), key_of(sample, False))), None)


def asked(sample: Sample, train: bool) -> dict[str, Any]:
    """What `long_answers.open_sample` is asked."""
    told = {"id": sample.id, "title": sample.title, "target": sample.target, "hints": sample.hints}
    return {"path": str(sample.path), "sample": told, "request": f"sample-{secrets.token_hex(8)}" if train else None}


def open_sample(workspace: Workspace, sample: Sample) -> Project:
    """A new project with the sample's data in it and everything proposed, made here and now. Takes seconds."""
    from engine.jobs import long_answers

    made = long_answers.open_sample(workspace, workspace.uploads, lambda part, words: None, **asked(sample, train=False))
    return projects.get(workspace, str(made["project"]))
