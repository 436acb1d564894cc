"""The readers: one file each, and the choice of the one that can read a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import UnreadableFile
from engine.readers._content import describe
from engine.readers.base import Change, Job, Raw, Reader
from engine.registry import Family

READERS: Family[Reader] = Family("engine.readers", Reader, "reader")

__all__ = ["READERS", "Change", "Job", "Raw", "Reader", "choose"]


def choose(path: Path, name: str, options: Mapping[str, Any] | None = None, *, packed: bool = False) -> Reader:
    """The reader for this content, with the user's options; a wrapping inside another one (`packed`) is not opened.

    Raises UnreadableFile if there is none, or if the name says otherwise.
    """
    if not path.is_file() or path.stat().st_size == 0:
        raise UnreadableFile("The file is empty.", "Choose a file with a row of column names and at least one row of values.")
    usable = [m for m in READERS.members.values() if not (packed and m.packs)]
    member = next((m for m in usable if m.sniff(path)), None)
    named = [m for m in READERS.members.values() if name.lower().endswith(m.extensions)]
    if member is None or (named and member not in named):
        raise describe(path, name, member.holds if member else "")
    return READERS.parse({"kind": member.model_fields["kind"].default, **member.own(options or {})})
