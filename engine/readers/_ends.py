"""What stands around the rows of a text table without being one: a row of units below the names, sums and notes below the table."""

import re
from collections import deque
from collections.abc import Iterator, Sequence

from engine.readers._dialect import is_measured, lines_of, reader
from engine.readers._quick import Body
from engine.readers.base import Batch

_TAIL = 64 * 2**10
_MOST_LAST = 5
_LOOKED_AT = 3
_LONGEST_UNIT = 20
_TOTAL = re.compile(
    r"(grand |sub)?(total|totals|sum|summe|gesamt|insgesamt|gesamtsumme|somme|suma|totale|average|mean|mittelwert|durchschnitt|moyenne)"
    r"( .{0,20})?:?",
    re.IGNORECASE,
)


def has_units(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows (those below the names) has short words where all below it are numbers."""
    first, below = rows[0] if rows else [], rows[1:]
    if len(below) < 3:
        return False
    words = numbers = 0
    for place, cell in enumerate(first):
        cells = [row[place].strip() for row in below if place < len(row) and row[place].strip()]
        if cells and sum(map(is_measured, cells)) >= 0.9 * len(cells):
            numbers += is_measured(cell.strip())
            words += bool(cell.strip()) and not is_measured(cell.strip()) and len(cell.strip()) <= _LONGEST_UNIT
    return words > 0 and numbers == 0 and words >= 0.5 * sum(bool(cell.strip()) for cell in first)


def totals(body: Body) -> list[list[str]]:
    """The last rows, if they sum up the others or are notes below the table; none if rows further up look the same."""
    rows = _last_rows(body)
    odd: deque[list[str]] = deque()
    while rows and len(odd) <= _MOST_LAST and (_is_total(rows[-1]) or _is_note(rows[-1], body.width)):
        odd.appendleft(rows.pop())
    others = sum(_is_total(row) or _is_note(row, body.width) for row in rows)
    return list(odd) if 0 < len(odd) <= _MOST_LAST and len(rows) > 2 * len(odd) and not others else []


def without_last(batches: Iterator[Batch], count: int) -> Iterator[Batch]:
    """The batches less the last `count` rows."""
    held: deque[Batch] = deque()
    for batch in batches:
        held.append(batch)
        while sum(len(b[0]) for b in list(held)[1:]) >= count:
            yield held.popleft()
    left = sum(len(b[0]) for b in held) - count
    for batch in held:
        if left > 0:
            yield [column.slice(0, left) for column in batch]
        left -= len(batch[0])


def _last_rows(body: Body) -> list[list[str]]:
    """The whole rows in the last part of the file."""
    with body.path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(body.start, size - _TAIL)
        file.seek(start)
        lines = lines_of(file.read().decode("utf-8", "replace"))
    if start > body.start:
        lines = lines[1:]
    return [row for row in reader(lines, body.delimiter, body.quote) if any(cell.strip() for cell in row) and len(row) <= body.width]


def _is_total(row: Sequence[str]) -> bool:
    return any(_TOTAL.fullmatch(cell.strip()) for cell in row[:_LOOKED_AT])


def _is_note(row: Sequence[str], width: int) -> bool:
    """A sentence alone in its row."""
    there = [cell.strip() for cell in row if cell.strip()]
    return width > 2 and len(there) == 1 and row[0].strip() == there[0] and not is_measured(there[0]) and not there[0].startswith("#")
