"""What names of files say: the folder, and the words that come again and again in the names themselves. Plain arrays; knows no plan."""

import re
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

Array = np.ndarray[Any, Any]

_ENDING = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}$")
_NEARLY_ALL, _MOST = 0.9, 11


def are_names(values: Array) -> bool:
    """Whether (rows,) text or None are names of files, with an ending or a folder each."""
    there = [value for value in values.tolist() if isinstance(value, str)]
    if len(there) < len(values) / 2:
        return False
    fits = sum(" " not in value and bool(_ENDING.search(value) or "/" in value or "\\" in value) for value in there)
    return fits >= _NEARLY_ALL * len(there)


def parts(values: Array) -> dict[str, tuple[Array, list[str]]]:
    """What the names are made of: for each part (rows,) its number, the commonest first, and its words; what is rare is one of them."""
    paths = [PurePosixPath(str(value or "").replace("\\", "/")) for value in values]
    stems = [re.findall(r"[^\W\d_]+", _ENDING.sub("", path.name)) for path in paths]
    found = {
        "folder": [str(path.parent) for path in paths],
        "first word of the name": [words[0] if words else "" for words in stems],
        "last word of the name": [words[-1] if words else "" for words in stems],
        "ending": [path.suffix.lower() for path in paths],
    }
    return {name: _numbered(texts) for name, texts in found.items() if len(set(texts)) > 1}


def _numbered(texts: list[str]) -> tuple[Array, list[str]]:
    counts = pd.Series(texts, dtype="str").value_counts()
    common = list(counts.index[:_MOST])
    place = {text: i for i, text in enumerate(common)}
    return np.array([place.get(text, len(common)) for text in texts], np.float64), [*common, "others"]
