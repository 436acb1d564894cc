"""Numbers that a hospital, an insurer or a firm gives to a person."""

import re
from typing import ClassVar, Literal

from engine.columns import Treatment
from engine.personal.base import COMPOUND, FEW, MOSTLY, NEARLY_ALL, Detector, Found, Seen, Vocabulary

_CODE = re.compile(r"(?=.*\d)[\w][\w.\-/]{1,31}|(?=.*\d)[A-Z\d]{1,6}( [A-Z\d]{1,8}){1,4}", re.IGNORECASE)
_CODED = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[\w\-]{3,20}|\d{6,12}")
_NUMBER_OF = re.compile(r"(.{3,}?)(?:nr|nummer|number|no|id|num|code)")
_DISTINCT = 8
_OTHER = Vocabulary(
    {
        "all": "count total sum rating satisfaction score premium type typ kind category status number_of anzahl_der amount balance group"
        " order bestell invoice rechnung product artikel device sample batch contact phone email e_mail date datum type age days"
    }
)


class Record(Detector):
    """Numbers of patients, insured people, customers or staff: whoever has the list knows the name behind each."""

    kind: Literal["record"] = "record"
    title = "Personal record numbers"
    order = 55
    treatment = Treatment(kind="pseudonym")
    calls = Vocabulary(
        {
            "en": "mrn medical_record hospital_number hosp_no hosp_nr policy_no policyno policy_number policy_nr member_id subscriber_id"
            " insurance_number insurance_no insurance_id account_number account_no acct_no case_number chart_number",
            "de": "versichertennummer versicherungsnummer personalnummer patientennummer kundennummer fallnummer aktenzeichen kontonummer"
            " mitgliedsnummer matrikelnummer",
            "fr": "dossier no_dossier numero_assure no_assure matricule ipp",
            "es": "historia_clinica expediente nhc numero_poliza poliza",
            "it": "cartella_clinica numero_polizza polizza tessera tessera_sanitaria",
            "pt": "prontuario apolice numero_utente no_utente processo_clinico",
            "nl": "polisnummer dossiernummer klantnummer patientnummer personeelsnummer",
            "pl": "polisy nr_polisy kartoteki",
            "tr": "dosya_no police_no protokol_no sicil_no",
            "ru": "полис полиса медкарты",
            "other": "fallnr fall_nr aktennr acct_number acct_num acct_nr account_num pasientnr potilas rodne",
            "ja": "患者番号 会員番号 顧客番号 社員番号 診察券 患者ID",
            "zh": "病历号 患者编号 客户编号 员工编号 会员号 学号",
        }
    )
    persons: ClassVar[Vocabulary] = Vocabulary(
        {
            "en": "patient pat pt customer cust client member subscriber policyholder insured insurance employee emp staff worker"
            " person student"
            " pupil participant subject resident citizen borrower tenant donor user applicant claimant beneficiary",
            "de": "patient patienten kunde kunden versicherten versicherter mitglied mitarbeiter personal schueler schuler proband"
            " teilnehmer"
            " mandant klient",
            "fr": "patient client assure adherent salarie employe eleve etudiant beneficiaire usager personne securite",
            "es": "paciente cliente asegurado empleado alumno estudiante socio afiliado persona",
            "it": "paziente cliente assicurato dipendente studente assistito socio persona",
            "pt": "paciente cliente utente segurado funcionario aluno beneficiario pessoa",
            "nl": "patient klant client verzekerde medewerker deelnemer leerling polis",
            "pl": "pacjent pacjenta klient klienta pracownik pracownika ubezpieczony student",
            "tr": "hasta musteri calisan personel ogrenci sigortali uye",
            "ru": "пациент пациента клиент клиента сотрудник сотрудника студента полиса карты",
            "ja": "患者 顧客 会員 社員 学生",
            "zh": "患者 客户 员工 学生 会员 病人",
        }
    )
    numbers: ClassVar[Vocabulary] = Vocabulary(
        {
            "all": "id ids no nr num number code key ref uid serial # numero numer nummer nummber n codice codigo cod kod номер ид код"
            " ID 番号 号 编号 編號"
        }
    )

    def look(self, seen: Seen) -> Found | None:
        if len(seen.values) < FEW or seen.type == "date" or seen.says(_OTHER):
            return None
        is_alone = len(seen.words) == 1 and seen.says(self.persons) and seen.share(_CODED) >= NEARLY_ALL
        of_persons = is_alone or seen.says(self.persons) and seen.says(self.numbers) or _is_compound(seen.words, self.persons)
        if not (of_persons or seen.says(self.calls)) or seen.share(_CODE) < MOSTLY:
            return None
        if len(seen.values) < _DISTINCT or seen.share(lambda text: text.replace(".", "").isdigit() and "." in text) > 0:
            return None
        return self.found(seen, 0.85, "Its name and the form of its values say so.")


def _is_compound(words: tuple[str, ...], persons: Vocabulary) -> bool:
    """ "Patientennr" and "klantnr" are one word."""
    found = [_NUMBER_OF.fullmatch(word) for word in words]
    return any(one and (persons.is_in((one[1],)) or len(one[1]) >= COMPOUND and persons.is_in(words)) for one in found)
