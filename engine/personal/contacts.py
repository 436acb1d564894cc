"""Free text with addresses and numbers in it, and what puts a word in their place."""

import re
from typing import Literal

from engine.columns import Treatment
from engine.personal import _checks
from engine.personal.base import FEW, Detector, Found, Seen

_MAIL = re.compile(r"[\w.+'-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PAGE = re.compile(r"(?:https?://|www\.)[^\s<>\"')]{3,}", re.IGNORECASE)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_CARD = re.compile(r"\b(?:\d[ -]?){13,16}\b")
_PHONE = re.compile(
    r"(?<![\w.,+])(?:\+\d{1,3}[\s().\-/]*(?:\d[\s().\-/]*){6,12}\d|00[1-9]\d{7,12}|\(\d{2,5}\)\s?\d{2,4}[\s\-]?\d{2,8}"
    r"|0\d{1,4}[\s/\-]\d(?:[\s\-]?\d){4,9}|0\d(?:[ .]\d\d){4}|0\d{9,10}|\d{3}[ \-.]\d{3}[ \-.]\d{3,4}|\d{2,3} \d{2,3} \d{2} \d{2}"
    r"|8[ \-]\d{3}[ \-]\d{3}[ \-]\d\d[ \-]\d\d|1-\d{3}-\d{3}-\d{4})(?![\w])"
)
_AT = re.compile(r"(?<![\w@])@[A-Za-z_][\w.]{2,30}")
_PARTS: tuple[tuple["re.Pattern[str]", str], ...] = (
    (_MAIL, "[e-mail]"),
    (_PAGE, "[web page]"),
    (_PHONE, "[phone number]"),
    (_AT, "[user name]"),
)
_QUICK = re.compile(r"@|www\.|https?:|\d.{0,3}\d.{0,3}\d.{0,3}\d")
_SOME, _AT_LEAST = 0.02, 2
_LONG = 14


def masked(text: str) -> str:
    """The text with a word in brackets in the place of each address and number of a person."""
    if not _QUICK.search(text):
        return text
    text = _IBAN.sub(lambda found: "[bank account]" if _checks.iban(found[0]) else found[0], text)
    text = _CARD.sub(lambda found: "[card number]" if _checks.card(found[0]) else found[0], text)
    for form, word in _PARTS:
        text = form.sub(word, text)
    return text


class Contacts(Detector):
    """Notes and messages with e-mail addresses, telephone numbers or the like in them."""

    kind: Literal["contacts"] = "contacts"
    title = "Contacts in free text"
    order = 80
    keep_out = False
    treatment = Treatment(kind="mask")

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or seen.type in ("number", "date"):
            return None
        sentences = [value for value in seen.values if " " in value and len(value) >= _LONG and any(c.isalpha() for c in value)]
        if len(sentences) < 0.3 * len(seen.values):
            return None
        holding = sum(masked(value) != value for value in sentences)
        if holding < max(_AT_LEAST, _SOME * len(seen.values)):
            return None
        return self.found(seen, 0.8, "E-mail addresses, telephone numbers or the like stand in some of its texts.")
