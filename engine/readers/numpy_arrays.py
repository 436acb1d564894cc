"""NumPy arrays: one with a row for each case, or several with the same number of rows side by side, such as X and y."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np

from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.names import mend
from engine.readers._arrays import ERRORS, MOST_BYTES, Head, heads, is_plain, load, texts
from engine.readers._content import head, members
from engine.readers.base import Batch, Change, Job, Raw, Reader, check_size, renamed
from engine.spec import param
from engine.wording import count

_ROWS = 50_000
_SPARSE = {"indices", "indptr", "shape", "data"}
_PARTS = ("train", "valid", "val", "test")
_ANSWERS = ("y", "target", "label", "class", "answer")
_SHOWN, _OFFERED = 5, 12

Group = list[Head]


class NumpyArrays(Reader):
    """NumPy arrays of numbers or text (.npy, .npz); those with the same number of rows stand side by side."""

    kind: Literal["numpy_arrays"] = "numpy_arrays"
    title = "NumPy"
    order = 32
    extensions: ClassVar[tuple[str, ...]] = (".npz", ".npy")
    holds: ClassVar[str] = "NumPy arrays"

    array: str = param("", "Array", help="Read with those that have as many rows; empty means the one for training, else the largest.")

    @classmethod
    def sniff(cls, path: Path) -> bool:
        names = members(path) if head(path, 2) == b"PK" else []
        return head(path, 6) == b"\x93NUMPY" or (bool(names) and all(name.endswith(".npy") for name in names))

    def read(self, job: Job) -> Raw:
        found = heads(job.path)
        groups = _groups(found)
        group = self._chosen(groups)
        _refuse(found, group)
        arrays = [load(job.path, one) for one in group]
        rows = len(arrays[0])
        names, columns, left_out = _columns(group, arrays, _labels(job.path, found, group))
        check_size(len(columns), rows)
        changes = _told(found, group, left_out)
        mended, done = mend(names)
        changes += renamed(done)
        used = self.model_copy(update={"array": _leader(group).name})
        return Raw(mended, _batches(columns, rows, job), used, changes, doubts=_asked(groups, group))

    def _chosen(self, groups: Sequence[Group]) -> Group:
        if not groups:
            raise UnreadableFile("The NumPy file holds no array with rows.", "Save an array with one row for each case.")
        if not self.array:
            return groups[0]
        named = [group for group in groups if self.array in [one.name for one in group]]
        if not named:
            names = ", ".join(one.name for group in groups for one in group)
            raise UnreadableFile(f"The file has no array '{self.array}' with rows.", f"Its arrays are: {names}.")
        return named[0]


def _groups(found: Sequence[Head]) -> list[Group]:
    """Arrays that belong together: as many rows, of the same part (train, test). What a model learns from comes first, then by size."""
    groups: dict[tuple[str, int], Group] = {}
    for one in found:
        if one.rows:
            part = next((part for part in _PARTS if part in one.name.lower()), "")
            groups.setdefault((part, one.rows), []).append(one)
    return [groups[key] for key in sorted(groups, key=lambda key: (key[0] != "train", -sum(map(_cells, groups[key]))))]


def _cells(one: Head) -> int:
    return int(np.prod(one.shape, dtype=object)) * len(one.dtype.names or (1,))


def _leader(group: Group) -> Head:
    return max(group, key=_cells)


def _refuse(found: Sequence[Head], group: Group) -> None:
    if {one.name for one in found} >= _SPARSE:
        raise UnreadableFile(
            "The file holds a sparse matrix, which leaves most cells out.", "Save it in full (with .toarray()) and upload it again."
        )
    deep = next((one for one in group if len(one.shape) > (1 if one.dtype.names else 2)), None)
    if deep:
        raise UnreadableFile(
            f"The array '{deep.name or 'in the file'}' has {len(deep.shape)} dimensions ({deep.size}); a table has rows and columns only.",
            "Save it with one flat row for each case; pictures as PNG files in one folder for each class, packed into a zip.",
        )
    if sum(_cells(one) * one.dtype.itemsize for one in group) > MOST_BYTES:
        raise UnreadableFile("The arrays are larger than 1 GB together.", "Leave out rows or columns, or save them as Parquet.")


def _labels(path: Path, found: Sequence[Head], group: Group) -> list[str]:
    """The names of the columns, where an array of texts beside the table gives them."""
    width = _leader(group).width
    for one in found:
        is_text = one.dtype.kind in "US" and len(one.shape) == 1 and one.rows == width > 1
        if is_text and one not in group and any(word in one.name.lower() for word in ("name", "column", "feature")):
            return [str(text) for text in texts(load(path, one)).to_pylist()]
    return []


def _columns(
    group: Group, arrays: Sequence["np.ndarray[Any, Any]"], labels: Sequence[str]
) -> tuple[list[str], list["np.ndarray[Any, Any]"], list[str]]:
    """(names, one-dimensional values, names of what does not fit into a column); the likely answers come last."""
    names: list[str] = []
    columns: list[np.ndarray[Any, Any]] = []
    left_out: list[str] = []
    leader = _leader(group)
    for one, values in sorted(zip(group, arrays, strict=True), key=lambda pair: pair[0].name.lower().startswith(_ANSWERS)):
        for name, column in _pieces(one, values, labels if one is leader else []):
            if is_plain(column.dtype) and column.ndim == 1:
                names.append(name)
                columns.append(column)
            else:
                left_out.append(name)
    if not columns:
        raise UnreadableFile("The arrays hold no plain numbers, texts or dates.", "Save them as plain numbers or text.")
    return names, columns, left_out


def _pieces(one: Head, values: "np.ndarray[Any, Any]", labels: Sequence[str]) -> Iterator[tuple[str, "np.ndarray[Any, Any]"]]:
    if one.dtype.names:
        for field in one.dtype.names:
            yield field, values[field]
    elif values.ndim == 1:
        yield one.name or "column 1", values
    else:
        given = list(labels) or [f"{one.name or 'column'} {i + 1}" for i in range(values.shape[1])]
        given = [one.name] if values.shape[1] == 1 and one.name else given
        yield from zip(given, values.T, strict=True)


def _batches(columns: Sequence["np.ndarray[Any, Any]"], rows: int, job: Job) -> Iterator[Batch]:
    for start in range(0, rows, _ROWS):
        try:
            yield [texts(column[start : start + _ROWS]) for column in columns]
        except ERRORS as error:
            raise UnreadableFile(f"The NumPy file holds values that cannot be shown after row {start:,}.", "Save it again.") from error
        job.tell(min(1.0, (start + _ROWS) / rows))


def _told(found: Sequence[Head], group: Group, left_out: Sequence[str]) -> list[Change]:
    changes = []
    if others := [f"{one.name} ({one.size})" for one in found if one not in group]:
        read = ", ".join(f"'{one.name}'" for one in group)
        what = f"The arrays {read} were read; the others were not."
        changes.append(Change(what=what, count=len(others), examples=tuple(others[:_SHOWN]), again=True))
    if left_out:
        what = "Parts that are no plain numbers, texts or dates were left out."
        changes.append(Change(what=what, count=len(left_out), examples=tuple(left_out[:_SHOWN])))
    return changes


def _asked(groups: Sequence[Group], chosen: Group) -> list[Doubt]:
    """Which of several tables is meant: those with more than one value a row or many rows."""
    offered = [group for group in groups[:_OFFERED] if group is chosen or not _is_aside(group, groups[0])]
    if len(offered) < 2 or chosen not in offered:
        return []
    choices = tuple(Choice(label=_described(group), options={"array": _leader(group).name}) for group in offered)
    what = "The file holds arrays with different numbers of rows. Which of them are your data?"
    return [Doubt(key="numpy-arrays", what=what, choices=choices, chosen=offered.index(chosen))]


def _is_aside(group: Group, first: Group) -> bool:
    """Whether these only tell about the others: a value or a name for each of their columns."""
    return group[0].rows <= 1 or (len(_leader(group).shape) == 1 and group[0].rows <= _leader(first).width)


def _described(group: Group) -> str:
    names = " and ".join(one.name for one in group[:_SHOWN])
    return f"{names} ({count(group[0].rows, 'row')}, {count(sum(one.width for one in group), 'column')})"
