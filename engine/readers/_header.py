"""The names of a sheet's columns: in one row, or in two, of which the upper groups the lower ("Vitals" above "pulse")."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.doubts import Choice, Doubt
from engine.readers import _region
from engine.readers._region import Region
from engine.readers._sheet import Sheet

_SHOWN = 4


@dataclass
class Header:
    """The names; the place of the first row of values; how many rows above the region's start belong to it; "yes", "two" or "no"."""

    names: list[str]
    first: int
    titles: int = 0
    form: str = "yes"
    doubts: list[Doubt] = field(default_factory=list)


def find(sheet: Sheet, region: Region, wanted: str) -> Header:
    """`wanted` is "yes", "two", "no", or "" for what seems right, which is then asked."""
    start, lower = region.start, region.cells(sheet.row(region.start))
    if wanted == "no":
        return Header([], start, form="no")
    if (above := _groups(sheet, region)) is not None:
        upper, lower_at = above, start
    elif start + 1 < region.stop and (wanted == "two" or _is_second(sheet, region)):
        upper, lower_at = _spread(sheet, region, start), start + 1
        lower = region.cells(sheet.row(start + 1))
    else:
        return Header(lower, start + 1)
    both = [" ".join(dict.fromkeys(filter(None, pair))) for pair in zip(upper, lower, strict=True)]
    is_group = lower_at == start or not all(region.cells(sheet.row(start)))
    one, first = (lower, lower_at + 1) if is_group else (upper, start + 1)
    is_two = wanted != "yes"
    question = _question(both, one, is_group, is_two)
    if is_two:
        return Header(both, lower_at + 1, 1 if lower_at == start else 0, "two", [question])
    return Header(one, first, 0, "yes", [question])


def _question(both: Sequence[str], one: Sequence[str], is_group: bool, is_two: bool) -> Doubt:
    what = "The columns seem to have names, or names and units, in two rows. What are they called?"
    row = "lower row" if is_group else "first row; the second holds values"
    choices = (
        Choice(label=f"Both rows together: {_listed(both)}", options={"header": "two"}),
        Choice(label=f"Only the {row}: {_listed(one)}", options={"header": "yes"}),
    )
    return Doubt(key="two rows of names", what=what, choices=choices, chosen=0 if is_two else 1)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name[:30]}'" for name in names[:_SHOWN] if name) + (" ..." if len(names) > _SHOWN else "")


def _groups(sheet: Sheet, region: Region) -> list[str] | None:
    """The row above the names, spread over the columns, if it groups them: merged cells or several words, not one title."""
    place = region.start - 1
    if place < 0 or sheet.numbers[region.start] - sheet.numbers[place] != 1:
        return None
    row, number = region.cells(sheet.row(place)), sheet.numbers[place]
    filled = [i for i, cell in enumerate(row) if cell]
    spans = [area for area in sheet.merged if area[0] == area[2] == number and area[3] > area[1]]
    merged = [area for area in spans if area[1] in region.columns and area[3] - area[1] + 1 < region.width]
    is_grouped = len(filled) > 1 or (len(filled) == 1 and bool(merged) and filled[0] > 0)
    return _spread(sheet, region, place) if is_grouped else None


def _spread(sheet: Sheet, region: Region, place: int) -> list[str]:
    """The cells of that row, each repeated over the columns it covers: those merged with it, else the blank ones to its right."""
    row, number = region.cells(sheet.row(place)), sheet.numbers[place]
    spans = {area[1]: area[3] for area in sheet.merged if area[0] <= number <= area[2]}
    across = any(right > left for left, right in spans.items())
    found, last, until = [], "", 0
    for column, cell in zip(region.columns, row, strict=True):
        if cell:
            last, until = cell, spans.get(column, column if across else 1 << 20)
        found.append(cell or (last if column <= until else ""))
    return found


def _is_second(sheet: Sheet, region: Region) -> bool:
    """Whether the second row too holds words where all further down are numbers."""
    rows = [region.cells(row) for row in sheet.rows(region.start + 1, region.stop)]
    places = _region.measured(rows[1:], region.width) if len(rows) > 3 else []
    return _region.names_in(rows, places)
