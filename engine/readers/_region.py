"""Where on a sheet the table lies: its columns and rows, and what lies around it."""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter, range_boundaries

from engine.doubts import Choice
from engine.errors import UnreadableFile
from engine.names import clean
from engine.readers._sheet import Cells, Segment, Sheet
from engine.readers.base import Change

_SHOWN = 3
_ENOUGH = 0.8
_MOST_SUMS = 5
_SUM = re.compile(
    r"(grand |sub)?(total|totals|sum|average|mean|median)|(gesamt)?summe|gesamt|insgesamt|mittelwert|durchschnitt|somme|moyenne|suma|totale"
)
_EMPTY = {"", "?", "na", "n/a", "nan", "null", "none", "-"}
_MEASURED = re.compile(r"[-+\u2212]?\d[\d.,' \u00a0]*([eE][-+]?\d+)?\s?%?|\d{1,4}[-/.]\d{1,2}([-/.]\d{1,4})?([ T]\d{1,2}:\d{2}.*)?")


@dataclass
class Region:
    """The table's columns (as the sheet numbers them), its rows (places among the filled ones), and the ones left out between.

    `others` are further tables on the sheet, as ranges such as "E1:G12"; `own` is this one's.
    """

    columns: list[int]
    start: int
    stop: int
    repeated: set[int] = field(default_factory=set)
    told: list[Change] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    own: str = ""

    @property
    def width(self) -> int:
        return len(self.columns)

    def cells(self, row: Cells) -> list[str]:
        return [row.get(column, "") for column in self.columns]


def whole(sheet: Sheet) -> Choice:
    """The way to read all that is on the sheet as one table."""
    left, right = get_column_letter(min(sheet.extent)), get_column_letter(max(sheet.extent))
    return Choice(label="Read the whole sheet", options={"area": f"{left}{sheet.numbers[0]}:{right}{sheet.numbers[-1]}"})


def find(sheet: Sheet, area: str, known: Sequence[str] = (), keeps_repeated: bool = False) -> Region:
    """The table in `area` ("C5:F200"), or else the largest one. `known` are names it may have. Raises UnreadableFile."""
    if not sheet.numbers:
        raise UnreadableFile(f"The sheet '{sheet.title}' is empty.", "Choose a sheet with a row of column names and values below.")
    if area:
        return _asked_for(sheet, area)
    region, beside = _columns(sheet, known)
    _rows(sheet, region)
    region.repeated = set() if keeps_repeated else region.repeated
    _tell_of(sheet, region, beside)
    return region


def _asked_for(sheet: Sheet, area: str) -> Region:
    wrong = UnreadableFile(f"'{clean(area)}' is no area of a sheet.", "Write its first and last cell, such as C5:F200.")
    try:
        left, top, right, bottom = range_boundaries(area.strip().replace("$", "").upper())
    except (ValueError, TypeError) as error:
        raise wrong from error
    columns = [column for column in sorted(sheet.extent) if (left or 1) <= column <= (right or 1 << 20)]
    start, stop = bisect_left(sheet.numbers, top or 1), bisect_right(sheet.numbers, bottom or 1 << 40)
    if not columns or start >= stop:
        raise UnreadableFile(f"The area {clean(area)} of the sheet '{sheet.title}' is empty.", "Name an area that has values.")
    return Region(columns, start, stop, own=area)


def _columns(sheet: Sheet, known: Sequence[str]) -> tuple[Region, list[list[int]]]:
    """The widest filled columns side by side, and those further out that belong to them; the others come beside."""
    groups: list[list[int]] = []
    for column in sorted(sheet.extent):
        if groups and column == groups[-1][-1] + 1:
            groups[-1].append(column)
        else:
            groups.append([column])
    main = max(groups, key=lambda group: sum(sheet.extent[column][2] for column in group))
    start = _start(sheet, main, known)
    first = sheet.numbers[start]
    beside: list[list[int]] = []
    end = max(sheet.extent[column][1] for column in main)
    joined = list(main)
    for group in groups:
        if group is not main:
            belongs = any(column in sheet.row(start) for column in group) and not _is_another(sheet, group, first, end)
            joined, beside = ([*joined, *group], beside) if belongs else (joined, [*beside, group])
    below = [column for column in sorted(joined) if sheet.extent[column][1] >= first]
    return Region(below, start, len(sheet.numbers)), beside


def _is_another(sheet: Sheet, group: list[int], first: int, end: int) -> bool:
    """Whether these columns, a blank one away, are a table of their own: evenly filled, and ended sooner or later than the main one."""
    extents = [sheet.extent[column] for column in group]
    even = len({last for _, last, _ in extents}) == 1 and all(count >= last - begins + 1 for begins, last, count in extents)
    return len(group) > 1 and even and abs(extents[0][1] - end) > 1


def _start(sheet: Sheet, columns: Sequence[int], known: Sequence[str]) -> int:
    """The row the table begins with: the one with the names known, else the first that titles above it do not fill."""
    if known:
        wanted = set(known)
        named = [len({clean(row.get(column, "")) for column in columns} & wanted) for row in sheet.top]
        if max(named) > 0:
            return named.index(max(named))
    filled = [sum(column in row for column in columns) for row in sheet.top]
    usual = Counter(count for count in filled if count).most_common(1)[0][0]
    return next((place for place, count in enumerate(filled) if count >= 0.6 * usual and (count > 1 or usual == 1)), 0)


def _rows(sheet: Sheet, region: Region) -> None:
    """Ends the table before notes and before further tables; leaves out rows that repeat its names."""
    first = sheet.numbers[region.start]
    runs = [run for run in sheet.segments if run.last >= first]
    measured = _measured(sheet, region, runs[0].last)
    names = region.cells(sheet.row(region.start))
    tables: list[list[Segment]] = [[runs[0]]]
    for run in runs[1:]:
        cells = region.cells(run.top[0])
        if cells == names and len(run.top) > 1:
            region.repeated.add(bisect_left(sheet.numbers, run.first))
            tables[-1].append(run)
        elif measured and len(run.top) > 1 and sum(_is_word(cells[place]) for place in measured) > len(measured) / 2:
            tables.append([run])
        else:
            tables[-1].append(run)
    sizes = [sum(run.rows * run.widest for run in table) for table in tables]
    main = tables[sizes.index(max(sizes))]
    if main is not tables[0]:
        region.start, region.repeated = bisect_left(sheet.numbers, main[0].first), set()
    _without_notes(sheet, region, main)
    left, right = get_column_letter(region.columns[0]), get_column_letter(region.columns[-1])
    region.stop = bisect_right(sheet.numbers, main[-1].last)
    region.own = f"{left}{sheet.numbers[region.start]}:{right}{main[-1].last}"
    region.others += [f"{left}{table[0].first}:{right}{table[-1].last}" for table in tables if table is not main]


def _without_notes(sheet: Sheet, region: Region, table: list[Segment]) -> None:
    """Takes away what lies below a blank row and fills one cell a row: notes and sources."""
    notes: list[str] = []
    count = 0
    while len(table) > 1 and table[-1].widest == 1 and region.width > 2 and table[-1].rows <= 20:
        run = table.pop()
        count += run.rows
        notes = [" ".join(row.values())[:80] for row in run.top] + notes
    if count:
        what = "Notes below the table were left out."
        region.told.append(Change(what=what, count=count, examples=tuple(notes[:_SHOWN]), undo=whole(sheet)))


def sums(sheet: Sheet, region: Region) -> list[Cells]:
    """The last rows of the table that begin with a word for a sum or an average, in their order."""
    found: list[Cells] = []
    while len(found) < _MOST_SUMS and region.stop - len(found) > region.start + 2:
        row = sheet.row(region.stop - len(found) - 1)
        first = next((cell for cell in region.cells(row) if cell.strip()), "")
        if not _SUM.fullmatch(first.strip().rstrip(":").lower()):
            break
        found.insert(0, row)
    return found


def _measured(sheet: Sheet, region: Region, last: int) -> list[int]:
    """The places of the columns whose first rows below the names are numbers or dates."""
    end = bisect_right(sheet.numbers, last)
    rows = [region.cells(row) for row in sheet.rows(region.start + 1, end)]
    return measured(rows, region.width)


def measured(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """The places where (nearly) all of these rows hold numbers or dates."""
    columns = [[row[place].strip() for row in rows if row[place].strip().lower() not in _EMPTY] for place in range(width)]
    return [place for place, cells in enumerate(columns) if cells and sum(map(_is_measured, cells)) >= _ENOUGH * len(cells)]


def _is_measured(cell: str) -> bool:
    return _MEASURED.fullmatch(cell) is not None


def _is_word(cell: str) -> bool:
    return cell.strip().lower() not in _EMPTY and not _is_measured(cell.strip())


def names_in(rows: Sequence[Sequence[str]], places: Sequence[int]) -> bool:
    """Whether the first of these rows holds words in most of these places."""
    return bool(places) and sum(_is_word(rows[0][place]) for place in places) > 0.6 * len(places)


def _tell_of(sheet: Sheet, region: Region, beside: list[list[int]]) -> None:
    cells: list[str] = []
    count = 0
    for group in beside:
        rows = max(sheet.extent[column][2] for column in group)
        if len(group) > 1 and rows > 2:
            first, last = min(sheet.extent[c][0] for c in group), max(sheet.extent[c][1] for c in group)
            region.others.append(f"{get_column_letter(group[0])}{first}:{get_column_letter(group[-1])}{last}")
            continue
        count += sum(sheet.extent[column][2] for column in group)
        cells += [f"{get_column_letter(column)}{sheet.extent[column][0]}" for column in group]
    titles = [column for group in beside for column in group if sheet.extent[column][1] < sheet.numbers[region.start]]
    if count and len(titles) < sum(map(len, beside)):
        what = "Cells apart from the table were left out."
        region.told.append(Change(what=what, count=count, examples=tuple(cells[:_SHOWN]), undo=whole(sheet)))
    if region.repeated:
        what = "Rows that repeat the column names were left out."
        rows_at = tuple(f"row {sheet.numbers[place]:,}" for place in sorted(region.repeated)[:_SHOWN])
        undo = Choice(label="Keep them as rows", options={"repeats": "read"})
        region.told.append(Change(what=what, count=len(region.repeated), examples=rows_at, undo=undo))
    if region.others:
        what = f"The table in {region.own} was read; other tables on the sheet were not."
        region.told.append(Change(what=what, count=len(region.others), examples=tuple(region.others[:_SHOWN]), loses=True, again=True))
