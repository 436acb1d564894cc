"""Places on the map."""

import re
from typing import Literal

from engine.columns import Treatment
from engine.personal.base import FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary

_FINE = re.compile(r"-?\d{1,3}[.,]\d{2,}")
_OTHER = Vocabulary({"all": "error accuracy std deviation kg pulldown delta precision speed variance"})
_PAIR = re.compile(r"[\[(]?-?\d{1,2}\.\d{2,}[°NS]?\s?[,; ]\s?-?\d{1,3}\.\d{2,}[°EW]?[\])]?|POINT ?\(.*\)")


class Coordinates(Detector):
    """Exact places (latitude and longitude): they can point to a home."""

    kind: Literal["coordinates"] = "coordinates"
    title = "Coordinates"
    order = 70
    keep_out = False
    treatment = Treatment(kind="round", size=1)
    calls = Vocabulary(
        {
            "en": "lat lon lng long latitude longitude gps coordinate coordinates geolocation latlon latlng",
            "de": "breitengrad laengengrad langengrad koordinaten geokoordinaten",
            "fr": "coordonnees",
            "es": "latitud longitud coordenadas",
            "it": "latitudine longitudine coordinate",
            "nl": "breedtegraad lengtegraad coordinaten",
            "pl": "szerokosc_geograficzna dlugosc_geograficzna wspolrzedne",
            "tr": "enlem boylam",
            "ru": "широта долгота координаты",
            "ja": "緯度 経度",
            "zh": "纬度 经度",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or seen.type == "date":
            return None
        if seen.says(_OTHER):
            return None
        if seen.says(self.calls) and seen.share(_is_degree) >= MOSTLY:
            return self.found(seen, 0.85, "Its name says so, and its values are degrees on the map.")
        if seen.share(_PAIR) >= NEARLY_ALL:
            return self.found(seen, 0.85, "Its values are pairs of degrees on the map.")
        return None


def _is_degree(text: str) -> bool:
    return bool(_FINE.fullmatch(text)) and abs(float(text.replace(",", "."))) <= 180
