"""What a network has learned that each value of a category stands for, as a few numbers that another model can begin with.

They lie in a bundle as `embeddings.json`, so that reading them needs no library of networks.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from engine.answering import Answers
from engine.columns import Table
from engine.learners import LEARNERS
from engine.learners.base import Array
from engine.steps.embed_values import EmbedValues

if TYPE_CHECKING:
    from engine.plan import Plan

FILE = "embeddings.json"
MOST_VALUES, MOST_NUMBERS, MOST_ROWS = 300, 8, 20_000


class Learned(BaseModel):
    """The numbers of each value of one column; `rest` are those of missing, rare and never-seen values."""

    model_config = ConfigDict(frozen=True)

    column: str
    vectors: dict[str, tuple[float, ...]]
    rest: tuple[float, ...]

    def step(self, run: str) -> EmbedValues:
        """The step that puts them in the place of the values."""
        return EmbedValues(columns=(self.column,), taken_from=run, vectors=tuple(self.vectors.items()), rest=self.rest)


def of(answers: Answers, table: Table, rows: Array) -> list[Learned]:
    """What the first network with learned values among those that answer knows of each column; `rows` are training rows."""
    some = rows[np.linspace(0, len(rows) - 1, min(len(rows), MOST_ROWS)).astype(np.int64)]
    for single in answers.singles:
        vectors = LEARNERS.get(single.learner).vectors(single.model)
        if vectors is None:
            continue
        codes, found, start = single.fitted.apply(table, some)["code"], [], 0
        for place, (id, (_, many)) in enumerate(zip(single.fitted.origins["code"], single.fitted.shapes.code, strict=True)):
            found.append(_of_column(id, table.values(id)[some], codes[:, place], vectors[start : start + many]))
            start += many
        return found
    return []


def written(folder: Path, found: list[Learned]) -> None:
    """Nothing is written where nothing was learned."""
    if found:
        (folder / FILE).write_text(json.dumps([one.model_dump(mode="json") for one in found], ensure_ascii=False), "utf-8")


def read(folder: Path) -> list[Learned]:
    """What the bundle in that folder holds of them."""
    path = folder / FILE
    return [Learned.model_validate(one) for one in json.loads(path.read_text("utf-8"))] if path.is_file() else []


def are_for(learned_by: "Plan", plan: "Plan") -> bool:
    """Whether the same rows stay unseen in both, so that taking them gives no answer away."""
    same: list[tuple[Any, Any]] = [(getattr(learned_by, name), getattr(plan, name)) for name in ("dataset", "target", "split", "seed")]
    return all(one == other for one, other in same)


def _of_column(id: str, values: Array, codes: Array, vectors: Array) -> Learned:
    """At most 300 values and 8 numbers each (the directions in which they differ most), with spread 1."""
    short = _shortened(np.asarray(vectors, np.float64))
    there = [value is not None for value in values]
    pairs = dict(zip(values[there], codes[there].tolist(), strict=True))
    order = sorted(((code, str(value)) for value, code in pairs.items() if code), key=lambda pair: pair)[:MOST_VALUES]
    return Learned(column=id, vectors={value: _told(short[code]) for code, value in order}, rest=_told(short[0]))


def _shortened(vectors: Array) -> Array:
    middle = vectors - vectors.mean(axis=0)
    if middle.shape[1] > MOST_NUMBERS:
        middle = middle @ np.linalg.svd(middle, full_matrices=False)[2][:MOST_NUMBERS].T
    return np.asarray(middle / (middle.std() or 1.0))


def _told(vector: Array) -> tuple[float, ...]:
    return tuple(float(f"{number:.5g}") for number in vector)
