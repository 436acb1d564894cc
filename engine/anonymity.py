"""How well people hide among each other in a table: k-anonymity over what others may know of them.

k is the size of the smallest group of rows that are alike in all those columns: with k = 1 somebody stands alone and can be found by
who knows those facts (Sweeney 2002, https://doi.org/10.1142/S0218488502001648).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from engine import treatments
from engine.columns import Column, Treatment
from engine.personal.base import Vocabulary, words_of
from engine.profile import ColumnProfile

Array = np.ndarray[Any, Any]

FEW = 5
MOST_VALUES = 0.9
_KNOWN = Vocabulary(
    {
        "en": "age sex gender birth dob postcode zip city town region county district race ethnicity nationality marital profession"
        " occupation job education religion height",
        "de": "alter geschlecht geburt plz ort stadt wohnort familienstand beruf nationalitaet staatsangehoerigkeit bildung",
        "fr": "sexe naissance commune ville profession nationalite etat_civil departement",
        "es": "edad sexo genero nacimiento ciudad municipio profesion nacionalidad estado_civil provincia",
        "it": "eta sesso genere nascita comune citta professione nazionalita provincia",
        "pt": "idade sexo genero nascimento cidade profissao nacionalidade municipio",
        "nl": "leeftijd geslacht geboorte woonplaats beroep nationaliteit gemeente",
        "pl": "wiek plec urodzenia miasto zawod obywatelstwo",
        "tr": "yas cinsiyet dogum sehir meslek uyruk il ilce",
        "ru": "возраст пол рождения город профессия",
        "ja": "年齢 性別 生年 職業 市区町村",
        "zh": "年龄 性别 出生 职业 城市",
    }
)
_KINDS = ("birth", "postcode", "coordinates")


@dataclass(frozen=True)
class Anonymity:
    """What was counted: rows, groups of rows that are alike, the smallest of them, rows alone, and rows in groups of fewer than five.

    `telling` is the column without which the fewest rows would stand alone, and `alone_without` how many then.
    """

    rows: int
    groups: int
    smallest: int
    alone: int
    few: int
    telling: str = ""
    alone_without: int = 0


def known_to_others(columns: Sequence[ColumnProfile]) -> list[str]:
    """The ids of columns with facts that a neighbour or a colleague may know of somebody."""
    return [column.id for column in columns if _is_known(column)]


def measure(columns: Mapping[str, Any], rows: int = 0) -> Anonymity:
    """Counts the rows that are alike in these columns ({id: values, one a row}; missing ones are alike).

    Without any column all `rows` are alike.
    """
    codes = {id: pd.factorize(np.asarray(values, object), use_na_sentinel=False)[0] for id, values in columns.items()}
    rows = len(next(iter(codes.values()))) if codes else rows
    sizes = _sizes(list(codes.values()), rows)
    alone = int((sizes == 1).sum())
    fewest = {id: int((_sizes([c for other, c in codes.items() if other != id], rows) == 1).sum()) for id in codes} if alone else {}
    telling = min(fewest, key=lambda id: fewest[id]) if len(fewest) > 1 else ""
    return Anonymity(
        rows=rows,
        groups=len(sizes),
        smallest=int(sizes.min()) if len(sizes) else 0,
        alone=alone,
        few=int(sizes[sizes < FEW].sum()),
        telling=telling,
        alone_without=fewest.get(telling, 0),
    )


def treated(texts: pa.Array, column: Column, how: Treatment) -> "Array | None":
    """(rows,) a column's values as they would be after the treatment, to count with; None if it would be gone or name nobody."""
    if how.kind in ("drop", "pseudonym", "mask"):
        return None
    return np.asarray(treatments.apply(texts, column, how)[0].to_numpy(zero_copy_only=False), object)


def _sizes(codes: "list[Array]", rows: int) -> Array:
    """How many rows each group has. The codes are combined step by step, so that they never grow beyond the number of rows."""
    together = np.zeros(rows, np.int64)
    for own in codes:
        together = np.unique(together * (int(own.max(initial=0)) + 1) + own, return_inverse=True)[1]
    return np.bincount(together) if rows else np.zeros(0, np.int64)


def _is_known(column: ColumnProfile) -> bool:
    if column.personal:
        return column.personal.kind in _KINDS
    if column.type == "image" or column.distinct < 2 or column.distinct > MOST_VALUES * column.rows:
        return False
    return _KNOWN.is_in(words_of(column.name))
