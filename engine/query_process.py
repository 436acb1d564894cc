"""One query to a database in a disposable process: `python -m engine.query_process`, the request as JSON on the input.

Answers with JSON lines: {"rows"} any number of times, then {"done"} or {"error": {"what", "fix"}}. The rows go into a Parquet file as text
that says each value exactly. Nothing is printed but that: the input holds a password.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any

from engine import names
from engine.errors import EngineError
from engine.querying import Query, check, without
from engine.readers.base import LONGEST_CELL, check_size
from engine.sources import SOURCES, Source

MEMORY = 4 * 2**30
FILE_SIZE = 16 * 2**30
_ROWS = 5_000


def main() -> int:
    """One request, one answer. Returns the exit status."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**line: Any) -> None:
        out.write(json.dumps(line, ensure_ascii=True) + "\n")
        out.flush()

    request = json.loads(sys.stdin.read())
    try:
        _limit()
        say(done=answer(request, lambda rows: say(rows=rows)))
    except EngineError as error:
        say(error={"what": without(error.what, request["password"]), "fix": error.fix})
    except MemoryError:
        say(error={"what": "The rows need more than the 4 GB of memory that a query may use.", "fix": "Ask for fewer columns."})
    except Exception as error:
        say(error={"what": f"The database could not be asked ({type(error).__name__}).", "fix": "Check the query."})
    return 0


def answer(request: dict[str, Any], tell: Callable[[int], None]) -> dict[str, Any]:
    """Asks, writes the rows, and gives back how many there are, whether there were more, and what was left out. Raises EngineError."""
    from sqlalchemy import create_engine, exc
    from sqlalchemy.pool import NullPool

    source, seconds = SOURCES.parse(request["source"]), int(request["seconds"])
    statement = check(Query(source, request["statement"]))
    made = create_engine(
        source.url(request["password"]), connect_args=source.arguments(seconds), poolclass=NullPool, hide_parameters=True, echo=False
    )
    try:
        connection = made.connect()
    except (exc.SQLAlchemyError, OSError) as error:
        raise _unreachable(source, error) from None
    try:
        with connection:
            for first in source.before(seconds):
                connection.exec_driver_sql(first)
            source.guard(connection.connection.dbapi_connection, seconds)
            asked = connection.execution_options(no_parameters=True, stream_results=True, max_row_buffer=_ROWS)
            return _write(asked.exec_driver_sql(statement), request, f"{source.place}: {statement}", tell)
    except exc.SQLAlchemyError as error:
        raise _refused(error, seconds) from None


def text(value: Any) -> str | None:
    """The value as text that says it exactly; None where there is none, or where it is bytes."""
    if value is None or isinstance(value, (bytes, bytearray, memoryview)):
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if value != value else repr(value)
    if isinstance(value, (date, time, datetime)):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str) if isinstance(value, (dict, list)) else str(value)


def _write(result: Any, request: dict[str, Any], origin: str, tell: Callable[[int], None]) -> dict[str, Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    most = int(request["most_rows"])
    keys = result.keys()
    called, mended = names.mend([str(key) for key in keys])
    check_size(len(called))
    schema = pa.schema([(name, pa.string()) for name in called], {"origin": origin})
    rows, is_cut, left_out = 0, False, dict.fromkeys(called, 0)
    with pq.ParquetWriter(request["out"], schema, compression="lz4") as writer:
        while block := result.fetchmany(min(_ROWS, most + 1 - rows)):
            is_cut = rows + len(block) > most
            block = block[: most - rows]
            check_size(len(called), rows := rows + len(block))
            columns = [_column(name, values, left_out) for name, values in zip(called, zip(*block, strict=True), strict=True)]
            if block:
                writer.write_table(pa.Table.from_arrays([pa.array(column, pa.string()) for column in columns], schema=schema))
            tell(rows)
            if is_cut:
                break
    if not rows:
        raise EngineError("The query found no rows.", "Check its conditions.")
    bytes_in = {name: count for name, count in left_out.items() if count}
    return {"rows": rows, "is_cut": is_cut, "left_out": bytes_in, "mended": [what for _, what in mended]}


def _column(name: str, values: Sequence[Any], left_out: dict[str, int]) -> list[str | None]:
    left_out[name] += sum(isinstance(value, (bytes, bytearray, memoryview)) for value in values)
    column = [text(value) for value in values]
    if any(value is not None and len(value) > LONGEST_CELL for value in column):
        raise EngineError(f"A value in the column '{name}' is longer than a million characters.", "Leave the column out.")
    return column


def _unreachable(source: Source, error: Exception) -> EngineError:
    said = _first_line(getattr(error, "orig", None) or error)
    return EngineError(f"It was not possible to connect to {source.place}: {said}.", "Check the place, the name and the password.")


def _refused(error: Exception, seconds: int) -> EngineError:
    said = _first_line(getattr(error, "orig", None) or error)
    low = said.lower()
    if any(word in low for word in ("timeout", "interrupted", "max_statement_time", "maximum statement execution time", "timed out")):
        return EngineError(f"The query took longer than {seconds} seconds and was stopped.", "Ask for less, or allow more time.")
    if any(word in low for word in ("read-only", "read only", "readonly", "not authorized", "prohibited")):
        return EngineError(f"The query would do more than read: {said}.", "Only rows can be asked for from here.")
    return EngineError(f"The database refused the query: {said}.", "Mend the query and ask again.")


def _first_line(error: object) -> str:
    arguments: tuple[object, ...] = getattr(error, "args", ())
    said = str(arguments[1]) if len(arguments) == 2 and isinstance(arguments[0], int) else str(error)
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__).rstrip(".")[:300]


def _limit() -> None:
    """Memory and written bytes; no core dumps, which would hold the password; files for this user only."""
    os.umask(0o077)
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, FILE_SIZE), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


if __name__ == "__main__":
    sys.exit(main())
