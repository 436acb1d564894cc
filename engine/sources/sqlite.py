"""SQLite files, through SQLAlchemy in a process of its own: never the driver that keeps the workspace."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from urllib.parse import quote

from engine.errors import EngineError
from engine.sources.base import FOLDERS, Source
from engine.spec import param

if TYPE_CHECKING:
    from sqlalchemy import URL

_HARMLESS = {20, 21, 31, 33}
"""SQLITE_READ, SQLITE_SELECT, SQLITE_FUNCTION and SQLITE_RECURSIVE: all that a query which only reads needs."""
_EVERY = 10_000


class SQLite(Source):
    """An SQLite file in a folder that may be read from, opened for reading only."""

    kind: Literal["sqlite"] = "sqlite"
    title = "SQLite file"
    order = 30
    asks_password: ClassVar[bool] = False

    file: str = param("", "File", help="The whole path of the file on the computer that Modelwright runs on.")

    @property
    def place(self) -> str:
        return f"the SQLite file '{Path(self.file).name}'"

    @property
    def label(self) -> str:
        return Path(self.file).stem

    def check(self) -> None:
        if not self.file.strip():
            raise EngineError("The file is not given.", "Write its whole path.")
        path, allowed = Path(self.file).expanduser().resolve(), folders()
        if not any(path.is_relative_to(folder) for folder in allowed):
            there = f"allowed are {', '.join(map(str, allowed))}" if allowed else "no folder is allowed yet"
            raise EngineError(
                f"Files in '{path.parent}' may not be read from here; {there}.",
                f"Whoever runs Modelwright can add the folder to the variable {FOLDERS}.",
            )
        if not path.is_file():
            raise EngineError(f"There is no file '{path}'.", "Check how it is written.")
        with path.open("rb") as file:
            if file.read(16) != b"SQLite format 3\x00":
                raise EngineError(f"'{path.name}' is not an SQLite file.", "Choose another one, or upload it if it is a table.")

    def url(self, password: str) -> "URL":
        from sqlalchemy import URL

        where = f"file:{quote(str(Path(self.file).expanduser().resolve()))}"
        return URL.create("sqlite", database=where, query={"mode": "ro", "uri": "true"})

    def before(self, seconds: int) -> list[str]:
        return ["PRAGMA query_only = ON"]

    def guard(self, connection: Any, seconds: int) -> None:
        until = time.monotonic() + seconds
        connection.set_progress_handler(lambda: int(time.monotonic() > until), _EVERY)
        connection.set_authorizer(lambda action, *_: 0 if action in _HARMLESS else 1)


def folders() -> list[Path]:
    """Folders whose files may be read, as the owner of this computer lists them, with colons between them."""
    return [Path(name).expanduser().resolve() for name in os.environ.get(FOLDERS, "").split(os.pathsep) if name.strip()]
