"""Stata files: the values, with the words that labels give to codes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import error as StructError
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.io.stata import StataReader

from engine.columns import ColumnType
from engine.doubts import Choice
from engine.errors import UnreadableFile
from engine.names import mend
from engine.readers._content import head
from engine.readers.base import Batch, Change, Job, Raw, Reader, check_size, renamed
from engine.spec import param

_ROWS = 20_000
_OLD = tuple(bytes([version]) for version in (105, 108, 110, 111, 112, 113, 114, 115))
_ERRORS = (
    ValueError,
    OSError,
    EOFError,
    LookupError,
    TypeError,
    ArithmeticError,
    StructError,
    AttributeError,
    NotImplementedError,
    MemoryError,
)
_SHOWN = 5

Words = dict[int, str]


class Stata(Reader):
    """A Stata file (.dta); codes are shown by their labels."""

    kind: Literal["stata"] = "stata"
    title = "Stata"
    order = 34
    extensions: ClassVar[tuple[str, ...]] = (".dta",)
    holds: ClassVar[str] = "a Stata table"

    labels: bool = param(True, "Show codes by their labels", help="Such as 'female' where the file says 2 and labels it so.")

    @classmethod
    def sniff(cls, path: Path) -> bool:
        start = head(path, 11)
        return start == b"<stata_dta>" or (start[:1] in _OLD and start[1:2] in (b"\x01", b"\x02") and start[2:4] == b"\x01\x00")

    def read(self, job: Job) -> Raw:
        with _opened(job.path) as file:
            names = list(file.variable_labels())
            rows = int(file._nobs)
            check_size(len(names), rows)
            days = {name for name, shown in zip(names, file._fmtlist, strict=True) if not shown.lower().startswith(("%tc", "%-tc"))}
            all_words = {name: file.value_labels().get(label) for name, label in zip(names, file._lbllist, strict=True) if label}
        words = {name: given for name, given in all_words.items() if given} if self.labels else {}
        words, changes = _usable(job.path, words)
        mended, done = mend(names)
        changes += renamed(done)
        types: dict[int, ColumnType] = {place: "category" for place, name in enumerate(names) if name in words}
        return Raw(mended, _batches(job, names, words, days, rows), self, changes, types)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The file; whatever is wrong with it becomes a sentence."""
    try:
        with StataReader(path, convert_categoricals=False, compression=None) as file:
            yield file
    except _ERRORS as error:
        raise UnreadableFile("The Stata file is damaged or not complete.", "Save it again and upload the new file.") from error


def _pieces(path: Path, columns: list[str] | None = None) -> Iterator[pd.DataFrame]:
    with _opened(path) as file:
        file.variable_labels()
        left = int(file._nobs)
        while left > 0:
            piece = file.read(min(left, _ROWS), columns=columns)
            if not len(piece):
                raise ValueError("fewer rows than announced")
            left -= len(piece)
            yield piece


def _usable(path: Path, words: dict[str, Words]) -> tuple[dict[str, Words], list[Change]]:
    """The labels that say what a column's values are. Those of a few special codes among numbers, or of two codes alike, do not."""
    present: dict[str, set[int]] = {name: set() for name in words}
    for piece in _pieces(path, list(words)) if words else ():
        for name, seen in present.items():
            seen.update(int(code) for code in pd.unique(piece[name].dropna()) if float(code).is_integer())
    used, kept = {}, []
    for name, given in words.items():
        labelled = sum(code in given for code in present[name])
        if 2 * labelled > len(present[name]) and len({given[code] for code in present[name] if code in given}) == labelled:
            used[name] = given
        elif labelled:
            kept.append(f"{name} ({', '.join(f'{code}: {given[code]}' for code in sorted(present[name] & set(given))[:3])})")
    changes = []
    if used:
        shown = tuple(f"{name} ({', '.join(f'{code}: {word}' for code, word in list(given.items())[:3])})" for name, given in used.items())
        codes = Choice(label="Show the codes themselves", options={"labels": False})
        what = "The codes of these columns are shown by their labels."
        changes.append(Change(what=what, count=len(used), examples=shown[:_SHOWN], undo=codes))
    if kept:
        what = "Columns stayed numbers, because their labels name only a few special values or name two values alike."
        changes.append(Change(what=what, count=len(kept), examples=tuple(kept[:_SHOWN])))
    return used, changes


def _batches(job: Job, names: list[str], words: dict[str, Words], days: set[str], rows: int) -> Iterator[Batch]:
    read = 0
    for piece in _pieces(job.path):
        read += len(piece)
        yield [_text(piece.iloc[:, place], words.get(name), name in days) for place, name in enumerate(names)]
        job.tell(read / max(1, rows))


def _text(column: "pd.Series[Any]", words: Words | None, is_day: bool) -> pa.Array:
    """The values as text that says them exactly; null where there is none."""
    if pd.api.types.is_datetime64_any_dtype(column):
        shown = column.dt.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%S.%f")
        return pa.array([text if isinstance(text, str) else None for text in shown], pa.string())
    if not pd.api.types.is_numeric_dtype(column):
        return pa.array([str(value) if isinstance(value, str) or not pd.isna(value) else None for value in column], pa.string())
    numbers = column.to_numpy()
    there = ~np.isnan(numbers.astype(np.float64))
    if words:
        return pa.array(
            [words.get(int(v), f"{v:g}") if ok else None for v, ok in zip(numbers.tolist(), there.tolist(), strict=True)], pa.string()
        )
    if numbers.dtype.kind == "f" and (np.abs(numbers[there]) < 2**53).all() and (numbers[there] % 1 == 0).all():
        numbers = np.where(there, numbers, 0).astype(np.int64)
    return pa.array(numbers, mask=~there).cast(pa.string())
