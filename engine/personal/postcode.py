"""Postcodes."""

import re
from typing import Literal

from engine.columns import Treatment
from engine.personal.base import ENOUGH, FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary

_ANY = re.compile(
    r"\d{4,6}|\d{5}-\d{4}|\d{4}-\d{3}|\d{2}-\d{3}|\d{3}-\d{4}|\d{3} \d{2}|\d{4} ?[A-Z]{2}|[A-Z]{1,2}-\d{4,5}|[A-Z]\d[A-Z] ?\d[A-Z]\d"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]?|〒?\d{3}-?\d{4}",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-CEGHJ-NPR-TVXY]\d[A-Z] \d[A-Z]\d|[1-9]\d{3} [A-Z]{2}", re.IGNORECASE)


class Postcode(Detector):
    """Postcodes: with a few other facts they lead to one person."""

    kind: Literal["postcode"] = "postcode"
    title = "Postcodes"
    order = 35
    keep_out = False
    treatment = Treatment(kind="prefix", size=2)
    calls = Vocabulary(
        {
            "en": "postcode zip zipcode postal postalcode post_code post_cd postcd zip_code",
            "de": "plz postleitzahl",
            "fr": "cp postal code_postal",
            "es": "cp codigo_postal postal",
            "it": "cap avviamento",
            "pt": "cep codigo_postal cod_postal",
            "nl": "postkode postcode",
            "pl": "pocztowy kod_pocztowy pocztowa",
            "tr": "posta_kodu postakodu",
            "ru": "индекс почтовый",
            "other": "postnr postnummer postinumero psc iranyitoszam codpostal post_nr postleitz",
            "ja": "郵便番号 郵便",
            "zh": "邮编 邮政编码 郵遞區號",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or seen.type == "date":
            return None
        if seen.says(self.calls) and seen.share(_ANY) >= MOSTLY:
            return self.found(seen, 0.9, "Its name and the form of its values say so.")
        if len(seen.values) >= ENOUGH and seen.share(_PLAIN) >= NEARLY_ALL:
            return self.found(seen, 0.7, "Its values have the form of postcodes.")
        return None
