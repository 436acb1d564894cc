"""Leaderboards: the models that answer one question, judged on the same unseen rows, side by side; all others apart, with the reason."""

import hashlib
import json
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine import bundle, comparing, energy, unseen
from engine.comparing import Better, Contender, Gap, Proposal, Ranking
from engine.errors import EngineError
from engine.plan import Plan
from engine.sampling import Sampling
from engine.store import datasets as stored
from engine.store import looks, models, settings, usage
from engine.store.runs import Run
from engine.store.workspace import Workspace
from engine.unseen import Unseen

Array = np.ndarray[Any, Any]
KEY = 10
_ENDED = {"failed": "It failed, so there is no model.", "cancelled": "It was cancelled, so there is no model."}
_OTHER_ROWS = "It was judged on other unseen rows, so luck with the rows would be mistaken for skill."
_UNKNOWN_ROWS = "An earlier version trained it, and on which rows it was judged is not known."
_CHANGED = "The true answers of its unseen rows were other ones when it was trained."


@dataclass(frozen=True)
class Question:
    """What makes runs comparable: the same data, the same column asked for in the same way, the same unseen rows and main score."""

    dataset: str
    target: str
    task: str
    unseen: str
    label: str

    @property
    def key(self) -> str:
        """Short, for addresses."""
        return hashlib.sha256("\0".join((self.dataset, self.target, self.task, self.unseen, self.label)).encode()).hexdigest()[:KEY]


@dataclass(frozen=True)
class Line:
    """One model. `crossed` counts the rows on which only it is right, and only the best; None for numbers, and for the best itself.

    `low` and `high` are the ends of the score's own range. Seconds are those of the training and of one answer.
    """

    run: Run
    place: int
    value: float
    low: float | None
    high: float | None
    gap: Gap | None
    crossed: tuple[int, int, float] | None
    seconds: float | None
    answer_seconds: float | None
    bytes: int | None
    watt_hours: float | None
    models: int | None
    is_paired: bool
    is_on_front: bool = False

    @property
    def name(self) -> str:
        return self.run.name or self.run.id


@dataclass(frozen=True)
class Board:
    """The models in order. `rows` were judged, `compared` of them row by row; `groups` is how many groups these come from, or 0. `lucky` is
    how many of the first could be the luckiest: the same plan trained again to the same answers is one model."""

    question: Question
    asked: str
    data: str
    label: str
    unit: str
    better: Better
    rows: int
    compared: int
    groups: int
    lines: tuple[Line, ...]
    apart: tuple[tuple[Run, str], ...]
    proposal: Proposal | None
    luck: float | None
    lucky: int
    looks: int

    @property
    def first(self) -> tuple[Line, ...]:
        """Those that share the first place, the best first."""
        return tuple(line for line in self.lines if line.place == 1)


def question_of(run: Run) -> Question | None:
    """What a run's model answers; None while there is no judged model."""
    score = run.score or {}
    if run.state != "succeeded" or score.get("value") is None:
        return None
    task = json.dumps(run.plan.get("task"), sort_keys=True)
    return Question(run.dataset, str(run.plan.get("target")), task, str(run.facts.get("unseen") or ""), str(score.get("label")))


def questions(found: Sequence[Run]) -> dict[Question, list[Run]]:
    """The runs with a model by what they answer, the question with most of them first."""
    sorted_out: dict[Question, list[Run]] = {}
    for run in found:
        if asked := question_of(run):
            sorted_out.setdefault(asked, []).append(run)
    return dict(sorted(sorted_out.items(), key=lambda item: -len(item[1])))


def reason(workspace: Workspace, run: Run, question: Question | None = None) -> str:
    """Why a run cannot be compared with those that answer the question, or with any; "" if it can."""
    own = question_of(run)
    if own is None:
        return _ENDED.get(run.state, "It has no score." if run.state == "succeeded" else "It has not ended yet.")
    if question is None:
        return ""
    if own.dataset != question.dataset:
        return f"It learned from other data: {_data(workspace, run)}."
    if own.target != question.target:
        return f"It predicts another column: '{_target(workspace, run)}'."
    if own.task != question.task:
        return "It was asked in another way, so its score means something else."
    if own.unseen != question.unseen:
        return _OTHER_ROWS if own.unseen and question.unseen else _UNKNOWN_ROWS
    return "" if own.label == question.label else f"Its main score is another one: {own.label}."


def of(workspace: Workspace, found: Sequence[Run], question: Question | None = None) -> Board | None:
    """The board of the question (by default the one that most of the runs answer); None if no run answers one.

    Of models with the very same score the quickest comes first.
    """
    sorted_out = questions(found)
    asked = question or next(iter(sorted_out), None)
    if asked is None or asked not in sorted_out:
        return None
    quickest_first = sorted(sorted_out[asked], key=lambda run: run.facts.get("answer_seconds") or math.inf)
    there, changed = _same_truth([_Judged.of(workspace, run) for run in quickest_first])
    apart = [(run, why) for run in found if (why := reason(workspace, run, asked))] + [(one.run, _CHANGED) for one in changed]
    better: Better = "lower" if (there[0].run.score or {}).get("better") == "lower" else "higher"
    ranking, sampling = _ranked(there, better)
    lines = _lines(workspace, ranking, {one.run.id: one for one in there})
    timed = [i for i, line in enumerate(lines) if line.answer_seconds]
    on_front = {timed[k] for k in comparing.front([lines[i].value for i in timed], [lines[i].answer_seconds or 0 for i in timed], better)}
    first = [line.run.id for line in lines if line.place == 1]
    return Board(
        question=asked,
        asked=_asked(workspace, there[0].run),
        data=_data(workspace, there[0].run),
        label=asked.label,
        unit=str((there[0].run.score or {}).get("unit") or ""),
        better=better,
        rows=max(one.rows for one in there),
        compared=sampling.rows,
        groups=0 if sampling.codes is None else sampling.units,
        lines=tuple(replace(line, is_on_front=i in on_front) for i, line in enumerate(lines)),
        apart=tuple(apart),
        proposal=comparing.propose(first, {x.run.id: x.answer_seconds for x in lines}, {x.run.id: x.bytes for x in lines}),
        luck=ranking.luck,
        lucky=len({one.who for one in there if one.run.id in first}),
        looks=looks.count(workspace, asked.dataset, asked.unseen) if asked.unseen else 0,
    )


def look(workspace: Workspace, board: Board, is_new: bool = True) -> Board:
    """The judgements on the board are shown: each is a look at the unseen rows, noted unless it was. The board with the looks so far."""
    asked = board.question
    if not asked.unseen:
        return board
    for line in board.lines if is_new else ():
        looks.add(workspace, asked.dataset, asked.unseen, line.run.id)
    return replace(board, looks=looks.count(workspace, asked.dataset, asked.unseen))


def names(workspace: Workspace, run: Run) -> tuple[str, str]:
    """What the user calls the column that the run predicts, and the data."""
    return _target(workspace, run), _data(workspace, run)


@dataclass(frozen=True)
class _Judged:
    """A run with what its model said of the unseen rows, where that was kept and can be read."""

    run: Run
    plan: Plan | None
    state: dict[str, Any]
    said: Unseen | None

    @classmethod
    def of(cls, workspace: Workspace, run: Run) -> "_Judged":
        folder = models.folder(workspace, run.id)
        try:
            return cls(run, Plan.model_validate(run.plan), bundle.state(folder), unseen.read(folder))
        except (EngineError, OSError, ValueError, KeyError):
            return cls(run, None, {}, None)

    @property
    def rows(self) -> int:
        return int((self.run.facts.get("rows") or {}).get("test") or (len(self.said.rows) if self.said else 0))

    @property
    def who(self) -> tuple[str, object]:
        """The same for two runs of one plan that answer alike."""
        answers = self.said.outputs.tobytes() if self.said else (self.run.score or {}).get("value")
        return json.dumps(self.run.plan, sort_keys=True), answers

    def contender(self, at: Array) -> Contender:
        """Its measure on those of the rows it kept, or only its range."""
        score = self.run.score or {}
        statistic = None
        if self.plan is not None and self.said is not None:
            statistic = self.plan.task.main(self.said.outputs[at], self.said.y[at], self.state)
        return Contender(self.run.id, float(score["value"]), score.get("low"), score.get("high"), statistic)

    def right(self) -> Array | None:
        if self.plan is None or self.said is None:
            return None
        return self.plan.task.right(self.said.outputs, self.said.y, self.state)


def _same_truth(found: Sequence[_Judged]) -> tuple[list[_Judged], list[_Judged]]:
    """Those whose rows had the same true answers (as most have), with those that kept none; and the others."""
    truths = Counter(one.said.truth for one in found if one.said)
    usual = truths.most_common(1)[0][0] if truths else ""
    is_same = [one.said is None or one.said.truth == usual for one in found]
    same, others = ([one for one, is_so in zip(found, is_same, strict=True) if is_so is wanted] for wanted in (True, False))
    return same, others


def _ranked(there: Sequence[_Judged], better: Better) -> tuple[Ranking, Sampling]:
    kept = [one.said for one in there if one.said is not None]
    if not kept:
        rows = max(one.rows for one in there)
        return comparing.rank([one.contender(np.empty(0)) for one in there], Sampling(rows), better), Sampling(0)
    rows = len(kept[0].rows)
    at = np.linspace(0, rows - 1, min(rows, comparing.affordable_rows(len(kept)))).astype(np.int64)
    groups = next((said.groups[at] for said in kept if said.groups is not None), None)
    sampling = Sampling(len(at), groups)
    return comparing.rank([one.contender(at) for one in there], sampling, better), sampling


def _lines(workspace: Workspace, ranking: Ranking, judged: dict[str, _Judged]) -> list[Line]:
    best = judged[ranking.standings[0].id].right()
    assumed = settings.get(workspace)
    lines = []
    for standing in ranking.standings:
        one = judged[standing.id]
        run, own, score = one.run, one.right() if standing.gap else None, one.run.score or {}
        spent = usage.spent(workspace, run.id)
        lines.append(
            Line(
                run=run,
                place=standing.place,
                value=float(score["value"]),
                low=score.get("low"),
                high=score.get("high"),
                gap=standing.gap,
                crossed=comparing.crossed(own, best) if own is not None and best is not None else None,
                seconds=run.facts.get("seconds"),
                answer_seconds=run.facts.get("answer_seconds"),
                bytes=_bytes(workspace, run.id),
                watt_hours=energy.of(spent, assumed).watt_hours if spent.runs else None,
                models=run.facts.get("models"),
                is_paired=one.said is not None,
            )
        )
    return lines


def _bytes(workspace: Workspace, run: str) -> int | None:
    """The model's own bytes, without the answers kept beside it."""
    try:
        return models.get(workspace, run).bytes - unseen.size(models.folder(workspace, run))
    except EngineError:
        return None


def _asked(workspace: Workspace, run: Run) -> str:
    try:
        return Plan.model_validate(run.plan).task.question(_target(workspace, run))
    except (EngineError, ValueError):
        return f"What will {_target(workspace, run)} be?"


def _target(workspace: Workspace, run: Run) -> str:
    """What the user calls the column it predicts; its id where neither the model nor the data are there any more."""
    id = str(run.plan.get("target"))
    try:
        return bundle.columns(models.folder(workspace, run.id))[-1].name
    except (EngineError, OSError, ValueError, IndexError):
        return id


def _data(workspace: Workspace, run: Run) -> str:
    try:
        return f"'{stored.get(workspace, run.dataset).name}'"
    except EngineError:
        return "data that were deleted since"
