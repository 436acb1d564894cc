"""Breaks files at random, in the ways that damaged disks, cut transfers and ill-meant hands do; and reads them under limits."""

import io
import random
import re
import zipfile
import zlib
from pathlib import Path

from engine.errors import EngineError
from engine.readers import READERS
from tests.engine.uploads import read

NUMBERS = (b"\0", b"\xff" * 4, b"\x00\x00\x00\x80", b"\xff\xff\xff\x7f", b"nan", b"1e999", b"-1")
EXTREMES = (b"-1", b"0", b"99999999999", b"4294967296", b"1e308", b"1048577", b"XFD1048576", b"ZZZZ9", b"", b"\xf0\x9f\x98\x80", b"A1:B2")
WORDS = (b"", *NUMBERS, b'"', b"\r\n", b"[" * 50, b"{" * 50, b"PK\x03\x04")


def broken(content: bytes, dice: random.Random) -> bytes:
    """The content, broken in one to six places; a zip also inside its members, with sums that hold, so that what is inside is reached."""
    if content[:2] == b"PK" and dice.random() < 0.8:
        return _inside(content, dice)
    return _token(content, dice) if dice.random() < 0.3 else _bytes(content, dice)


def _token(content: bytes, dice: random.Random) -> bytes:
    """One number or word exchanged for an extreme one, or for another of the file: what stays well-formed gets deeper in."""
    tokens = list(re.finditer(rb"-?\d+(\.\d+)?|[A-Za-z]{2,12}", content))
    if not tokens:
        return _bytes(content, dice)
    at = dice.choice(tokens)
    new = dice.choice(EXTREMES) if dice.random() < 0.6 else dice.choice(tokens)[0]
    return content[: at.start()] + new + content[at.end() :]


def _bytes(content: bytes, dice: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(dice.choice((1, 1, 1, 2, 4, 6))):
        at, size = dice.randrange(len(data) + 1), dice.randint(1, 40)
        match dice.randrange(7):
            case 0:
                data[at : at + size] = dice.randbytes(size)
            case 1:
                del data[at : at + size]
            case 2:
                data[at:at] = dice.choice(WORDS)
            case 3:
                data[at:at] = data[at : at + dice.randint(1, 400)]
            case 4:
                data[at : at + 1] = bytes([data[at] ^ (1 << dice.randrange(8))]) if at < len(data) else b""
            case 5:
                data[at : at + size] = dice.choice(WORDS)
            case _:
                other = dice.randrange(len(data) + 1)
                data[at : at + size] = data[other : other + size]
        if not data:
            return b"\0"
    return bytes(data[: dice.randrange(1, len(data) + 1)]) if dice.random() < 0.1 else bytes(data)


def _inside(content: bytes, dice: random.Random) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        hit = set(dice.sample(names, min(len(names), dice.randint(1, 3))))
        for name in names:
            data = old.read(name)
            if name in hit and dice.random() < 0.05:
                continue
            breaks = _token if dice.random() < 0.6 else _bytes
            new.writestr(name, breaks(data, dice) if name in hit and data else data)
    return out.getvalue()


def seeds(kind: str) -> list[bytes]:
    """The sound files of that reader."""
    from tests.fuzz.seeds import SEEDS

    return [make() for make in SEEDS[kind]]


def attempt(kind: str, sound: list[bytes], number: int, folder: Path) -> str:
    """Reads the file broken by that number: "read" or "refused". Any other exception than EngineError goes through."""
    dice = random.Random(zlib.crc32(f"{kind} {number}".encode()))
    content = broken(dice.choice(sound), dice)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = read(folder, content, "upload" + dice.choice(READERS.members[kind].extensions))
    except EngineError as error:
        assert error.what.endswith(".") and error.fix.endswith("."), f"{error.what!r} {error.fix!r}"
        return "refused"
    assert len(found.table) == found.answer.rows > 0
    return "read"
