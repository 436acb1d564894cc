"""The long questions: each takes the workspace, a folder of its own, whom to tell how far it is, and JSON-able arguments.

They run in a process of their own (see `errands`) and give back JSON-able things. Files they make lie in the folder, or are moved to where
they belong when they are complete.
"""

import os
import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from engine.errors import EngineError
from engine.store.workspace import Workspace

Tell = Callable[[float, str], None]
ANSWERS = "answers.csv"
READ, THOUGHT = 0.6, 0.95


def answer_file(workspace: Workspace, folder: Path, tell: Tell, bundle: str, path: str, name: str) -> dict[str, Any]:
    """Takes the file and leaves its rows with their answers as answers.csv in the folder; gives back what `answers.predict_file` does."""
    try:
        _import_beside(Path(bundle))
        from engine.jobs import answers

        return answers.predict_file(workspace, bundle, path, name, str(folder / ANSWERS), tell)
    finally:
        Path(path).unlink(missing_ok=True)


def export(workspace: Workspace, folder: Path, tell: Tell, bundle: str, kind: str, out: str) -> dict[str, str]:
    """Writes the model in another form, checked by loading it again, and puts it at `out` when it is whole."""
    from engine import bundle as bundles
    from engine.exporters import EXPORTERS

    tell(0.0, "Loading the model")
    model = bundles.load(Path(bundle))
    tell(0.5, "Writing the file and loading it again")
    whole = Path(out)
    written = EXPORTERS.get(kind)(kind=kind).write(model, folder / whole.name)
    tell(1.0, "Done")
    os.replace(written, whole)
    return {"path": out}


def open_sample(
    workspace: Workspace, folder: Path, tell: Tell, path: str, sample: dict[str, Any], request: str | None = None
) -> dict[str, str | None]:
    """A new project with the sample's data in it and everything proposed; with a `request` also its run in the queue.

    `sample` has "id", "title", "target" and "hints". The project comes last and whole: who cancels leaves none.
    """
    from engine import advice, datasets
    from engine.store import projects, runs

    tell(0.0, "Reading the data")
    dataset = datasets.add(
        workspace, Path(path), Path(path).name, sample=sample["id"], on_progress=lambda part, words: tell(READ * part, words)
    )
    tell(READ, "Working out how to learn from it")
    profile = datasets.profile(workspace, dataset.id)
    hints = {"target": sample["target"], **sample["hints"]}
    plan, _ = advice.plan(dataset.id, datasets.some(workspace, dataset.id), profile, hints=hints)
    tell(THOUGHT, "Starting the training" if request else "Opening the project")
    draft = {"target": plan.target, "plan": plan.model_dump(mode="json")}
    project = projects.add(workspace, sample["title"], dataset.id, draft)
    if request is None:
        return {"project": project.id, "run": None}
    try:
        run = runs.add(workspace, plan, project=project.id, name=sample["title"], request=request)
    except BaseException:
        projects.delete(workspace, project.id)
        raise
    return {"project": project.id, "run": run.id}


def take_in(
    workspace: Workspace, folder: Path, tell: Tell, path: str, name: str, project: str, options: dict[str, Any] | None = None
) -> dict[str, str]:
    """Reads the file into a dataset and gives it to the project, whose choices start afresh. `options` are fields of its reader.

    The file goes when it is read; else it stays with the errand, so that it can be read `once_more`, perhaps differently.
    """
    from engine import dataset_files, datasets
    from engine.store import projects

    dataset = datasets.add(workspace, Path(path), name, on_progress=tell, options=options)
    projects.save(workspace, project, dataset=dataset.id, draft={})
    if dataset.has_original:
        Path(path).unlink(missing_ok=True)
    else:
        dataset_files.shred([Path(path)])
    return {"dataset": dataset.id}


def take_from_folder(
    workspace: Workspace, folder: Path, tell: Tell, file: str, name: str, project: str, options: dict[str, Any] | None = None
) -> dict[str, str]:
    """Reads a file of a listed server folder where it lies, which is never moved or removed, and gives the dataset to the project."""
    from engine import datasets, server_folders
    from engine.store import projects

    dataset = datasets.add(workspace, server_folders.allowed(Path(file)), name, on_progress=tell, options=options)
    projects.save(workspace, project, dataset=dataset.id, draft={})
    return {"dataset": dataset.id}


def read_again(workspace: Workspace, folder: Path, tell: Tell, dataset: str, options: dict[str, Any], project: str) -> dict[str, str]:
    """Reads the dataset's stored file with other options; the project takes what comes out, and its choices start afresh."""
    from engine import datasets
    from engine.store import projects

    new = datasets.reread(workspace, dataset, options, tell)
    projects.save(workspace, project, dataset=new.id, draft={})
    return {"dataset": new.id}


def settle(workspace: Workspace, folder: Path, tell: Tell, dataset: str, doubt: str, choice: int, project: str) -> dict[str, str]:
    """Answers a doubt about how the dataset's file is laid out, which reads it again; the project's choices start afresh."""
    from engine import datasets
    from engine.store import projects

    new = datasets.settle(workspace, dataset, doubt, choice, tell)
    projects.save(workspace, project, dataset=new.id, draft={})
    return {"dataset": new.id}


def undo(workspace: Workspace, folder: Path, tell: Tell, dataset: str, change: dict[str, Any], project: str) -> dict[str, str]:
    """Takes back what a line of the import report did to the whole file; the project's choices start afresh."""
    from engine import datasets
    from engine.readers import Change
    from engine.store import projects

    new = datasets.undo(workspace, dataset, Change.model_validate(change), tell)
    projects.save(workspace, project, dataset=new.id, draft={})
    return {"dataset": new.id}


def treat(
    workspace: Workspace, folder: Path, tell: Tell, dataset: str, treatments: dict[str, Any], with_runs: bool, project: str
) -> dict[str, str]:
    """Treats personal data in a dataset for good, with the runs that have seen it; the same target is proposed again for the project."""
    from engine import anonymise
    from engine.columns import Treatment
    from engine.jobs import errands
    from engine.store import projects

    wanted = {id: Treatment.model_validate(how) for id, how in treatments.items()}
    before = projects.get(workspace, project).draft
    gone = anonymise.seen_by(workspace, dataset, wanted) if with_runs else []
    new = anonymise.treat(workspace, dataset, wanted, with_runs=with_runs, on_progress=lambda part, words: tell(READ * part, words))
    for run in gone:
        errands.cancel(workspace, f"answers-{run.id}")
    tell(READ, "Working out how to learn from it")
    projects.save(workspace, project, draft=_asked_again(workspace, new.id, before, set(wanted)))
    return {"dataset": new.id}


def finish_treating(workspace: Workspace, folder: Path, tell: Tell) -> None:
    """Removes what a treatment that broke off still had to."""
    from engine import anonymise

    anonymise.finish(workspace)


def _asked_again(workspace: Workspace, dataset: str, before: Mapping[str, Any], treated: Collection[str]) -> dict[str, Any]:
    """A draft for the same question, as far as it can still be asked, with the choices a person had made about columns."""
    from engine import advice, datasets
    from engine.errors import InvalidPlan

    profile = datasets.profile(workspace, dataset)
    there, target = [column.id for column in profile.columns], before.get("target")
    try:
        plan, _ = advice.plan(dataset, datasets.some(workspace, dataset), profile, target if target in there else None)
    except InvalidPlan:
        return {}
    if plan.target != target:
        return {"target": plan.target, "plan": plan.model_dump(mode="json")}
    chosen = {id: use for id, use in before.get("inputs", {}).items() if id in there and id != target}
    inputs = tuple(id for id in there if id != target and chosen.get(id, id in plan.inputs))
    signed = tuple(one for one in (before.get("plan") or {}).get("overrides", ()) if one.get("column") not in treated)
    recipe = tuple(step for step, _ in advice.recipe(profile, inputs, plan.architecture)) if inputs != plan.inputs else plan.recipe
    again = plan.model_dump(mode="json") | {"inputs": inputs, "recipe": [step.model_dump(mode="json") for step in recipe]}
    kept = type(plan).model_validate(again | {"overrides": signed})
    said = {id: role for id, role in before.get("roles", {}).items() if id in there}
    return {"target": target, "plan": kept.model_dump(mode="json"), "inputs": chosen, "roles": said}


def edit_rows(
    workspace: Workspace, folder: Path, tell: Tell, dataset: str, version: int, mends: list[dict[str, Any]], drops: list[int], who: str
) -> dict[str, str]:
    """Writes the table anew with cells mended (each has "row", "column" and "value") and rows dropped; see `mending.edit`."""
    from engine import mending

    cells = {(int(one["row"]), str(one["column"])): one["value"] for one in mends}
    return {"dataset": mending.edit(workspace, dataset, version, cells, drops, who, tell).id}


def undo_edit(workspace: Workspace, folder: Path, tell: Tell, dataset: str, edit: dict[str, Any]) -> dict[str, str]:
    """Takes one change of the rows back."""
    from engine import mending
    from engine.edits import Edit

    return {"dataset": mending.undo(workspace, dataset, Edit.model_validate(edit), tell).id}


def read_other(workspace: Workspace, folder: Path, tell: Tell, path: str, name: str) -> dict[str, Any]:
    """Reads a file to be put together with another; the answer says whether the data is new here, so that it can go again."""
    from engine import datasets
    from engine.store import datasets as stored

    there = {dataset.id for dataset in stored.all(workspace)}
    try:
        dataset = datasets.add(workspace, Path(path), name, on_progress=tell)
    finally:
        Path(path).unlink(missing_ok=True)
    return {"dataset": dataset.id, "is_new": dataset.id not in there}


def combine(
    workspace: Workspace, folder: Path, tell: Tell, first: str, second: str, way: dict[str, Any], project: str, name: str = ""
) -> dict[str, str]:
    """Makes one dataset of two; the project takes it, and its choices start afresh."""
    from engine import combining
    from engine.store import projects

    new = combining.combine(workspace, first, second, combining.WAYS[way["kind"]].model_validate(way), tell)
    projects.save(workspace, project, dataset=new.id, draft={})
    return {"dataset": new.id}


def query(
    workspace: Workspace,
    folder: Path,
    tell: Tell,
    source: dict[str, Any],
    statement: str,
    most_rows: int,
    seconds: int,
    project: str,
    name: str = "",
    secret: str | None = None,
) -> dict[str, str]:
    """Asks a database and gives the project what comes; `secret` is the password. Only the open page knows it (see `errands.start`)."""
    from engine import querying
    from engine.store import projects

    asked = querying.Query(querying.source_of(source), statement, most_rows, seconds)
    if secret is None and asked.source.asks_password:
        raise EngineError("The password is not kept.", "Fill it in and ask again.")
    new = querying.take(workspace, asked, secret or "", folder, tell)
    projects.save(workspace, project, dataset=new.id, draft={})
    return {"dataset": new.id}


def _import_beside(bundle: Path) -> None:
    """Importing TensorFlow takes seconds: that can be done while another process reads the file."""
    from engine import network

    def load() -> None:
        from engine.lazy import keras

        _ = keras.__version__

    if (bundle / network.FILE).is_file():
        threading.Thread(target=load, name="import", daemon=True).start()
