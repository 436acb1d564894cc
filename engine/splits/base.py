"""A Method says which rows are learned from, which steer training, and which stay unseen. What it is set to stands in `Split`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

import numpy as np
import pandas as pd
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from engine.columns import Table
from engine.errors import InvalidPlan
from engine.problems import Problem
from engine.spec import Spec, param
from engine.wording import count, number

if TYPE_CHECKING:
    from engine.profile import ColumnProfile

Array = np.ndarray[Any, Any]
Part = Literal["train", "validation", "test", "none"]

FEWEST_GROUPS = 3
TRAIN, VALIDATION, TEST, LEFT_OUT = 0, 1, 2, 3
PLACES: dict[str, int] = dict(zip(get_args(Part), (TRAIN, VALIDATION, TEST, LEFT_OUT), strict=True))
LEAST_SHARE = 0.05
MOST_FOLDS = 1000


def _known(method: str) -> str:
    """Raises InvalidPlan naming the methods there are."""
    from engine.splits import METHODS

    METHODS.get(method)
    return method


class Split(BaseModel):
    """How rows are divided. `method` is the kind of a member of `engine/splits/`; `column` the id of the column it goes by, else "".

    `gap` is in the column's own terms: days for a date. `mapping` says for the column's values (as labels) which part their rows
    belong to; other values are left out. `outside` is the id of a dataset whose rows are the unseen ones, else "".

    With `folds` the rows are turned round: of so many divisions this is number `fold`, whose unseen rows are unseen in no other one;
    `repeat` numbers further such turns, each with another chance. `spares_unseen` keeps the unseen rows for later, as a comparison of
    settings must: the rows that steer then judge as well.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Annotated[str, AfterValidator(_known)] = param("random", "How rows are divided")
    column: str = param("", "By column")
    test: float = param(0.2, "Rows never seen in training", ge=LEAST_SHARE, le=0.5)
    validation: float = param(0.15, "Rows that steer training", ge=LEAST_SHARE, le=0.4)
    gap: float = param(0.0, "Left out before a later part", ge=0, le=1e15)
    mapping: dict[str, Part] = Field(default_factory=dict)
    outside: str = param("", "Dataset of unseen rows")
    folds: int = Field(0, ge=0, le=MOST_FOLDS)
    fold: int = Field(0, ge=0, le=MOST_FOLDS)
    repeat: int = Field(0, ge=0, le=1000)
    spares_unseen: bool = False


@dataclass(frozen=True)
class Case:
    """What a method divides: those `rows` of the table (positions), the class of each (zeros for a number), its chance, and the id of the
    column to predict."""

    split: Split
    table: Table
    rows: Array
    classes: Array
    random: np.random.Generator
    target: str = ""

    @property
    def name(self) -> str:
        """What the user calls the column to divide by."""
        return self.table.column(self.split.column).name


class Method(Spec):
    """Base of the methods. It has no settings of its own: `Split` holds them, so that changing the method keeps what was set.

    `goes_by` says whether a column is needed, `is_whole` whether rows of one case are kept together, and `names_cases` whether it is the
    column's values that tell the cases; `takes_gap` whether rows
    between the parts can be left out, `has_mapping` whether its values stand for parts, `sizes` whether the shares of the parts are
    asked for, `hides` whether the column should not be learned from, and `turns` whether any rows may steer
    instead of others. `role` is the column's (see `roles`), `short` goes behind "20 %,".
    """

    goes_by: ClassVar[bool] = True
    is_whole: ClassVar[bool] = False
    names_cases: ClassVar[bool] = False
    takes_gap: ClassVar[bool] = False
    has_mapping: ClassVar[bool] = False
    sizes: ClassVar[bool] = True
    hides: ClassVar[bool] = True
    turns: ClassVar[bool] = False
    role: ClassVar[Literal["group", "time", "ignored"]] = "ignored"
    short: ClassVar[str] = ""

    def divide(self, case: Case) -> Array:
        """(rows,) TRAIN, VALIDATION, TEST or LEFT_OUT for each row of the case. Raises InvalidPlan when it cannot be done."""
        raise NotImplementedError

    def divide_without_test(self, case: Case) -> Array:
        """The same where the unseen rows come from elsewhere: what would be unseen steers the training instead."""
        shares = {"test": max(case.split.validation, LEAST_SHARE), "validation": LEAST_SHARE}
        parts = self.divide(replace(case, split=case.split.model_copy(update=shares)))
        return np.array([TRAIN, TRAIN, VALIDATION, LEFT_OUT])[parts]

    def rounds(self, case: Case, count: int) -> list[Array]:
        """So many divisions of the rows into TRAIN, VALIDATION and LEFT_OUT. Where any rows may steer (`turns`), each row is in exactly one
        VALIDATION part. Default: the same division, so many times."""
        return [self.divide_without_test(case)] * count

    def turned_round(self, case: Case) -> Array:
        """As `divide`, in the division that `split.folds` and `split.fold` name: that fold is unseen, and of the rest some rows steer.

        Raises InvalidPlan where there are not so many folds, or the rows cannot be turned round.
        """
        if not self.turns:
            what = f"Rows that are divided '{self.title.lower()}' cannot take turns at being unseen."
            raise InvalidPlan(what, "Divide them by chance, by case or by time.")
        folds = self.rounds(case, case.split.folds)
        if case.split.fold >= len(folds):
            raise InvalidPlan(f"These rows fall into {len(folds)} parts, not {case.split.folds}.", f"Ask for {len(folds)} or fewer.")
        parts = np.full(len(case.rows), TEST)
        rest = np.flatnonzero(folds[case.split.fold] != VALIDATION)
        classes = np.unique(case.classes[rest], return_inverse=True)[1]
        parts[rest] = self.steered(replace(case, rows=case.rows[rest], classes=classes))
        return parts

    def steered(self, case: Case) -> Array:
        """(rows,) TRAIN, VALIDATION or LEFT_OUT for the rows that are left when a fold is unseen."""
        return self.divide_without_test(case)

    def counts(self, split: Split, rows: int, column: "ColumnProfile | None") -> tuple[int, int, int]:
        """About how many of `rows` are learned from, steer, and are kept unseen; `column` is the one to divide by, if it is known."""
        return counts(split, rows)

    def needed(self, split: Split, inputs: Sequence[str]) -> list[str]:
        """The columns besides the target that decide which row goes where."""
        return [split.column]

    def problems(self, split: Split, column: "ColumnProfile") -> list[Problem]:
        """What keeps the rows from being divided by that column, or should be known of it."""
        return []

    def why(self, name: str) -> str:
        """One sentence why the rows are divided so; `name` is the column's."""
        raise NotImplementedError

    def cases(self, split: Split, table: Table, inputs: Sequence[str]) -> Array | None:
        """(rows,) the same number for rows that are kept together; None where none are, or the table lacks what tells it."""
        return None

    def case(self, name: str) -> str:
        """What rows that are kept together have in common, behind "the same" or "one"; `name` is the column's."""
        return f"'{name}'"

    def sequence(self, values: Array | None, rows: int) -> Array:
        """The positions in which a picture shows `rows` rows whose values in the column are `values`."""
        return np.arange(rows)

    def sequence_words(self) -> str:
        """What that order is, behind "your 200 rows, "."""
        return "in the order of the file"

    def span(self, values: Array) -> str:
        """What a part's values in the column have to say beside its number of rows; "" for nothing."""
        return ""


def few(column: "ColumnProfile", fewest: int = FEWEST_GROUPS) -> list[Problem]:
    """A column with too few values to divide by."""
    if column.distinct >= fewest:
        return []
    what = f"It has only {count(column.distinct, 'different value')}, and at least {fewest} are needed to divide by it."
    return [stopping(column.name, what, "Choose another column, or divide at random.")]


def stopping(where: str, what: str, fix: str) -> Problem:
    """A problem that keeps the training from starting."""
    return Problem(where=where, what=what, fix=fix, level="stop")


def counts(split: Split, rows: int) -> tuple[int, int, int]:
    """About how many of `rows` are learned from, steer, and are kept unseen."""
    test, validation = round(split.test * rows), round(split.validation * rows)
    return rows - test - validation, validation, test


def by_chance(split: Split, classes: Array, random: np.random.Generator, sizes: Array | None = None) -> Array:
    """The first share of the line of rows (`spread`) is the test part, the next validation.

    `sizes` says how many rows each stands for; None for one each.
    """
    line = spread(classes, random)
    reached = np.cumsum(np.ones(len(line), np.int64) if sizes is None else sizes[line])
    _, validation, test = counts(split, int(reached[-1]) if len(reached) else 0)
    parts = np.full(len(classes), TRAIN)
    parts[line[reached <= test + validation]] = VALIDATION
    parts[line[reached <= test]] = TEST
    return parts


def spread(classes: Array, random: np.random.Generator) -> Array:
    """The rows' positions in a line along which each class is spread evenly and by chance."""
    by_class = shuffled_by_class(classes, random)
    sizes = np.bincount(classes)
    rank = np.arange(len(classes)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    place = (rank + 0.5) / np.repeat(sizes, sizes)
    line: Array = by_class[np.lexsort((random.random(len(classes)), place))]
    return line


def shuffled_by_class(classes: Array, random: np.random.Generator) -> Array:
    """The rows' positions one class after the other, each in an order of chance."""
    order = random.permutation(len(classes))
    by_class: Array = order[np.argsort(classes[order], kind="stable")]
    return by_class


def turned(fold: Array, count: int) -> list[Array]:
    """For each fold the division in which it steers and all others teach; `fold` is the number of each row's."""
    return [np.where(fold == number, VALIDATION, TRAIN) for number in range(count)]


def ends(values: Array) -> str:
    """The lowest and the highest value in words; "" where there is none."""
    known = pd.Series(values).dropna()
    if not len(known):
        return ""
    said = [f"{end:%d %b %Y}" if isinstance(end, pd.Timestamp) else number(float(end)) for end in (known.min(), known.max())]
    return f"{said[0]} to {said[1]}"
