"""Text files of any encoding, as UTF-8: the encoding is found from the whole file, and every decision is told."""

import codecs
import io
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, TextIO

from engine.errors import UnreadableFile
from engine.readers.base import Change

CHUNK = 8 * 2**20
LONGEST_LINE = 10 * 2**20
MOST_NULS = 0.01
MOST_BY_CHANCE = 0.05
NAMES = {
    "cp1252": "Windows-1252 (Western European)",
    "iso8859-1": "Latin-1 (Western European)",
    "iso8859-15": "Latin-9 (Western European)",
    "cp1250": "Windows-1250 (Central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "utf-8": "UTF-8",
    "gb18030": "GB 18030 (Chinese)",
    "big5": "Big5 (Chinese)",
    "shift_jis": "Shift-JIS (Japanese)",
    "cp932": "Shift-JIS (Japanese)",
    "euc_kr": "EUC-KR (Korean)",
    "cp949": "EUC-KR (Korean)",
    "koi8-r": "KOI8-R (Cyrillic)",
    "iso8859-5": "ISO 8859-5 (Cyrillic)",
    "iso8859-7": "ISO 8859-7 (Greek)",
    "cp1253": "Windows-1253 (Greek)",
    "cp1254": "Windows-1254 (Turkish)",
    "cp1255": "Windows-1255 (Hebrew)",
    "cp1256": "Windows-1256 (Arabic)",
}
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SHOWN, _WIDE = 3, 60
_BAD = re.compile("[\udc80-\udcff]")
_OTHER_ALPHABETS = ("cp1251", "koi8-r", "iso8859-5", "cp1253", "cp1254", "cp1255", "cp1256", "iso8859-7")
_ASIAN = ("cp932", "gb18030", "big5", "cp949")


@dataclass
class Text:
    """A UTF-8 file (`start`: where its text begins), the encoding it was in, and what was done.

    `candidates` are the encodings it may be in where that had to be guessed, the one in use first, each with some of the text in it.
    """

    path: Path
    start: int
    encoding: str
    changes: list[Change] = field(default_factory=list)
    candidates: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Facts:
    bom: int = 0
    encoding: str = ""
    nuls: int = 0
    size: int = 0
    bad_at: int | None = None
    bad_line: int = 0
    bad: int = 0
    good: int = 0
    lines: list[bytes] = field(default_factory=list)


def as_utf8(path: Path, copy: Path, encoding: str = "") -> Text:
    """The file as UTF-8: itself where it is so already, else written to `copy`. `encoding` is the user's word, "" for none.

    Raises UnreadableFile if it is not text, a line is longer than 10 MB, or the characters cannot be told.
    """
    facts = _scan(path)
    asked = _checked(encoding) if encoding else ""
    if asked.startswith("utf-16") and facts.encoding.startswith("utf-16"):
        asked = facts.encoding
    found = asked or facts.encoding or _guess(facts)
    if facts.nuls and not found.startswith(("utf-16", "utf-32")) and facts.nuls > MOST_NULS * facts.size:
        raise UnreadableFile(
            f"The file is not text: {facts.nuls:,} of its {facts.size:,} bytes are zero.", "Save the data as CSV and upload it again."
        )
    if found == "utf-8" and not facts.bad and not facts.nuls:
        return Text(path, facts.bom, found)
    odd = _transcode(path, copy, found, facts.bom, strict=not encoding)
    changes = _told(found, encoding, facts, odd)
    guessed = not asked and not facts.encoding
    return Text(copy, 0, found, changes, _candidates(facts, found) if guessed else [])


def open_text(path: Path, start: int) -> TextIO:
    """The UTF-8 file from byte `start` on; line ends stay as they are."""
    file = path.open("rb")
    file.seek(start)
    return io.TextIOWrapper(file, "utf-8", errors="replace", newline="")


def _scan(path: Path) -> _Facts:
    facts = _Facts(size=path.stat().st_size)
    with path.open("rb") as file:
        start = file.read(4096)
        facts.bom, facts.encoding = next(((len(bom), name) for bom, name in _BOMS if start.startswith(bom)), (0, ""))
        facts.encoding = facts.encoding or _wide(start)
        if facts.encoding.startswith(("utf-16", "utf-32")):
            facts.bom = 0 if facts.encoding == "utf-32" else facts.bom
            return facts
        file.seek(facts.bom)
        _scan_bytes(file, facts)
    if facts.bad_at is None:
        facts.encoding = "utf-8"
    return facts


def _scan_bytes(file: BinaryIO, facts: _Facts) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape")
    position, line, run = facts.bom, 1, 0
    while True:
        chunk = file.read(CHUNK)
        text = decoder.decode(chunk, final=not chunk)
        facts.nuls += chunk.count(b"\x00")
        facts.good += max(0, len(chunk) - len(text))
        if not text.isascii() and not _is_clean(text):
            _note(facts, text, position, line)
        breaks = max(chunk.count(b"\n"), chunk.count(b"\r"))
        ends = [place for mark in (b"\n", b"\r") if (place := chunk.find(mark)) >= 0]
        too_long = line if run + min(ends, default=len(chunk)) > LONGEST_LINE else 0
        run = len(chunk) - max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) if breaks else run + len(chunk)
        if too_long or run > LONGEST_LINE:
            at = too_long or line + breaks
            raise UnreadableFile(f"Line {at:,} is longer than 10 MB.", "Check that the file has one row on each line.")
        if not chunk:
            return
        position += len(chunk)
        line += breaks


def _is_clean(text: str) -> bool:
    """Whether no byte was undecodable; encoding again is much faster than searching."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _note(facts: _Facts, text: str, position: int, line: int) -> None:
    for found in _BAD.finditer(text):
        facts.bad += 1
        if facts.bad_at is None:
            facts.bad_at = position + len(text[: found.start()].encode("utf-8", "surrogateescape"))
            facts.bad_line = line + text.count("\n", 0, found.start())
        if len(facts.lines) < 200:
            start, end = text.rfind("\n", 0, found.start()) + 1, text.find("\n", found.start())
            around = text[start : end if end >= 0 else len(text)][:1000].encode("utf-8", "surrogateescape")
            facts.lines += [around] if around not in facts.lines[-1:] else []


def _wide(start: bytes) -> str:
    """UTF-16 without a mark: every second byte of Western text is zero."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    if len(start) >= 8 and max(even, odd) >= 0.3 * len(start) / 2 and min(even, odd) <= 0.05 * len(start) / 2:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _guess(facts: _Facts) -> str:
    if facts.good > 3 * facts.bad:
        raise _mixed(facts, "the rest of the file is")
    sample = b"\n".join(facts.lines)
    asian = [name for name in _ASIAN if _decodes(sample, name)]
    likely = _likely(sample)
    found = next((name for name in likely if name in asian and _letters(sample.decode(name))), "")
    if found:
        return found
    if facts.good > max(2, MOST_BY_CHANCE * facts.bad):
        raise _mixed(facts, "other lines are")
    if _runs(sample) > 0.5:
        return next((name for name in likely if name in _OTHER_ALPHABETS), "cp1251")
    if _odd_inside_words(sample) > 0.1:
        return "cp1250"
    return "cp1252" if not re.search(rb"[\x81\x8d\x8f\x90\x9d]", sample) else "iso8859-1"


def _mixed(facts: _Facts, others: str) -> UnreadableFile:
    """Two encodings in one file: read as one of them, half of its letters would silently be wrong ones."""
    return UnreadableFile(
        f"Line {facts.bad_line:,} holds bytes that are not UTF-8 (at byte {facts.bad_at:,}), while {others} UTF-8.",
        "Save the file again as UTF-8, or choose its encoding by hand; what cannot be read is then replaced and counted.",
    )


def _candidates(facts: _Facts, found: str) -> list[tuple[str, str]]:
    """Up to three encodings in which some lines can be read and look different, the found one first."""
    lines = facts.lines[:5]
    sample = b"\n".join(facts.lines)
    seen: dict[str, str] = {}
    for name in (found, *_likely(sample), "cp1252", "cp1250", "cp1251", "cp932", "gb18030"):
        if name not in NAMES or name.startswith("utf") or not _decodes(sample, name):
            continue
        shown = " \u00b7 ".join(_around(line.decode(name, "replace")) for line in lines)
        if shown not in seen.values():
            seen.setdefault(name, shown)
    return list(seen.items())[:3]


def _around(text: str) -> str:
    """The first words with letters beyond ASCII."""
    return " ".join([word for word in re.split(r"[\s,;|]+", text) if not word.isascii()][:3])[:40]


def _likely(sample: bytes) -> list[str]:
    """Encodings by how natural the text looks in them."""
    import charset_normalizer

    return [codecs.lookup(match.encoding).name for match in charset_normalizer.from_bytes(sample)]


def _runs(sample: bytes) -> float:
    """How many letters beyond ASCII follow another one: few in Western languages, most in other alphabets."""
    beyond = re.findall(rb"[\x80-\xff]+", sample)
    return sum(len(run) - 1 for run in beyond) / max(1, sum(map(len, beyond)))


def _odd_inside_words(sample: bytes) -> float:
    """How many characters beyond ASCII inside words would be no letters in Western Europe."""
    inside = re.findall("(?<=[a-zA-Z])[\x80-\uffff](?=[a-zA-Z])", sample.decode("cp1252", "replace"))
    return sum(not c.isalpha() and c not in "\u2019\u00b4" for c in inside) / max(1, len(inside))


def _letters(text: str) -> bool:
    beyond = [c for c in text if ord(c) > 127]
    return bool(beyond) and sum("\u3040" <= c <= "\ud7a3" for c in beyond) > 0.8 * len(beyond)


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _checked(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise UnreadableFile(
            f"There is no encoding called '{encoding}'.", "Choose utf-8, cp1252 or another one by its usual name."
        ) from None


@dataclass
class _Odd:
    """What was met while the text was written anew: characters replaced, lines, and some of the lines with an oddity or else the first."""

    replaced: int = 0
    lines: int = 0
    first: list[str] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)
    nuls: list[str] = field(default_factory=list)

    def note(self, text: str) -> None:
        self.replaced += text.count("\ufffd")
        self.lines += text.count("\n") or text.count("\r")
        self.first = self.first or [line.strip()[:_WIDE] for line in text.splitlines()[:_SHOWN] if line.strip()]
        for mark, shown in (("\ufffd", self.bad), ("\x00", self.nuls)):
            if len(shown) < _SHOWN and mark in text:
                shown += [line.strip()[:_WIDE] for line in text.splitlines() if mark in line][: _SHOWN - len(shown)]


def _transcode(path: Path, copy: Path, encoding: str, bom: int, strict: bool) -> _Odd:
    odd = _Odd()
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    with path.open("rb") as source, copy.open("wb") as target:
        source.seek(bom)
        while True:
            chunk = source.read(CHUNK)
            text = decoder.decode(chunk, final=not chunk)
            odd.note(text)
            target.write(text.replace("\x00", "").replace("\ufeff", "").encode("utf-8", "replace"))
            if not chunk:
                break
    if odd.replaced and strict:
        raise UnreadableFile(
            f"The file looks like {NAMES.get(encoding, encoding)}, but {odd.replaced:,} places in it are no characters in that encoding.",
            "Save the file again as UTF-8, or choose its encoding by hand.",
        )
    return odd


def _told(found: str, asked: str, facts: _Facts, odd: _Odd) -> list[Change]:
    changes = []
    if found != "utf-8":
        why = "as you chose" if asked else "because it is not UTF-8"
        examples = [f"{_short(line, 'utf-8')} \u2192 {_short(line, found)}" for line in facts.lines[:_SHOWN]] or odd.first
        what = f"The file was read as {NAMES.get(found, found)}, {why}."
        changes.append(Change(what=what, count=facts.bad or odd.lines, examples=tuple(examples), again=True))
    if facts.nuls and not found.startswith(("utf-16", "utf-32")):
        shown = tuple(" \u2192 ".join(line.replace("\x00", mark) for mark in ("\u2400", "")) for line in odd.nuls)
        changes.append(Change(what="Zero bytes were taken out of the text.", count=facts.nuls, examples=shown, again=True))
    if odd.replaced:
        what = "Bytes that are no characters in this encoding were replaced by '\ufffd'."
        changes.append(Change(what=what, count=odd.replaced, examples=tuple(odd.bad), again=True))
    return changes


def _short(line: bytes, encoding: str) -> str:
    return line.decode(encoding, "replace").strip()[:_WIDE]
