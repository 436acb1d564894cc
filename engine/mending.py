"""Mending a dataset's rows: what a page asks for when a person has changed cells, dropped rows, or takes one of these back."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine import datasets, editing
from engine.datasets import Dataset
from engine.edits import Edit
from engine.errors import EngineError
from engine.store.workspace import Workspace

Tell = Callable[[float, str], None]


def edit(
    workspace: Workspace, id: str, version: int, mends: Mapping[tuple[int, str], Any], drops: Sequence[int], who: str, tell: Tell
) -> Dataset:
    """Mends cells, given by row of the table from 0 and column id, and drops rows of it. `version` is the one the rows are counted in.

    Raises EngineError for a value that its column cannot hold, and if the dataset was changed meanwhile.
    """
    before = datasets.get(workspace, id)
    if before.version != version:
        raise EngineError("The data was changed in another window meanwhile.", "Look at the rows again and repeat your change.")
    folder = workspace.dataset(id)
    noted = editing.noted(folder, before, mends, drops, who)
    return datasets.exchange(workspace, before, editing.with_edits(folder, before, (*before.edits, *noted), tell))


def undo(workspace: Workspace, id: str, edit: Edit, tell: Tell) -> Dataset:
    """Takes one edit back; the others stay. Raises EngineError if it is not there any more."""
    before = datasets.get(workspace, id)
    if edit not in before.edits:
        raise EngineError("This change was taken back already.", "Look at the rows again.")
    left = list(before.edits)
    left.remove(edit)
    return datasets.exchange(workspace, before, editing.with_edits(workspace.dataset(id), before, left, tell))
