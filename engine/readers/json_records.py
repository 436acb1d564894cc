"""JSON: a list of records, one record a line, or columns; records inside records become columns of their own, one level deep."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

import pyarrow as pa

from engine.errors import UnreadableFile
from engine.names import mend
from engine.readers._content import head, is_json
from engine.readers._text import as_utf8, open_text
from engine.readers.base import Batch, Change, Job, Raw, Reader, check_size, renamed

_MOST_BYTES = 300 * 2**20
_ROWS = 20_000
_SHAPE = 'Write it as a list of records, such as [{"age": 41, "sick": "no"}, ...], or one record on each line.'

Record = dict[str, Any]


class JsonRecords(Reader):
    """A JSON file with a list of records, or one record on each line."""

    kind: Literal["json_records"] = "json_records"
    title = "JSON"
    order = 40
    extensions: ClassVar[tuple[str, ...]] = (".json", ".jsonl", ".ndjson")
    holds: ClassVar[str] = "JSON"

    @classmethod
    def sniff(cls, path: Path) -> bool:
        return is_json(head(path))

    def read(self, job: Job) -> Raw:
        text = as_utf8(job.path, job.scratch)
        changes = list(text.changes)
        with open_text(text.path, text.start) as file:
            is_lines = _is_lines(file.readline(), file.readline())
        if is_lines:

            def records() -> Iterator[Record]:
                return _lines(text.path, text.start)
        else:
            found = _found(_parsed(text.path, text.start))

            def records() -> Iterator[Record]:
                return iter(found)

        keys: dict[str, None] = {}
        nested = 0
        for record in records():
            nested += any(isinstance(value, (list, dict)) for value in record.values())
            for key in record:
                keys.setdefault(key)
            check_size(len(keys))
        if not keys:
            raise UnreadableFile("The JSON file holds no records with values.", _SHAPE)
        if nested:
            changes.append(Change(what="Lists inside records were kept as text.", count=nested))
        names, done = mend(list(keys))
        changes += renamed(done)
        return Raw(names, _batches(records, list(keys), job.tell), self, changes)


def _batches(records: Callable[[], Iterator[Record]], keys: list[str], tell: Callable[[float], None]) -> Iterator[Batch]:
    block: list[Record] = []
    for record in records():
        block.append(record)
        if len(block) == _ROWS:
            yield _columns(block, keys)
            block = []
    if block:
        yield _columns(block, keys)
    tell(1.0)


def _columns(block: list[Record], keys: list[str]) -> Batch:
    return [pa.array([_text(record.get(key)) for record in block], pa.string()) for key in keys]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _is_lines(first: str, second: str) -> bool:
    """Whether each line is a record, told from the first two."""
    if not (first.strip().startswith("{") and second.strip().startswith("{")):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def _lines(path: Path, start: int) -> Iterator[Record]:
    with open_text(path, start) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            record = _loads(line, f"Line {number:,} of the JSON file")
            if not isinstance(record, dict):
                raise UnreadableFile(f"Line {number:,} of the JSON file is no record.", _SHAPE)
            yield _flat(record)


def _parsed(path: Path, start: int) -> Any:
    if path.stat().st_size > _MOST_BYTES:
        raise UnreadableFile(
            "The JSON file is larger than 300 MB and has to be read in one piece.",
            "Write one record on each line, or save it as CSV or Parquet.",
        )
    return _loads(path.read_bytes()[start:].decode("utf-8", "replace"), "The JSON file")


def _loads(text: str, what: str) -> Any:
    """Numbers stay the text they are in the file."""
    try:
        return json.loads(text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        raise UnreadableFile(
            f"{what} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.",
            "Mend it there, or save the data as CSV.",
        ) from error
    except RecursionError as error:
        raise UnreadableFile(f"{what} has too many lists and records inside each other.", _SHAPE) from error


def _found(data: Any) -> list[Record]:
    """The records, wherever they are."""
    if isinstance(data, dict):
        if isinstance(data.get("columns"), list) and isinstance(data.get("data"), list):
            names = [str(name) for name in data["columns"]]
            return [_flat(dict(zip(names, row, strict=False))) for row in data["data"] if isinstance(row, list)]
        if tables := _tables(data):
            return _found(max(tables, key=len))
        if data and all(isinstance(values, list) for values in data.values()) and len({len(values) for values in data.values()}) == 1:
            return [dict(zip(data, row, strict=True)) for row in zip(*data.values(), strict=True)]
        if data and all(isinstance(value, dict) for value in data.values()):
            return _from_records_by_name(data)
        if data:
            return [_flat(data)]
    if isinstance(data, list) and data and all(isinstance(record, dict) for record in data):
        return [_flat(record) for record in data]
    raise UnreadableFile("The JSON file holds no list of records.", _SHAPE)


def _from_records_by_name(data: dict[str, Record]) -> list[Record]:
    """{"a": {"0": 1, "1": 2}} holds columns, {"first": {"a": 1}} records."""
    rows = list(next(iter(data.values())))
    if rows and all(row.isdigit() for row in rows) and all(list(column) == rows for column in data.values()):
        return [{name: column[row] for name, column in data.items()} for row in rows]
    return [_flat(record) for record in data.values()]


def _tables(data: Record) -> list[list[Any]]:
    return [v for v in data.values() if isinstance(v, list) and v and all(isinstance(item, dict) for item in v)]


def _flat(record: Record) -> Record:
    """A record inside becomes values called "outer.inner"."""
    flat: Record = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat.update({_free(f"{key}.{inner}", record, flat): item for inner, item in value.items()})
        else:
            flat[key] = value
    return flat


def _free(name: str, record: Record, flat: Record) -> str:
    """The name, or one like it that nothing else in the record has."""
    number, found = 1, name
    while found in record or found in flat:
        number += 1
        found = f"{name} ({number})"
    return found
