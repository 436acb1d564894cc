"""Street addresses."""

import re
from typing import Literal

from engine.personal.base import FEW, MOSTLY, Detector, Found, Seen, Vocabulary

_HOUSE = re.compile(r"(?=.*[^\W\d_]{3})(?=.*\d).*\s.*|.*[区市町村路街号丁].*\d.*|.*\d.*[号番].*")
_STREET = re.compile(
    r"\b(street|st|road|rd|avenue|ave|lane|ln|drive|dr|court|close|crescent|way|apt|flat|boulevard|blvd|terrace|place|square|parkway"
    r"|[\w\-]*stra(ß|ss)e|[\w\-]*str|[\w\-]{3,}(weg|platz|gasse|allee|ufer|damm|ring)"
    r"|rue|impasse|chemin|quai|all[ée]e|cours|calle|avda|avenida|plaza|paseo|carrer|camino|via|viale|piazza|corso|vicolo|strada|largo"
    r"|rua|travessa|pra[çc]a|[\w\-]{3,}(straat|laan|gracht|plein|kade|dijk|singel)|ul|ulica|al|aleja|os|osiedle|pl"
    r"|cad|cadde|caddesi|sok|sokak|soka[ğg][ıi]|sk|mah|mahallesi|bulvar[ıi]|ул|улица|пр|просп|проспект|пер|переулок|пр-т|наб|шоссе)\b"
    r"|丁目|番地|路\d|街\d|\d号",
    re.IGNORECASE,
)
_OTHER = Vocabulary({"all": "type typ mac ip web url e_mail email remote memory condition zustand lighting status"})
_ALONE = 0.6


class Address(Detector):
    """Streets with house numbers: where somebody lives."""

    kind: Literal["address"] = "address"
    title = "Street addresses"
    order = 30
    calls = Vocabulary(
        {
            "en": "address addr street residence home_address line1 mailing",
            "de": "adresse anschrift strasse str wohnort wohnanschrift hausnummer",
            "fr": "adresse rue domicile voie",
            "es": "direccion domicilio calle",
            "it": "indirizzo domicilio residenza via",
            "pt": "endereco morada rua logradouro",
            "nl": "adres straat woonadres straatnaam",
            "pl": "adres ulica zamieszkania",
            "tr": "adres adresi sokak cadde",
            "ru": "адрес улица проживания",
            "other": "osoite gatuadress gateadresse adresa bydliste lakcim dievthynsi",
            "ja": "住所 番地",
            "zh": "地址 住址",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or seen.type in ("number", "date"):
            return None
        if seen.says(self.calls) and not seen.says(_OTHER) and seen.share(_HOUSE) >= MOSTLY:
            return self.found(seen, 0.9, "Its name and the form of its values say so.")
        if seen.share(_is_street) >= _ALONE:
            return self.found(seen, 0.75, "Its values read like a street with a house number.")
        return None


def _is_street(text: str) -> bool:
    return len(text) <= 100 and bool(_HOUSE.fullmatch(text)) and bool(_STREET.search(text))
