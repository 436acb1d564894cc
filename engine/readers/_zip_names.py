"""The names of a zip's members: older programs wrote them in the letters of their own country and did not say which."""

import re
import unicodedata
import zipfile
from collections.abc import Sequence

from engine.doubts import Choice, Doubt

LETTERS = {
    "utf-8": "Unicode (UTF-8)",
    "cp932": "Japanese (Shift-JIS)",
    "gb18030": "Chinese (GBK)",
    "big5": "Chinese, traditional (Big5)",
    "cp949": "Korean",
    "cp437": "Western (DOS)",
    "cp1252": "Western (Windows)",
    "cp1251": "Cyrillic (Windows)",
    "cp866": "Cyrillic (DOS)",
}
_ASKED = 3
_SHOWN = 3
_COMMON_CHINESE, _COMMON_KOREAN = range(0xB0, 0xD8), range(0xB0, 0xC9)


def is_unsure(member: zipfile.ZipInfo) -> bool:
    """Whether the name has letters whose meaning the zip does not say."""
    return not member.flag_bits & 0x800 and not member.filename.isascii()


def read(member: zipfile.ZipInfo, letters: str) -> str:
    """The member's name in those letters ("": as the zip says it)."""
    if not letters or not is_unsure(member):
        return member.filename
    return _decoded(_raw(member), letters) or member.filename


def find(members: Sequence[zipfile.ZipInfo]) -> tuple[str, Doubt | None]:
    """The letters that the names seem to be in, and a question where they could be others; "" where the zip says it all."""
    raw = [_raw(member) for member in members if is_unsure(member)]
    if not raw:
        return "", None
    if all(_decoded(name, "utf-8") is not None for name in raw):
        return "utf-8", None
    able = [letters for letters in LETTERS if all(_decoded(name, letters) is not None for name in raw)]
    ranked = sorted(able, key=lambda letters: -_plausible(raw, letters))[:_ASKED] or ["cp437"]
    if len(ranked) == 1:
        return ranked[0], None
    shown = list({name.rpartition(b"/")[0] or name: name for name in sorted(raw)}.values())[:_SHOWN]
    choices = tuple(Choice(label=f"{LETTERS[one]}: {_examples(shown, one)}", options={"letters": one}) for one in ranked)
    what = "Names in the zip are written in letters that it does not name. Which reading is right?"
    return ranked[0], Doubt(key="zip-letters", what=what, examples=tuple(_decoded(n, ranked[0]) or "" for n in shown), choices=choices)


def _raw(member: zipfile.ZipInfo) -> bytes:
    return member.filename.encode("cp437", "replace")


def _decoded(raw: bytes, letters: str) -> str | None:
    try:
        return raw.decode(letters)
    except UnicodeDecodeError:
        return None


def _examples(raw: Sequence[bytes], letters: str) -> str:
    return ", ".join((_decoded(name, letters) or "")[-30:] for name in raw[:2])


def _plausible(raw: Sequence[bytes], letters: str) -> float:
    """How much the names look like words in these letters: the share of odd characters that are letters of one kind of writing."""
    text = "".join(_decoded(name, letters) or "" for name in raw)
    odd = [character for character in text if not character.isascii()]
    kinds = [_kind(character) for character in odd]
    commonest = max(set(kinds), key=kinds.count) if kinds else ""
    return (kinds.count(commonest) / len(kinds) if commonest else 0.0) + _bonus(letters, raw, set(kinds))


def _kind(character: str) -> str:
    """The writing that a letter belongs to; "" for signs, boxes and rare half-width letters."""
    if not character.isalpha():
        return ""
    name = unicodedata.name(character, "")
    first = name.split(" ", 1)[0].split("-", 1)[0]
    return "" if first in ("HALFWIDTH", "FULLWIDTH") else "CJK" if first in ("HIRAGANA", "KATAKANA") else first


def _bonus(letters: str, raw: Sequence[bytes], kinds: set[str]) -> float:
    """Kana speak for Japanese; first bytes of common signs for Chinese and Korean; odd bytes beside plain letters for the West."""
    joined = b"/".join(raw)
    high = [byte for byte in joined if byte >= 0x80]
    if letters == "cp932":
        return 0.5 if any(0x829F <= int.from_bytes(joined[i : i + 2], "big") <= 0x8396 for i in range(len(joined) - 1)) else 0.0
    if letters == "gb18030" and kinds == {"CJK"}:
        return 0.4 * sum(byte in _COMMON_CHINESE for byte in high[::2]) / max(1, len(high[::2]))
    if letters == "cp949" and kinds == {"HANGUL"} and len(high) >= 8:
        return 0.45 * all(byte in _COMMON_KOREAN for byte in high[::2])
    if "LATIN" in kinds:
        beside = re.findall(rb"(?<=[A-Za-z])[\x80-\xff]+|[\x80-\xff]+(?=[A-Za-z])", joined)
        return sum(map(len, beside)) / len(high) - 0.5
    return 0.0
