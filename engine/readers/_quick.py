"""The fast way through a text table whose rows all have the same number of values."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from engine.readers.base import Batch, column_id

BLOCK = 2 * 2**20
_CHUNK = 8 * 2**20
SMALLEST_BLOCK, ALL_COLUMNS = 2**17, 2**28


@dataclass(frozen=True)
class Body:
    """Where the rows of values lie: from byte `start`, physical line `line` (from 1), `width` values each.

    What is done with rows of another width: short ones are kept or left out, long ones left out or cut, short ones that begin with #
    are comments or not. Rows that repeat `names`, whose line is `named`, are left out; there are none to look for if these are empty.
    """

    path: Path
    start: int
    line: int
    width: int
    delimiter: str
    quote: str
    keeps_short: bool = True
    cuts_long: bool = False
    has_comments: bool = True
    names: tuple[str, ...] = ()
    named: str = ""


def is_regular(body: Body) -> bool:
    """Whether every row has its values, none repeats the names, and no quotation mark swallows lines, so that `batches` reads the file as
    it is meant."""
    marks = _count(body, b'"') if body.quote else 0
    if marks % 2 or body.delimiter == " " or len(body.delimiter.encode()) != 1:
        return False
    if body.names and _repeats_names(body):
        return False
    try:
        if not marks:
            deque(_read(body, [column_id(0)]), maxlen=0)
            return True
        return not any(_swallows(column, body) for batch in _read(body) for column in batch)
    except pa.ArrowInvalid:
        return False


def has_blank_lines(body: Body) -> bool:
    """Whether two line ends may follow one another."""
    return any(_count(body, ends) for ends in (b"\n\n", b"\r\n\r\n", b"\r\r"))


def skips_blanks(body: Body) -> bool:
    """Whether blanks before a value belong to the delimiter: where it is a blank, or a quotation mark may follow one. Else all is kept."""
    return body.delimiter == " " or bool(body.quote) and _count(body, b' "') > 0


def batches(body: Body, tell: Callable[[float], None] = lambda done: None) -> Iterator[Batch]:
    """The rows as text. Blank lines are left out. Raises ArrowInvalid at a row that is not regular."""
    return _read(body, tell=tell)


def _read(body: Body, columns: Sequence[str] = (), tell: Callable[[float], None] = lambda done: None) -> Iterator[Batch]:
    """`columns` are those wanted, all if there are none: the rows are looked at as a whole all the same."""
    names = [column_id(i) for i in range(body.width)]
    size = max(1, body.path.stat().st_size)
    quoted = bool(body.quote) and _count(body, b'"') > 0
    with body.path.open("rb") as file:
        file.seek(body.start)
        stream = pa.PythonFile(file, mode="r")
        try:
            table = pyarrow.csv.open_csv(
                stream,
                read_options=pyarrow.csv.ReadOptions(block_size=_block(len(names)), column_names=names, use_threads=True),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=body.delimiter, quote_char=body.quote if quoted else False, newlines_in_values=quoted
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    null_values=[],
                    strings_can_be_null=False,
                    check_utf8=False,
                    include_columns=list(columns) or None,
                ),
            )
        except pa.ArrowInvalid as error:
            if "Empty CSV file" in str(error):
                return
            raise
        for batch in table:
            if batch.num_rows:
                yield list(batch.columns)
            tell(min(1.0, file.tell() / size))


def _block(width: int) -> int:
    """Bytes read at a time: Arrow sets so much aside for every column, and the process may have only so much for all of them."""
    return max(SMALLEST_BLOCK, min(BLOCK, ALL_COLUMNS // max(1, width)))


def _count(body: Body, what: bytes) -> int:
    stat = body.path.stat()
    return _counted(body.path, body.start, what, (stat.st_ino, stat.st_size, stat.st_mtime_ns))


@lru_cache(maxsize=4)
def _counted(path: Path, start: int, what: bytes, _stamp: tuple[int, int, int]) -> int:
    """Kept, since reading a gigabyte once more for each question takes a second."""
    found, end = 0, b""
    with path.open("rb") as file:
        file.seek(start)
        while chunk := file.read(_CHUNK):
            found += (end + chunk).count(what)
            end = chunk[1 - len(what) :] if len(what) > 1 else b""
    return found


def _repeats_names(body: Body) -> bool:
    """Whether a line begins like the one of the names."""
    line = body.named.encode()
    with body.path.open("rb") as file:
        file.seek(body.start)
        is_next = file.read(len(line)) == line
    return is_next or any(_count(body, end + line) for end in (b"\n", b"\r"))


def _swallows(column: pa.Array, body: Body) -> bool:
    """Whether a value holds a whole line of the table, which a stray quotation mark would make it do."""
    broken = column.filter(pc.match_substring(column, "\n"))
    return any(swallows(value, body.delimiter, body.width) for value in broken.to_pylist())


def swallows(value: str, delimiter: str, width: int) -> bool:
    """Whether a value over several lines holds as many delimiters as a row of the table: then it may really be two rows."""
    return width > 1 and value.count(delimiter) >= width - 1
