"""Dates of birth."""

import re
from typing import Literal

from engine.columns import Treatment
from engine.personal.base import FEW, MOSTLY, Detector, Found, Seen, Vocabulary

_YEAR = re.compile(r"(18[5-9]|19\d|20[0-4])\d")
_DATE = re.compile(r"\d{1,4}[-./ ]\d{1,2}[-./ ]\d{1,4}.*|(19|20)\d{6}|\d{4}年.*|\d{1,2}[ .-]+[^\W\d_]{3,}[ .-]+\d{2,4}")


class Birth(Detector):
    """Days of birth: with a postcode and the sex they lead to one person."""

    kind: Literal["birth"] = "birth"
    title = "Dates of birth"
    order = 40
    keep_out = False
    treatment = Treatment(kind="year")
    calls = Vocabulary(
        {
            "en": "birth dob birthday birthdate birthdt born bday yob date_of_birth bdate",
            "de": "geburt geburtsdatum geburtstag geburtsjahr geb gebdat geboren gebdatum jahrgang",
            "fr": "naissance ne_le nee_le ddn naiss",
            "es": "nacimiento nac fnac fecha_nac nacido",
            "it": "nascita nato nata data_nascita",
            "pt": "nascimento nasc datanasc nascido",
            "nl": "geboorte geboortedatum gebdat geboortejaar geboren",
            "pl": "urodzenia ur urodzin urodzony",
            "tr": "dogum dogum_tarihi dogumtarihi",
            "ru": "рождения рожд др рождение г_р д_р",
            "other": "fodselsdato fodelsedatum fodselsdag fodd syntymaaika narozeni szuletesi nasterii gennisi fecha_de_nac",
            "ja": "生年月日 誕生日 生年",
            "zh": "出生 生日 出生日期",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or not seen.says(self.calls):
            return None
        if seen.type == "date" or seen.share(_DATE) >= MOSTLY:
            return self.found(seen, 0.9, "Its name says so, and its values are dates.")
        if seen.share(_YEAR) >= MOSTLY:
            return self.found(seen, 0.8, "Its name says so, and its values are years.", Treatment(kind="band", size=5))
        return None
