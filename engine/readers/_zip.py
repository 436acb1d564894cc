"""Zip archives from strangers: looked through before anything is unpacked, and read with a count of the real bytes."""

import stat
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from engine.doubts import Doubt
from engine.errors import UnreadableFile
from engine.readers import _zip_names
from engine.readers.base import Change

MOST_MEMBERS = 200_000
MOST_BYTES = 5 * 2**30
HIGHEST_RATIO = 100
DAMAGES = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError)
_SMALL = 2**20
_SHOWN = 5
_JUNK = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class Listing:
    """The files that a person put into a zip, each with its name in readable letters; what was odd about them, and what is to be asked."""

    files: list[tuple[zipfile.ZipInfo, str]]
    letters: str
    changes: list[Change]
    doubts: list[Doubt]


def open_zip(path: Path) -> zipfile.ZipFile:
    """The archive. Raises UnreadableFile if it is damaged, too large unpacked, protected, or has members that point outside."""
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise UnreadableFile("The zip archive is damaged or not complete.", "Pack it again and upload the new file.") from error
    try:
        check(archive)
    except BaseException:
        archive.close()
        raise
    return archive


def check(archive: zipfile.ZipFile) -> None:
    """Raises UnreadableFile for an archive that would not be safe to unpack."""
    members = archive.infolist()
    if not members:
        raise UnreadableFile("The zip archive is empty.", "Pack the files again and upload the new archive.")
    if len(members) > MOST_MEMBERS:
        raise UnreadableFile(
            f"The zip archive holds {len(members):,} files; at most {MOST_MEMBERS:,} can be read.", "Split it into smaller ones."
        )
    if (total := sum(member.file_size for member in members)) > MOST_BYTES:
        raise UnreadableFile(
            f"The zip archive unpacks to {total / 2**30:.1f} GB; at most {MOST_BYTES // 2**30} GB can be read.",
            "Leave out files or make pictures smaller.",
        )
    for member in members:
        _check_member(member)
    _check_places(members)


def listed(archive: zipfile.ZipFile, letters: str = "") -> Listing:
    """The files in the order of the archive, without what an operating system added; `letters` as in `_zip_names` ("": find out)."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    found, doubt = _zip_names.find(members) if not letters else (letters, None)
    named = [(member, _zip_names.read(member, found)) for member in members]
    files = [(member, name) for member, name in named if not is_junk(name)]
    changes = []
    if repeated := [name for name, many in Counter(name.casefold() for _, name in files).items() if many > 1]:
        what = "Names in the zip stand for more than one file, if capitals do not count. Each of the files was read."
        changes.append(Change(what=what, count=len(repeated), examples=tuple(sorted(repeated)[:_SHOWN])))
    if junk := len(members) - len(files):
        changes.append(Change(what="Files that an operating system had added to the zip were skipped.", count=junk))
    return Listing(files, found, changes, [doubt] if doubt else [])


def read(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes | None:
    """The bytes of one file, or None if it is damaged or longer than `most` or than it claims."""
    if member.file_size > most:
        return None
    try:
        with archive.open(member) as file:
            data = file.read(member.file_size + 1)
    except DAMAGES:
        return None
    return data if len(data) == member.file_size else None


def name_of(member: zipfile.ZipInfo) -> str:
    """The member's name; a UTF-8 one that is not declared as such is put right."""
    return _zip_names.read(member, "utf-8")


def is_junk(name: str) -> bool:
    """Whether the file was added by an operating system, not by a person."""
    parts = PurePosixPath(name).parts
    return any(part.lower() in _JUNK for part in parts) or (bool(parts) and parts[-1].startswith("._"))


def refuse_unsafe(member: zipfile.ZipInfo) -> None:
    """Raises UnreadableFile for a file that points outside of the archive, is a link, or needs a password."""
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
        raise UnreadableFile(
            f"The zip archive holds a file that points outside of it, '{name[:80]}'.", "Pack the folder again without such paths."
        )
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnreadableFile(f"The zip archive holds a link, '{name[:80]}'.", "Replace the link by the file itself and pack it again.")
    if member.flag_bits & 1:
        raise UnreadableFile("The zip archive is protected by a password.", "Pack it again without a password.")


def _check_member(member: zipfile.ZipInfo) -> None:
    refuse_unsafe(member)
    name = member.filename.replace("\\", "/")
    if member.file_size > _SMALL and member.file_size > HIGHEST_RATIO * max(1, member.compress_size):
        raise UnreadableFile(
            f"'{name[:80]}' in the zip archive unpacks to more than {HIGHEST_RATIO} times its size, as harmful archives do.",
            "Pack the files themselves again in their usual format.",
        )


def _check_places(members: list[zipfile.ZipInfo]) -> None:
    """Files that lie over one another unpack to far more than the archive is long (D. Fifield: A better zip bomb, 2019)."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise UnreadableFile(
                f"Files in the zip archive lie over one another, such as '{member.filename[:80]}', as in harmful archives.",
                "Pack the files again and upload the new archive.",
            )
        end = member.header_offset + member.compress_size
