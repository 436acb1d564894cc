"""What pages read again and again from the store, kept while it cannot have changed. Handed out shared: never change it."""

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from app import state
from engine import browsing, checks, drift, pairs, recipe, relations, split, splits
from engine.browsing import Condition
from engine.columns import Table
from engine.errors import EngineError
from engine.plan import Plan
from engine.problems import Problem
from engine.profile import Profile
from engine.profile_report import Found
from engine.recipe import Preview
from engine.relations import Relation
from engine.split import Parts
from engine.store.workspace import Workspace

if TYPE_CHECKING:
    from engine.advice import InputAdvice
    from engine.datasets import Dataset

SAMPLE = 1000
MOST_DRAWN = 200_000


def profile(dataset: "Dataset") -> Profile:
    """The dataset's statistics."""
    return _profile(state.workspace(), dataset.id, dataset.version)


def head(dataset: "Dataset", rows: int = 50) -> Table:
    """The first rows."""
    return _head(state.workspace(), dataset.id, dataset.version, rows)


def table(dataset: "Dataset") -> Table:
    """The rows that advice and pictures look at: all, or of a very large table some, evenly spread. One dataset is kept at a time."""
    return _table(state.workspace(), dataset.id, dataset.version)


def matching(dataset: "Dataset", condition: Condition) -> np.ndarray | None:
    """The positions of the rows that a condition finds; None for all."""
    return _matching(state.workspace(), dataset.id, dataset.version, condition)


def page(dataset: "Dataset", columns: tuple[str, ...], condition: Condition, number: int) -> tuple[np.ndarray, Table]:
    """One page of the rows found: their positions and the values of these columns."""
    return _page(state.workspace(), dataset.id, dataset.version, columns, condition, number)


def beyond_columns(dataset: "Dataset", plan: Plan | None) -> Found:
    """What goes with the answer, which columns go together, and what changes along the file."""
    asked = plan.model_copy(update={"recipe": (), "name": ""}).model_dump_json() if plan else ""
    return _beyond_columns(state.workspace(), dataset.id, dataset.version, asked)


def values(dataset: "Dataset", column: str) -> np.ndarray:
    """(rows,) all values of one column."""
    return _values(state.workspace(), dataset.id, dataset.version, column)


def found(dataset: "Dataset", plan: Plan) -> list[Problem]:
    """What the checks see in the rows; takes a second or more the first time (see `meanwhile`)."""
    return _found(state.workspace(), dataset.id, dataset.version, about_checks(plan))


def about_checks(plan: Plan) -> str:
    """The plan with everything left out that does not matter to what the checks see in the rows."""
    return plan.model_dump_json(exclude={"recipe", "architecture", "training", "name", "confirmed", "overrides"})


def advised(dataset: "Dataset", target: str) -> "dict[str, InputAdvice]":
    """For each column but the target: whether to learn from it, and why."""
    return _advised(state.workspace(), dataset.id, dataset.version, target)


def related(dataset: "Dataset", plan: Plan) -> list[Relation]:
    """The columns that go with the answer most."""
    asked = plan.model_copy(update={"recipe": (), "name": ""}).model_dump_json()
    return _related(state.workspace(), dataset.id, dataset.version, asked)


def divided(dataset: "Dataset", plan: Plan) -> Parts:
    """Which rows are learned from, steer, and stay unseen, of those `drawn_from`. Raises InvalidPlan when they cannot be divided so."""
    return _divided(state.workspace(), dataset.id, dataset.version, about_rows(plan))


def drawn_from(dataset: "Dataset") -> np.ndarray:
    """The rows (positions) that pictures of the division are drawn from: all, or of a very large table some, evenly spread."""
    return _drawn_from(dataset.rows)


def outside_problems(dataset: "Dataset", second: "Dataset", used: tuple[str, ...], case: str) -> list[Problem]:
    """What is odd about the rows of a second dataset, read as the columns (ids) of the first say; `case` tells cases apart, or is ""."""
    return _outside_problems(state.workspace(), (dataset.id, dataset.version), (second.id, second.version), used, case)


def preview(dataset: "Dataset", plan: Plan, position: int) -> Preview:
    """What one step does to some training rows."""
    upto = plan.model_copy(update={"recipe": plan.recipe[: position + 1], "name": ""})
    return _preview(state.workspace(), dataset.id, dataset.version, upto.model_dump_json(), position)


def about_rows(plan: Plan) -> str:
    """The plan with everything left out that does not matter to which row is where."""
    deciding = set(splits.of(plan.split).needed(plan.split, plan.inputs))
    inputs = tuple(id for id in plan.inputs if id in deciding)
    matters_not = {"recipe": (), "confirmed": (), "overrides": (), "sensitive": (), "identifiers": (), "weight": "", "name": ""}
    return plan.model_copy(update={**matters_not, "inputs": inputs}).model_dump_json()


@lru_cache(maxsize=16)
def _profile(workspace: Workspace, id: str, version: int) -> Profile:
    from engine import datasets

    return datasets.profile(workspace, id)


@lru_cache(maxsize=8)
def _head(workspace: Workspace, id: str, version: int, rows: int) -> Table:
    from engine import datasets

    return datasets.head(workspace, id, rows)


@lru_cache(maxsize=1)
def _table(workspace: Workspace, id: str, version: int) -> Table:
    from engine import datasets

    return datasets.some(workspace, id)


@lru_cache(maxsize=8)
def _matching(workspace: Workspace, id: str, version: int, condition: Condition) -> np.ndarray | None:
    from engine import datasets

    return browsing.find(browsing.stored(workspace.dataset(id), datasets.get(workspace, id), ()).path, condition)


@lru_cache(maxsize=16)
def _page(workspace: Workspace, id: str, version: int, columns: tuple[str, ...], condition: Condition, number: int) -> Any:
    from engine import datasets

    stored = browsing.stored(workspace.dataset(id), datasets.get(workspace, id), columns)
    return browsing.page(stored, _matching(workspace, id, version, condition), number)


@lru_cache(maxsize=8)
def _beyond_columns(workspace: Workspace, id: str, version: int, plan: str) -> Found:
    table, profile = _table(workspace, id, version), _profile(workspace, id, version)
    ids = [column.id for column in profile.columns if not column.identifier]
    related = _related(workspace, id, version, plan) if plan else ()
    able = [id for id in ids if table.column(id).type != "text"]
    return Found(related, pairs.strongest(table, ids), drift.along(table, able))


@lru_cache(maxsize=4)
def _values(workspace: Workspace, id: str, version: int, column: str) -> np.ndarray:
    from engine import datasets

    return datasets.table(workspace, id, [column]).values(column)


@lru_cache(maxsize=32)
def _advised(workspace: Workspace, id: str, version: int, target: str) -> "dict[str, InputAdvice]":
    from engine import advice

    return {one.id: one for one in advice.inputs(_table(workspace, id, version), _profile(workspace, id, version), target)}


@lru_cache(maxsize=32)
def _found(workspace: Workspace, id: str, version: int, about: str) -> list[Problem]:
    any_model = {"architecture": {"kind": "linear"}, "training": {"kind": "gradient"}}
    plan = Plan.model_validate({**json.loads(about), **any_model})
    from engine import datasets, real_values

    real = real_values.of(datasets.get(workspace, id))
    return checks.search(checks.Case(plan, _profile(workspace, id, version), _table(workspace, id, version), real=real))


@lru_cache(maxsize=16)
def _related(workspace: Workspace, id: str, version: int, plan: str) -> list[Relation]:
    parsed = Plan.model_validate_json(plan)
    return relations.strongest(_table(workspace, id, version), parsed.target, parsed.task, parsed.inputs)


@lru_cache(maxsize=16)
def _divided(workspace: Workspace, id: str, version: int, plan: str) -> Parts:
    from engine import datasets, outside, tables

    parsed = Plan.model_validate_json(plan)
    needed = split.needed(parsed.split, parsed.inputs, parsed.target)
    rows = datasets.get(workspace, id).rows
    table = datasets.table(workspace, id, needed, _drawn_from(rows) if rows > MOST_DRAWN else None)
    if not parsed.split.outside:
        return _placed(split.assign(parsed.split, table, parsed.target, parsed.task, parsed.seed), rows)
    others = outside.rows(workspace, parsed.split.outside, table.columns, [parsed.target])
    return _placed(split.assign(parsed.split, tables.joined(table, others), parsed.target, parsed.task, parsed.seed, len(others)), rows)


@lru_cache(maxsize=2)
def _drawn_from(rows: int) -> np.ndarray:
    return np.arange(rows) if rows <= MOST_DRAWN else np.linspace(0, rows - 1, MOST_DRAWN).astype(np.int64)


def _placed(parts: Parts, rows: int) -> Parts:
    """The parts of the rows drawn from as positions in the whole table; rows of a second file come after its last one."""
    drawn = _drawn_from(rows)

    def place(part: np.ndarray) -> np.ndarray:
        own = part < len(drawn)
        return np.where(own, drawn[np.where(own, part, 0)], part - len(drawn) + rows)

    return parts if len(drawn) == rows else Parts(place(parts.train), place(parts.validation), place(parts.test))


@lru_cache(maxsize=8)
def _outside_problems(
    workspace: Workspace, first: tuple[str, int], second: tuple[str, int], used: tuple[str, ...], case: str
) -> list[Problem]:
    from engine import datasets, outside

    dataset = datasets.get(workspace, first[0])
    found = outside.problems(workspace, second[0], [dataset.column(id) for id in used], used)
    if not case:
        return found
    others = outside.rows(workspace, second[0], [dataset.column(case)], [])
    if met := split.shared(datasets.table(workspace, first[0], [case]), others, case):
        what = f"{met:,} of its cases are in this file too: the model may have learned from other rows of theirs."
        found = [Problem(where=dataset.column(case).name, what=what, fix="Judge it on cases it never met."), *found]
    return found


@lru_cache(maxsize=64)
def _preview(workspace: Workspace, id: str, version: int, plan: str, position: int) -> Preview:
    parsed = Plan.model_validate_json(plan)
    return recipe.preview(
        parsed.recipe, _some_training_rows(workspace, id, version, about_rows(parsed), parsed.inputs), parsed.inputs, position
    )


@lru_cache(maxsize=2)
def _some_training_rows(workspace: Workspace, id: str, version: int, about: str, inputs: tuple[str, ...]) -> Table:
    from engine import datasets

    try:
        rows = _divided(workspace, id, version, about).train
    except EngineError:
        rows = np.arange(datasets.get(workspace, id).rows)
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), SAMPLE)).astype(int)]
    return datasets.table(workspace, id, inputs, some)
