"""National numbers of persons."""

import re
from typing import Literal

from engine.columns import Treatment
from engine.personal import _checks
from engine.personal.base import ENOUGH, FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary

_NUMBER = re.compile(r"(?=(?:.*\d){5})[A-Z\d][A-Z\d\s.\-/]{4,24}", re.IGNORECASE)
_OTHER = Vocabulary({"all": "isbn ean gtin upc barcode sku product article artikel order tracking message imei"})


class National(Detector):
    """Numbers that a state gives to one person: social security, tax, identity card, passport."""

    kind: Literal["national"] = "national"
    title = "National identity numbers"
    order = 45
    treatment = Treatment(kind="pseudonym")
    calls = Vocabulary(
        {
            "en": "ssn social_security nhs_number nhs nhs_no national_insurance nino national_id passport aadhaar sin tax_id itin tin"
            " driver_license"
            " driving_licence driver_licence identity_card id_card",
            "de": "sozialversicherung sozialversicherungsnummer svnr rentenversicherung steuernummer steuerid steuer_id ausweis"
            " personalausweis"
            " reisepass ahv",
            "fr": "secu securite_sociale nir insee passeport carte_identite",
            "es": "dni nie nif pasaporte seguridad_social curp rfc",
            "it": "codice_fiscale codicefiscale cf passaporto",
            "pt": "cpf nif rg cartao_cidadao passaporte niss",
            "nl": "bsn burgerservicenummer burgerservice sofinummer paspoort rijksregisternummer",
            "pl": "pesel nip dowod paszport",
            "tr": "tc_kimlik kimlik tckn tc_no pasaport",
            "ru": "снилс инн паспорт паспорта",
            "ja": "マイナンバー 旅券",
            "zh": "身份证 身份證 护照",
            "other": "rodne_cislo steuernr steuer_nr svnummer personnummer cpr hetu fodselsnummer",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or seen.type == "date" or seen.says(_OTHER):
            return None
        headed = seen.says(self.calls)
        name = _known(seen, MOSTLY if headed else NEARLY_ALL) if headed or len(seen.values) >= ENOUGH else ""
        if name:
            return self.found(seen, 0.97, f"Its values are {name}: their form and their check digits are right.")
        shape = next((one.name for one in _checks.SHAPES if seen.share(one.form) >= NEARLY_ALL), "")
        if shape and (headed or len(seen.values) >= ENOUGH):
            return self.found(seen, 0.9, f"Its values have the form of {shape}.")
        if headed and seen.share(_NUMBER) >= MOSTLY:
            return self.found(seen, 0.9, "Its name and the form of its values say so.")
        return None


def _known(seen: Seen, enough: float) -> str:
    return next((one.name for one in _checks.NUMBERS if seen.share(one.fits) >= enough), "")
