"""Treating a dataset's personal data: its files are written anew, and what they held before goes from the workspace.

The values are read and written in the process of the intake (see `treating`). Nothing takes it back.
"""

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

from engine import anonymity, dataset_files, quarantine, tables, treating
from engine.anonymity import Anonymity
from engine.columns import Treatment
from engine.errors import EngineError
from engine.quarantine import Progress
from engine.store import backup, datasets, db, keys, projects, runs, studies, trash, wiping
from engine.store.datasets import Dataset
from engine.store.records import to_json
from engine.store.runs import Run
from engine.store.workspace import Workspace
from engine.treating import Request, Treated


def seen_by(workspace: Workspace, id: str, columns: Mapping[str, Treatment]) -> list[Run]:
    """Runs whose models and reports hold values of these columns from before the treatment."""
    return [run for run in runs.all(workspace, of_studies=True) if run.dataset == id and set(columns) & _columns(run)]


def outlook(workspace: Workspace, id: str, known: Sequence[str], wanted: Mapping[str, Treatment]) -> tuple[Anonymity, Anonymity]:
    """How well people hide by the columns `known` to others: as the dataset is now, and as it would be after the treatments."""
    dataset = datasets.get(workspace, id)
    source, _, typed, _ = dataset_files.files(workspace.dataset(id), dataset.source, dataset.typed)
    columns = [dataset.column(one) for one in known]
    now = {column.id: tables.read_table(typed, [column]).frame[column.id].to_numpy() for column in columns}
    then: dict[str, Any] = dict(now)
    for column in columns:
        if column.id in wanted:
            values = anonymity.treated(tables.source_column(source, column.id), column, wanted[column.id])
            then = {other: kept for other, kept in then.items() if other != column.id} | ({} if values is None else {column.id: values})
    return anonymity.measure(now), anonymity.measure(then, dataset.rows)


def treat(
    workspace: Workspace, id: str, wanted: Mapping[str, Treatment], *, with_runs: bool = True, on_progress: Progress | None = None
) -> Dataset:
    """Treats columns for good: source, table, statistics and report are written anew, and the upload and the old files are destroyed.

    Choices of the projects with this dataset start afresh. Runs that have seen the columns go too, unless `with_runs` is false. Raises
    EngineError while a run uses the dataset, and for a column that was treated before.
    """
    before = datasets.get(workspace, id)
    _refuse(workspace, before, wanted)
    folder = workspace.dataset(id)
    asked = Request(
        folder=str(folder),
        source=before.source,
        typed=before.typed,
        new_source=token_hex(4),
        new_typed=token_hex(4),
        columns=before.columns,
        treatments=dict(wanted),
        key=keys.made(workspace, keys.PSEUDONYMS) if any(how.kind == "pseudonym" for how in wanted.values()) else "",
    )
    new = dataset_files.files(folder, asked.new_source, asked.new_typed)
    try:
        answer = quarantine.run({"treat": asked.model_dump(mode="json")}, workspace.logs / "intake.log", on_progress)
        after = _after(before, Treated.model_validate(answer), asked)
        datasets.replace(workspace, before, after)
    except BaseException:
        dataset_files.shred(new)
        raise
    for run in seen_by(workspace, id, wanted) if with_runs else []:
        runs.delete(workspace, run.id)
    studies.delete_empty(workspace, id)
    return _forget(workspace, after)


def finish(workspace: Workspace) -> None:
    """Goes on with what a treatment had still to remove when its process ended."""
    for id in wiping.left(workspace):
        _forget(workspace, datasets.get(workspace, id))


def _columns(run: Run) -> set[str]:
    """The columns that a run reads."""
    known = run.plan
    return {*known.get("inputs", ()), known.get("target", ""), known.get("split", {}).get("column", "")}


def _refuse(workspace: Workspace, dataset: Dataset, wanted: Mapping[str, Treatment]) -> None:
    if not wanted:
        raise EngineError("No column is chosen.", "Choose what to do with at least one.")
    for id, how in wanted.items():
        column = dataset.column(id)
        if column.type == "image":
            raise EngineError(f"'{column.name}' holds pictures, which cannot be treated.", "Take them out of the file and upload it again.")
        if column.treatment is not None and how.kind != "drop":
            raise EngineError(f"'{column.name}' was treated already.", "Leave it as it is, or leave it out.")
    if len({id for id, how in wanted.items() if how.kind == "drop"}) == len(dataset.columns):
        raise EngineError("No column would be left.", "Keep at least one.")
    studies.refuse_use(workspace, dataset.id, dataset.name)
    if using := runs.active(workspace, dataset=dataset.id, with_paused=True):
        raise EngineError(
            f"The dataset '{dataset.name}' is in use by a run ('{using[0].name}').", "Wait until it has ended, or cancel it first."
        )


def _after(before: Dataset, done: Treated, asked: Request) -> Dataset:
    """The dataset with its new files, which hold what was mended in them for good.

    What its report and its questions quote of the file is left out: it may be what was treated.
    """
    doubts = treating.remaining(before.doubts, asked.treatments)
    return before.model_copy(
        update={
            "columns": done.columns,
            "changes": (*treating.scrubbed(before.changes, asked.treatments), *done.changes),
            "doubts": doubts,
            "settled": {doubt.key: before.settled[doubt.key] for doubt in doubts if doubt.key in before.settled},
            "source": asked.new_source,
            "typed": asked.new_typed,
            "edits": (),
            "unedited": "",
            "has_original": False,
            "is_wiped": False,
            "version": before.version + 1,
        }
    )


def _forget(workspace: Workspace, dataset: Dataset) -> Dataset:
    """Removes everything in the workspace that still holds the values: old files, leftovers, copies of the database, and its log.

    Done again from the start when it breaks off.
    """
    folder = workspace.dataset(dataset.id)
    kept = {*dataset_files.files(folder, dataset.source, dataset.typed)}
    dataset_files.shred(path for path in sorted(folder.iterdir()) if path not in kept)
    for path in workspace.uploads.glob("*.part"):
        if path.stat().st_size == dataset.bytes and dataset_files.digest(path) == dataset.sha256:
            dataset_files.shred([path])
    for project in projects.all(workspace):
        if project.dataset == dataset.id:
            projects.save(workspace, project.id, draft={})
    with db.write(workspace, durable=True) as database:
        database.execute("DELETE FROM preparing")
    trash.empty(workspace)
    wiped = dataset.model_copy(update={"is_wiped": True})
    backup.exchange_dataset(workspace, dataset.id, to_json(wiped.model_dump()))
    datasets.replace(workspace, dataset, wiped)
    db.wipe(workspace)
    return wiped
