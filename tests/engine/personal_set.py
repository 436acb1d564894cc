"""Which columns there are in the set: header and how its cells are made, half of them personal. See personal_columns."""

import random

from tests.engine.personal_columns import (
    BSN,
    CREDIT,
    NHS,
    PESEL,
    PHONES,
    POSTCODES,
    ROWS,
    SIN,
    Made,
    Make,
    code,
    cpf,
    day,
    dni,
    first,
    fiscal,
    full,
    iban,
    last,
    mail,
    nir,
    note,
    number,
    shaped,
    snils,
    street,
    tckn,
)
from tests.engine.personal_look_alikes import OTHER


def columns(seed: int = 2026) -> list[Made]:
    """All of them, the same for the same seed."""
    rng = random.Random(seed)
    told = [(True, about, header, make) for about, headers in PERSONAL.items() for header, make in headers]
    told += [(False, about, header, make) for about, headers in OTHER.items() for header, make in headers]
    return [Made(header, [make(rng) for _ in range(ROWS)], about, personal) for personal, about, header, make in told]


def ip(rng: random.Random) -> str:
    return ".".join(str(rng.randint(1, 254)) for _ in range(4))


def ip6(rng: random.Random) -> str:
    return "2001:db8:" + ":".join(f"{rng.randint(0, 65535):x}" for _ in range(6))


def pair(rng: random.Random) -> str:
    return f"{rng.uniform(47, 55):.5f}, {rng.uniform(6, 15):.5f}"


def user(rng: random.Random) -> str:
    return "@" + first("en")(rng).lower() + rng.choice(["_", ""]) + str(rng.randint(1, 999))


def profile(rng: random.Random) -> str:
    return f"https://www.linkedin.com/in/{first('en')(rng).lower()}-{last('en')(rng).lower().replace(' ', '')}-{rng.randint(10, 99)}"


def login(rng: random.Random) -> str:
    return first("en")(rng)[0].lower() + last("en")(rng).lower().replace(" ", "") + rng.choice(["", "1", "84", "x"])


PLATES = "B-AA ####|M-XA ###|HH AA ###|K-AR ##"
PERSONAL: dict[str, list[tuple[str, Make]]] = {
    "name": [
        ("First Name", first("en")),
        ("SURNAME", last("en")),
        ("pat_name", full("en")),
        ("Customer", full("en")),
        ("EmployeeName", full("en")),
        ("frst_name", first("en")),
        ("Next of kin", full("en")),
        ("GP", full("en")),
        ("Vorname", first("de")),
        ("Nachnme", last("de")),
        ("Ansprechpartner", full("de")),
        ("Versicherter", full("de")),
        ("Prénom", first("fr")),
        ("NOM_PATIENT", last("fr")),
        ("Médecin traitant", full("fr")),
        ("nom de famile", last("fr")),
        ("Nombre", first("es")),
        ("APELLIDOS", last("es")),
        ("Nombre del paciente", full("es")),
        ("nome", first("it")),
        ("Cognome", last("it")),
        ("Nominativo cliente", full("it")),
        ("Nome Completo", full("pt")),
        ("sobrenome", last("pt")),
        ("Voornaam", first("nl")),
        ("achternaam", last("nl")),
        ("Contactpersoon", full("nl")),
        ("Imię", first("pl")),
        ("nazwisko", last("pl")),
        ("Adı", first("tr")),
        ("SOYADI", last("tr")),
        ("hasta_adi", full("tr")),
        ("Фамилия", last("ru")),
        ("ФИО", full("ru")),
        ("имя клиента", first("ru")),
        ("氏名", full("ja")),
        ("姓名", full("zh")),
        ("col_7", full("en")),
    ],
    "e-mail": [
        ("E-Mail", mail("com")),
        ("emial_addr", mail("com")),
        ("Kontakt", mail("de")),
        ("courriel", mail("fr")),
        ("correo electrónico", mail("es")),
        ("posta elettronica", mail("it")),
        ("adres e-mail", mail("pl")),
        ("eposta", mail("tr")),
        ("эл. почта", mail("ru")),
        ("V12", mail("net")),
        ("メール", mail("jp")),
    ],
    "phone": [
        ("Phone", shaped(PHONES["en"])),
        ("mob_no", shaped(PHONES["en"])),
        ("Tel.", shaped(PHONES["de"])),
        ("Handynummer", shaped(PHONES["de"])),
        ("Téléphone", shaped(PHONES["fr"])),
        ("portable", shaped(PHONES["fr"])),
        ("Teléfono móvil", shaped(PHONES["es"])),
        ("cellulare", shaped(PHONES["it"])),
        ("Telemóvel", shaped(PHONES["pt"])),
        ("telefoonnr", shaped(PHONES["nl"])),
        ("Nr telefonu", shaped(PHONES["pl"])),
        ("Cep Tel", shaped(PHONES["tr"])),
        ("телефон", shaped(PHONES["ru"])),
        ("電話番号", shaped(PHONES["ja"])),
        ("手机号", shaped(PHONES["zh"])),
        ("Emergency contact", shaped(PHONES["en"])),
        ("FAX", shaped(PHONES["de"])),
    ],
    "address": [
        ("Address", street("en")),
        ("addr_line1", street("en")),
        ("Home adress", street("en")),
        ("Straße", street("de")),
        ("Anschrift", street("de")),
        ("adresse", street("fr")),
        ("Dirección", street("es")),
        ("domicilio", street("es")),
        ("Indirizzo", street("it")),
        ("morada", street("pt")),
        ("Straat + nr", street("nl")),
        ("Adres zamieszkania", street("pl")),
        ("Adres", street("tr")),
        ("адрес", street("ru")),
        ("住所", street("ja")),
        ("field3", street("en")),
    ],
    "postcode": [
        ("Postcode", shaped(POSTCODES["en"])),
        ("ZIP", shaped(POSTCODES["us"])),
        ("post_cd", shaped(POSTCODES["en"])),
        ("PLZ", shaped(POSTCODES["de"])),
        ("code postal", shaped(POSTCODES["fr"])),
        ("CP", shaped(POSTCODES["es"])),
        ("CAP", shaped(POSTCODES["it"])),
        ("Cód. Postal", shaped(POSTCODES["pt"])),
        ("postkode", shaped(POSTCODES["nl"])),
        ("kod pocztowy", shaped(POSTCODES["pl"])),
        ("Posta Kodu", shaped(POSTCODES["tr"])),
        ("индекс", shaped(POSTCODES["ru"])),
        ("郵便番号", shaped(POSTCODES["ja"])),
        ("Postal", shaped(POSTCODES["ca"])),
    ],
    "birth": [
        ("DOB", day(1935, 2005)),
        ("Date of birth", day(1935, 2005, "{d:02}/{m:02}/{y}")),
        ("birthdt", day(1935, 2015)),
        ("Geburtsdatum", day(1935, 2005, "{d:02}.{m:02}.{y}")),
        ("geb.", day(1935, 2005, "{d:02}.{m:02}.{y}")),
        ("Date de naissance", day(1935, 2005, "{d:02}/{m:02}/{y}")),
        ("fecha nac.", day(1935, 2005, "{d:02}/{m:02}/{y}")),
        ("data_nascita", day(1935, 2005, "{d:02}/{m:02}/{y}")),
        ("Data de Nascimento", day(1935, 2005)),
        ("geboortedatum", day(1935, 2005, "{d:02}-{m:02}-{y}")),
        ("data ur.", day(1935, 2005)),
        ("Doğum Tarihi", day(1935, 2005, "{d:02}.{m:02}.{y}")),
        ("дата рождения", day(1935, 2005, "{d:02}.{m:02}.{y}")),
        ("生年月日", day(1935, 2005)),
        ("YearOfBirth", number(1935, 2008)),
    ],
    "record": [
        ("Patient ID", code("P", 6)),
        ("MRN", code("", 7)),
        ("hosp_no", code("H", 6)),
        ("cust_id", code("C-", 5)),
        ("PolicyNo", code("POL", 7)),
        ("Employee number", code("E", 5)),
        ("Versichertennummer", code("A", 9)),
        ("Patientennr", code("", 6)),
        ("KundenNr.", code("", 6)),
        ("N° dossier", code("D", 6)),
        ("num_securite_client", code("S", 8)),
        ("Nº historia clínica", code("", 7)),
        ("codice paziente", code("PZ", 5)),
        ("nº utente", code("", 9)),
        ("patiëntnummer", code("", 7)),
        ("klantnr", code("K", 5)),
        ("Nr polisy", code("PL", 7)),
        ("Hasta No", code("", 6)),
        ("номер карты пациента", code("", 6)),
        ("患者ID", code("", 6)),
        ("student_id", code("S", 7)),
        ("Member #", code("M", 8)),
    ],
    "national": [
        ("NHS number", NHS),
        ("id_no", NHS),
        ("BSN", BSN),
        ("burgerservice", BSN),
        ("PESEL", PESEL),
        ("CPF", cpf),
        ("doc_number", cpf),
        ("N° sécu", nir),
        ("Codice Fiscale", fiscal),
        ("c_f", fiscal),
        ("DNI/NIE", dni),
        ("TC Kimlik No", tckn),
        ("СНИЛС", snils),
        ("SIN", SIN),
        ("SSN", shaped("1##-4#-x###|5##-2#-x###")),
        ("National Insurance", shaped("AB ## ## ## C|JG######A")),
    ],
    "bank": [("IBAN", iban), ("Kontoverbindung", iban), ("account", iban), ("Card number", CREDIT), ("pan", CREDIT)],
    "network": [("ip_address", ip), ("client", ip), ("remote_addr", ip6), ("Adresse IP", ip)],
    "plate": [
        ("Kennzeichen", shaped(PLATES)),
        ("Reg. plate", shaped("AB## DEF|LK## XYa|GJ## TAA")),
        ("matrícula", shaped("#### BCD|#### FGH")),
        ("plaque", shaped("AA-###-AA")),
        ("kenteken", shaped("AA-###-A|##-AAA-#")),
    ],
    "coordinates": [
        ("Latitude", number(47, 55, 5)),
        ("lon", number(6, 15, 5)),
        ("GPS", pair),
        ("home_lat", number(40, 42, 6)),
        ("Breitengrad", number(47, 54, 5)),
    ],
    "handle": [("Twitter", user), ("username", login), ("LinkedIn", profile), ("Benutzername", login), ("x_account", user)],
    "notes": [
        ("notes", note("en")),
        ("Bemerkung", note("de")),
        ("remarques", note("fr")),
        ("observaciones", note("es")),
        ("opm.", note("nl")),
    ],
}
