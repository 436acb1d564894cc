"""What pages read again and again from the store, kept while it cannot have changed. Handed out shared: never change it."""

from functools import lru_cache
from typing import TYPE_CHECKING

from app import state
from engine.columns import Table
from engine.problems import Problem
from engine.profile import Profile
from engine.store.workspace import Workspace

if TYPE_CHECKING:
    from engine.advice import InputAdvice
    from engine.datasets import Dataset


def profile(dataset: "Dataset") -> Profile:
    """The dataset's statistics."""
    return _profile(state.workspace(), dataset.id, dataset.version)


def head(dataset: "Dataset", rows: int = 50) -> Table:
    """The first rows."""
    return _head(state.workspace(), dataset.id, dataset.version, rows)


def table(dataset: "Dataset") -> Table:
    """All rows. One dataset is kept at a time."""
    return _table(state.workspace(), dataset.id, dataset.version)


def suspects(dataset: "Dataset", target: str) -> list[Problem]:
    """Inputs that may give the answer away, found in the rows."""
    return _suspects(state.workspace(), dataset.id, dataset.version, target)


def advised(dataset: "Dataset", target: str) -> "dict[str, InputAdvice]":
    """For each column but the target: whether to learn from it, and why."""
    return _advised(state.workspace(), dataset.id, dataset.version, target)


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

    return datasets.table(workspace, id)


@lru_cache(maxsize=32)
def _advised(workspace: Workspace, id: str, version: int, target: str) -> "dict[str, InputAdvice]":
    from engine import advice

    return {one.id: one for one in advice.inputs(_table(workspace, id, version), _profile(workspace, id, version), target)}


@lru_cache(maxsize=32)
def _suspects(workspace: Workspace, id: str, version: int, target: str) -> list[Problem]:
    from engine import advice

    return advice.suspects(_table(workspace, id, version), _profile(workspace, id, version), target)
