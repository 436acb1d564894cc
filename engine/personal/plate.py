"""Licence plates."""

import re
from typing import Literal

from engine.columns import Treatment
from engine.personal.base import FEW, MOSTLY, Detector, Found, Seen, Vocabulary

_PLATE = re.compile(r"(?=.*[^\W\d_])(?=.*\d)[^\W_][^\W_ .-]*([ .-]{1,2}[^\W_]+){0,3}")
_OTHER = Vocabulary({"all": "id well assay thickness name steel base"})


class Plate(Detector):
    """Licence plates: each leads to the owner of a vehicle."""

    kind: Literal["plate"] = "plate"
    title = "Licence plates"
    order = 65
    treatment = Treatment(kind="pseudonym")
    calls = Vocabulary(
        {
            "en": "plate licence_plate license_plate numberplate vrm reg_plate registration_mark vehicle_registration vehicle_reg car_reg",
            "de": "kennzeichen kfz amtl nummernschild",
            "fr": "plaque immatriculation immat",
            "es": "matricula placa patente",
            "it": "targa",
            "pt": "matricula placa",
            "nl": "kenteken",
            "pl": "rejestracyjny rejestracja tablica rejestracyjna",
            "tr": "plaka",
            "ru": "госномер грз номерной_знак",
            "ja": "ナンバープレート 登録番号 車両番号",
            "zh": "车牌 車牌",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or not seen.says(self.calls) or seen.says(_OTHER) or seen.share(_is_plate) < MOSTLY:
            return None
        return self.found(seen, 0.87, "Its name and the form of its values say so.")


def _is_plate(text: str) -> bool:
    return 4 <= len(text) <= 12 and bool(_PLATE.fullmatch(text))
