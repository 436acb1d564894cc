"""Names of persons."""

import re
from typing import Literal

from engine.personal._people import FAMILY_SIGNS, NOT_PEOPLE, PEOPLE
from engine.personal.base import ENOUGH, FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary, words_of

_WORDS = re.compile(r"[^\W\d_][^\W\d_ ,.'’()^\-]*(?:[ ,.'’()^\-]+[^\W\d_]+){0,9}[.)]{0,2}")
_TITLED = re.compile(
    r"(?:.*[ ,])?(?:dr|prof|mr|mrs|ms|miss|master|herr|frau|mme|mlle|sig|sra?|dhr|mevr|fr|hr|pani?|bay)\b\.? .*", re.IGNORECASE
)
_INITIALS = re.compile(
    r"(?:[^\W\d_]\. ?){1,3}(?:(?:de|von|van|der|den|di|da) )*[^\W\d_][^\W\d_'’\-]+"
    r"|[^\W\d_][^\W\d_'’\-]+,? (?:[^\W\d_]\. ?){1,3}"
)
_TWO = re.compile(r"[A-ZÀ-Þ][^\W\d_A-Z]+(?:[ '-][A-ZÀ-Þ][^\W\d_A-Z]*\.?)?,? (?:(?:de|von|van|der|den|di|da|dos|la|le) )*[A-ZÀ-Þ][^\W\d_]+")
_GOODS = re.compile(
    r".*\b(table|chair|lamp|bolt|machine|clock|hose|pipe|tile|rug|saw|set|kit|pack|system|model|street|road|hospital|clinic|centre|center"
    r"|university|school|ltd|inc|llc|gmbh|ag|group|services|company|park|north|south|east|west|new|san|saint|los|cream|oil|acid)\b.*",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff々]{1,5}([ 　・][\u3040-\u30ff\u3400-\u9fff々]{1,6})?")
_SOME, _MANY = 0.12, 0.5
_LONGEST = 70
_OTHER = Vocabulary(
    {
        "en": "product item file model species machine hospital company firm brand column test drug medicine device street city town vendor"
        " supplier type method status category service department ward school method count field variable country region state month day"
        " season job title gender smoker site place station clinic variety plant team project sample gene protein molecule compound game",
        "de": "produkt artikel firma firmen firmenname medikament stadt strasse ort verein schule land abteilung spalte geraet monat",
        "fr": "produit article entreprise societe ville medicament pays rue mois",
        "es": "producto articulo empresa ciudad medicamento pais calle piezas mes",
        "it": "prodotto articolo azienda citta farmaco paese",
        "pt": "produto artigo empresa cidade medicamento pais",
        "nl": "bedrijf stad medicijn artikel plaats",
        "pl": "produktu firmy miasto leku nazwa",
        "tr": "urun sirket sehir ilac firma dosya",
        "ru": "товара товар компании город лекарство название продукта препарат",
        "ja": "商品 製品 会社 会社名 都市 薬",
        "zh": "商品 产品 公司 城市 药",
    }
)
_MAYBE = Vocabulary(
    {
        "all": "customer client patient contact person gp doctor physician owner author teacher employee staff nom nome"
        " nombre naam ad"
        " adi isim имя nazwa kontakt kunde mitarbeiter arzt versicherter versicherte medecin medico paziente paciente klant pacjent hasta"
        " tenant guardian spouse mother father next_of_kin kin emergency signature signed reviewer nurse therapist driver member"
        " responsible ansprechpartner sachbearbeiter bearbeiter player artist director user student applicant passenger"
        " пациент клиент врач"
    }
)
_NAME = Vocabulary({"all": "name names nom nome nombre naam nume jmeno nev namn navn ad adi isim имя nazwa 名 姓"})


class Names(Detector):
    """First names, family names, whole names."""

    kind: Literal["names"] = "names"
    title = "Names of persons"
    order = 10
    calls = Vocabulary(
        {
            "en": "firstname first_name given_name forename surname lastname last_name family_name fullname full_name patient_name"
            " customer_name"
            " employee_name person_name contact_name middle_name maiden_name next_of_kin client_name pat_name emp_name cust_name fname"
            " lname"
            " first_nm last_nm given_nm",
            "de": "vorname nachname familienname zuname rufname ansprechpartner patientenname kundenname geburtsname",
            "fr": "prenom nom_de_famille nom_patient patronyme nom_client medecin_traitant nom_prenom",
            "es": "apellido apellidos nombre_del_paciente nombre_completo nombre_cliente nombres",
            "it": "cognome nominativo nome_cognome nome_completo",
            "pt": "sobrenome apelido nome_completo nome_do_paciente",
            "nl": "voornaam achternaam tussenvoegsel contactpersoon familienaam",
            "pl": "imie nazwisko imiona imie_nazwisko",
            "tr": "soyadi soyisim adi_soyadi ad_soyad hasta_adi soyad",
            "ru": "фамилия фио отчество имя имя_клиента",
            "other": "fornavn etternavn fornamn efternamn efternavn etunimi sukunimi jmeno_prijmeni prijmeni krestni vezeteknev keresztnev"
            " prenume onoma eponymo patname custname empname",
            "ja": "氏名 名前 姓名 患者名 お名前 フリガナ 名字",
            "zh": "姓名 名字 患者姓名 客户姓名",
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or seen.type in ("number", "date") or seen.says(_OTHER):
            return None
        if seen.says(self.calls) and seen.share(_is_written_so) >= MOSTLY:
            return self.found(seen, 0.85, "Its name and the form of its values say so.")
        known = seen.share(_is_known) if seen.share(_is_written_so) >= MOSTLY else 0.0
        may_be = seen.says(_MAYBE) or seen.says(_NAME)
        if may_be and len(seen.values) >= FEW and known >= _SOME:
            return self.found(seen, 0.7, "Its name may mean a person, and common first or family names are among its values.")
        if may_be and max(seen.share(_TITLED), seen.share(_INITIALS)) >= MOSTLY:
            return self.found(seen, 0.7, "Its name may mean a person, and its values are written like names with a title or initials.")
        if seen.says(_MAYBE) and len(seen.values) >= ENOUGH // 2 and seen.share(_TWO) >= NEARLY_ALL and not seen.share(_GOODS):
            return self.found(seen, 0.5, "Its name may mean a person, and its values are written like first and family names.")
        if len(seen.values) >= ENOUGH and known >= _MANY:
            return self.found(seen, 0.65, "Most of its values are common first or family names.")
        return None


def _is_written_so(text: str) -> bool:
    return len(text) <= _LONGEST and bool(_WORDS.fullmatch(text) or _SIGNS.fullmatch(text))


def _is_known(text: str) -> bool:
    words = set(words_of(text))
    if _SIGNS.fullmatch(text):
        return text[0] in FAMILY_SIGNS and len(text) >= 2
    return bool(words & PEOPLE) and not words & NOT_PEOPLE
