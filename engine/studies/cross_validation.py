"""Training again and again, each time with other rows unseen: how stable is the figure?"""

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine import labels, resampled, split, splits
from engine.plan import Plan
from engine.problems import Problem
from engine.spec import param
from engine.studies.base import Asked, Child, Look, Study, divided, succeeded
from engine.wording import amount, count

if TYPE_CHECKING:
    from engine.profile import Profile

FOLD = "fold"
MOST_GROUPS = 100


class CrossValidation(Study):
    """Trains several times, each time with other rows unseen, and tells how far the result depends on which rows these are."""

    kind: Literal["cross_validation"] = "cross_validation"
    title = "Is the figure stable?"
    order = 10

    folds: int = param(5, "Trainings in a turn", help="The rows fall into so many parts; each is unseen once (folds).", ge=2, le=20)
    repeats: int = param(1, "Turns", help="Each further one divides the rows anew. By time there is only one.", ge=1, le=10, advanced=True)
    each_group: bool = param(
        False,
        "Leave each case out once",
        help="As many trainings as there are cases, such as sites, where rows are divided by case.",
        advanced=True,
    )

    def problems(self, plan: Plan, profile: "Profile") -> list[Problem]:
        method = splits.of(plan.split)
        if not method.turns and not method.takes_gap:
            what = f"Rows that are divided '{method.title.lower()}' cannot take turns at being unseen."
            return [_stop(what, "On the Prepare page, divide them by chance, by case or by time.")]
        if self.each_group and not method.names_cases:
            return [_stop("Each case can be left out only where rows are divided by case.", "Choose a number of trainings instead.")]
        if method.names_cases:
            column = profile.column(plan.split.column)
            return self._about_groups(column.distinct, column.missing)
        given = labels.counts_of(profile.column(plan.target)) if plan.task.estimator == "classifier" else {}
        counted = {answer: rows for answer, rows in plan.task.answers(given).items() if rows} if given else {}
        rare = min(counted, key=lambda name: counted[name]) if counted else ""
        if rare and counted[rare] < self.folds:
            what = f"'{rare}' is the answer of only {count(counted[rare], 'row')}, so some trainings are judged without it."
            return [Problem(where=self.title, what=what, fix=f"Train at most {max(2, counted[rare])} times, or add rows.")]
        return []

    def _about_groups(self, groups: int, missing: int) -> list[Problem]:
        if self.each_group and missing:
            what = f"{count(missing, 'row does', 'rows do')} not say which case they belong to."
            return [_stop(what, "Choose a number of trainings instead.")]
        if self.each_group and groups > MOST_GROUPS:
            what = f"There are {groups:,} cases, and so many trainings would take very long."
            return [_stop(what, f"Choose a number of trainings instead; up to {MOST_GROUPS} cases can be left out one by one.")]
        if groups < 3 or (not self.each_group and groups < self.folds):
            return [_stop(f"There are only {count(groups, 'case')}, too few for {self.folds} trainings.", "Train fewer times.")]
        return []

    def trainings(self, plan: Plan, profile: "Profile") -> int:
        folds = profile.column(plan.split.column).distinct if self.each_group and plan.split.column else self.folds
        return folds * self._turns(plan)

    def next(self, look: Look, room: int) -> list[Asked]:
        there = {child.number for child in look.children}
        folds = self._folds(look)
        wanted = [number for number in range(folds * self._turns(look.plan)) if number not in there]
        return [self._asked(look.plan, number, folds) for number in wanted[: max(room, 0)]]

    def facts(self, look: Look) -> dict[str, Any]:
        done = succeeded(look.of(FOLD))
        total = self._folds(look) * self._turns(look.plan)
        told = {
            "finished": sum(child.has_ended for child in look.children),
            "total": total,
            "scores": [{"number": child.number, "name": name(child), "run": child.run.id, **_score(child)} for child in done],
        }
        return told | summary(done) if done else told

    def _turns(self, plan: Plan) -> int:
        return 1 if splits.of(plan.split).takes_gap or self.each_group else self.repeats

    def _folds(self, look: Look) -> int:
        """For "each group" as many as there are groups among rows with an answer; a first run has it already."""
        if not self.each_group:
            return self.folds
        if look.children:
            return int(look.children[0].run.plan["split"]["folds"])
        table = look.read_columns([look.plan.split.column, look.plan.target])
        rows = np.flatnonzero(split.has_value(table.values(look.plan.target)))
        return int(split.groups(look.plan.split, table.take(rows), look.plan.inputs).max()) + 1  # type: ignore[union-attr]

    def _asked(self, plan: Plan, number: int, folds: int) -> Asked:
        repeat, fold = divmod(number, folds)
        made = divided(plan, folds=folds, fold=fold, repeat=repeat, outside="")
        words = f"{plan.name} · unseen part {fold + 1} of {folds}" + (f", turn {repeat + 1}" if self.repeats > 1 else "")
        return Asked(number, made.model_copy(update={"name": words}), FOLD)


def name(child: Child) -> str:
    """Which rows were unseen, in short: "Part 2", "Turn 3, part 1"."""
    asked = child.run.plan["split"]
    part = f"part {asked['fold'] + 1}"
    return f"Turn {asked['repeat'] + 1}, {part}" if asked["repeat"] else part.capitalize()


def summary(done: Sequence[Child]) -> dict[str, Any]:
    """Mean, interval and the difference that would count, with the sentences that say so."""
    scores = [float(child.run.score["value"]) for child in done if child.run.score]
    first, ratio = done[0].run.score or {}, fmean(_ratio(child) for child in done)
    mean, unit = fmean(scores), str(first.get("unit", ""))
    found, needed = resampled.interval(scores, ratio), resampled.difference(scores, ratio)
    low, high = _within(found, unit) if found else (None, None)
    guesses = [float(child.run.score["baseline"]) for child in done if child.run.score and child.run.score.get("baseline") is not None]
    told: dict[str, Any] = {"label": first.get("label", ""), "unit": unit, "better": first.get("better", "higher"), "mean": mean}
    told |= {"ratio": ratio, "low": low, "high": high, "difference": needed, "baseline": fmean(guesses) if guesses else None}
    return told | {"said": _said(told, len(scores)), "needed": _needed(needed, unit)}


def _said(told: dict[str, Any], many: int) -> str:
    shown = amount(told["mean"], told["unit"])
    if told["low"] is None:
        return f"{told['label']}: {shown} in the one training that has ended. A second one is needed to say how stable that is."
    ends = f"{amount(told['low'], told['unit'])} to {amount(told['high'], told['unit'])}"
    return f"{told['label']}: {shown} on average of {many} trainings, each with other rows unseen (95 % interval {ends})."


def _needed(needed: float | None, unit: str) -> str:
    if needed is None:
        return ""
    shown = f"{amount(needed)} points" if unit == "%" else amount(needed, unit)
    return f"You would need a difference of {shown} to call another model different."


def _within(found: tuple[float, float], unit: str) -> tuple[float, float]:
    """A share stays between none and all."""
    return (max(0.0, found[0]), min(100.0, found[1])) if unit == "%" else found


def _ratio(child: Child) -> float:
    """Unseen rows to those known while learning."""
    rows = child.run.facts.get("rows") or {}
    known = int(rows.get("train", 0)) + int(rows.get("validation", 0))
    return int(rows.get("test", 0)) / known if known else 1 / max(1, int(child.run.plan["split"]["folds"]) - 1)


def _score(child: Child) -> dict[str, Any]:
    score = child.run.score or {}
    return {key: score.get(key) for key in ("value", "low", "high", "baseline")}


def _stop(what: str, fix: str) -> Problem:
    return Problem(where=CrossValidation.title, what=what, fix=fix, level="stop")
