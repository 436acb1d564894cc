"""Does a recipe bring these columns to what the model needs? Found without touching the data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.odd_values import has_several_dates
from engine.problems import Level, Problem
from engine.profile import ColumnProfile
from engine.steps import STEPS, Step
from engine.steps._words import listed

TENSORS = ("number", "code", "pixels")
NOUNS = {
    "category": ("is a category", "are categories"),
    "date": ("is a date", "are dates"),
    "image": ("holds pictures", "hold pictures"),
    "pixels": ("holds pictures", "hold pictures"),
    "number": ("is a number", "are numbers"),
    "code": ("is a numbered category", "are numbered categories"),
}


@dataclass(frozen=True)
class _Fate:
    """What becomes of a column: the type it is now, and the qualities it has got."""

    column: ColumnProfile
    type: str
    has: frozenset[str] = frozenset()


def check(steps: Sequence[Step], columns: Sequence[ColumnProfile], wants: frozenset[str]) -> list[Problem]:
    """Everything that keeps these input columns from a model that `wants` those tensors and qualities."""
    fates = [_Fate(column, column.type) for column in columns]
    problems: list[Problem] = []
    for step in steps:
        problems += _idle(step, fates) + _lacking(step)
        fates = [_after(step, fate) for fate in fates]
    taken = [fate for fate in fates if fate.type in TENSORS and fate.type in wants]
    return problems + _left(fates, wants) + _incomplete(taken, wants) + _unscaled(taken, wants)


def _after(step: Step, fate: _Fate) -> _Fate:
    if not _touches(step, fate):
        return fate
    return replace(fate, type=step.gives or fate.type, has=step.brings if step.gives else fate.has | step.brings)


def _touches(step: Step, fate: _Fate) -> bool:
    return fate.type in step.takes and (not step.columns or fate.column.id in step.columns)


def _idle(step: Step, fates: list[_Fate]) -> list[Problem]:
    if any(_touches(step, fate) for fate in fates):
        return []
    what = "No column of the right type is left for this step at its place in the recipe."
    return [Problem(where=step.title, what=what, fix="Remove the step, or move it up.", level="info")]


def _lacking(step: Step) -> list[Problem]:
    if not (what := step.lacks()):
        return []
    return [Problem(where=step.title, what=what, fix="Remove the step, and take it from a trained network instead.", level="stop")]


def _left(fates: list[_Fate], wants: frozenset[str]) -> list[Problem]:
    """Columns that arrive as something the model cannot take."""
    texts = [fate.column for fate in fates if fate.type == "text"]
    problems = [_unread(column) for column in texts]
    for type, nouns in NOUNS.items():
        columns = [fate.column for fate in fates if fate.type == type and not (type in TENSORS and type in wants)]
        if columns:
            problems.append(_unsuited(columns, nouns[len(columns) > 1], _turning(type, wants)))
    return problems


def _unread(column: ColumnProfile) -> Problem:
    leave = {"do": "leave out", "column": column.id}
    is_dated = has_several_dates(column.problems)
    kind = "holds dates written in several ways, so it is read as text" if is_dated else "is free text"
    what = f"'{column.name}' {kind}, which no model here can read yet."
    return Problem(where=column.name, what=what, fix="Leave it out.", level="stop", column=column.id, action=leave)


def _unsuited(columns: list[ColumnProfile], noun: str, step: type[Step] | None) -> Problem:
    what = f"{listed(columns)} {noun}, and this model cannot take that as it is."
    if step is not None:
        return _problem(columns, what, f"Add the step '{step.title}'.", "stop", _adding(step))
    one = {"do": "leave out", "column": columns[0].id} if len(columns) == 1 else None
    return _problem(columns, what, f"Leave {'it' if one else 'them'} out, or choose another model.", "stop", one)


def _incomplete(fates: list[_Fate], wants: frozenset[str]) -> list[Problem]:
    lacking = [fate.column for fate in fates if "complete" in wants and "complete" not in fate.has]
    step = _bringing("number", "complete")
    gaps, none = [column for column in lacking if column.missing], [column for column in lacking if not column.missing]
    if gaps:
        what = f"{listed(gaps)} {'has' if len(gaps) == 1 else 'have'} missing values, and this model needs a number in every place."
        return [_problem(gaps, what, f"Add the step '{step.title}'.", "stop", _adding(step))]
    if none:
        what = "Nothing is missing now, but a new row with a gap could not be answered."
        return [_problem(none, what, f"Add the step '{step.title}'.", "info", _adding(step))]
    return []


def _unscaled(fates: list[_Fate], wants: frozenset[str]) -> list[Problem]:
    problems = []
    for type in ("number", "pixels"):
        wide = [f.column for f in fates if f.type == type and "scaled" in wants and "scaled" not in f.has and not _near_zero(f.column)]
        if wide:
            step = _bringing(type, "scaled")
            what = f"{listed(wide)} {'reaches' if len(wide) == 1 else 'reach'} the network unscaled: it would learn slowly or not at all."
            problems.append(_problem(wide, what, f"Add the step '{step.title}'.", "warn", _adding(step)))
    return problems


def _near_zero(column: ColumnProfile) -> bool:
    return column.low is not None and column.high is not None and column.low >= -3 and column.high <= 3


def _turning(type: str, wants: frozenset[str]) -> "type[Step] | None":
    members = [step for step in STEPS.members.values() if not step.is_taken]
    return next((step for step in members if type in step.takes and step.gives in wants - {type}), None)


def _bringing(type: str, quality: str) -> "type[Step]":
    quick = (step for step in STEPS.members.values() if not step.is_learned_long and not step.is_taken)
    return next(step for step in quick if type in step.takes and quality in step.brings and step.gives is None)


def _adding(step: "type[Step]") -> dict[str, str]:
    return {"do": "add step", "kind": step.model_fields["kind"].default}


def _problem(columns: list[ColumnProfile], what: str, fix: str, level: Level, action: dict[str, str] | None) -> Problem:
    id = columns[0].id if len(columns) == 1 else None
    return Problem(where=listed(columns), what=what, fix=fix, level=level, column=id, action=action)
