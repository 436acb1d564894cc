"""Asking a database: one query that only reads becomes a dataset. A process of its own asks, with limits on rows and time.

The password goes to that process through its input and is never part of an address, a file, a log or a message.
"""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import engine
from engine import datasets, names
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.quarantine import end
from engine.readers.base import Change
from engine.sources import SOURCES, Source
from engine.store import datasets as store
from engine.store.workspace import Workspace
from engine.wording import count

Tell = Callable[[float, str], None]

MOST_ROWS, SECONDS = 1_000_000, 120
LONGEST_QUERY = 20_000
FETCHED = 0.5
_PATIENCE = 15
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")
_WRITES = re.compile(
    r"\b(into|outfile|dumpfile|merge|load_file|pg_read_file|lo_import|(replace into|insert|update|delete)\b(?!\s*\())\b"
)


@dataclass(frozen=True)
class Query:
    """What is asked: which database, the statement, and how many rows and seconds it may take."""

    source: Source
    statement: str
    most_rows: int = 100_000
    seconds: int = 60


def check(query: Query) -> str:
    """The statement, ready to be sent. Raises EngineError if the database may not be asked or it is not one SELECT.

    A semicolon inside is refused wherever it stands, also within quotes, because what counts as quoted differs between databases. This
    is the first of three guards: the transaction can only read, and the database's own rights come last.
    """
    query.source.check()
    statement = query.statement.strip().rstrip(";").strip()
    if not statement:
        raise EngineError("There is no query.", "Write one that begins with SELECT.")
    if len(statement) > LONGEST_QUERY:
        raise EngineError(f"The query has {len(statement):,} characters; at most {LONGEST_QUERY:,} can be sent.", "Make it shorter.")
    if "\x00" in statement or "/*!" in statement or "/*M!" in statement:
        raise EngineError("The query has a comment that some databases run as a command.", "Take it out.")
    if ";" in statement:
        raise EngineError("The query has a semicolon inside.", "Send one query at a time; write CHAR(59) or CHR(59) for the letter itself.")
    if not re.match(r"(select|with)\b", _without_comments(statement), re.IGNORECASE):
        raise EngineError("Only a query that begins with SELECT or WITH can be asked.", "Nothing in the database is changed from here.")
    words = _without_quoted(_without_comments(statement)).lower()
    if found := _WRITES.search(words):
        raise EngineError(f"The query has the word {found[0].upper()}, which writes, or reads files.", "Only rows can be asked for.")
    return statement


def take(workspace: Workspace, query: Query, password: str, folder: Path, tell: Tell) -> Dataset:
    """Asks the database and reads what comes into a new dataset. Raises EngineError, in whose words the password never stands."""
    statement = check(query)
    path = folder / "rows.parquet"
    tell(0.0, "Asking the database")
    most = min(query.most_rows, MOST_ROWS)
    asked = {
        "source": query.source.model_dump(),
        "password": password,
        "statement": statement,
        "most_rows": most,
        "seconds": min(query.seconds, SECONDS),
        "out": str(path),
    }
    try:
        answer = _ask(asked, workspace.logs / "query.log", lambda rows: tell(FETCHED * rows / most, f"{count(rows, 'row')} so far"))
        label = names.clean(query.source.label).replace("/", " ")[:80] or "query"
        there = {dataset.id for dataset in store.all(workspace)}
        new = datasets.add(workspace, path, f"{label}.parquet", on_progress=lambda part, said: tell(FETCHED + (1 - FETCHED) * part, said))
    finally:
        path.unlink(missing_ok=True)
    if new.id in there:
        return new
    report = (*_told(query, statement, answer), *new.changes)
    plain = new.file_name.removesuffix(".parquet")
    known = {"changes": report, "version": new.version + 1, "file_name": new.file_name if Path(plain).suffix else plain}
    return store.replace(workspace, new, new.model_copy(update=known))


def without(text: str, password: str) -> str:
    """The text with the password taken out, also as an address would write it."""
    from urllib.parse import quote, quote_plus

    for secret in sorted({password, quote(password), quote_plus(password), repr(password)[1:-1]}, key=len, reverse=True):
        if secret:
            text = text.replace(secret, "•••")
    return text


def _told(query: Query, statement: str, answer: dict[str, Any]) -> list[Change]:
    said = " ".join(statement.split())
    asked = f"{said[:400]}…" if len(said) > 400 else said
    rows = int(answer["rows"])
    changes = [Change(what=f"The {count(rows, 'row comes', 'rows come')} from {query.source.place}, asked: {asked}")]
    if answer["is_cut"]:
        what = f"The query has more rows than the {rows:,} that were taken. What is left out may differ from what is here."
        changes.append(Change(what=what, loses=True))
    if answer["left_out"]:
        what = "Values that are bytes, not text, were left out."
        changes.append(Change(what=what, count=sum(answer["left_out"].values()), examples=tuple(answer["left_out"])[:5]))
    return [*changes, *(Change(what=what) for what in answer["mended"])]


def _ask(asked: dict[str, Any], log: Path, on_rows: Callable[[int], None]) -> dict[str, Any]:
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "engine.query_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env=_environment(),
            start_new_session=True,
            cwd=Path(engine.__file__).parents[1],
        )
    late = threading.Timer(asked["seconds"] + _PATIENCE, end, (process,))
    late.daemon = True
    late.start()
    try:
        return _answer(process, asked, on_rows)
    finally:
        late.cancel()
        end(process)


def _answer(process: "subprocess.Popen[bytes]", asked: dict[str, Any], on_rows: Callable[[int], None]) -> dict[str, Any]:
    assert process.stdin and process.stdout
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(json.dumps(asked).encode())
        process.stdin.close()
    for line in process.stdout:
        said = json.loads(line)
        if "done" in said:
            return dict(said["done"])
        if "error" in said:
            raise EngineError(without(said["error"]["what"], asked["password"]), said["error"]["fix"])
        on_rows(int(said["rows"]))
    raise EngineError(
        f"The database did not answer within {asked['seconds']} seconds, or sent more than fits into memory.",
        "Ask for fewer rows or columns, or allow more time.",
    )


def _environment() -> dict[str, str]:
    """No variables that drivers read, such as PGHOST or PGPASSWORD: only what Python needs, and what says which databases are allowed."""
    from engine.sources.base import FOLDERS, HOSTS

    kept = {name: os.environ[name] for name in (*_KEPT, HOSTS, FOLDERS) if name in os.environ}
    root = str(Path(engine.__file__).parents[1])
    python = {"PYTHONPATH": root, "PYTHONSAFEPATH": "1", "PYTHONIOENCODING": "utf-8"}
    nowhere = os.path.join(os.devnull, "none")
    return kept | python | {"PGPASSFILE": nowhere, "PGSERVICEFILE": nowhere}


def _without_comments(statement: str) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/", " ", statement, flags=re.DOTALL).strip()


def _without_quoted(statement: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"|`[^`]*`", " ", statement)


def source_of(stored: dict[str, Any]) -> Source:
    """A source from its stored form. Raises InvalidPlan."""
    return SOURCES.parse(stored)
