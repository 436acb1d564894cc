"""A table that lies beside pictures in a zip and names them: which of its columns does, and which row speaks of which picture."""

import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from engine.doubts import Doubt
from engine.errors import UnreadableFile
from engine.readers import _zip
from engine.readers._named import stem_of
from engine.readers.base import Change, Job, column_id

ENDINGS = (".csv", ".tsv", ".tab", ".txt", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".parquet")
NONE, SEVERAL = -1, -2
_MOST_TABLES, _MOST_BYTES = 12, 200 * 2**20
_ENOUGH, _LOOKED_AT = 0.5, 300
_SHOWN = 5


@dataclass(frozen=True)
class Beside:
    """A table in the zip. `fits` says for each row which picture (by position) its column at `place` names, or NONE, or SEVERAL."""

    name: str
    names: list[str]
    columns: list[list[str | None]]
    place: int
    fits: list[int]
    changes: list[Change]

    @property
    def matched(self) -> int:
        return len({picture for picture in self.fits if picture >= 0})


@dataclass
class Places:
    """Where each picture is, by all the ways in which a table may name it: with or without folders, ending and capitals."""

    exact: dict[str, int] = field(default_factory=dict)
    loose: dict[str, int] = field(default_factory=dict)
    bare: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, pictures: Sequence[str]) -> "Places":
        found = cls()
        for place, name in enumerate(pictures):
            parts = _parts(name)
            stem = stem_of(name)
            for start in range(len(parts)):
                end = "/".join(parts[start:])
                bare = "/".join([*parts[start:-1], stem]).casefold()
                for known, key in ((found.exact, end), (found.loose, end.casefold()), (found.bare, bare)):
                    known[key] = SEVERAL if known.setdefault(key, place) != place else place
            if stem.isdigit():
                number = stem.lstrip("0") or "0"
                found.numbers[number] = SEVERAL if found.numbers.setdefault(number, place) != place else place
        return found

    def find(self, text: str | None) -> int:
        """Which picture is meant. The longest end of the path that names one decides; then the name alone; then its number."""
        if not text or not text.strip() or len(text) > 1000:
            return NONE
        parts = _parts(text.strip())
        for start in range(len(parts)):
            end = "/".join(parts[start:])
            bare = "/".join([*parts[start:-1], stem_of(end)]).casefold()
            for known, key in ((self.exact, end), (self.loose, end.casefold()), (self.bare, bare)):
                if (place := known.get(key)) is not None:
                    return place
        return self.numbers.get(text.strip().lstrip("0") or "0", NONE) if text.strip().isdigit() else NONE


def find(archive: zipfile.ZipFile, others: Sequence[tuple[zipfile.ZipInfo, str]], pictures: Sequence[str], job: Job) -> list[Beside]:
    """The tables among the other files that name at least half of the pictures, or pictures in half of their rows; the best first."""
    places = Places.of(pictures)
    found = []
    for member, name in _candidates(others):
        if (table := _read(archive, member, name, job)) is not None and (fitting := _fitted(table, places)) is not None:
            found.append(fitting)
    good = [table for table in found if table.matched >= _ENOUGH * min(len(pictures), max(1, sum(map(bool, table.columns[table.place]))))]
    return sorted(good, key=lambda table: -table.matched)


def _candidates(others: Sequence[tuple[zipfile.ZipInfo, str]]) -> list[tuple[zipfile.ZipInfo, str]]:
    """The few files that may be a table of all pictures: not one text for each picture."""
    named = [(member, name) for member, name in others if name.lower().endswith(ENDINGS) and member.file_size <= _MOST_BYTES]
    order = sorted(named, key=lambda one: (one[1].lower().endswith((".txt", ".json")), one[1].count("/"), -one[0].file_size))
    return order[:_MOST_TABLES]


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, job: Job) -> Beside | None:
    """The table as text; None if it is none."""
    from engine.readers import choose

    data = _zip.read(archive, member, _MOST_BYTES)
    if not data:
        return None
    path = job.folder.parent / f"beside{Path(name).suffix.lower()}"
    inner = replace(job, path=path, name=PurePosixPath(name).name, folder=job.folder.parent / "beside-files", tell=lambda done: None)
    try:
        path.write_bytes(data)
        raw = choose(path, inner.name).read(inner)
        columns: list[list[str | None]] = [[] for _ in raw.names]
        for batch in raw.batches:
            for column, values in zip(columns, batch, strict=True):
                column += values.to_pylist()
    except UnreadableFile:
        return None
    finally:
        path.unlink(missing_ok=True)
    changes = [*raw.changes, *(_settled(doubt) for doubt in raw.doubts)]
    return Beside(name, list(raw.names), columns, NONE, [], changes) if columns and columns[0] else None


def _settled(doubt: Doubt) -> Change:
    """A question about the table itself is not asked here: how it was answered is told, with the way to answer it otherwise."""
    chosen = doubt.choices[doubt.chosen].label
    what = f"{doubt.what} It was taken as: {chosen}. If that is wrong, save the table anew as Excel or as CSV in Unicode with commas."
    return Change(what=what, column=doubt.column, count=1, whole=True, examples=doubt.examples[:_SHOWN], again=True)


def _fitted(table: Beside, places: Places) -> Beside | None:
    """The table with the column that names the most pictures; None if no column does."""
    rows = range(0, len(table.columns[0]), max(1, len(table.columns[0]) // _LOOKED_AT))
    hits = [len({place for row in rows if (place := places.find(column[row])) != NONE}) for column in table.columns]
    if not max(hits):
        return None
    place = hits.index(max(hits))
    return replace(table, place=place, fits=[places.find(text) for text in table.columns[place]])


def told(table: Beside, pictures: Sequence[str], used: Callable[[int], bool]) -> list[Change]:
    """The import report's lines about the table; `used` says whether the picture at a position is in the table that came of it."""
    said = f"'{table.name}' names the pictures in its column '{table.names[table.place]}'; its other columns stand beside them."
    texts = table.columns[table.place]
    named = [f"'{(text or '')[:60]}' \u2192 {pictures[place]}" for text, place in zip(texts, table.fits, strict=True) if place >= 0]
    changes = [Change(what=said, count=len(named), examples=tuple(named[:_SHOWN]), again=True)]
    for mark, what in (
        (NONE, f"Rows of '{table.name}' that name no picture in the zip were left out."),
        (SEVERAL, f"Rows of '{table.name}' whose name fits several pictures were left out; write the folder before the name."),
    ):
        if rows := [row for row, place in enumerate(table.fits) if place == mark]:
            shown = tuple(f"row {row + 1:,}: '{(texts[row] or '')[:60]}'" for row in rows[:_SHOWN])
            changes.append(Change(what=what, count=len(rows), examples=shown, loses=True, again=True))
    if left := [name for place, name in enumerate(pictures) if not used(place)]:
        what = f"Pictures that no row of '{table.name}' names were left out."
        changes.append(Change(what=what, count=len(left), examples=tuple(left[:_SHOWN]), loses=True, again=True))
    many = len([place for place in table.fits if place >= 0]) - table.matched
    if many:
        twice = [pictures[place] for place, times in Counter(place for place in table.fits if place >= 0).items() if times > 1]
        what = f"Rows of '{table.name}' name a picture that an earlier row has named; it stands in each."
        changes.append(Change(what=what, count=many, examples=tuple(twice[:_SHOWN]), again=True))
    return changes


def moved(changes: Sequence[Change], table: Beside, ids: dict[int, str]) -> list[Change]:
    """What was done to read the table, said of the table, its columns being called by the `ids` they have beside the pictures."""
    renamed = {column_id(place): id for place, id in ids.items()}
    return [
        change.model_copy(update={"what": f"In '{table.name}': {change.what}", "column": renamed.get(change.column or ""), "undo": None})
        for change in changes
    ]


def _parts(name: str) -> list[str]:
    return [part for part in name.replace("\\", "/").split("/") if part not in ("", ".", "..")]
