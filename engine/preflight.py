"""What is looked at before a training starts. Works from the profile alone, in milliseconds; touches no rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine import checks, extras, extremes, leaks, overrides, preflight_rows, recipe, splits, weights
from engine.learners import LEARNERS
from engine.problems import Level, Problem
from engine.profile import ColumnProfile, Profile
from engine.split import FEWEST_ROWS
from engine.wording import count

if TYPE_CHECKING:
    from engine.plan import Plan

ORDER: dict[Level, int] = {"stop": 0, "warn": 1, "info": 2}
MANY_CLASSES = 100
MOSTLY_MISSING = 0.5


def check(plan: "Plan", profile: Profile, found: Sequence[Problem] = ()) -> list[Problem]:
    """See plan.check."""
    known = {column.id: column for column in profile.columns}
    if plan.target not in known:
        return [_gone(plan)]
    columns = [known[id] for id in plan.inputs if id in known and id != plan.target]
    problems = [
        *_target(plan, known[plan.target]),
        *_inputs(plan, known, columns),
        *extremes.problems(plan, profile),
        *_weights(plan, known),
        *_asked(plan, found),
        *recipe.check(plan.recipe, columns, plan.architecture.takes | plan.architecture.needs),
        *preflight_rows.check(plan, profile),
        *of_model(plan, profile),
        *checks.look(checks.Case(plan, profile)),
    ]
    problems = overrides.applied(problems, plan.overrides)
    return sorted(problems, key=lambda problem: ORDER[problem.level])


def _gone(plan: "Plan") -> Problem:
    return Problem(where="What to predict", what="The column to predict is no longer there.", fix="Choose what to predict.", level="stop")


def _target(plan: "Plan", target: ColumnProfile) -> list[Problem]:
    def problem(what: str, fix: str, level: Level = "stop") -> list[Problem]:
        return [Problem(where=target.name, what=what, fix=fix, level=level, column=target.id)]

    present = target.rows - target.missing
    if target.type not in plan.task.targets:
        what = f"'{type(plan.task).title}' cannot be asked of a column of this type ({target.type})."
        return problem(what, "Choose another task, or another column.")
    if target.distinct < 2:
        return problem("Every row has the same value here, so there is nothing to learn.", "Choose another column to predict.")
    missing = f"{count(target.missing, 'row has', 'rows have')} no value here and {'is' if target.missing == 1 else 'are'} left out."
    noted = problem(missing, f"Nothing to do; {present:,} rows remain.", "info") if target.missing else []
    if target.identifier:
        noted += problem("Almost every row has its own value here, like a number plate.", "Choose another column to predict.", "warn")
    others = plan.team.others if plan.team else ()
    learners = {plan.architecture.learner, *(way.architecture.learner for way in others)}
    asked = plan.task.problems(target, frozenset.intersection(*(LEARNERS.get(kind).losses for kind in learners)))
    return noted + asked + _classes(plan, target, present)


def _classes(plan: "Plan", target: ColumnProfile, present: int) -> list[Problem]:
    if plan.task.estimator != "classifier" or present < FEWEST_ROWS:
        return []
    if target.distinct > MANY_CLASSES and target.distinct > present / 10:
        what = f"{target.distinct:,} different answers for {present:,} rows: too few rows for each."
        fix = "Choose another column, or predict it as a number." if target.type == "number" else "Choose a column with fewer values."
        return [Problem(where=target.name, what=what, fix=fix, level="stop", column=target.id)]
    return []


@dataclass(frozen=True)
class _Finding:
    """A kind of unsuitable input: which columns, in what words."""

    what: str
    fix: str
    level: Level


def _inputs(plan: "Plan", known: dict[str, ColumnProfile], columns: list[ColumnProfile]) -> list[Problem]:
    if not plan.inputs:
        return [Problem(where="Columns to learn from", what="No column is chosen.", fix="Choose at least one.", level="stop")]
    gone = [id for id in plan.inputs if id not in known]
    problems = [_leaving(id, id, _Finding("This column is no longer in the data.", "Leave it out.", "stop")) for id in gone]
    if plan.target in plan.inputs:
        is_answer = _Finding("This is the column to predict; it cannot also be learned from.", "Leave it out.", "stop")
        problems.append(_leaving(plan.target, known[plan.target].name, is_answer))
    found = [(column, _unsuitable(plan, column)) for column in columns]
    return problems + [_leaving(column.id, column.name, finding) for column, finding in found if finding]


def _unsuitable(plan: "Plan", column: ColumnProfile) -> _Finding | None:
    if column.distinct == 0:
        return _Finding("This column is empty.", "Leave it out.", "warn")
    if column.distinct == 1 and not column.missing:
        return _Finding("Every row has the same value here, so nothing can be learned from it.", "Leave it out.", "info")
    if splits.of(plan.split).names_cases and plan.split.column == column.id:
        return _Finding("Rows are kept together by this column, so unseen rows have values the model never met.", "Leave it out.", "warn")
    if column.missing > MOSTLY_MISSING * column.rows:
        share = 100 * column.missing / column.rows
        return _Finding(f"{share:.0f} of 100 values are missing here.", "Keep it if a gap means something; else leave it out.", "info")
    return None


def _leaving(id: str, name: str, finding: _Finding) -> Problem:
    leave = {"do": "leave out", "column": id}
    return Problem(where=name, what=finding.what, fix=finding.fix, level=finding.level, column=id, action=leave, button="Leave it out")


def _weights(plan: "Plan", known: dict[str, ColumnProfile]) -> list[Problem]:
    if not plan.weight:
        return []
    if plan.weight not in known:
        fix = "Choose another column as the weight on the Data page."
        return [Problem(where="Weights", what="The column of weights is no longer there.", fix=fix, level="stop")]
    return weights.problems(known[plan.weight])


def _asked(plan: "Plan", found: Sequence[Problem]) -> list[Problem]:
    """What was found in the rows, but for columns that may give the answer away and are not used, or were said to be known beforehand."""
    asked = set(plan.inputs) - set(plan.confirmed)
    return [problem for problem in found if problem.check not in ("", leaks.CHECK) or problem.column in asked]


def of_model(plan: "Plan", profile: Profile) -> list[Problem]:
    """What of the kind of model and its settings cannot be had."""
    architecture = type(plan.architecture)
    if not architecture.is_there():
        lacking = extras.lacking(architecture.library, architecture.title)
        return [Problem(where="Model", what=lacking.what, fix=f"{lacking.fix} Or choose another model.", level="stop")]
    if plan.training.kind == plan.architecture.learner:
        columns = [column for column in profile.columns if column.id in plan.inputs and column.id != plan.target]
        return plan.architecture.problems(columns, plan.task)
    what = f"'{type(plan.architecture).title}' cannot learn by '{type(plan.training).title}'."
    return [Problem(where="Training", what=what, fix="Choose the model again on the Design page.", level="stop")]
