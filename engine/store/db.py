"""The database: the only module that imports a SQLite driver (two of them on one file destroy it).

Every write is one `BEGIN IMMEDIATE` transaction; state changes ask for `durable=True` (on the disk before it returns).
"""

import math
import os
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations
from sqlite_utils.utils import sqlite3 as driver  # type: ignore[attr-defined]

if TYPE_CHECKING:
    from engine.store.workspace import Workspace

__all__ = [
    "Busy",
    "Database",
    "DatabaseError",
    "Migrations",
    "connect",
    "damage",
    "data_version",
    "in_memory",
    "is_busy",
    "is_damage",
    "is_held",
    "is_safe",
    "reading",
    "rows",
    "tidy",
    "trace",
    "version",
    "wait_at_most",
    "write",
]

DatabaseError: type[Exception] = driver.DatabaseError
Busy: type[Exception] = driver.OperationalError
WAIT_SECONDS = 30.0
HELD_MILLISECONDS = 250
LARGE_LOG = 64 * 2**20
_BUSY, _LOCKED, _CORRUPT, _NO_DATABASE = 5, 6, 11, 26

_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "cell_size_check=ON",
    f"journal_size_limit={LARGE_LOG}",
    "secure_delete=ON",
)


class _Thread(threading.local):
    """Each thread has its own connections: file -> (device, inode, connection)."""

    def __init__(self) -> None:
        self.open: dict[str, tuple[int, int, Database]] = {}


_thread = _Thread()


@contextmanager
def connect(workspace: "Workspace", durable: bool = False) -> Iterator[Database]:
    """This thread's connection. `durable` makes single statements outlive a power cut. For more than one, use `write`."""
    db = _connection(workspace)
    if not db.conn.in_transaction:
        db.conn.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    yield db


@contextmanager
def write(workspace: "Workspace", durable: bool = False) -> Iterator[Database]:
    """One transaction that nobody else can write into: all of it happens, or nothing when the block raises.

    Never nested: hand the open database on instead. Raises Busy if another program held the database for 30 seconds.
    """
    with connect(workspace, durable) as db:
        if db.conn.in_transaction:
            raise RuntimeError("A write inside a write: pass the open database on instead.")
        db.conn.execute("BEGIN IMMEDIATE")
        try:
            yield db
            db.conn.execute("COMMIT")
        except BaseException:
            db.rollback()
            raise


def wait_at_most(seconds: float) -> None:
    """How long this process waits for a database that another program holds (30 s); for connections opened from now on."""
    global WAIT_SECONDS
    WAIT_SECONDS = seconds


def is_busy(error: BaseException) -> bool:
    """Whether the error says that another program holds the database."""
    return isinstance(error, Busy) and getattr(error, "sqlite_errorcode", 0) & 0xFF in {_BUSY, _LOCKED}


def rows(workspace: "Workspace", sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
    """All rows of a query, read to the end (a half-read one would keep the log from shrinking)."""
    return select(_connection(workspace), sql, params)


def select(db: Database, sql: str, params: Sequence[Any] | dict[str, Any] = ()) -> list[dict[str, Any]]:
    """The same inside a write."""
    cursor = db.conn.execute(sql, params)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def data_version(workspace: "Workspace") -> int:
    """A number that changes when another connection wrote. Compare only values taken in the same thread."""
    return int(_connection(workspace).conn.execute("PRAGMA data_version").fetchone()[0])


def is_held(workspace: "Workspace") -> bool:
    """Whether somebody keeps the others from writing for longer than a write takes (a quarter of a second)."""
    connection = _connection(workspace).conn
    connection.execute(f"PRAGMA busy_timeout={HELD_MILLISECONDS}")
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except Busy:
        return True
    finally:
        connection.execute(f"PRAGMA busy_timeout={int(1000 * WAIT_SECONDS)}")
    return False


def trace(workspace: "Workspace") -> tuple[int, int] | None:
    """What a write changes on the disk, far cheaper than asking the database; None where that cannot be seen.

    Two writes within one tick of the file system's clock may look like one: ask `data_version` from time to time too.
    """
    try:
        found = os.stat(f"{workspace.database}-wal")
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def tidy(workspace: "Workspace") -> None:
    """Shrinks the write-ahead log when it has grown beyond 64 MB."""
    log = workspace.database.with_name(workspace.database.name + "-wal")
    if log.exists() and log.stat().st_size > LARGE_LOG:
        _connection(workspace).conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def wipe(workspace: "Workspace", tries: int = 50) -> bool:
    """Writes everything into the database file and empties the log beside it, which still holds what was there before. False if somebody
    was reading all the time."""
    for _ in range(tries):
        is_busy, _, _ = _connection(workspace).conn.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not is_busy:
            return True
        time.sleep(0.1)
    return False


def rewrite(path: Path, statements: Iterable[tuple[str, Sequence[Any]]]) -> None:
    """Changes a database file that nobody else has open, and leaves nothing in it of what was there before."""
    connection = driver.connect(path, isolation_level=None)
    try:
        for pragma in ("journal_mode=MEMORY", "secure_delete=ON", "trusted_schema=OFF"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        for sql, params in statements:
            connection.execute(sql, params)
        connection.execute("VACUUM")
    finally:
        connection.close()


def damage(workspace: "Workspace", but: Collection[str] = ()) -> str:
    """What SQLite finds wrong with the file, else "". Takes about 5 s for a million rows, so large tables may be left out."""
    try:
        return _quick_check(_connection(workspace), but)
    except DatabaseError as error:
        if not is_damage(error):
            raise
        forget(workspace)
        return str(error)


def damage_of(path: Path) -> str:
    """The same of a copy that nobody writes to."""
    try:
        with reading(path) as db:
            return _quick_check(db)
    except DatabaseError as error:
        return str(error)


def is_damage(error: BaseException) -> bool:
    """Whether the error says that the file is not sound; being busy or out of room is no damage."""
    return isinstance(error, DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in {_CORRUPT, _NO_DATABASE}


@contextmanager
def reading(path: Path) -> Iterator[Database]:
    """A database that is not the workspace's own, such as a copy of it, to read from."""
    connection = driver.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=WAIT_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        yield Database(connection, execute_plugins=False)
    finally:
        connection.close()


def in_memory() -> Database:
    """An empty database that is gone with the last reference to it."""
    return Database(driver.connect(":memory:", isolation_level=None), execute_plugins=False)


def forget(workspace: "Workspace") -> None:
    """Closes this thread's connection, before the file is exchanged."""
    if known := _thread.open.pop(str(workspace.database), None):
        known[2].close()


def copy(workspace: "Workspace", path: Path) -> None:
    """Writes a whole, compact copy of the database to a file that must not exist yet."""
    _connection(workspace).conn.execute("VACUUM INTO ?", (str(path),))


def let_go() -> None:
    """Closes this thread's connections, for a process that goes from workspace to workspace. The next use opens them again."""
    while _thread.open:
        _, (_, _, db) = _thread.open.popitem()
        db.conn.close()


def version() -> tuple[int, ...]:
    """The SQLite library's version, such as (3, 53, 4)."""
    return tuple(int(part) for part in driver.sqlite_version.split("."))


def is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the write-ahead-log bug of 3.7.0 to 3.51.2 (https://sqlite.org/wal.html#walresetbug)."""
    if version[:2] in {(3, 44), (3, 50)}:
        return version >= ((3, 44, 6) if version[1] == 44 else (3, 50, 7))
    return version >= (3, 51, 3) and version[:2] != (3, 52)


def kind_of(value: float) -> tuple[float | None, str]:
    """A number as it is stored: SQLite would turn NaN into NULL, so what it is stands beside it."""
    if math.isfinite(value):
        return value, "finite"
    return None, "nan" if math.isnan(value) else ("inf" if value > 0 else "-inf")


def number_of(value: float | None, kind: str) -> float:
    """The way back."""
    return float(value) if value is not None else float(kind)


def _connection(workspace: "Workspace") -> Database:
    path = str(workspace.database)
    known = _thread.open.get(path)
    if known and known[:2] == _identity(workspace):
        return known[2]
    db = _open(path)
    _thread.open[path] = (*_identity(workspace), db)
    return db


def _quick_check(db: Database, but: Collection[str] = ()) -> str:
    tables = [row["name"] for row in select(db, "SELECT name FROM sqlite_schema WHERE type = 'table'")] if but else []
    checks = [f"quick_check('{name}')" for name in tables if name not in but] if but else ["quick_check(5)"]
    found = [str(row[0]) for check in checks for row in db.conn.execute(f"PRAGMA {check}").fetchall()]
    return "; ".join(words for words in found[:5] if words != "ok")


def _identity(workspace: "Workspace") -> tuple[int, int]:
    try:
        found = workspace.database.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_dev, found.st_ino


def _open(path: str) -> Database:
    connection = driver.connect(path, timeout=WAIT_SECONDS, isolation_level=None)
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return Database(connection, execute_plugins=False)
