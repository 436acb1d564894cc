"""Telephone numbers."""

import re
from typing import Literal

from engine.personal.base import ENOUGH, FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary

_ANY = re.compile(r"(?=(?:\D*\d){7,15}\D*$)[+(]?[\d(][\d\s().\-/]*(?:\s?(?:x|ext\.?|доб\.?)\s?\d+)?")
_PLAIN = re.compile(
    r"\+\d[\d\s().\-/]{7,18}"
    r"|00[1-9]\d{8,13}|\(\d{2,5}\)\s?\d[\d\s\-]{5,10}|0\d{1,4}[\s/\-]\d[\d\s\-]{4,12}|0\d([ .]\d\d){4}|8[ -]9\d\d[\d\s\-]{7,10}"
    r"|1-\d{3}-\d{3}-\d{4}"
)


class Phone(Detector):
    """Telephone and fax numbers: each reaches one person or household."""

    kind: Literal["phone"] = "phone"
    title = "Telephone numbers"
    order = 25
    calls = Vocabulary(
        {
            "en": "phone tel telephone mobile cell cellphone mob landline fax emergency_contact contact whatsapp msisdn",
            "de": "telefon handy mobil festnetz rufnummer kontakt mobilnummer telefonnummer",
            "fr": "telephone portable telephonique fixe joignable",
            "es": "telefono movil celular contacto",
            "it": "telefono cellulare recapito",
            "pt": "telefone telemovel celular contato contacto",
            "nl": "telefoon gsm mobiel telefoonnummer",
            "pl": "telefon telefonu komorka kontakt",
            "tr": "telefon cep gsm tel",
            "ru": "телефон телефона моб мобильный сотовый тел контакт",
            "other": "tlf telefonnummer puhelin mobilnr telefonszam",
            "ja": "電話 携帯",
            "zh": "电话 手机 手機 電話",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW:
            return None
        if seen.says(self.calls) and seen.share(_ANY) >= MOSTLY:
            return self.found(seen, 0.9, "Its name and the form of its values say so.")
        if len(seen.values) >= ENOUGH and seen.share(_PLAIN) >= NEARLY_ALL:
            return self.found(seen, 0.8, "Its values have the form of telephone numbers.")
        return None
