"""Blocks: the columns of one type at one point of a recipe, and how a step takes them further."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.extremes import LARGEST
from engine.steps.base import Step

Array = np.ndarray[Any, Any]
State = dict[str, Any]


@dataclass(frozen=True)
class Block:
    """Values, labels, and the column id each column comes from.

    `levels` are, for "code" only, the number of different codes of each column.
    """

    x: Array
    labels: tuple[str, ...]
    origins: tuple[str, ...]
    levels: tuple[int, ...] = ()


Blocks = dict[str, Block]


def read(table: Table, inputs: Sequence[str], pictures: int | None = None) -> Blocks:
    """One block a column type, in the order of `inputs`; at most `pictures` rows of picture columns, evenly spread.

    Infinite numbers count as missing, and numbers are kept below 1e30, which single precision holds.
    """
    types: dict[str, list[Column]] = {}
    for id in inputs:
        types.setdefault(table.column(id).type, []).append(table.column(id))
    return {type: _block(table, type, columns, pictures) for type, columns in types.items()}


def chosen(step: Step, block: Block) -> list[int]:
    """Positions in the block of the columns the step works on."""
    return [i for i, id in enumerate(block.origins) if not step.columns or id in step.columns]


def through(step: Step, blocks: Blocks, states: dict[str, State] | None = None) -> tuple[Blocks, dict[str, State]]:
    """The blocks after the step, and what it learned by type; with `states` given nothing is learned."""
    result, learned = dict(blocks), {}
    for type in sorted(step.takes & blocks.keys()):
        at = chosen(step, blocks[type])
        if not at:
            continue
        mine, rest = divide(type, blocks[type], at)
        learned[type] = step.fit(mine.x) if states is None else states[type]
        if rest is None:
            del result[type]
        else:
            result[type] = rest
        given = step.gives or type
        result[given] = _join(given, result.get(given), applied(step, mine, learned[type]))
    return result, learned


def applied(step: Step, block: Block, state: State) -> Block:
    """The step's result for the columns it works on."""
    outputs = step.outputs(block.labels, state)
    levels = tuple(step.levels(state))
    return Block(step.apply(block.x, state), tuple(o[0] for o in outputs), tuple(block.origins[o[1]] for o in outputs), levels)


def divide(type: str, block: Block, at: list[int]) -> tuple[Block, Block | None]:
    """Those columns, and the others if there are any. Pixels are never divided."""
    if len(at) == len(block.origins) or type == "pixels":
        return block, None
    return _pick(block, at), _pick(block, [i for i in range(len(block.origins)) if i not in set(at)])


def tensor(type: str, x: Array) -> Array:
    """The block as a model takes it: float32 numbers, int32 codes, pixels as they are."""
    if type == "number":
        return np.clip(x, -LARGEST, LARGEST).astype(np.float32, copy=False)
    return x.astype(np.int32, copy=False) if type == "code" else x


def _pick(block: Block, at: list[int]) -> Block:
    levels = tuple(block.levels[i] for i in at) if block.levels else ()
    return Block(block.x[:, at], tuple(block.labels[i] for i in at), tuple(block.origins[i] for i in at), levels)


def _join(type: str, first: Block | None, second: Block) -> Block:
    if first is None:
        return second
    if type == "pixels" and first.x.shape[1:3] != second.x.shape[1:3]:
        raise InvalidPlan("Two picture columns are brought to different sizes.", "Give both the same width and height.")
    x = np.concatenate([first.x, second.x], axis=3 if type == "pixels" else 1)
    return Block(x, first.labels + second.labels, first.origins + second.origins, first.levels + second.levels)


def _block(table: Table, type: str, columns: list[Column], pictures: int | None) -> Block:
    x = np.stack([table.values(column.id) for column in columns], axis=1)
    block = Block(x, tuple(column.name for column in columns), tuple(column.id for column in columns))
    if type == "number":
        return replace(block, x=np.clip(np.where(np.isfinite(x), x, np.nan), -LARGEST, LARGEST))
    if type == "image":
        return replace(block, x=_paths(table, x[_spread(len(x), pictures)]))
    return block


def _spread(rows: int, most: int | None) -> Array:
    return np.arange(rows) if most is None or rows <= most else np.linspace(0, rows - 1, most).astype(int)


def _paths(table: Table, names: Array) -> Array:
    folder = f"{table.folder.absolute()}/" if table.folder else ""
    paths: Array = np.frompyfunc(lambda name: None if name is None else f"{folder}{name}", 1, 1)(names)
    return paths
