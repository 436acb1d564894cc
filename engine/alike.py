"""Which texts are one case though they are not written alike: near copies of a text, and salts and isotopes of a molecule.

Knows neither tables nor plans. Molecules are compared as they are written, with no chemistry: the same one begun at another atom is
another one here.
"""

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Array = np.ndarray[Any, Any]

MOST = 100_000
"""Of more different texts near copies are not searched for, only equal ones."""

SHARED = 0.6
"""Two texts are near copies from this share of their word triples on that both have (Jaccard; Broder 1997)."""

LONGEST, FEWEST_WORDS, FEWEST_TRIPLES, COMMON = 2_000, 8, 5, 10
MOST_COMMON = 30
_SAMPLE, _NEARLY_ALL = 300, 0.95
_LONG_WORD = 15
_BITS = 24
_PRIMES = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9)
_BRACKET = r"\[\d*(?:[A-Z][a-z]?|[bcnops]|se|as|\*)@{0,2}(?:H\d*)?(?:[+-]\d*|\++|-+)?(?::\d+)?\]"
_MOLECULE = re.compile(rf"(?:{_BRACKET}|Br|Cl|[BCNOPSFI]|[bcnops]|%\d\d|[\d()=#$:/\\.~-])+")
_ATOM = re.compile(r"\[\d*([A-Z][a-z]?|[bcnops]|se|as|\*)@{0,2}(?:H(\d*))?([+-]\d*|\++|-+)?(?::\d+)?\]")
_HEAVY = re.compile(r"\[[^\]]*\]|Br|Cl|[BCNOPSFIbcnops]")
_PLAIN = frozenset({"B", "C", "N", "O", "P", "S", "F", "Cl", "Br", "I"})


@dataclass(frozen=True)
class Cases:
    """`of`: (rows,) the same number for rows of one case. `what` the texts are: "molecule", "text", or "" where only equal ones are one.

    `telling`: (rows,) whether the text says enough of its own to tell a case, which "nothing to report" does not.
    """

    of: Array
    telling: Array
    what: str = ""


def cases(values: Array) -> Cases:
    """Of (rows,) text or None. A row without a text is a case of its own, and so is every value that is no text."""
    groups, distinct = pd.factorize(values)
    groups = groups.copy()
    what = kind(distinct) if values.dtype == object else ""
    telling = np.ones(len(distinct), bool)
    if what == "molecule":
        merged = pd.factorize(np.array([bare(text) for text in distinct], object))[0]
    elif what == "text" and len(distinct) <= MOST:
        merged, telling = _near(list(distinct))
    else:
        merged, what = np.arange(len(distinct)), ""
    there = groups >= 0
    tells = np.zeros(len(groups), bool)
    tells[there], groups[there] = telling[groups[there]], merged[groups[there]]
    groups[~there] = len(distinct) + np.arange((~there).sum())
    return Cases(pd.factorize(groups)[0], tells, what)


def kind(distinct: Array) -> str:
    """What the different values are: "molecule" (SMILES), "text" of eight words or more, or ""."""
    some = [str(text) for text in distinct[np.linspace(0, len(distinct) - 1, min(len(distinct), _SAMPLE)).astype(np.int64)]]
    if len(some) < FEWEST_WORDS:
        return ""
    if sum(_is_molecule(text) for text in some) >= _NEARLY_ALL * len(some) and np.mean([len(text) for text in some]) >= FEWEST_WORDS:
        return "molecule"
    words = [len(text) / 4 if _is_unspaced(text) else len(text.split()) for text in some]
    return "text" if np.median(words) >= FEWEST_WORDS else ""


def bare(smiles: str) -> str:
    """The largest part of a molecule without salt, charge of a single atom, isotopes, stereo marks and explicit hydrogens."""
    flat = re.sub(r"[/\\~]", "", smiles.strip())
    flat = _ATOM.sub(_plain_atom, flat)
    flat = flat.replace("([H])", "").replace("[H]", "")
    parts = flat.split(".")
    largest = max(parts, key=lambda part: (len(_HEAVY.findall(part)), part))
    return re.sub(r"-(?![^\[]*\])", "", largest)


def _plain_atom(found: "re.Match[str]") -> str:
    symbol, hydrogens, charge = found[1], found[2], found[3] or ""
    if symbol in _PLAIN and (hydrogens is not None or not charge.startswith("+")):
        return symbol
    if symbol == "H":
        return "[H]"
    return f"[{symbol}{'H' + hydrogens if hydrogens is not None else ''}{charge}]" if charge or hydrogens is not None else f"[{symbol}]"


def _is_molecule(text: str) -> bool:
    """Whether it is written as SMILES: atoms, brackets that close, rings that close, and carbon."""
    if not _MOLECULE.fullmatch(text.strip()) or text.count("(") != text.count(")") or not re.search("[Cc]", text):
        return False
    outside = re.sub(r"\[[^\]]*\]|%\d\d", "", text)
    return all(outside.count(digit) % 2 == 0 for digit in "0123456789")


def _is_unspaced(text: str) -> bool:
    return len(text) > _LONG_WORD * (text.count(" ") + 1)


def _near(distinct: list[str]) -> tuple[Array, Array]:
    """(texts,) the same number for those that share most of their word triples, and which have enough of them.

    What very many texts hold counts for nothing.
    """
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components

    alone, owner, triple = _triples(*_words(distinct))
    _, which, often = np.unique(triple, return_inverse=True, return_counts=True)
    rare = often[which] <= min(max(COMMON, 0.01 * len(distinct)), MOST_COMMON)
    sizes = alone + np.bincount(owner[rare], minlength=len(distinct))
    shared = rare & (often[which] > 1) & (sizes[owner] >= FEWEST_TRIPLES)
    ones = np.ones(int(shared.sum()), np.float32)
    held = sparse.csr_matrix((ones, (owner[shared], which[shared])), shape=(len(distinct), len(often)))
    both = sparse.coo_matrix(held @ held.T)
    near = both.data >= SHARED * (sizes[both.row] + sizes[both.col] - both.data)
    linked = sparse.coo_matrix((both.data[near], (both.row[near], both.col[near])), shape=both.shape)
    return np.asarray(connected_components(linked, directed=False)[1]), sizes >= FEWEST_TRIPLES


def _words(texts: list[str]) -> tuple[Array, Array]:
    """All words in a row, as numbers, and how many each text has; of texts without blanks every letter is a word."""
    starts = pc.utf8_slice_codeunits(pa.array(texts, pa.large_string()), 0, LONGEST)
    plain = pc.replace_substring_regex(pc.utf8_lower(starts), r"[\s\pP]+", " ")
    some = plain.slice(0, _SAMPLE).to_pylist()
    if sum(_is_unspaced(text) for text in some) > len(some) / 2:
        lengths = pc.utf8_length(plain).to_numpy(zero_copy_only=False)
        letters = "".join(plain.to_pylist()).encode("utf-32-le", "replace")
        return np.frombuffer(letters, np.uint32).astype(np.uint64), lengths
    words = pc.split_pattern(pc.utf8_trim_whitespace(plain), " ")
    codes = pc.list_flatten(words).dictionary_encode().indices.to_numpy(zero_copy_only=False).astype(np.uint64)
    return codes, pc.list_value_length(words).to_numpy(zero_copy_only=False)


def _triples(codes: Array, lengths: Array) -> tuple[Array, Array, Array]:
    """Word triples: (texts,) how many surely stand nowhere else; of all others the text each stands in, and its number, once a text."""
    owner = np.repeat(np.arange(len(lengths)), lengths)
    if len(codes) < 3:
        return np.zeros(len(lengths), np.int64), owner[:0], codes[:0]
    inside = owner[:-2] == owner[2:]
    mixed: Array = codes[:-2] * np.uint64(_PRIMES[0]) + codes[1:-1] * np.uint64(_PRIMES[1]) + codes[2:] * np.uint64(_PRIMES[2])
    mixed, owner = (mixed ^ (mixed >> np.uint64(29)))[inside], owner[:-2][inside]
    bucket = (mixed * np.uint64(_PRIMES[0]) >> np.uint64(64 - _BITS)).astype(np.int64)
    once = np.bincount(bucket, minlength=2**_BITS)[bucket] == 1
    alone, owner, mixed = np.bincount(owner[once], minlength=len(lengths)), owner[~once], mixed[~once]
    order = np.lexsort((mixed, owner))
    owner, mixed = owner[order], mixed[order]
    first = np.ones(len(owner), bool)
    first[1:] = (owner[1:] != owner[:-1]) | (mixed[1:] != mixed[:-1])
    return alone, owner[first], mixed[first]
