"""A bundle: a trained model with everything it needs to answer raw rows, and its judgement, in one folder. Nothing in it is pickled.

plan.json, columns.json (inputs and target), beside.json (what names a row), form.json (ranges and choices of the training rows),
task.json (what the task learned, the trivial answer), the files of what answers (see answering.py), report.json, card.md, samples.json,
versions.json, unseen.npz (what it said of its unseen rows), manifest.json; embeddings.json where values of categories were learned.
"""

import json
import zipfile
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from engine import answering, card, embeddings, manifest, samples, unseen
from engine import form as forms
from engine import plan as plans
from engine.answering import Answers
from engine.columns import Column, Table
from engine.errors import EngineError, NotFound
from engine.form import FormField
from engine.learners.base import Array, Model
from engine.panels import Report
from engine.plan import Plan
from engine.problems import Problem
from engine.readers import _zip
from engine.recipe import Fitted
from engine.split import Parts
from engine.unseen import Unseen
from engine.versions import installed

__all__ = ["Bundle", "FormField", "beside", "columns", "form", "load", "report", "state", "unpack", "write"]

LIBRARIES = ("numpy", "pandas", "scikit-learn", "keras", "tensorflow", "tensorflow-cpu", "lightgbm", "xgboost", "catboost")
LARGEST, MOST_FILES = 20 * 2**30, 1_000


@dataclass(frozen=True)
class Bundle:
    """A model in use. `columns` are the inputs, then the target; `state` is the task's; `baseline` the trivial answer (1, outputs)."""

    folder: Path
    plan: Plan
    columns: tuple[Column, ...]
    fields: tuple[FormField, ...]
    answers: Answers
    state: dict[str, Any]
    baseline: Array
    report: Report

    @property
    def fitted(self) -> Fitted:
        """The recipe of the only model, or of the one in a team that counts most."""
        return self.answers.first.fitted

    @property
    def model(self) -> Model:
        """The only model, or the one in a team that counts most."""
        return self.answers.first.model

    @cached_property
    def inputs(self) -> tuple[Column, ...]:
        """The columns it answers from."""
        return tuple(column for column in self.columns if column.id != self.plan.target)

    @cached_property
    def target(self) -> Column:
        """The column it predicts."""
        return next(column for column in self.columns if column.id == self.plan.target)

    def outputs(self, table: Table) -> Array:
        """(rows, outputs) what the model gives for raw rows. Raises EngineError naming a column that is missing."""
        there = {column.id for column in table.columns}
        for column in self.inputs:
            if column.id not in there:
                raise EngineError(f"The column '{column.name}' is missing.", "Add it: the model was trained with it.")
        return self.answers.outputs(table)

    def predict(self, table: Table) -> pd.DataFrame:
        """A row for each raw row: "prediction" in the user's words and units, how sure or from-to, and details."""
        if not len(table):
            raise EngineError("There are no rows to answer.", "Give at least one row.")
        return self.plan.task.decode(self.outputs(table), self.state)

    def problems(self, table: Table) -> list[Problem]:
        """What is unusual about these rows, in words."""
        return forms.problems(self.fields, table)

    def form(self) -> list[FormField]:
        """One field for each input column."""
        return list(self.fields)


def write(
    folder: Path,
    plan: Plan,
    table: Table,
    parts: Parts,
    answers: Answers,
    state: dict[str, Any],
    baseline: Array,
    report: Report,
    said: Unseen | None = None,
) -> Bundle:
    """Puts everything into `folder`, complete or not at all, and checks that the stored model answers as this one does."""
    columns = tuple(table.column(id) for id in (*plan.inputs, plan.target))
    fields = [field for id in plan.inputs for field in forms.fields(table.only([id]).take(parts.train), [id])]
    shown = samples.choose(table.only(plan.inputs), parts.test)
    outputs = answers.outputs(shown)
    versions = installed(LIBRARIES)

    def fill(place: Path) -> None:
        _put(place, "plan.json", plan.model_dump(mode="json"))
        _put(place, "columns.json", [column.model_dump(mode="json") for column in columns])
        _put(place, "beside.json", [column.model_dump(mode="json") for column in _beside(plan, table)])
        _put(place, "form.json", [field.model_dump(mode="json") for field in fields])
        _put(place, "task.json", {"state": state, "baseline": baseline.tolist()})
        _put(place, "report.json", report.model_dump(mode="json"))
        _put(place, "versions.json", versions)
        (place / "card.md").write_text(card.write(plan, columns[-1].name, fields, report, versions), "utf-8")
        answers.save(place)
        embeddings.written(place, embeddings.of(answers, table, parts.train))
        if said is not None:
            unseen.write(place, said)
        samples.write(place, shown, outputs)
        samples.compare(outputs, answering.load(place, plan.task, plan.training.kind).outputs(shown))

    manifest.write(folder, fill)
    return Bundle(folder, plan, columns, tuple(fields), answers, state, baseline, report)


def load(folder: Path) -> Bundle:
    """The bundle in that folder. Raises NotFound, or EngineError when a file was changed or the model answers differently than it did."""
    manifest.check(folder)
    try:
        plan = Plan.model_validate(_get(folder, "plan.json"))
        task = _get(folder, "task.json")
        loaded = Bundle(
            folder,
            plan,
            columns(folder),
            tuple(form(folder)),
            answering.load(folder, plan.task, plan.training.kind),
            task["state"],
            np.array(task["baseline"], np.float32),
            report(folder),
        )
        rows, expected = samples.read(folder, loaded.inputs)
    except ValidationError as error:
        raise EngineError("This model cannot be read: its files are not as expected.", "It may come from a newer version.") from error
    except (KeyError, ValueError, OSError) as error:
        raise EngineError(f"This model cannot be read: {str(error).splitlines()[0]}.", "It may come from a newer version.") from error
    samples.compare(expected, loaded.outputs(rows))
    return loaded


def unpack(path: Path, folder: Path) -> Path:
    """The bundle in a zip file, taken out into `folder`. Raises EngineError if it is none, or unreasonably large."""
    try:
        with zipfile.ZipFile(path) as archive:
            files = [info for info in archive.infolist() if not info.is_dir()]
            if (
                sum(info.file_size for info in files) > LARGEST
                or len(files) > MOST_FILES
                or not any(i.filename == manifest.FILE for i in files)
            ):
                raise EngineError(f"'{path.name}' is not a model.", "Name a zip that Modelwright wrote.")
            for info in files:
                _zip.refuse_unsafe(info)
            archive.extractall(folder)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise EngineError(f"'{path.name}' cannot be opened: {error}.", "Take a fresh copy of the model.") from error
    return folder


def form(folder: Path) -> list[FormField]:
    """What to ask for, without loading the model."""
    return [FormField.model_validate(field) for field in _get(folder, "form.json")]


def columns(folder: Path) -> tuple[Column, ...]:
    """The columns it answers from, then the one it predicts, without loading the model."""
    return tuple(Column.model_validate(column) for column in _get(folder, "columns.json"))


def beside(folder: Path) -> tuple[Column, ...]:
    """The columns that name a row and so stand beside its answer where a file has them, read as text."""
    if not (folder / "beside.json").is_file():
        return ()
    return tuple(Column.model_validate(column) for column in _get(folder, "beside.json"))


def report(folder: Path) -> Report:
    """The judgement, without loading the model."""
    return Report.model_validate(_get(folder, "report.json"))


def state(folder: Path) -> dict[str, Any]:
    """What the task learned, without loading the model."""
    found: dict[str, Any] = _get(folder, "task.json")["state"]
    return found


def _beside(plan: Plan, table: Table) -> list[Column]:
    there = {column.id: column for column in table.columns}
    as_text = {"type": "text", "unit": "", "date_format": ""}
    return [there[id].model_copy(update=as_text) for id in plans.beside(plan) if id in there and id not in plan.inputs]


def _put(folder: Path, name: str, value: Any) -> None:
    (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")


def _get(folder: Path, name: str) -> Any:
    if not (folder / name).is_file():
        raise NotFound(f"There is no model in '{folder}'.", "Name the folder of a model, the one with manifest.json in it.")
    return json.loads((folder / name).read_text("utf-8"))
