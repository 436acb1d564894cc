"""What a workspace stands on: the SQLite library, the disk, workspace.json, and the copies of the database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from engine.problems import Problem
from engine.store import backup, db, disk, migrations, trash
from engine.store.doctor.repairs import Repair, offer
from engine.store.workspace import Workspace, read_format, write_format

LITTLE_ROOM = 5 * 2**30
OLD = timedelta(days=3)


def look(workspace: Workspace) -> Iterator[Problem]:
    """The library and the disk."""
    version = db.version()
    if not db.is_safe(version):
        what = f"SQLite {'.'.join(map(str, version))} has a rare fault that can damage a database used by several programs."
        yield Problem(where="SQLite", what=what, fix="Install the package pysqlite3, version 0.6.1 or later, into this environment.")
    if kind := disk.network(workspace.path):
        what = f"The workspace lies on a network disk ({kind}), where its database can be damaged."
        level = "warn" if disk.is_overridden() else "stop"
        yield Problem(where=str(workspace.path), what=what, fix="Move the workspace to a disk of this computer.", level=level)
    free = disk.free(workspace.path)
    if free < LITTLE_ROOM:
        said = "No training starts until there is more." if free < disk.NEEDED else "Large datasets may not fit."
        yield Problem(where="Disk", what=f"Only {free / 2**30:.1f} GB are free. {said}", fix="Delete files you no longer need.")


def look_at_copies(workspace: Workspace) -> Iterator[Problem]:
    """workspace.json, and how old and how sound the copies are."""
    if read_format(workspace).get("format") != migrations.latest():
        what = "It does not say which form the database has."
        yield Problem(where=workspace.format.name, what=what, fix="Write it again.", level="info", action=offer(_WRITE_FORMAT))
    paths = backup.paths(workspace)
    for path in paths:
        if backup.read(path) is None:
            what = "This copy of the database is damaged and would be of no help."
            yield Problem(where=f"Copy {path.name}", what=what, fix="Put it into the trash.", action=offer(_DROP_COPY, path.name))
    last, changed = max(map(backup.made, paths), default=""), _last_change(workspace)
    if changed and _moment(changed) - (_moment(last) if last else _first_change(workspace)) > OLD:
        what = f"The newest copy of the database is of {last[:10]}." if last else "There is no copy of the database yet."
        fix = "Make one now. While the app is open, one is made each day."
        yield Problem(where="Copies", what=what, fix=fix, action=offer(_COPY_NOW))


def _last_change(workspace: Workspace) -> str:
    sql = "SELECT max(at) AS at FROM (SELECT max(at) AS at FROM events UNION ALL SELECT max(changed) FROM projects)"
    return str(db.rows(workspace, sql)[0]["at"] or "")


def _first_change(workspace: Workspace) -> datetime:
    sql = "SELECT min(at) AS at FROM (SELECT min(at) AS at FROM events UNION ALL SELECT min(created) FROM projects)"
    return _moment(str(db.rows(workspace, sql)[0]["at"]))


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.now(UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _write_format_again(workspace: Workspace, about: str) -> str:
    write_format(workspace)
    return "workspace.json was written again."


def _drop_copy(workspace: Workspace, name: str) -> str:
    for path in backup.paths(workspace):
        if path.name == name and backup.read(path) is None:
            trash.put(workspace, path)
    return f"The damaged copy {name} is in the trash."


def _copy_now(workspace: Workspace, about: str) -> str:
    made = backup.keep_daily(workspace)
    return f"The copy {made.name} was made." if made else "Today's copy is there already."


_WRITE_FORMAT = Repair("write_format", "Write workspace.json again", _write_format_again)
_DROP_COPY = Repair("drop_copy", "Put the damaged copy into the trash", _drop_copy)
_COPY_NOW = Repair("copy_now", "Make a copy now", _copy_now)
REPAIRS = (_WRITE_FORMAT, _DROP_COPY, _COPY_NOW)
