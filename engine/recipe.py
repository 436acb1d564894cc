"""The recipe: steps in order, fitted on training rows, then applied to any rows. Knows no target and no task."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from engine import blocks, mapped
from engine.architectures.base import Shapes
from engine.blocks import Block, Blocks, State
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.learners.base import Inputs
from engine.recipe_check import TENSORS, check
from engine.steps import STEPS, Step

Array = np.ndarray[Any, Any]

__all__ = ["Fitted", "Preview", "check", "fit", "preview"]

PICTURES = 2000
TEACHING = 1_000_000
PIECE = 50_000
SAMPLE, SHOWN = 1000, 8


@dataclass(frozen=True)
class Fitted:
    """A fitted recipe. `states` holds for each step what it learned, by the type it was fitted on.

    `origins` says for each tensor which column id each of its columns comes from (for "pixels": the picture columns).
    """

    steps: tuple[Step, ...]
    inputs: tuple[Column, ...]
    states: tuple[dict[str, State], ...]
    shapes: Shapes
    origins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Labels of all prepared numbers and codes, in order."""
        return self.shapes.number + tuple(name for name, _ in self.shapes.code)

    def apply(self, table: Table, rows: Array | None = None, heard: Callable[[float], None] = lambda done: None) -> Inputs:
        """Those there are of "number" (rows, columns) float32, "code" (rows, columns) int32, "pixels" (rows, height, width, channels):
        of all rows, or of those at the positions `rows`.

        Many rows are prepared piece by piece, since on the way they take many times the memory; what comes out is mapped from a file if
        it is large. `heard(part from 0 to 1)` is told after each piece, and what it raises ends it.
        """
        count = len(table) if rows is None else len(rows)
        if count <= PIECE:
            return self._applied(table if rows is None else table.take(rows))
        made: dict[str, Array] = {}
        for start in range(0, count, PIECE):
            at = np.arange(start, min(start + PIECE, count)) if rows is None else rows[start : start + PIECE]
            for type, x in self._applied(table.take(at)).items():
                whole = made[type] if type in made else made.setdefault(type, mapped.empty((count, *x.shape[1:]), x.dtype))
                whole[start : start + len(x)] = x
            heard(min(1.0, (start + PIECE) / count))
        return made

    def _applied(self, table: Table) -> Inputs:
        now = blocks.read(table, [column.id for column in self.inputs])
        for step, states in zip(self.steps, self.states, strict=True):
            now, _ = blocks.through(step, now, states)
        return {type: blocks.tensor(type, block.x) for type, block in now.items()}

    def to_json(self) -> dict[str, Any]:
        """Everything learned, as plain JSON; `from_json` gives back an equal recipe."""
        return {
            "version": 1,
            "inputs": [column.model_dump(mode="json") for column in self.inputs],
            "steps": [{"step": s.model_dump(mode="json"), "learned": learned} for s, learned in zip(self.steps, self.states, strict=True)],
            "shapes": {
                "number": [*self.shapes.number],
                "code": [[*c] for c in self.shapes.code],
                "pixels": [*(self.shapes.pixels or ())],
                "flags": [*self.shapes.flags],
            },
            "origins": {type: [*ids] for type, ids in self.origins.items()},
        }

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> "Fitted":
        """The recipe that `to_json` wrote."""
        shapes = data["shapes"]
        code = tuple((str(name), int(levels)) for name, levels in shapes["code"])
        pixels = tuple(shapes["pixels"]) or None
        return Fitted(
            tuple(STEPS.parse(entry["step"]) for entry in data["steps"]),
            tuple(Column.model_validate(column) for column in data["inputs"]),
            tuple(entry["learned"] for entry in data["steps"]),
            Shapes(tuple(shapes["number"]), code, pixels, tuple(shapes.get("flags", ())), tuple(data["origins"].get("number", ()))),
            {type: tuple(ids) for type, ids in data["origins"].items()},
        )


@dataclass(frozen=True)
class Preview:
    """What one step does to its columns, on some training rows. Pictures are uint8 arrays (height, width[, 3]) and have no frames.

    `origins_before` and `origins_after` name the column id that each column of the frames comes from.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    origins_before: tuple[str, ...] = ()
    origins_after: tuple[str, ...] = ()
    pictures_before: tuple[Array, ...] = ()
    pictures_after: tuple[Array, ...] = ()

    @property
    def labels_before(self) -> tuple[str, ...]:
        return tuple(self.before.columns)

    @property
    def labels_after(self) -> tuple[str, ...]:
        return tuple(self.after.columns)


def fit(steps: Sequence[Step], table: Table, inputs: Sequence[str], rows: Array | None = None) -> Fitted:
    """Learns the steps on training rows: all of the table, or those at the positions `rows`. Of more than a million rows, a million
    teach the steps, of pictures 2,000, evenly spread.

    Raises InvalidPlan when columns are left over that no model can take.
    """
    count = len(table) if rows is None else len(rows)
    if count > TEACHING:
        some = np.linspace(0, count - 1, TEACHING).astype(np.int64)
        rows = some if rows is None else rows[some]
    train = table if rows is None else table.take(rows)
    now, states = blocks.read(train, inputs, pictures=PICTURES), []
    for step in steps:
        now, learned = blocks.through(step, now)
        states.append(learned)
    _no_leftovers(now)
    origins = {type: block.origins for type, block in now.items()}
    return Fitted(tuple(steps), tuple(train.column(id) for id in inputs), tuple(states), _shapes(now), origins)


def preview(steps: Sequence[Step], train: Table, inputs: Sequence[str], position: int) -> Preview:
    """What the step at `position` does to its columns: at most 1,000 training rows, or 8 pictures.

    Where a step takes long to learn, its stand-in is shown.
    """
    steps = [step.stand_in() for step in steps]
    rows = np.linspace(0, len(train) - 1, min(len(train), SAMPLE)).astype(int)
    now = blocks.read(train.take(rows), inputs, pictures=SHOWN)
    for step in steps[:position]:
        now, _ = blocks.through(step, now)
    step, pairs = steps[position], []
    for type in sorted(step.takes & now.keys()):
        at = blocks.chosen(step, now[type])
        if at:
            mine, _ = blocks.divide(type, now[type], at)
            pairs.append((mine, blocks.applied(step, mine, step.fit(mine.x))))
    before, after = [mine for mine, _ in pairs], [result for _, result in pairs]
    return Preview(_frame(before), _frame(after), _origins(before), _origins(after), _pictures(before), _pictures(after))


def _origins(shown: list[Block]) -> tuple[str, ...]:
    return tuple(id for block in shown if block.x.ndim == 2 for id in block.origins)


def _frame(shown: list[Block]) -> pd.DataFrame:
    flat = [block for block in shown if block.x.ndim == 2]
    frame = pd.concat([pd.DataFrame(block.x, columns=list(block.labels)) for block in flat], axis=1) if flat else pd.DataFrame()
    repeated = frame.columns.duplicated()
    frame.columns = [f"{label} ({i})" if again else label for i, (label, again) in enumerate(zip(frame.columns, repeated, strict=True))]
    return frame


def _pictures(shown: list[Block]) -> tuple[Array, ...]:
    return tuple(_displayed(picture) for block in shown if block.x.ndim == 4 for picture in block.x)


def _displayed(picture: Array) -> Array:
    """As bytes, whatever its range; the first three channels."""
    flat = picture[:, :, :3] if picture.shape[2] >= 3 else picture[:, :, 0]
    if flat.dtype == np.uint8:
        return flat
    low, high = float(flat.min()), float(flat.max())
    return ((flat - low) * (255 / (high - low or 1))).astype(np.uint8)


def _shapes(now: Blocks) -> Shapes:
    number, code, pixels = (now.get(type) for type in TENSORS)
    return Shapes(
        number.labels if number else (),
        tuple(zip(code.labels, code.levels, strict=True)) if code else (),
        (pixels.x.shape[1], pixels.x.shape[2], pixels.x.shape[3]) if pixels else None,
        tuple(i for i in range(number.x.shape[1]) if _is_flag(number.x[:, i])) if number else (),
        number.origins if number else (),
    )


def _is_flag(x: Array) -> bool:
    """At most two different values; missing ones do not count."""
    known = x[np.isfinite(x)]
    return not len(known) or bool(np.all((known == known.min()) | (known == known.max())))


def _no_leftovers(now: Blocks) -> None:
    for type, block in now.items():
        if type not in TENSORS:
            names = ", ".join(block.labels)
            raise InvalidPlan(f"No step turns these {type} columns into numbers: {names}.", "Add such a step, or leave the columns out.")
