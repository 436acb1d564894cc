"""The database file: whether SQLite finds it sound, its tables and rules complete, its references and counters right."""

from collections.abc import Iterator
from typing import Any

from engine.problems import Problem
from engine.store import db, migrations
from engine.store.doctor.repairs import Repair, offer, write_down
from engine.store.workspace import Workspace

COUNTED = ("events", "metrics")


def look(workspace: Workspace) -> Iterator[Problem]:
    """Damage, and what is missing of the tables and rules."""
    if damage := db.damage(workspace):
        fix = "Put the newest sound copy of the folder 'backups' in its place. Finished models are not affected."
        what = f"The database is damaged: {damage}."
        yield Problem(where=workspace.database.name, what=what, fix=fix, level="stop", action=offer(_RESTORE))
        return
    there = {row["name"] for row in db.rows(workspace, "SELECT name FROM sqlite_schema")}
    missing = [name for name in migrations.sound_schema() if name not in there]
    if "runs_end_once" in missing:
        what = "The rule that a finished run stays finished is missing from the database."
        yield Problem(where=workspace.database.name, what=what, fix="Put it back.", level="stop", action=offer(_COMPLETE))
    elif missing:
        what = f"Something is missing from the database: {', '.join(missing)}."
        yield Problem(where=workspace.database.name, what=what, fix="Put it back.", level="stop", action=offer(_COMPLETE))


def look_inside(workspace: Workspace) -> Iterator[Problem]:
    """Rows that refer to something that is not there (foreign keys), and counters that would give a number twice (I8)."""
    found = db.rows(workspace, "PRAGMA foreign_key_check")
    for table in sorted({row["table"] for row in found}):
        lost = sum(row["table"] == table for row in found)
        what = f"{lost} row{' is' if lost == 1 else 's are'} left of something that was deleted."
        fix = "Take them out; they are written to logs/doctor.log."
        yield Problem(where=f"Table {table}", what=what, fix=fix, action=offer(_LET_GO, table))
    for table in COUNTED:
        last, given = _counter(workspace, table)
        if given < last:
            what = "Its numbering would begin again with numbers already in use, and pages would miss what is new."
            yield Problem(where=f"Table {table}", what=what, fix="Let it go on after the last one.", action=offer(_COUNT_ON, table))


def _counter(workspace: Workspace, table: str) -> tuple[int, int]:
    last = db.rows(workspace, f"SELECT coalesce(max(seq), 0) AS n FROM {table}")[0]["n"]
    given = db.rows(workspace, "SELECT coalesce(max(seq), 0) AS n FROM sqlite_sequence WHERE name = ?", (table,))[0]["n"]
    return int(last), int(given)


def _restore(workspace: Workspace, about: str) -> str:
    from engine.store import restore

    if not db.damage(workspace):
        return "The database is sound; nothing was done."
    return restore.newest(workspace).words


def _complete(workspace: Workspace, about: str) -> str:
    """Tables before what belongs to them."""
    there = {row["name"] for row in db.rows(workspace, "SELECT name FROM sqlite_schema")}
    missing = {name: sql for name, sql in migrations.sound_schema().items() if name not in there}
    with db.write(workspace, durable=True) as database:
        for name in sorted(missing, key=lambda name: not missing[name].startswith("CREATE TABLE")):
            database.execute(missing[name])
    return f"Put back into the database: {', '.join(missing)}." if missing else "Nothing is missing any more."


def _let_go(workspace: Workspace, table: str) -> str:
    """As the table itself says what becomes of a row whose reference goes: it goes too, or refers to nothing."""
    count = 0
    with db.write(workspace, durable=True) as database:
        keys = {row["id"]: row for row in db.select(database, f"PRAGMA foreign_key_list({_known(table)})")}
        for row in [found for found in db.select(database, "PRAGMA foreign_key_check") if found["table"] == table]:
            key = keys[row["fkid"]]
            taken = db.select(database, f"SELECT * FROM {table} WHERE rowid = ?", (row["rowid"],))
            write_down(workspace, f"{table}: its {key['table']} is missing", taken)
            if key["on_delete"] == "SET NULL":
                database.execute(f"UPDATE {table} SET {key['from']} = NULL WHERE rowid = ?", (row["rowid"],))
            else:
                database.execute(f"DELETE FROM {table} WHERE rowid = ?", (row["rowid"],))
            count += len(taken)
    return f"{count} row{'' if count == 1 else 's'} of the table {table} put right; logs/doctor.log has them as they were."


def _count_on(workspace: Workspace, table: str) -> str:
    with db.write(workspace, durable=True) as database:
        database.execute("DELETE FROM sqlite_sequence WHERE name = ?", (_known(table),))
        database.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', coalesce(max(seq), 0) FROM {table}")
    return f"The numbering of the table {table} goes on after the last number in use."


def _known(table: str) -> str:
    names: dict[str, Any] = migrations.sound_schema()
    if table not in names:
        raise ValueError(f"There is no table {table!r}.")
    return table


_RESTORE = Repair(
    "restore", "Use the newest sound copy", _restore, "What was changed after the copy was made, as far as it cannot be brought back."
)
_COMPLETE = Repair("complete", "Put back what is missing", _complete)
_LET_GO = Repair("let_go", "Take out what refers to nothing", _let_go)
_COUNT_ON = Repair("count_on", "Put the numbering right", _count_on)
REPAIRS = (_RESTORE, _COMPLETE, _LET_GO, _COUNT_ON)
