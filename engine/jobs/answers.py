"""The questions the desk answers: each takes the workspace first and JSON-able arguments, and gives back JSON-able things."""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd

from engine import bundle as bundles
from engine import datasets, gains, known_rows, rehearsal, samples, split, spreadsheets, teamwork, treatments, values
from engine import form as forms
from engine.bundle import Bundle
from engine.columns import Column, Table
from engine.errors import EngineError
from engine.jobs import spare
from engine.plan import Plan
from engine.rehearsal import Rehearsal
from engine.store import experience, keys
from engine.store.workspace import Workspace
from engine.tables import Stored

Tell = Callable[[float, str], None]

PREVIEW = 20
PIECE, PICTURES = 20_000, 250
READING = 0.4
MOST_COMPARED = 20_000
ANY_MODEL = {"architecture": {"kind": "linear"}, "training": {"kind": "gradient"}}


def _silent(part: float, words: str) -> None:
    """For who does not ask how far it is."""


def layers(workspace: Workspace, plan: dict[str, Any]) -> dict[str, Any]:
    """The model's boxes, the arrows between them, and how many numbers it learns."""
    asked = Plan.model_validate(plan)
    boxes = asked.training.layers(_rehearsed(workspace, asked).lesson)
    return {
        "layers": [asdict(box) for box in boxes],
        "parameters": sum(box.parameters for box in boxes),
        "edges": [[before, box.name] for box in boxes for before in box.inputs],
    }


def estimate(workspace: Workspace, plan: dict[str, Any]) -> dict[str, float]:
    """What this training would take on this computer, measured by a few real steps; as long as those like it went on before, if any did.

    What the very same training took before goes before what is measured.
    """
    asked = Plan.model_validate(plan)
    found = _estimated(workspace, asked)
    if (took := experience.took(workspace, asked)) is None:
        return found
    low, high = min(found["seconds_low"], took), max(found["seconds_high"], took)
    return found | {"seconds": took, "seconds_low": low, "seconds_high": high, "known": 1.0}


def _estimated(workspace: Workspace, asked: Plan) -> dict[str, float]:
    is_awaited = spare.is_kept()
    if asked.team is None:
        return rehearsal.estimate(asked, _rehearsed(workspace, asked), is_awaited, experience.of(workspace, asked))
    singles = teamwork.singles(asked)
    went = [experience.of(workspace, single) for single in singles]
    return rehearsal.estimate_team(asked, [(single, _rehearsed(workspace, single)) for single in singles], is_awaited, went)


def gain(workspace: Workspace, plan: dict[str, Any]) -> dict[str, Any]:
    """What the steps that take long to learn are worth on the training rows, beside those that usually stand in their place."""
    asked = Plan.model_validate(plan)
    rows = datasets.get(workspace, asked.dataset).rows
    some = np.linspace(0, rows - 1, min(rows, MOST_COMPARED)).astype(np.int64)
    wanted = list(dict.fromkeys([*asked.inputs, asked.target, *split.needed(asked.split, asked.inputs, asked.target)]))
    table = datasets.table(workspace, asked.dataset, columns=wanted, rows=some)
    teaching = np.arange(len(table))
    if not asked.split.outside:
        parts = split.assign(asked.split, table, asked.target, asked.task, asked.seed)
        teaching = np.sort(np.concatenate([parts.train, parts.validation]))
    found = gains.measured(asked, table, teaching)
    return asdict(found) | {"sentence": found.sentence}


def predict(workspace: Workspace, bundle: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Answers for rows written as {column name: text, number or None}; what is odd about them as problems."""
    model = _load(Path(bundle))
    return _answered(model, _table(model, rows, keys.known(workspace, keys.PSEUDONYMS)))


def predict_picture(workspace: Workspace, bundle: str, path: str) -> dict[str, Any]:
    """The answer for one picture file, read by a process of its own as the training pictures were."""
    model = _load(Path(bundle))
    pictures = [column for column in model.inputs if column.type == "image"]
    if len(pictures) != 1:
        raise EngineError(f"This model looks at {len(pictures)} pictures at once.", "Give it a file with rows instead.")
    if not Path(path).is_file():
        raise EngineError("The picture is not there any more.", "Choose it again.")
    with TemporaryDirectory() as place:
        found = [column for column in model.columns if column.id != pictures[0].id]
        table, problems = datasets.read_new(
            model.columns,
            Path(path),
            Path(path).name,
            optional=[column.id for column in found],
            folder=Path(place),
            key=keys.known(workspace, keys.PSEUDONYMS),
        )
        row = samples.table(model.inputs, {c.id: [_first(table, c)] for c in model.inputs}, table.folder)
        answer = _answered(model, row)
    return {**answer, "problems": [*(problem.model_dump() for problem in problems if problem.level != "info"), *answer["problems"]]}


def predict_file(workspace: Workspace, bundle: str, path: str, name: str, out: str, tell: Tell = _silent) -> dict[str, Any]:
    """Writes a CSV with the file's rows and their answers to `out`; gives back how many, the first ones, and problems.

    Read, answered and written in pieces, so that the number of rows does not matter. What `tell` raises ends it; `out` is then not there.
    """
    columns, named = bundles.columns(Path(bundle)), bundles.beside(Path(bundle))
    tell(0.0, "Reading the file")
    with TemporaryDirectory(dir=Path(out).absolute().parent, prefix="reading-") as place:
        rows, found = datasets.store_new(
            (*named, *columns),
            Path(path),
            name,
            folder=Path(place),
            optional=[columns[-1].id, *(column.id for column in named)],
            key=keys.known(workspace, keys.PSEUDONYMS),
            on_progress=lambda part, words: tell(READING * part, words),
        )
        tell(READING, "Loading the model")
        model = _load(Path(bundle))
        written = Path(place) / "answers.csv"
        preview = _write_answers(model, rows, written, tell)
        found += known_rows.problems(workspace, model.plan, rows, name)
        problems = [*found, *(p for field in model.fields for p in forms.problems([field], rows.table([field.id])))]
        os.replace(written, out)
    return {"rows": rows.rows, "problems": [p.model_dump() for p in problems], "preview": preview}


def _write_answers(model: Bundle, rows: Stored, out: Path, tell: Tell) -> list[dict[str, Any]]:
    """Writes the rows with their answers beside them; gives back the first ones."""
    taken, units = {column.name for column in rows.columns}, _units(rows)
    most = PICTURES if any(column.type == "image" for column in rows.columns) else PIECE
    preview: list[dict[str, Any]] = []
    done = 0
    with out.open("w", encoding="utf-8", newline="") as file:
        for table in rows.pieces(most):
            tell(READING + (1 - READING) * done / rows.rows, f"Answering: {done:,} of {rows.rows:,} rows")
            answered = pd.concat([_under_names(table), _apart(model.predict(table), taken)], axis=1)
            preview += _records(answered.head(PREVIEW - len(preview)))
            spreadsheets.to_csv(_with_dates(answered, units), file, header=not done)
            done += len(table)
        tell(1.0, f"Answering: {done:,} of {rows.rows:,} rows")
        file.flush()
        os.fsync(file.fileno())
    return preview


def _units(rows: Stored) -> dict[str, str]:
    """How exactly each date column is written, for all pieces alike: to the day where no row has a time of the day."""
    dates = [column for column in rows.columns if column.type == "date"]
    return {column.name: _unit(rows.table([column.id]).values(column.id)) for column in dates}


def _unit(moments: "np.ndarray[Any, Any]") -> str:
    known = moments[~np.isnat(moments)]
    return next((unit for unit in ("D", "s", "ms") if (known == known.astype(f"datetime64[{unit}]")).all()), "ns")


def _with_dates(frame: pd.DataFrame, units: Mapping[str, str]) -> pd.DataFrame:
    """The date columns as text."""
    written = {}
    for name, unit in units.items():
        text = np.char.replace(np.datetime_as_string(frame[name].to_numpy("datetime64[ns]"), unit=unit), "T", " ")  # type: ignore[call-overload]
        written[name] = pd.Series(text, dtype="str").where(frame[name].notna())
    return frame.assign(**written)


def _rehearsed(workspace: Workspace, plan: Plan) -> Rehearsal:
    """The sample is prepared once for all plans that prepare the same rows in the same way, whatever the model."""
    preparation = plan.model_dump_json(exclude={"architecture", "training", "name", "confirmed", "overrides", "team"})
    tried = _prepared(workspace, datasets.get(workspace, plan.dataset).version, preparation)
    return replace(tried, lesson=replace(tried.lesson, architecture=plan.architecture))


@lru_cache(maxsize=8)
def _prepared(workspace: Workspace, version: int, preparation: str) -> Rehearsal:
    plan = Plan.model_validate({**json.loads(preparation), **ANY_MODEL})

    def read(columns: list[str], rows: Any) -> Table:
        return datasets.table(workspace, plan.dataset, columns=columns, rows=rows)

    return rehearsal.rehearse(plan, datasets.get(workspace, plan.dataset).rows, read)


def _load(folder: Path) -> Bundle:
    manifest = folder / "manifest.json"
    return _loaded(folder, manifest.stat().st_mtime_ns if manifest.exists() else 0)


@lru_cache(maxsize=4)
def _loaded(folder: Path, written: int) -> Bundle:
    return bundles.load(folder)


def _table(model: Bundle, rows: list[dict[str, Any]], key: str = "") -> Table:
    """Raises EngineError for a name the model does not know, or a value that cannot be read."""
    names = {column.name for column in model.columns}
    for name in (name for row in rows for name in row if name not in names):
        raise EngineError(f"The model knows no column '{name}'.", f"Its columns are: {', '.join(c.name for c in model.inputs)}.")
    return samples.table(model.inputs, {column.id: [_value(row.get(column.name), column, key) for row in rows] for column in model.inputs})


def _first(table: Table, column: Column) -> Any:
    """The value in the first row; None where the table has no such column."""
    return table.values(column.id)[0] if any(c.id == column.id for c in table.columns) else None


def _value(given: Any, column: Column, key: str = "") -> Any:
    if column.treatment and isinstance(given, str) and given.strip():
        given = treatments.one(given, column, key) or given
    read = values.parse_one(given, column)
    return read.isoformat() if isinstance(read, pd.Timestamp) else read


def _answered(model: Bundle, table: Table) -> dict[str, Any]:
    return {"rows": _records(model.predict(table)), "problems": [problem.model_dump() for problem in model.problems(table)]}


def _under_names(table: Table) -> pd.DataFrame:
    return table.frame.set_axis([column.name for column in table.columns], axis=1)


def _apart(answers: pd.DataFrame, taken: set[str]) -> pd.DataFrame:
    """The answers' columns, renamed where the file has a column of that name."""
    return answers.rename(columns={name: f"{name} (model)" for name in answers.columns if name in taken})


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(name): _plain(value) for name, value in row.items()} for row in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    return value.isoformat() if isinstance(value, pd.Timestamp) else value
