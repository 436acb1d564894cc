"""Three hundred columns as people's files have them: half about persons, half that only look like it. Written apart from the detectors.

Headers are in eleven languages, in mixed case, shortened and misspelt; check digits are made here by their own sums.
"""

import random
import string
from collections.abc import Callable
from dataclasses import dataclass

ROWS = 60
Make = Callable[[random.Random], str]


@dataclass(frozen=True)
class Made:
    """A column: its header, its cells, what it is about (for the reader of a miss), and whether it is personal."""

    header: str
    cells: list[str]
    about: str
    personal: bool


FIRST = {
    "en": "Olivia George Amelia Harry Poppy Freddie Isla Archie Ava Theo Grace Nigel Deborah Wayne Keith",
    "de": "Lukas Hannah Jürgen Sabine Torsten Anke Dieter Ursula Finn Heike Klaus Renate Wolfgang Birgit Jonas",
    "fr": "Camille Lucas Chloé Hugo Manon Thierry Sylvie Gérard Brigitte Maxime Océane Pascal Nathalie Benoît Élodie",
    "es": "Lucía Álvaro Carmen Javier Rocío Íñigo Pilar Sergio Inmaculada Raúl Noelia Ignacio Begoña Manuel Ainhoa",
    "it": "Giulia Matteo Chiara Lorenzo Francesca Davide Alessia Stefano Federica Luca Silvia Giorgio Valentina Paolo Elisa",
    "pt": "João Beatriz Tiago Inês Rafael Catarina Duarte Mariana Gonçalo Joana Vasco Leonor Rui Sofia Nuno",
    "nl": "Daan Sanne Bram Lotte Sjoerd Femke Joost Maaike Thijs Anouk Ruben Esther Gijs Marloes Wouter",
    "pl": "Katarzyna Piotr Agnieszka Tomasz Małgorzata Krzysztof Zofia Paweł Joanna Michał Ewa Grzegorz Monika Jakub Natalia",
    "tr": "Ayşe Mehmet Fatma Mustafa Zeynep Hüseyin Emine Ali Elif Murat Hatice Emre Büşra Yusuf Merve",
    "ru": "Анна Сергей Ольга Дмитрий Елена Иван Наталья Алексей Мария Андрей Татьяна Михаил Светлана Николай Юлия",
    "ja": "太郎 花子 健太 美咲 翔太 陽菜 大輔 優子 拓也 真由美 直樹 恵 和也 裕子 誠",
    "zh": "伟 芳 娜 敏 静 强 磊 洋 艳 勇 杰 娟 涛 明 超",
}
LAST = {
    "en": "Whitfield Hargreaves Okafor Pemberton Nkosi Ashworth Lindqvist Fairbanks Gallagher Thorne Radcliffe Bexley",
    "de": "Müller Brandstätter Schröder Vogt Kühn Lindemann Oberhauser Weiß Petersen Krüger Haase Dreyer",
    "fr": "Lefèvre Moreau Girard Rousseau Fontaine Chevalier Perrin Gauthier Marchand Dufour Lemoine Barbier",
    "es": "Gutiérrez Navarro Domínguez Iglesias Vázquez Cabrera Fuentes Herrero Peña Lozano Marín Crespo",
    "it": "Esposito Romano Colombo Ricci Marchetti Greco Bruno Gallo Conti Lombardi Barbieri Moretti",
    "pt": "Ferreira Carvalho Teixeira Moreira Correia Monteiro Cardoso Ramos Pinto Fonseca Nogueira Machado",
    "nl": "de_Vries van_den_Berg Bakker Janssen Visser Smit Meijer Mulder Dekker Brouwer Hoekstra Kuipers",
    "pl": "Kowalczyk Wiśniewski Wójcik Kamiński Lewandowski Zieliński Szymański Dąbrowski Kozłowska Jankowski Mazur Krawczyk",
    "tr": "Yılmaz Kaya Demir Şahin Çelik Yıldız Aydın Öztürk Arslan Doğan Kılıç Aslan",
    "ru": "Иванова Смирнов Кузнецова Попов Васильева Петров Соколова Михайлов Новикова Фёдоров Морозова Волков",
    "ja": "佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田",
    "zh": "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙",
}
STREETS = {
    "en": "{n} Orchard Lane|Flat {n}, 12 Mill Road|{n} Kingsway|{n} Elm Street, Apt 4|{n} Station Rd|{n} Harbour View Avenue",
    "de": "Lindenstraße {n}|Am Alten Markt {n}|Goethestr. {n}a|Bahnhofsweg {n}|Hauptplatz {n}|Rosenallee {n}",
    "fr": "{n} rue de la Paix|{n} bis avenue Victor Hugo|{n}, boulevard Gambetta|{n} impasse des Lilas|{n} chemin du Moulin",
    "es": "Calle Mayor {n}|C/ Sol {n}, 2º B|Avda. de la Constitución {n}|Plaza de España {n}|Paseo del Prado {n}",
    "it": "Via Garibaldi {n}|Corso Italia {n}|Piazza Dante {n}|Viale Europa {n}/B|Via XX Settembre {n}",
    "pt": "Rua das Flores {n}|Av. da Liberdade, {n}|Travessa do Carmo {n}|Rua 25 de Abril {n}, 3º Esq|Praça da República {n}",
    "nl": "Kerkstraat {n}|Prinsengracht {n}-II|Molenweg {n}|Julianalaan {n}|Dorpsplein {n}b",
    "pl": "ul. Kwiatowa {n}/4|ul. Długa {n}|al. Jerozolimskie {n}|os. Słoneczne {n}|pl. Wolności {n}",
    "tr": "Atatürk Cad. No:{n}|Gül Sokak No {n} D:5|Bağdat Caddesi {n}|Çiçek Sk. {n}/3|İnönü Mah. Lale Sok. No:{n}",
    "ru": "ул. Ленина, д. {n}, кв. 12|пр-т Мира, {n}|ул. Садовая {n}|пер. Зелёный, д. {n}|ул. Гагарина, {n}к2",
    "ja": "東京都新宿区西新宿{n}丁目2-8|大阪府大阪市北区梅田{n}-1-3|京都市左京区{n}番地",
}
PHONES = {
    "en": "07### ######|+44 7### ######|020 7### ####|(555) 2##-####|1-415-555-####",
    "de": "0171 #######|+49 30 ########|089/######|0049 151 ########|0221-#######",
    "fr": "06 ## ## ## ##|+33 6 ## ## ## ##|01.##.##.##.##",
    "es": "6## ### ###|+34 6## ## ## ##|91 ### ## ##",
    "it": "+39 3## #######|3##-#######|06 ########",
    "pt": "91# ### ###|+351 96# ### ###|21 ### ####",
    "nl": "06-########|+31 6 ########|020-#######",
    "pl": "+48 ### ### ###|5##-###-###|22 ### ## ##",
    "tr": "0532 ### ## ##|+90 5## ### ## ##|(0212) ### ## ##",
    "ru": "+7 (9##) ###-##-##|8 9## ### ## ##|8-495-###-##-##",
    "ja": "090-####-####|03-####-####|+81 80 #### ####",
    "zh": "13# #### ####|+86 138 #### ####|138########",
}
POSTCODES = {
    "en": "NW#a #aa|M## #aa|SWx #aa|EH# #aa", "us": "#####|#####-####", "de": "#####", "fr": "#####",
    "es": "28###|0####", "it": "00###|2####",
    "pt": "####-###", "nl": "1### AA|3###AA", "pl": "##-###", "tr": "34###|06###",
    "ru": "1#####|6#####", "ja": "###-####", "ca": "K#A #B#|M#V #C#",
}  # fmt: skip


def shaped(patterns: str) -> Make:
    """One of the patterns: # is a digit, a and A are letters, x a digit from 1 to 9."""
    made = {"#": string.digits, "x": "123456789", "a": "ABDEFGHJLNPQRSTUWXYZ", "A": "ABCDEFGHJKLMNPRSTVWXZ"}

    def make(rng: random.Random) -> str:
        return "".join(rng.choice(made[c]) if c in made else c for c in rng.choice(patterns.split("|")))

    return make


def one_of(words: str) -> Make:
    return lambda rng: rng.choice(words.split("|") if "|" in words else words.split()).replace("_", " ")


def first(lang: str) -> Make:
    return one_of(FIRST[lang])


def last(lang: str) -> Make:
    return one_of(LAST[lang])


def full(lang: str) -> Make:
    if lang in ("ja", "zh"):
        return lambda rng: last(lang)(rng) + ("" if rng.random() < 0.6 else " ") + first(lang)(rng)
    return lambda rng: f"{first(lang)(rng)} {last(lang)(rng)}" if rng.random() < 0.6 else f"{last(lang)(rng)}, {first(lang)(rng)}"


def street(lang: str) -> Make:
    return lambda rng: rng.choice(STREETS[lang].split("|")).format(n=rng.randint(1, 180))


def mail(lang: str) -> Make:
    def make(rng: random.Random) -> str:
        plain = "".join(c for c in (first("en")(rng) + rng.choice("._-") + last("en")(rng)) if c.isascii() and c not in " '")
        return f"{plain.lower()}{rng.choice(['', str(rng.randint(1, 99))])}@{rng.choice(['posta', 'webmail', 'klinik', 'corp'])}.{lang}"

    return make


def day(low: int, high: int, form: str = "{y}-{m:02}-{d:02}") -> Make:
    return lambda rng: form.format(y=rng.randint(low, high), m=rng.randint(1, 12), d=rng.randint(1, 28))


def counted(make_digits: Callable[[random.Random], list[int]], check: Callable[[list[int]], int | None], shape: str = "") -> Make:
    """Digits with a check digit behind them; again where there is none; `shape` puts other signs between them."""

    def make(rng: random.Random) -> str:
        while True:
            digits = make_digits(rng)
            last_one = check(digits)
            if last_one is not None:
                text = "".join(map(str, [*digits, last_one]))
                return text if not shape else "".join(next(it) if c == "#" else c for it in [iter(text)] for c in shape)

    return make


def digits(count: int, start: str = "") -> Callable[[random.Random], list[int]]:
    return lambda rng: [*map(int, start), *(rng.randint(0, 9) for _ in range(count - len(start)))]


def luhn(given: list[int]) -> int:
    total = 0
    for place, digit in enumerate(reversed(given)):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return -total % 10


def weighted(weights: str, modulus: int, rest: Callable[[int], int]) -> Callable[[list[int]], int | None]:
    def check(given: list[int]) -> int | None:
        found = rest(sum(int(w) * d for w, d in zip(weights.split(","), given, strict=True)) % modulus)
        return found if 0 <= found <= 9 else None

    return check


NHS = counted(digits(9, "4"), weighted("10,9,8,7,6,5,4,3,2", 11, lambda r: (11 - r) % 11), "### ### ####")
BSN = counted(digits(8, "1"), weighted("9,8,7,6,5,4,3,2", 11, lambda r: r))
PESEL = counted(lambda rng: [rng.randint(4, 9), rng.randint(0, 9), 0, rng.randint(1, 9), 1, *(rng.randint(0, 9) for _ in range(5))],
                weighted("1,3,7,9,1,3,7,9,1,3", 10, lambda r: -r % 10))  # fmt: skip
CREDIT = counted(digits(15, "4"), luhn, "#### #### #### ####")
SIN = counted(digits(8, "5"), luhn, "###-###-###")


def iban(rng: random.Random) -> str:
    country, length = rng.choice([("DE", 18), ("NL", 0), ("FR", 23), ("ES", 20)])
    body = "".join(rng.choice(string.digits) for _ in range(length)) if length else "INGB" + "".join(rng.choices(string.digits, k=10))
    number = "".join(str(int(c, 36)) for c in body + country + "00")
    text = f"{country}{98 - int(number) % 97:02}{body}"
    return " ".join(text[i : i + 4] for i in range(0, len(text), 4)) if rng.random() < 0.5 else text


def cpf(rng: random.Random) -> str:
    d = [rng.randint(0, 9) for _ in range(9)]
    for _ in range(2):
        rest = sum((len(d) + 1 - i) * x for i, x in enumerate(d)) * 10 % 11
        d.append(0 if rest == 10 else rest)
    s = "".join(map(str, d))
    return f"{s[:3]}.{s[3:6]}.{s[6:9]}-{s[9:]}"


def nir(rng: random.Random) -> str:
    born = f"{rng.choice('12')}{rng.randint(40, 99)}{rng.randint(1, 12):02}"
    body = f"{born}{rng.randint(10, 95)}{rng.randint(1, 999):03}{rng.randint(1, 999):03}"
    return f"{body}{97 - int(body) % 97:02}"


def fiscal(rng: random.Random) -> str:
    letters = lambda n: "".join(rng.choices("BCDFGLMNPRSTV", k=n))  # noqa: E731
    odd = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18,
               20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23], strict=True))  # fmt: skip
    body = (
        f"{letters(6)}{rng.randint(40, 99)}{rng.choice('ABCDEHLMPRST')}{rng.randint(1, 28):02}{rng.choice('AFHL')}{rng.randint(100, 999)}"
    )
    total = sum(odd[c] if i % 2 == 0 else (int(c) if c.isdigit() else ord(c) - 65) for i, c in enumerate(body))
    return body + chr(65 + total % 26)


def dni(rng: random.Random) -> str:
    number = rng.randint(10_000_000, 79_999_999)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


def tckn(rng: random.Random) -> str:
    d = [rng.randint(1, 9), *(rng.randint(0, 9) for _ in range(8))]
    d.append((7 * sum(d[0:9:2]) - sum(d[1:8:2])) % 10)
    d.append(sum(d) % 10)
    return "".join(map(str, d))


def snils(rng: random.Random) -> str:
    d = [rng.randint(2, 9), *(rng.randint(0, 9) for _ in range(8))]
    check = sum((9 - i) * x for i, x in enumerate(d)) % 101 % 100
    s = "".join(map(str, d))
    return f"{s[:3]}-{s[3:6]}-{s[6:]} {check:02}"


def note(lang: str) -> Make:
    said = {
        "en": "Patient rang back, will call on {p} tomorrow.|Sent the form to {m} as agreed."
        "|No answer, try {p} after six.|Feels better, less pain.",
        "de": "Rückruf unter {p} erbeten.|Unterlagen bitte an {m} senden.|Keine Beschwerden.|Ehefrau erreichbar: {p}.",
        "fr": "Rappeler au {p} ce soir.|Envoyer le dossier à {m}.|Rien à signaler.|Contact de la fille : {p}",
        "es": "Llamar al {p} por la tarde.|Escribir a {m}.|Sin novedad.|Avisar a su hija en el {p}",
        "nl": "Terugbellen op {p}.|Mail gestuurd naar {m}.|Geen klachten.|Zoon bereikbaar via {p}",
    }[lang].split("|")
    return lambda rng: rng.choice(said).format(p=shaped(PHONES[lang])(rng), m=mail("org")(rng)) + rng.choice(["", " ok", " (2x)", " !"])


def number(low: float, high: float, places: int = 0) -> Make:
    return lambda rng: f"{rng.uniform(low, high):.{places}f}"


def code(prefix: str, count: int) -> Make:
    return lambda rng: prefix + "".join(rng.choice(string.digits) for _ in range(count))
