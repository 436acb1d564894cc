"""Where the columns of a text table of fixed width lie: between them blanks run through all lines."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

FEWEST, MANY = 5, 20
_TITLES = 6
_ALIGNED, _NEAR = 0.9, 3
_CROSSING = 0.01
_REACHING, _FILLED, _MEASURED, _ROW = 0.5, 0.9, 0.8, 0.6
_NUMBER_OR_DATE = re.compile(r"[-+$€£]?[\d.,:/%T-]*\d[\d.,:/%eE+-]*")
_RULER = re.compile(r"[-=+|_ ]*[-=_]{2}[-=+|_ ]*")


class Gap(NamedTuple):
    """Blanks between two columns: from one place (counted from 0) up to before another. `side` says whose a longer value in there is.

    It is the column's "before" the gap where the one behind always begins at the same place, the one's "behind" where the other always
    ends at the same place; otherwise what is joined to the column behind is that one's.
    """

    start: int
    end: int
    side: Literal["before", "behind", "either"] = "either"


@dataclass(frozen=True)
class Layout:
    """`skip` lines before the table; `gaps` between its columns."""

    skip: int
    gaps: tuple[Gap, ...]

    @property
    def starts(self) -> tuple[int, ...]:
        """Where each column begins, counted from 1 as a person does."""
        return (1, *(end + 1 for _, end, _ in self.gaps))


def find(lines: Sequence[str]) -> Layout | None:
    """The layout of the first lines of a file, or None if they are no such table. Titles above it fill fewer places than its rows."""
    best: Layout | None = None
    for skip in range(min(_TITLES, len(lines))):
        if not lines[skip].strip():
            continue
        gaps = _gaps([line for line in lines[skip:] if line.strip() and not is_ruler(line)])
        is_more = gaps and (best is None or len(gaps) > len(best.gaps))
        if is_more and not any(_is_row(line, gaps) for line in lines[:skip]):
            best = Layout(skip, gaps)
    return best


def is_ruler(line: str) -> bool:
    """Whether the line only draws: dashes under the names."""
    return bool(_RULER.fullmatch(line.strip()))


def cut(line: str, gaps: Sequence[Gap]) -> list[str] | None:
    """The line's values, or None where it cannot be told which side of a gap something belongs to."""
    cells, at = [], 0
    for gap in gaps:
        stop = _stop(line[gap.start : gap.end], line[gap.end : gap.end + 1].strip(), gap.side)
        if stop is None:
            return None
        cells.append(line[at : gap.start + stop].strip())
        at = gap.start + stop
    return [*cells, line[at:].strip()]


def _stop(inside: str, behind: str, side: str) -> int | None:
    """Where in the text inside a gap the next column's part begins; `behind` is the character after it, "" for none."""
    is_joined = bool(behind) and bool(inside) and not inside[-1].isspace()
    if not inside.strip():
        return len(inside)
    if side == "before":
        return None if is_joined else len(inside)
    if side == "behind":
        return 0 if inside[0].isspace() else None
    if not is_joined:
        return len(inside)
    return inside.rindex(" ") + 1 if " " in inside else None


def _is_row(line: str, gaps: Sequence[Gap]) -> bool:
    """Whether the line has something for most columns, cut at the gaps or where two blanks follow one another."""
    row = cut(line, gaps) or []
    return max(sum(map(bool, row)), len(re.split(r"\s{2,}", line.strip()))) >= _ROW * (len(gaps) + 1)


def _gaps(lines: Sequence[str]) -> tuple[Gap, ...]:
    lines = list(dict.fromkeys(lines))
    if len(lines) < FEWEST:
        return ()
    width = max(map(len, lines))
    used = np.array([line.ljust(width) for line in lines]).view("U1").reshape(len(lines), width) != " "
    lengths = np.array([len(line) for line in lines])
    blank = used.sum(0) <= _CROSSING * len(lines)
    gaps = _merged([gap for gap in _runs(blank) if _is_reached(lengths, gap[1])], used)
    return tuple(_with_side(gap, used) for gap in gaps) if gaps and _is_table(lines, gaps) else ()


def _with_side(gap: Gap, used: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> Gap:
    """The gap with the side that values reach into it from, by what is usual below the first line."""
    before, behind = used[1:, gap.start - 1], used[1:, gap.end]
    near = used[1:, max(0, gap.start - _NEAR) : gap.start].any(1), used[1:, gap.end : gap.end + _NEAR].any(1)
    if behind.sum() >= _ALIGNED * max(1, near[1].sum()):
        return gap._replace(side="before")
    return gap._replace(side="behind") if before.sum() >= _ALIGNED * max(1, near[0].sum()) else gap


def _runs(blank: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> list[Gap]:
    """Runs of blank places with something on both sides."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], blank.astype(np.int8), [0]))))
    return [Gap(int(a), int(b)) for a, b in edges.reshape(-1, 2) if a > 0 and b < len(blank)]


def _is_reached(lengths: "np.ndarray[tuple[int], np.dtype[np.int64]]", place: int) -> bool:
    """Whether enough lines go on beyond that place: the blanks after the ends of short lines keep nothing apart."""
    reaching = int((lengths > place).sum())
    return reaching >= max(FEWEST - 1, _REACHING * len(lengths))


def _merged(gaps: list[Gap], used: "np.ndarray[tuple[int, int], np.dtype[np.bool_]]") -> list[Gap]:
    """Without single blanks under one name, as between a date and its time, and without parts that hold nothing below the first line."""
    kept: list[Gap] = []
    ends = [*(gap.start for gap in gaps), used.shape[1]][1:]
    for gap, stop in zip(gaps, ends, strict=True):
        below, above = used[1:, gap.end : stop].any(), used[0, gap.end : stop].any()
        if below and (above or gap.end - gap.start > 1):
            kept.append(gap)
    return kept


def _is_table(lines: Sequence[str], gaps: Sequence[Gap]) -> bool:
    """Whether nearly all lines have values on both sides, and, of few lines, some column holds numbers: sentences are no table."""
    rows = [row for line in lines if (row := cut(line, gaps)) is not None]
    if len(rows) < _FILLED * len(lines) or sum(sum(map(bool, row)) > 1 for row in rows) < _FILLED * len(rows):
        return False
    columns = [[cell for cell in column if cell] for column in zip(*rows[1:], strict=True)]
    return len(lines) >= MANY or any(cells and sum(map(_is_measured, cells)) >= _MEASURED * len(cells) for cells in columns)


def _is_measured(cell: str) -> bool:
    return bool(_NUMBER_OR_DATE.fullmatch(cell))
