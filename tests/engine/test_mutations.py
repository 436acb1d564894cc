"""Files broken at random: each is read, or refused with a sentence; nothing else comes out of a reader."""

from pathlib import Path

import numpy as np
import pytest

from engine.errors import UnreadableFile
from engine.readers import READERS
from tests.contracts.test_readers import GOOD, named
from tests.engine.uploads import read

pytestmark = pytest.mark.slow
TRIES = 40
GUARDED = {"parquet", "excel", "spreadsheet", "zip_table", "gzip_file", "numpy_arrays"}
"""Their content has a checksum, so that hardly any broken file can be read."""


def broken(content: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes changed, taken out, put in or repeated."""
    data = bytearray(content)
    for _ in range(int(rng.integers(1, 6))):
        at, size = int(rng.integers(0, len(data))), int(rng.integers(1, 30))
        match int(rng.integers(0, 4)):
            case 0:
                data[at : at + size] = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = rng.integers(0, 256, size, dtype=np.uint8).tobytes()
            case _:
                data[at:at] = data[at : at + 200]
    return bytes(data)


@pytest.mark.parametrize("kind", list(READERS.members))
def test_broken_files_never_break_the_reader(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    content = GOOD[kind]()
    refused = 0
    for number in range(TRIES):
        folder = tmp_path / str(number)
        folder.mkdir()
        try:
            found = read(folder, broken(content, rng), named(kind))
        except UnreadableFile as error:
            refused += 1
            assert error.what.endswith(".") and error.fix.endswith(".")
        else:
            assert len(found.table) == found.answer.rows > 0
    assert refused < TRIES or kind in GUARDED
