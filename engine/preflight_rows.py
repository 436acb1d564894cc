"""The pre-flight checks about rows: enough of them, fairly divided, and small enough for this computer."""

import math
from typing import TYPE_CHECKING

import psutil

from engine import split, splits
from engine.problems import Level, Problem
from engine.profile import ColumnProfile, Profile
from engine.wording import count

if TYPE_CHECKING:
    from engine.plan import Plan

FEW_STEPS = 100
VERY_MANY, ENOUGH = 2_000_000, 1_000_000


def check(plan: "Plan", profile: Profile) -> list[Problem]:
    """Problems with how many rows there are and how they are divided."""
    target = profile.column(plan.target)
    rows = target.rows - target.missing
    if rows < split.FEWEST_ROWS:
        what = f"Only {count(rows, 'row has', 'rows have')} a value to learn; at least {split.FEWEST_ROWS} are needed."
        return [_about(target.name, what, "Add rows.", "stop")]
    return [*_divided(plan, profile), *_copies(plan, profile), *_memory(plan, rows), *_room(plan, profile), *_training(plan, rows, profile)]


def _about(where: str, what: str, fix: str, level: Level = "warn") -> Problem:
    return Problem(where=where, what=what, fix=fix, level=level)


def _divided(plan: "Plan", profile: Profile) -> list[Problem]:
    return split.problems(plan.split, profile, plan.target)


def _copies(plan: "Plan", profile: Profile) -> list[Problem]:
    if splits.of(plan.split).goes_by or profile.duplicates < profile.rows / 2:
        return []
    copies = count(profile.duplicates, "row is an exact copy of another", "rows are exact copies of others")
    return [_about("Rows", f"{copies}: the same row can be learned and then tested.", "Remove copies that are not real.")]


def _training(plan: "Plan", rows: int, profile: Profile) -> list[Problem]:
    """Settings that a learner may have: `epochs`, `batch_size` and `most_rows`."""
    settings = plan.training.model_dump()
    epochs, batch = settings.get("epochs"), settings.get("batch_size")
    learned, _, _ = split.counts(plan.split, rows, profile)
    if settings.get("most_rows") == 0 and learned > VERY_MANY:
        return [_fewer(learned)]
    learned = plan.training.takes(learned)
    if not epochs or batch is None:
        return []
    if batch > learned:
        what = f"A step takes {batch:,} rows, but there are only {learned:,} to learn from, so each epoch is a single step."
        return [_about("Training", what, "Take fewer rows in a step; 32 to 256 are usual.")]
    steps = epochs * math.ceil(learned / (batch or 32))
    if steps < FEW_STEPS:
        return [_about("Training", f"{count(steps, 'step')} in all is hardly enough to learn anything.", "Allow more epochs.")]
    return []


def _fewer(learned: int) -> Problem:
    what = f"It goes through {learned:,} rows again and again; the estimate on the Design page says how long that takes here."
    fix = f"{ENOUGH:,} of them, evenly spread, usually teach nearly as much in a small part of the time."
    action = {"do": "set", "what": "training.most_rows", "value": str(ENOUGH)}
    return Problem(where="Training", what=what, fix=fix, level="info", action=action, button=f"Learn from {ENOUGH:,} rows")


def _memory(plan: "Plan", rows: int) -> list[Problem]:
    """Pictures are held as bytes and as single-precision numbers: 5 bytes a value."""
    sides = [settings["size"] for step in plan.recipe if step.gives == "pixels" and "size" in (settings := step.model_dump())]
    needed = sum(5 * 3 * rows * side * side for side in sides)
    there = psutil.virtual_memory().total
    if needed < 0.5 * there:
        return []
    what = f"The pictures need about {needed / 1e9:.2g} GB of memory, and this computer has {there / 1e9:.2g} GB."
    return [_about("Pictures", what, "Choose a smaller width and height.", "stop" if needed > there else "warn")]


def _room(plan: "Plan", profile: Profile) -> list[Problem]:
    """Rows are held as they were read, and at least one single-precision number for each value learned from, twice."""
    used = [column for column in profile.columns if column.id in {*plan.inputs, plan.target} and column.type != "image"]
    needed = profile.rows * sum(_width(column) + 2 * 4 for column in used)
    there = psutil.virtual_memory().total
    if needed < 0.5 * there:
        return []
    least, most = (f"{size / 1e9:.2g} GB" for size in (needed, there))
    what = f"The {profile.rows:,} rows need at least {least} of memory to be learned, and this computer has {most}."
    fix = "Leave out columns, above all those with long text, or upload fewer rows."
    return [_about("Rows", what, fix, "stop" if needed > there else "warn")]


def _width(column: ColumnProfile) -> float:
    """Bytes a value takes in memory; of text as the commonest are."""
    if column.type in ("number", "date"):
        return 8.0
    return 8.0 + sum(len(text) for text, _ in column.top) / max(1, len(column.top))
