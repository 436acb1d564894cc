"""How the pictures in a zip get their other values: from folders, from a table beside them, or from their own names."""

import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from engine.columns import ColumnType
from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.names import clean
from engine.readers import _beside, _named
from engine.readers.base import Change, Job, column_id
from engine.wording import count

ADVICE = "Put the pictures into one folder for each class (for example 'good' and 'scratched'), and pack these folders into a zip."
CLASS = "class"
_SHOWN = 5
_TABLE_ADVICE = f"Give it a column with the file names as they are in the zip. Or: {ADVICE[0].lower()}{ADVICE[1:]}"


@dataclass(frozen=True)
class Asked:
    """What a person chose ("": find out): where the values come from, which folder, table or part of the name holds them."""

    layout: str = ""
    level: str = ""
    table: str = ""
    part: str = ""


@dataclass
class Layout:
    """The picture (by position) of each row, and the columns beside it; `options` are what was found."""

    rows: list[int]
    options: dict[str, str]
    names: list[str] = field(default_factory=list)
    columns: list[list[str | None]] = field(default_factory=list)
    types: list[ColumnType | None] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)

    def add(self, name: str, values: Sequence[str | None], type: ColumnType | None = "category") -> None:
        """One more column, a value for each row."""
        self.names.append(name)
        self.columns.append(list(values))
        self.types.append(type)

    def classes(self) -> list[str | None] | None:
        """The class of each row, unless a table says what is known."""
        return self.columns[self.names.index(CLASS)] if CLASS in self.names and self.options["layout"] != "table" else None


@dataclass(frozen=True)
class Contents:
    """The archive, its pictures (by name) and its other files."""

    archive: zipfile.ZipFile
    pictures: list[str]
    others: list[tuple[zipfile.ZipInfo, str]]

    def folders(self) -> list[tuple[str, ...]]:
        """The folders of each picture, less those that all pictures share."""
        found = [PurePosixPath(name.replace("\\", "/")).parts[:-1] for name in self.pictures]
        shortest, longest = min(found), max(found)
        common = next((i for i, (a, b) in enumerate(zip(shortest, longest, strict=False)) if a != b), min(len(shortest), len(longest)))
        return [parts[common:] for parts in found]


def find(inside: Contents, asked: Asked, job: Job) -> Layout:
    """What the person asked for, else what the zip offers: a table that names the pictures, class folders, classes in names.

    Rows to be predicted need none of them. Raises UnreadableFile if there is no way to tell what the pictures are.
    """
    if asked.layout == "none":
        return _bare(inside)
    if asked.layout in ("", "table"):
        tables = _beside.find(inside.archive, inside.others, inside.pictures, job)
        if tables or asked.layout == "table":
            return _by_table(inside, asked, tables, job)
    has_classes = _has_class_folders(inside)
    if asked.layout == "folders" or (not asked.layout and has_classes):
        return _by_folders(inside, asked, optional=bool(job.known))
    if asked.layout == "names" or not job.known or CLASS in job.known:
        guesses = [_named.given(inside.pictures, asked.part)] if asked.part else _named.find(inside.pictures)
        if guesses:
            return _by_names(inside, asked, guesses)
    if job.known:
        return _bare(inside)
    raise _no_classes(inside)


def _bare(inside: Contents) -> Layout:
    return _with_folders(inside, Layout(list(range(len(inside.pictures))), {"layout": "none"}))


def _by_table(inside: Contents, asked: Asked, tables: Sequence[_beside.Beside], job: Job) -> Layout:
    """The rows of the table that name a picture, in their order; when predicting, pictures that it does not name as well."""
    chosen = next((table for table in tables if table.name == asked.table), None) if asked.table else next(iter(tables), None)
    if chosen is None:
        which = f"called '{asked.table}' " if asked.table else ""
        raise UnreadableFile(f"No table {which}in the zip names its pictures, such as '{inside.pictures[0]}'.", _TABLE_ADVICE)
    lines = [row for row, place in enumerate(chosen.fits) if place >= 0]
    rows = [chosen.fits[row] for row in lines]
    there = set(rows)
    unnamed = [place for place in range(len(inside.pictures)) if place not in there] if job.known else []
    layout = Layout([*rows, *unnamed], {"layout": "table", "table": chosen.name})
    beside = [place for place in range(len(chosen.names)) if place != chosen.place]
    for place in beside:
        layout.add(chosen.names[place], [*(chosen.columns[place][row] for row in lines), *[None] * len(unnamed)], None)
    layout.changes += _beside.told(chosen, inside.pictures, lambda place: place in there or bool(job.known))
    layout.changes += _beside.moved(chosen.changes, chosen, {place: column_id(i + 1) for i, place in enumerate(beside)})
    fitting = [table for table in tables if table is not chosen]
    if fitting and not asked.table:
        layout.doubts.append(_which_table([chosen, *fitting]))
    return _with_folders(inside, layout)


def _which_table(tables: Sequence[_beside.Beside]) -> Doubt:
    options = [Choice(label=f"{t.name}: {count(t.matched, 'picture')}", options={"layout": "table", "table": t.name}) for t in tables]
    what = "More than one table in the zip names the pictures. Which one says what they are?"
    shown = tuple(f"{t.name}: {', '.join(t.names[:6])}" for t in tables[:_SHOWN])
    return Doubt(key="pictures-table", what=what, examples=shown, choices=tuple(options[:6]))


def _by_names(inside: Contents, asked: Asked, guesses: Sequence[_named.Found]) -> Layout:
    found = guesses[0]
    layout = Layout(list(range(len(inside.pictures))), {"layout": "names", "part": found.part})
    layout.add(CLASS, [clean(value) or None for value in found.classes])
    example = next((place for place, value in enumerate(found.classes) if value), 0)
    told = f"The class of each picture was read from its file name: '{found.classes[example]}' for '{inside.pictures[example]}'."
    layout.changes.append(Change(what=told, count=sum(map(bool, found.classes)), examples=_read_from(inside, found), again=True))
    if nameless := [inside.pictures[place] for place, value in enumerate(found.classes) if not value]:
        what = "Pictures whose file name holds no class have none."
        layout.changes.append(Change(what=what, count=len(nameless), examples=tuple(nameless[:_SHOWN]), again=True))
    if not asked.part and not asked.layout:
        layout.doubts.append(_in_names(inside, guesses))
    return _with_folders(inside, layout)


def _read_from(inside: Contents, found: _named.Found) -> tuple[str, ...]:
    pairs = [(name, value) for name, value in zip(inside.pictures, found.classes, strict=True) if value]
    return tuple(f"{PurePosixPath(name).name} \u2192 {value}" for name, value in pairs[:_SHOWN])


def _in_names(inside: Contents, guesses: Sequence[_named.Found]) -> Doubt:
    first: dict[str, str] = {}
    for name, value in zip(inside.pictures, guesses[0].classes, strict=True):
        first.setdefault(value, f"{PurePosixPath(name).name}: {value}")
    options = [Choice(label=f"Yes: {_few(one.values)}", options={"layout": "names", "part": one.part}) for one in guesses]
    no = Choice(label="No, the names say nothing", options={"layout": "none"})
    shown = tuple(said for value, said in first.items() if value)[:_SHOWN]
    return Doubt(key="pictures-names", what="Do the names of the pictures say what is on them?", examples=shown, choices=(*options, no))


def _few(values: Sequence[str], most: int = 4) -> str:
    return ", ".join(value[:30] for value in values[:most]) + (f" and {len(values) - most} more" if len(values) > most else "")


def _has_class_folders(inside: Contents) -> bool:
    """Whether the folders differ, and are not just the parts that data is divided into, such as 'train' and 'test'."""
    innermost = {parts[-1].casefold() for parts in inside.folders() if parts}
    return bool(innermost) and not innermost <= _named.SPLITS


def _by_folders(inside: Contents, asked: Asked, optional: bool) -> Layout:
    """The class of each picture, from its folders; nothing if there are no class folders but none are needed."""
    differing = inside.folders()
    if not any(differing):
        if optional:
            return _bare(inside)
        raise _no_classes(inside)
    first = asked.level == "first" or (not asked.level and _is_first(differing))
    loose = sum(not parts for parts in differing)
    if loose > 0.5 * len(differing):
        if optional:
            return _bare(inside)
        raise UnreadableFile(f"{loose:,} of {len(differing):,} pictures lie in no class folder.", ADVICE)
    layout = Layout(list(range(len(differing))), {"layout": "folders"})
    if loose:
        shown = [name for name, parts in zip(inside.pictures, differing, strict=True) if not parts]
        what = "Pictures that lie in no class folder have no class."
        layout.changes.append(Change(what=what, count=loose, examples=tuple(shown[:_SHOWN]), again=True))
    layout.add(CLASS, [clean(parts[0 if first else -1]) if parts else "" for parts in differing])
    others = [parts[1:] if first else parts[:-1] for parts in differing]
    parts = _divided(others)
    if parts:
        layout.add("part", parts)
        layout.changes.append(_part_told(parts))
    if not parts and (ignored := sorted({"/".join(other) for other in others} - {""})):
        said = f"Folders {'below' if first else 'above'} the class folders were not used."
        layout.changes.append(Change(what=said, count=len(ignored), examples=tuple(ignored[:_SHOWN]), again=True))
    return layout


def _with_folders(inside: Contents, layout: Layout) -> Layout:
    """The layout with the pictures' folders as one more column, where they differ."""
    differing = inside.folders()
    if len(set(differing)) < 2:
        return layout
    parts = _divided(differing)
    values = parts or [clean("/".join(folders)) for folders in differing]
    layout.add("part" if parts else "folder", [values[place] for place in layout.rows])
    told = "The folder of each picture stands in the column 'folder'."
    shown = tuple(dict.fromkeys(filter(None, values)))[:_SHOWN]
    layout.changes.append(_part_told(parts) if parts else Change(what=told, count=len(set(values)), examples=shown, again=True))
    return layout


def _divided(folders: Sequence[tuple[str, ...]]) -> list[str]:
    """For each picture the part of the data that its folders name, such as "train"; nothing unless all do, and they differ."""
    parts = [next((folder for folder in found if folder.casefold() in _named.SPLITS), "") for found in folders]
    return [clean(part) for part in parts] if all(parts) and len(set(parts)) > 1 else []


def _part_told(parts: Sequence[str]) -> Change:
    counts = Counter(parts).most_common(_SHOWN)
    what = "The folders also divide the pictures into parts, which stand in the column 'part'."
    shown = tuple(f"{part}: {count(many, 'picture')}" for part, many in counts)
    return Change(what=what, count=len(parts), whole=True, examples=shown, again=True)


def _is_first(differing: Sequence[tuple[str, ...]]) -> bool:
    """Whether the outermost folder is the class: the innermost ones are then many, with few pictures each, as one a patient or day."""
    inner = Counter(parts[-1] for parts in differing if parts)
    outer = Counter(parts[0] for parts in differing if parts)
    deep = any(len(parts) > 1 for parts in differing)
    repeated = len(set(differing)) > len(inner)
    return deep and not repeated and len(inner) > max(20, 3 * len(outer)) and len(outer) > 1


def _no_classes(inside: Contents) -> UnreadableFile:
    """Why nothing says what the pictures are."""
    folders = PurePosixPath(inside.pictures[0].replace("\\", "/")).parts[:-1]
    tables = [name for _, name in inside.others if name.lower().endswith(_beside.ENDINGS)]
    if differing := sorted({parts[-1] for parts in inside.folders() if parts}):
        listed = ", ".join(f"'{folder}'" for folder in differing[:_SHOWN])
        return UnreadableFile(f"The only folders of the zip are {listed}: parts that data is divided into, not classes.", ADVICE)
    where = f"in one folder ('{folders[-1]}')" if folders else "side by side"
    lie = f"The zip has no class folders: all {len(inside.pictures):,} pictures lie {where}"
    if tables:
        return UnreadableFile(f"{lie}, and '{tables[0]}' does not name them as they are called ('{inside.pictures[0]}').", _TABLE_ADVICE)
    return UnreadableFile(f"{lie}.", ADVICE)
