"""`modelwright predict`, `evaluate` and `export`: what is done with a trained model."""

import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from engine import bundle as bundles
from engine import datasets, split, splits
from engine import plan as plans
from engine.bundle import Bundle
from engine.cli import give, tell
from engine.command_line.training import measures
from engine.errors import EngineError, NotFound
from engine.exporters import EXPORTERS
from engine.jobs import answers
from engine.lazy import tensorflow
from engine.panels import Report
from engine.store import keys
from engine.store.workspace import Workspace
from engine.tasks import Judged

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
LARGEST = 4 * 2**30
MANY_FILES = 200


def _import_quietly() -> None:
    """TensorFlow writes notices to the error stream while it is imported; there a person expects at most one line."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        bool(tensorflow.constant(0.0) == 0.0)
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def predict(at: Path, data: Path, out: Path) -> None:
    """Writes the rows of `data` with their answers to `out`."""
    _need_folder(out)
    with opened(at) as folder:
        got = answers.predict_file(Workspace.at(), str(folder), str(data), data.name, str(out))
    for problem in got["problems"]:
        tell(f"  {problem['level']}: {problem['where']}: {problem['what']} {problem['fix']}")
    tell(f"{got['rows']} row{'s' if got['rows'] != 1 else ''} answered, written to {out}.")


def evaluate(at: Path, data: Path, as_json: bool) -> None:
    """Judges the model on rows whose true answers are known."""
    with opened(at) as folder:
        bundle = bundles.load(folder)
        report, left_out, is_grouped = _judge(bundle, data)
    if left_out:
        tell(f"  {left_out} without an answer that the model knows: left out.")
    tell(report.headline)
    if splits.of(bundle.plan.split).is_whole and not is_grouped:
        tell("In training, rows that belong together were kept together. Here each row counts for itself, so every range is too narrow.")
    tell("That holds only if none of these rows was among those the model learned from.")
    if as_json:
        found = measures(report)
        give({"headline": report.headline, "verdict": report.verdict, **found, "rows": report.rows_test, "left_out": left_out})
        return
    for measure, score in measures(report)["metrics"].items():
        print(f"{measure:<20} {score['value']} {score['unit']}")


def export(at: Path, kind: str, out: Path) -> None:
    """Writes the model in another form, checked by loading it again."""
    _need_folder(out)
    with opened(at) as folder:
        EXPORTERS.get(kind)(kind=kind).write(bundles.load(folder), out)
    tell(f"Written to {out}.")


def _need_folder(out: Path) -> None:
    if not out.absolute().parent.is_dir():
        raise NotFound(f"There is no folder '{out.parent}' to write into.", "Make it first, or choose another --out.")
    if out.is_dir():
        raise EngineError(f"'{out}' is a folder.", "Name a file to write.")


@contextmanager
def opened(at: Path) -> Iterator[Path]:
    """The bundle's folder; a zip is unpacked into a temporary one. Raises EngineError for what is not a bundle."""
    if at.is_dir():
        _import_quietly()
        yield at
        return
    if not at.is_file():
        raise NotFound(f"There is no model at '{at}'.", "Name the folder or the .zip of a model.")
    with tempfile.TemporaryDirectory(prefix="modelwright-") as place:
        _unpack(at, Path(place))
        _import_quietly()
        yield Path(place)


def _unpack(path: Path, place: Path) -> None:
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
            if len(members) > MANY_FILES or sum(m.file_size for m in members) > LARGEST or "manifest.json" not in packed.namelist():
                raise EngineError(f"'{path.name}' is a zip, but not a model.", "Name the .zip that training or the Use page wrote.")
            packed.extractall(place)
    except zipfile.BadZipFile as error:
        raise EngineError(f"'{path.name}' is not a model: it is not a zip file.", "Name the folder or the .zip of a model.") from error


def _judge(bundle: Bundle, data: Path) -> tuple[Report, int, bool]:
    """The judgement, how many rows have no known answer, and whether rows that belong together could be told by a column of the file."""
    named, key = bundles.beside(bundle.folder), keys.known(Workspace.at(), keys.PSEUDONYMS)
    table, _ = datasets.read_new((*named, *bundle.columns), data, data.name, optional=[column.id for column in named], key=key)
    y = table.values(bundle.target.id)
    rows = np.flatnonzero(bundle.plan.task.known(y, bundle.state))
    if not len(rows):
        raise EngineError(
            f"No row of '{data.name}' has an answer in '{bundle.target.name}' that this model knows.", "Give rows with true answers."
        )
    known, column = table.take(rows), bundle.plan.split.column
    names_cases = splits.of(bundle.plan.split).names_cases
    judged = Judged(
        table=known,
        rows=rows,
        y=y[rows],
        outputs=bundle.outputs(known),
        baseline=np.repeat(bundle.baseline, len(rows), axis=0),
        linear=None,
        target=bundle.target.id,
        inputs=bundle.plan.inputs,
        groups=split.groups(bundle.plan.split, known, bundle.plan.inputs),
        beside=plans.beside(bundle.plan),
        group_name=next((c.name for c in known.columns if c.id == column and names_cases), ""),
    )
    return bundle.plan.task.report(judged, bundle.state), len(table) - len(rows), judged.groups is not None
