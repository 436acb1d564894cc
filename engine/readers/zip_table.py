"""A zip with tables in it, as downloads often are: one of them is read."""

import errno
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, ClassVar, Literal, cast

from engine.doubts import Choice, Doubt
from engine.errors import UnreadableFile
from engine.names import clean
from engine.readers import _zip
from engine.readers._content import head, members
from engine.readers._packed import Packed, unpack
from engine.readers.base import Change, Job, Raw
from engine.spec import param
from engine.wording import size

_OTHER_KINDS: tuple[frozenset[str], ...] = (
    frozenset({"metadata.json", "config.json"}),
    frozenset({"plan.json", "state.json"}),
    frozenset({"[Content_Types].xml"}),
    frozenset({"mimetype"}),
    frozenset({"META-INF/MANIFEST.MF"}),
)
_WORDS_ABOUT = ("readme", "license", "licence", "description", "about", "notes", "names", "codebook", "dictionary", "meta")
_SHOWN, _OFFERED = 5, 12


class ZipTable(Packed):
    """A zip with a table in it, such as a CSV or Excel file; of several one is read."""

    kind: Literal["zip_table"] = "zip_table"
    title = "Table in a zip"
    order = 15
    extensions: ClassVar[tuple[str, ...]] = (".zip",)
    holds: ClassVar[str] = "a zip archive with a table in it"

    table: str = param("", "File in the zip", help="The name of the table to read; empty means the one for training, else the largest.")

    @classmethod
    def sniff(cls, path: Path) -> bool:
        names = [name for name in members(path) if not name.endswith("/") and not _zip.is_junk(name)] if head(path, 2) == b"PK" else []
        if any(kind <= set(names) for kind in _OTHER_KINDS) or all(name.endswith(".npy") for name in names):
            return False
        return bool(_tables(names)) and not any(name.lower().endswith(_endings(of_tables=False)) for name in names)

    def read(self, job: Job) -> Raw:
        with _zip.open_zip(job.path) as archive:
            found = {clean(_zip.name_of(m)): m for m in archive.infolist() if not m.is_dir() and not _zip.is_junk(m.filename)}
            tables = sorted(_tables(list(found)), key=lambda name: _rank(name, found[name].file_size))
            chosen = self.table or tables[0]
            if chosen not in found:
                raise UnreadableFile(f"The zip has no file '{chosen}'.", f"Its tables are: {', '.join(tables[:20])}.")
            _unpack_member(archive, found[chosen], job)
        reader = self.model_copy(update={"table": chosen, "inside": {**self._options(chosen), "file": chosen}})
        raw = reader.read_packed(job, PurePosixPath(chosen.replace("\\", "/")).name, reader.inside)
        told = _told(chosen, [name for name in found if name != chosen])
        return replace(raw, changes=[*told, *raw.changes], doubts=[*_asked(chosen, tables, found), *raw.doubts])

    def _options(self, chosen: str) -> dict[str, object]:
        """The options of what is packed, unless they were found for another file."""
        return self.inside if self.inside.get("file", chosen) == chosen else {}


def _endings(of_tables: bool = True) -> tuple[str, ...]:
    """How the names of files end that can be read in here: those of tables, or of pictures."""
    from engine.readers import READERS
    from engine.readers._pictures import EXTENSIONS

    return tuple(e for m in READERS.members.values() if not m.packs for e in m.extensions if e != ".zip") if of_tables else EXTENSIONS


def _tables(names: Sequence[str]) -> list[str]:
    """Those that are tables by their names; a file that is alone need not be called one. Words about the data come only by themselves."""
    tables = [name for name in names if name.lower().endswith(_endings())]
    if not tables and len(names) == 1 and not names[0].lower().endswith((".zip", ".gz", ".7z", ".rar", ".tar")):
        return list(names)
    return [name for name in tables if not PurePosixPath(name).name.lower().startswith(_WORDS_ABOUT)] or tables


def _rank(name: str, size: int) -> tuple[bool, int, str]:
    """What a model learns from comes first, then by size."""
    return "train" not in PurePosixPath(name).name.lower(), -size, name


def _unpack_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, job: Job) -> None:
    try:
        with archive.open(member) as file:
            unpack(cast("BinaryIO", file), job.unpacked, member.compress_size, clean(_zip.name_of(member)))
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:
            raise
        what = f"The file '{clean(_zip.name_of(member))}' in the zip archive is damaged or packed in a way that cannot be read."
        raise UnreadableFile(what, "Pack it again and upload the new file.") from error


def _told(chosen: str, others: Sequence[str]) -> list[Change]:
    if not others:
        return []
    what = f"The file '{chosen}' in the zip was read; the others were not."
    return [Change(what=what, count=len(others), examples=tuple(others[:_SHOWN]), again=True)]


def _asked(chosen: str, tables: Sequence[str], found: Mapping[str, zipfile.ZipInfo]) -> list[Doubt]:
    """Which of several tables is meant."""
    offered = [name for name in tables if name == chosen or name in tables[:_OFFERED]]
    if len(offered) < 2 or chosen not in offered:
        return []
    choices = tuple(Choice(label=f"{name} ({size(found[name].file_size)})", options={"table": name}) for name in offered)
    what = f"The zip holds {len(tables)} tables. Which one is your data?"
    return [Doubt(key="zip-table", what=what, choices=choices, chosen=offered.index(chosen))]
