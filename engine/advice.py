"""What is suggested from a profile: readable rules, and for every choice one plain sentence why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine import guesses, labels, leaks, odd_values, splits
from engine import roles as role
from engine.architectures import ARCHITECTURES, Architecture
from engine.columns import COLUMN_TYPES, Table
from engine.errors import InvalidPlan
from engine.guesses import Candidate
from engine.learners import LEARNERS, Learner
from engine.plan import Plan, name_of
from engine.problems import Problem
from engine.profile import ColumnProfile, Profile
from engine.roles import RoleAdvice
from engine.split import FEWEST_ROWS, Split
from engine.splits import METHODS
from engine.splits.column import propose
from engine.steps import STEPS, Step
from engine.tasks import TASKS, Task

LAST = 1
UNLIKELY, NEARLY_ALL = 3, 0.995
MANY_VALUES = 50
MOST_GRADES, FEW_OF_A_GRADE = 10, 20
SMALL, LARGE = 500, 100_000


@dataclass(frozen=True)
class InputAdvice:
    """Whether a column should be learned from, why, and the question to ask if it may give the answer away."""

    id: str
    use: bool
    why: str
    problem: Problem | None = None


@dataclass(frozen=True)
class Questions:
    """The columns that may answer "Can the same patient, machine or batch be in several rows?", "Does time matter?" and "Does a column
    say which rows are kept unseen?", likely first."""

    groups: tuple[Candidate, ...]
    times: tuple[Candidate, ...]
    parts: tuple[Candidate, ...] = ()


@dataclass(frozen=True)
class Choice:
    """An architecture set for this data, why it suits, and its rank (higher is better)."""

    architecture: Architecture
    why: str
    rank: float


def target(profile: Profile) -> tuple[str, str]:
    """The column most likely to be predicted, and why. Raises InvalidPlan when no column can be."""
    return _likeliest(profile)


def tasks(profile: Profile, target: str) -> list[Task]:
    """Every task that can be asked of the column, set sensibly; the obvious one first."""
    column = profile.column(target)
    offered = [offer for member in TASKS.members.values() if (offer := member.offer(column)) is not None]
    obvious = _on_a_scale(column) or next((kind for kind, member in TASKS.members.items() if member.propose(column) is not None), "")
    return sorted(offered, key=lambda task: task.kind != obvious)


def task(profile: Profile, target: str) -> Task:
    """The task that the column most plainly asks for. Raises InvalidPlan when none fits."""
    found = tasks(profile, target)
    if not found:
        column = profile.column(target)
        raise InvalidPlan(f"'{column.name}' cannot be predicted: {_why_unable(column)}.", "Choose another column.")
    return found[0]


def suspects(table: Table, profile: Profile, target: str) -> list[Problem]:
    """Columns that may give the answer away: each a question, with leaving the column out as its action. Reads the rows."""
    columns = [column for column in profile.columns if column.id != target and not column.identifier]
    return leaks.find(table, columns, profile.column(target), task(profile, target))


def inputs(table: Table, profile: Profile, target: str) -> list[InputAdvice]:
    """For every column but the target, in their order: use it or not, and why."""
    found = {problem.column: problem for problem in suspects(table, profile, target)}
    told = _Whole(any(column.type == "image" for column in profile.columns), guesses.is_medical(profile))
    return [_input(column, told, found.get(column.id)) for column in profile.columns if column.id != target]


def questions(profile: Profile, target: str = "") -> Questions:
    """Which columns may hold groups or the time of the rows; the likely ones first."""
    columns = [column for column in profile.columns if column.id != target]
    groups = [candidate for column in columns if (candidate := guesses.group(column))]
    times = [candidate for column in columns if (candidate := guesses.time(column))]
    parts = [candidate for column in columns if (candidate := guesses.part(column))]
    return Questions(*(tuple(sorted(found, key=lambda c: not c.likely)) for found in (groups, times, parts)))


def split(table: Table, profile: Profile, target: str, answers: Mapping[str, str] | None = None) -> tuple[Split, str]:
    """How to divide the rows, and why. `answers` may hold for "column", "group" and "time" (kinds of a method) a column id, or "" for no;
    what is not there is guessed. What is answered goes before what is guessed."""
    said, asked = answers or {}, questions(profile, target)
    guessed = {kind: next((c.id for c in found if c.likely), "") for kind, found in _by_kind(asked).items()}
    chosen = [(kind, said[kind]) for kind in guessed if said.get(kind)]
    chosen += [(kind, id) for kind, id in guessed.items() if id and kind not in said]
    shares = _shares(profile.rows)
    kind, id = chosen[0] if chosen else ("random", "")
    name = profile.column(id).name if id else ""
    mapping = propose(labels.counts_of(profile.column(id))) if METHODS.get(kind).has_mapping else {}
    divided = Split(method=kind, column=id, mapping=mapping, **shares)
    return divided, splits.of(divided).why(name)


def _by_kind(asked: Questions) -> dict[str, tuple[Candidate, ...]]:
    """The candidates of each method that goes by a column; the first of them counts where several are answered. Some are only ever asked
    for."""
    guessed = {"column": asked.parts, "group": asked.groups, "time": asked.times}
    return guessed | {kind: () for kind, method in METHODS.members.items() if method.goes_by and kind not in guessed}


def roles(table: Table, profile: Profile, target: str) -> list[RoleAdvice]:
    """What each column should be for, in their order, and why."""
    made, _ = plan("", table, profile, target)
    return role.reasons(made, profile, {one.id: one.why for one in inputs(table, profile, target)})


def architectures(profile: Profile, inputs: Sequence[str], task: Task) -> list[Choice]:
    """The architectures that can take these inputs, the recommended one first."""
    proposed = [member.propose(profile, inputs, task) for member in ARCHITECTURES.members.values()]
    choices = [Choice(architecture, why, rank) for architecture, rank, why in filter(None, proposed)]
    return sorted(choices, key=lambda choice: -choice.rank)


def recipe(profile: Profile, inputs: Sequence[str], architecture: Architecture) -> list[tuple[Step, str]]:
    """The steps that bring these columns to what the architecture needs, in order, each with its reason."""
    columns = [profile.column(id) for id in inputs]
    wants = architecture.takes | architecture.needs
    return [proposed for member in STEPS.members.values() if (proposed := member.propose(columns, wants)) is not None]


def training(profile: Profile, architecture: Architecture) -> Learner:
    """The settings of training for this data and architecture."""
    return LEARNERS.get(architecture.learner).propose(profile, architecture)


def plan(
    dataset: str, table: Table, profile: Profile, target: str | None = None, hints: Mapping[str, Any] | None = None
) -> tuple[Plan, list[str]]:
    """Everything decided at once, and the reasons. Raises InvalidPlan when nothing can be learned from the data.

    `hints` (of a sample) may name columns by name or id: "target", "column", "group", "time", "leave_out",
    "sensitive"; and say "task", "positive" and "architecture" (a kind, taken where it can be).
    """
    if profile.rows < FEWEST_ROWS:
        there = "There is only 1 row" if profile.rows == 1 else f"There are only {profile.rows} rows"
        raise InvalidPlan(f"{there}, and at least {FEWEST_ROWS} are needed to learn anything.", "Add rows and upload the file again.")
    told = _Hints(profile, hints or {})
    goal, why_goal = told.chosen(target) or told.target() or _likeliest(profile)
    asked = told.task(goal)
    divided, why_divided = split(table, profile, goal, told.answers())
    advised = inputs(table, profile, goal)
    unwanted = {*told.columns("leave_out"), *([divided.column] if splits.of(divided).hides else [])}
    wanted = set(told.columns("sensitive"))
    used = tuple(advice.id for advice in advised if (advice.use or advice.id in wanted) and advice.id not in unwanted)
    left_out = [f"{profile.column(advice.id).name} is left out: {advice.why}" for advice in advised if not advice.use]
    choices = architectures(profile, used, asked)
    if not choices:
        name = profile.column(goal).name
        none = f"No column is left to learn '{name}' from." if target else f"{why_goal} But no column is left to learn it from."
        what = f"{none} {' '.join(left_out[:3])}"
        raise InvalidPlan(what, "Choose another column to predict, change a column's type, or add columns.")
    best = next((choice for choice in choices if choice.architecture.kind == told.said.get("architecture")), choices[0])
    steps = recipe(profile, used, best.architecture)
    made = Plan(
        dataset=dataset,
        target=goal,
        inputs=used,
        weight=next((c.id for c in profile.columns if c.id != goal and c.id not in used and guesses.weight(c)), ""),
        sensitive=tuple(c.id for c in profile.columns if c.id != goal and (c.id in wanted or guesses.is_sensitive(c))),
        identifiers=tuple(c.id for c in profile.columns if c.identifier and c.type != "image" and c.id not in (goal, *used)),
        task=asked,
        split=divided,
        recipe=tuple(step for step, _ in steps),
        architecture=best.architecture,
        training=training(profile, best.architecture),
    )
    reasons = [why_goal, asked.question(profile.column(goal).name), *left_out, why_divided, best.why, *(why for _, why in steps)]
    return made.model_copy(update={"name": name_of(made, profile)}), reasons


def _likeliest(profile: Profile) -> tuple[str, str]:
    able = [column for column in profile.columns if not column.identifier and not _is_too_varied(column) and tasks(profile, column.id)]
    if not able:
        raise InvalidPlan("No column here can be predicted.", "Use data with a column that holds the answer for each row.")
    names = [column.name for column in profile.columns]
    named = [guesses.outcome(column, names) for column in able]
    weights = [weight - _drawbacks(column) for weight, column in zip(named, able, strict=True)]
    weights[-1] += LAST
    best = max(range(len(able)), key=lambda i: (weights[i], i))
    column = able[best]
    if len(able) == 1:
        return column.id, f"'{column.name}' is the only column that can be predicted.{_about_last(profile)}"
    if named[best] > 0:
        return column.id, f"The name '{column.name}' sounds like an outcome."
    why = f"Of the columns that can be predicted, '{column.name}' is the last, where the answer usually stands."
    return column.id, f"{why}{_about_last(profile)}"


def _about_last(profile: Profile) -> str:
    """Why the last column, where one looks for the answer, was passed over; nothing if it can be predicted."""
    column = profile.columns[-1]
    return "" if column.distinct > 1 else f" '{column.name}' cannot be predicted: {_why_unable(column)}."


def _why_unable(column: ColumnProfile) -> str:
    if column.distinct == 0:
        return "it is empty"
    if column.distinct > 1:
        return f"its type is '{COLUMN_TYPES[column.type]}', and only numbers and categories can be"
    only = next(iter(labels.counts_of(column)), "")
    return f"every row has the same value{f', {only!r}' if only else ''}"


def _on_a_scale(column: ColumnProfile) -> str:
    """What to ask of a few whole numbers in order: marks from 3 to 8 are predicted as steps, the rare grades above 0 as "not 0"."""
    if column.type != "number" or not column.whole or not 3 <= column.distinct <= MOST_GRADES:
        return ""
    sizes = labels.counts_of(column)
    rarest = min(sizes.values(), default=0)
    if column.low == 0 and sizes.get("0", 0) >= sum(sizes.values()) / 3 and 0 < rarest < FEW_OF_A_GRADE:
        return "binary"
    if TASKS.get("ordinal").propose(column) is not None:
        return "ordinal"
    return "regression" if guesses.outcome_weight(column.name) == guesses.AN_AMOUNT or column.distinct > 5 else ""


def _is_too_varied(column: ColumnProfile) -> bool:
    """Texts and categories that hardly repeat cannot be answers."""
    return column.type in ("text", "category") and column.distinct > max(MANY_VALUES, (column.rows - column.missing) / 10)


def _drawbacks(column: ColumnProfile) -> int:
    """An answer is rarely missing in most rows, or the same in nearly all; and it is not what a person is, nor what a row belongs to."""
    sizes = labels.counts_of(column)
    nearly_one = bool(sizes) and max(sizes.values()) > NEARLY_ALL * (column.rows - column.missing)
    likely = [said.likely for of in (guesses.group, guesses.part, guesses.weight) if (said := of(column))]
    about = guesses.is_sensitive(column) or any(likely)
    return UNLIKELY * (nearly_one + (column.missing > column.rows / 2) + about)


def _shares(rows: int) -> dict[str, float]:
    if rows < SMALL:
        return {"test": 0.25, "validation": 0.15}
    return {"test": 0.1, "validation": 0.1} if rows > LARGE else {"test": 0.2, "validation": 0.15}


@dataclass(frozen=True)
class _Whole:
    """What the data as a whole say about each column of them."""

    has_pictures: bool
    is_medical: bool


def _input(column: ColumnProfile, whole: _Whole, suspect: Problem | None) -> InputAdvice:
    out = _reason_against(column, whole)
    if out:
        return InputAdvice(column.id, False, out)
    if suspect is not None:
        return InputAdvice(column.id, False, f"{suspect.what} {suspect.fix}", suspect)
    if guesses.is_sensitive(column):
        why = "It says what a person is. Medicine may need that, so it is learned from; take it out if the answer must not depend on it."
        return InputAdvice(column.id, True, why)
    return InputAdvice(column.id, True, "Learned from.")


def _reason_against(column: ColumnProfile, whole: _Whole) -> str:
    there = column.rows - column.missing
    if column.distinct == 0:
        return "It is empty."
    if column.distinct == 1 and not column.missing:
        return "Every row has the same value."
    if column.identifier and column.type != "image":
        return "It names each row, and a name says nothing about a new one."
    if column.type == "text" and odd_values.has_several_dates(column.problems):
        return "Its dates are written in several ways, and dates count only if they are read as such."
    if column.type == "text":
        return "Free text cannot be read by the models yet."
    if whole.has_pictures and column.type != "image":
        return "The models for pictures look at the pictures alone."
    if column.type == "category" and column.distinct > max(MANY_VALUES, there / 2):
        return f"{column.distinct:,} different values in {there:,} rows: too few rows to learn any of them."
    if guesses.weight(column):
        return "By its name it says how much a row counts, not what the row is."
    if (said := guesses.part(column)) and said.likely:
        return "It says which rows are learned from and which are kept unseen."
    if guesses.is_sensitive(column) and not whole.is_medical:
        return "It says what a person is, and a model that learns from it may treat people unequally. It is kept to see whom it fails."
    group = guesses.group(column)
    if group and group.likely:
        return "It names whom a row belongs to, and says nothing about a new one."
    return _reason_of_persons(column)


def _reason_of_persons(column: ColumnProfile) -> str:
    treatment = column.column.treatment
    if treatment and treatment.kind == "pseudonym":
        return "Pseudonyms only tell people apart, and say nothing about a new one."
    if column.personal and column.personal.keep_out:
        return f"It seems to be personal data ({column.personal.title.lower()}): a model should not know people."
    return ""


@dataclass(frozen=True)
class _Hints:
    """What is known beforehand about a sample, with names turned into ids."""

    profile: Profile
    said: Mapping[str, Any]

    def chosen(self, target: str | None) -> tuple[str, str] | None:
        return (target, f"'{self.profile.column(target).name}' is predicted, as you chose.") if target else None

    def target(self) -> tuple[str, str] | None:
        return (self._id(self.said["target"]), "Known for this sample.") if self.said.get("target") else None

    def task(self, target: str) -> Task:
        kind, positive = self.said.get("task"), self.said.get("positive")
        asked = self._asked(kind, self.profile.column(target)) if kind else task(self.profile, target)
        if positive is not None and "positive" in type(asked).model_fields:
            return TASKS.parse({**asked.model_dump(), "positive": str(positive)})
        return asked

    def _asked(self, kind: str, column: ColumnProfile) -> Task:
        offered = TASKS.get(kind).offer(column)
        if offered is None:
            able = [own.kind for own in tasks(self.profile, column.id)]
            fix = f"Choose one of: {', '.join(able)}." if able else "Choose another column."
            raise InvalidPlan(f"'{column.name}' ({column.type}) cannot be predicted as '{kind}'.", fix)
        return offered

    def columns(self, name: str) -> tuple[str, ...]:
        return tuple(self._id(column) for column in self.said.get(name, ()))

    def answers(self) -> dict[str, str]:
        return {name: self._id(self.said[name]) if self.said[name] else "" for name in ("column", "group", "time") if name in self.said}

    def _id(self, name: str) -> str:
        found = [column.id for column in self.profile.columns if name in (column.name, column.id)]
        if not found:
            raise InvalidPlan(f"There is no column '{name}'.", "Choose one of the columns.")
        return found[0]
