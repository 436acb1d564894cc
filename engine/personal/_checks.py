"""Numbers with a check digit: how each is written, and the sum that tells a real one from digits in a row.

The sums are those of the issuing offices, as python-stdnum (https://arthurdejong.org/python-stdnum/) collects them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

Test = Callable[[str], bool]
_ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]


@dataclass(frozen=True)
class Number:
    """A number's name, its form after blanks, points and strokes are taken away, and its sum."""

    name: str
    form: "re.Pattern[str]"
    holds: Test

    def fits(self, text: str) -> bool:
        """Whether the text is such a number."""
        bare = plain(text)
        return bool(self.form.fullmatch(bare)) and self.holds(bare)


def plain(text: str) -> str:
    """Without blanks, points, strokes and small letters."""
    return re.sub(r"[\s.\-/]", "", text).upper()


def luhn(text: str) -> bool:
    """The sum of cards and of Canadian and Swedish numbers."""
    doubled = [int(d) * (2 if i % 2 else 1) for i, d in enumerate(reversed(text))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def iban(text: str) -> bool:
    """The whole of an IBAN, in its form and by its sum."""
    bare = plain(text)
    if not re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", bare):
        return False
    return int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1


def card(text: str) -> bool:
    """A payment card's number."""
    bare = plain(text)
    return bool(re.fullmatch(r"(4\d{12}(\d{3})?|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|6(?:011|5\d\d)\d{12})", bare)) and luhn(bare)


def is_goods(text: str) -> bool:
    """An article or book number (EAN, ISBN-13), whose sum is another one."""
    bare = plain(text)
    if not re.fullmatch(r"\d{8}|\d{12,13}", bare):
        return False
    return sum(int(d) * (3 if i % 2 else 1) for i, d in enumerate(reversed(bare))) % 10 == 0


def _sum(weights: str) -> Callable[[str], int]:
    factors = [int(weight) for weight in weights.split(",")]
    return lambda text: sum(factor * int(digit) for factor, digit in zip(factors, text, strict=False))


def _nhs(text: str) -> bool:
    return _sum("10,9,8,7,6,5,4,3,2,1")(text) % 11 == 0


def _bsn(text: str) -> bool:
    return (_sum("9,8,7,6,5,4,3,2")(text) - int(text[8])) % 11 == 0


def _pesel(text: str) -> bool:
    is_a_day = 1 <= int(text[2:4]) % 20 <= 12 and 1 <= int(text[4:6]) <= 31
    return is_a_day and _sum("1,3,7,9,1,3,7,9,1,3,1")(text) % 10 == 0


def _steuer(text: str) -> bool:
    """ISO 7064, Mod 11, 10."""
    rest = 10
    for digit in text[:10]:
        total = (int(digit) + rest) % 10 or 10
        rest = total * 2 % 11
    return (11 - rest) % 10 == int(text[10]) and 8 <= len(set(text[:10])) <= 9


def _fiscal(text: str) -> bool:
    def worth(place: int, sign: str) -> int:
        value = int(sign) if sign.isdigit() else ord(sign) - 65
        return value if place % 2 else _ODD[value]

    return sum(worth(i, sign) for i, sign in enumerate(text[:15])) % 26 == ord(text[15]) - 65


def _nir(text: str) -> bool:
    body = text[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(text[13:])


def _dni(text: str) -> bool:
    digits = text[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == text[-1]


def _cpf(text: str) -> bool:
    first = _sum("10,9,8,7,6,5,4,3,2")(text) * 10 % 11 % 10
    second = _sum("11,10,9,8,7,6,5,4,3,2")(text) * 10 % 11 % 10
    return [first, second] == [int(text[9]), int(text[10])] and len(set(text)) > 1


def _tckn(text: str) -> bool:
    d = [int(digit) for digit in text]
    return (7 * sum(d[0:9:2]) - sum(d[1:8:2])) % 10 == d[9] and sum(d[:10]) % 10 == d[10]


def _snils(text: str) -> bool:
    return _sum("9,8,7,6,5,4,3,2,1")(text) % 101 % 100 == int(text[9:])


def _nif(text: str) -> bool:
    rest = _sum("9,8,7,6,5,4,3,2")(text) % 11
    return int(text[8]) == (0 if rest < 2 else 11 - rest)


def _china(text: str) -> bool:
    return "10X98765432"[_sum("7,9,10,5,8,4,2,1,6,3,7,9,10,5,8,4,2")(text) % 11] == text[17]


def _belgian(text: str) -> bool:
    return int(text[9:]) in (97 - int(text[:9]) % 97, 97 - int(f"2{text[:9]}") % 97)


def _ahv(text: str) -> bool:
    return is_goods(text)


def _verhoeff(text: str) -> bool:
    """The sum of the Indian Aadhaar, in the group of a pentagon's turns and flips."""
    check = 0
    for place, digit in enumerate(reversed(text)):
        check = _turned(check, _permuted(int(digit), place % 8))
    return check == 0


def _turned(a: int, b: int) -> int:
    if a < 5:
        return (a + b) % 5 if b < 5 else 5 + (a + b) % 5
    return 5 + (a - b) % 5 if b < 5 else (a - b) % 5


def _permuted(digit: int, times: int) -> int:
    for _ in range(times):
        digit = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4][digit]
    return digit


def _form(pattern: str) -> "re.Pattern[str]":
    return re.compile(pattern)


NUMBERS = (
    Number("French social security numbers (NIR)", _form(r"[12]\d{4}(\d\d|2[AB])\d{8}"), _nir),
    Number("Italian tax codes", _form(r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]"), _fiscal),
    Number("Spanish identity numbers (DNI, NIE)", _form(r"[XYZ\d]\d{7}[A-Z]"), _dni),
    Number("Chinese identity numbers", _form(r"[1-9]\d{5}(19|20)\d{9}[\dX]"), _china),
    Number("Swiss insurance numbers (AHV)", _form(r"756\d{10}"), _ahv),
    Number("Brazilian tax numbers (CPF)", _form(r"\d{11}"), _cpf),
    Number("Turkish identity numbers", _form(r"[1-9]\d{10}"), _tckn),
    Number("Polish identity numbers (PESEL)", _form(r"\d{11}"), _pesel),
    Number("Russian insurance numbers (SNILS)", _form(r"\d{11}"), _snils),
    Number("German tax numbers", _form(r"[1-9]\d{10}"), _steuer),
    Number("Belgian national numbers", _form(r"\d{11}"), _belgian),
    Number("Indian Aadhaar numbers", _form(r"[2-9]\d{11}"), _verhoeff),
    Number("British NHS numbers", _form(r"[3-9]\d{9}"), _nhs),
    Number("Swedish personal numbers", _form(r"(19|20)?\d\d[01]\d[0-3]\d\d{4}"), lambda text: luhn(text[-10:])),
    Number("Dutch citizen numbers (BSN)", _form(r"\d{9}"), _bsn),
    Number("Portuguese tax numbers (NIF)", _form(r"[1-35689]\d{8}"), _nif),
    Number("Canadian insurance numbers (SIN)", _form(r"[1-79]\d{8}"), luhn),
)
"""Strict forms first: of several that all fit, the first is named."""

SHAPES = (
    Number("US social security numbers", _form(r"(?!000|666)\d{3}-(?!00)\d\d-(?!0000)\d{4}"), lambda text: True),
    Number("British insurance numbers (NINO)", _form(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"), lambda text: True),
    Number("Danish or Finnish personal numbers", _form(r"[0-3]\d[01]\d\d\d[-+A]\d{3}[\dA-Y]"), lambda text: True),
)
"""Known by their form alone; the strokes belong to it."""
