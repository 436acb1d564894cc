"""The pre-flight checks about rows: enough of them, fairly divided, and small enough for this computer."""

import math
from typing import TYPE_CHECKING

import psutil

from engine import labels, split, splits
from engine.problems import Level, Problem
from engine.profile import ColumnProfile, Profile
from engine.wording import count

if TYPE_CHECKING:
    from engine.plan import Plan

FEW_ROWS = 100
FEW_UNSEEN, FEW_UNSEEN_RARE = 50, 10
ROWS_A_COLUMN = 5
FEW_STEPS = 100
DUPLICATES = 0.01
LEVELS = 30


def check(plan: "Plan", profile: Profile, columns: list[ColumnProfile]) -> list[Problem]:
    """Problems with how many rows there are and how they are divided."""
    target = profile.column(plan.target)
    rows = target.rows - target.missing
    if rows < split.FEWEST_ROWS:
        what = f"Only {count(rows, 'row has', 'rows have')} a value to learn; at least {split.FEWEST_ROWS} are needed."
        return [_about(target.name, what, "Add rows.", "stop")]
    found = [*_divided(plan, profile), *_copies(plan, profile), *_unseen(plan, target, rows, profile), *_memory(plan, rows)]
    return [*found, *_few(plan, target, columns, rows), *_training(plan, rows)]


def _about(where: str, what: str, fix: str, level: Level = "warn") -> Problem:
    return Problem(where=where, what=what, fix=fix, level=level)


def _divided(plan: "Plan", profile: Profile) -> list[Problem]:
    return split.problems(plan.split, profile, plan.target)


def _copies(plan: "Plan", profile: Profile) -> list[Problem]:
    if splits.of(plan.split).goes_by or profile.duplicates <= DUPLICATES * profile.rows:
        return []
    copies = count(profile.duplicates, "row is an exact copy of another", "rows are exact copies of others")
    if profile.duplicates < profile.rows / 2:
        return [_about("Rows", f"{copies}.", "Nothing to do: copies stay together, so none is both learned and tested.", "info")]
    return [_about("Rows", f"{copies}: the same row can be learned and then tested.", "Remove copies that are not real.")]


def _unseen(plan: "Plan", target: ColumnProfile, rows: int, profile: Profile) -> list[Problem]:
    if plan.split.outside:
        return []
    _, _, unseen = split.counts(plan.split, rows, profile)
    more = f"Keep more rows unseen ({100 * plan.split.test:.0f} % now), or add rows."
    if unseen < FEW_UNSEEN:
        what = f"Only {count(unseen, 'row is', 'rows are')} kept unseen, so the score will be uncertain by many points."
        return [_about("How rows are divided", what, more)]
    sizes = [size for size in plan.task.answers(labels.counts_of(target)).values() if size]
    rare = round(min(sizes, default=rows) * unseen / rows)
    if rare < FEW_UNSEEN_RARE:
        few = count(rare, "row of the rarest answer is", "rows of the rarest answer are")
        what = f"About {few} kept unseen: how well it is found stays uncertain."
        return [_about("How rows are divided", what, more, "info")]
    return []


def _few(plan: "Plan", target: ColumnProfile, columns: list[ColumnProfile], rows: int) -> list[Problem]:
    if rows < FEW_ROWS:
        what = f"{count(rows, 'row')} is little to learn from: the model may learn them by heart."
        return [_about("Rows", what, "Add rows, or prefer a linear model.")]
    sizes = [size for size in plan.task.answers(labels.counts_of(target)).values() if size]
    learned = min(sizes, default=rows)
    wide = sum(min(column.distinct, LEVELS) if column.type == "category" else 1 for column in columns)
    if any(column.type == "image" for column in columns) or learned >= ROWS_A_COLUMN * wide:
        return []
    there = f"{count(learned, 'row')} of the rarest answer" if sizes else count(learned, "row")
    what = f"{there} for {count(wide, 'input value')} (categories count once for each value): easy to learn by heart."
    return [_about("Rows", what, "Prefer a simpler model, leave out columns that hardly matter, or add rows.", "info")]


def _training(plan: "Plan", rows: int) -> list[Problem]:
    """Settings that a learner may have: `epochs` and `batch_size`."""
    settings = plan.training.model_dump()
    epochs, batch = settings.get("epochs"), settings.get("batch_size")
    learned, _, _ = split.counts(plan.split, rows)
    if not epochs or batch is None:
        return []
    if batch > learned:
        what = f"A step takes {batch:,} rows, but there are only {learned:,} to learn from, so each epoch is a single step."
        return [_about("Training", what, "Take fewer rows in a step; 32 to 256 are usual.")]
    steps = epochs * math.ceil(learned / (batch or 32))
    if steps < FEW_STEPS:
        return [_about("Training", f"{count(steps, 'step')} in all is hardly enough to learn anything.", "Allow more epochs.")]
    return []


def _memory(plan: "Plan", rows: int) -> list[Problem]:
    """Pictures are held as bytes and as single-precision numbers: 5 bytes a value."""
    sides = [settings["size"] for step in plan.recipe if step.gives == "pixels" and "size" in (settings := step.model_dump())]
    needed = sum(5 * 3 * rows * side * side for side in sides)
    there = psutil.virtual_memory().total
    if needed < 0.5 * there:
        return []
    what = f"The pictures need about {needed / 1e9:.2g} GB of memory, and this computer has {there / 1e9:.2g} GB."
    return [_about("Pictures", what, "Choose a smaller width and height.", "stop" if needed > there else "warn")]
