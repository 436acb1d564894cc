"""What a training curve means, in one sentence: for the page, the command line and the report."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Mood = Literal["wait", "good", "flat", "bad"]
Series = Mapping[str, tuple[Sequence[float], Sequence[float]]]

FEW = 3
LONG = 10
CLEARLY, WORSE = 0.01, 1.02


def sentence(series: Series, facts: Mapping[str, Any], step: str = "epoch") -> tuple[Mood, str]:
    """What is happening now, from the losses so far (lower is better) and the facts of the run.

    Speaks only of the rows the model does not learn from. With fewer than three steps it says that it is too early.
    `step` is the learner's word for a step: "epoch", "round".
    """
    unseen = _unseen(series)
    if facts.get("team"):
        return _of_team(unseen, facts)
    if again := facts.get("again"):
        return "good", f"How long learning helps is known now: {again} {step}s. So long it learns once more, from all rows not kept unseen."
    if facts.get("steadies") and unseen:
        told = f"{_count(len(unseen), step)} answer together; each further one makes the answer steadier."
        return "good", told + _against_guessing(unseen[-1], facts)
    if not unseen:
        return "wait", f"Under way; the first judgement comes after one {step}."
    if not _is_number(unseen[-1]):
        return "bad", "The numbers have stopped making sense (not a number). Training stops; a lower learning rate helps."
    best = min(range(len(unseen)), key=unseen.__getitem__)
    waited = len(unseen) - 1 - best
    if len(unseen) < FEW:
        return "wait", f"Too early to say; the first {step}s always move a lot."
    if waited == 0:
        return _improving(unseen, step)
    mood, words = _not_improving(series, unseen, best, waited, step)
    return mood, words + _against_guessing(unseen[best], facts)


def ending(series: Series, facts: Mapping[str, Any], step: str = "epoch") -> str:
    """What was kept of a training that has ended, and what the curve says about more of it; "" when there is nothing to say."""
    unseen = _unseen(series)
    if not unseen or not _is_number(min(unseen)):
        return ""
    if team := facts.get("team"):
        ready = int(team.get("ready") or len(unseen))  # Whoever went on measured some of them twice.
        told = "1 model was ready." if ready == 1 else f"{_count(ready, 'model')} were ready; those that help answer together."
        return f"{told}{_against_guessing(unseen[-1], facts)}"
    if facts.get("steadies"):
        return f"All {_count(len(unseen), step)} answer together.{_against_guessing(unseen[-1], facts)}"
    best = min(range(len(unseen)), key=unseen.__getitem__)
    last = len(unseen)
    if facts.get("again"):
        told = (
            f"{step.capitalize()} {best + 1} was the best. The model kept learned so long once more, from all rows not kept unseen."
        )
        return told + _against_guessing(unseen[best], facts)
    if best == last - 1 and last > 1:
        told = f"It was still improving when it ended after {last} {step}s: more of them may make it better."
    elif _memorised(series, unseen, best, last - 1 - best):
        told = f"The model of {step} {best + 1} is kept. In the {_count(last - 1 - best, step)} after it, it only memorised."
    else:
        told = f"The model of {step} {best + 1} of {last} is kept: it was the best on rows it does not learn from."
    return told + _against_guessing(unseen[best], facts)


def without(facts: Mapping[str, Any], has_failed: bool = True) -> str:
    """How far a team had come that failed or was cancelled; "" for a single model. Nothing of it is kept, so nothing else would be true."""
    ready = (facts.get("team") or {}).get("ready")
    if not ready:
        return ""
    when = "it failed; they are no model to use" if has_failed else "it was cancelled; they were thrown away"
    return f"{_count(int(ready), 'model')} had been trained when {when}."


def _of_team(unseen: Sequence[float], facts: Mapping[str, Any]) -> tuple[Mood, str]:
    """A team cannot memorise by going on: each further model makes the common answer steadier."""
    if not unseen:
        return "wait", "The first model is learning; with it there is something to use."
    ready, of = facts["team"]["ready"], facts["team"]["of"]
    told = f"{_count(ready, 'model')} of {of} {'is' if ready == 1 else 'are'} ready and can be used: Stop keeps them."
    guessing = _against_guessing(unseen[-1], facts)
    return ("flat" if guessing else "good"), told + guessing


def _unseen(series: Series) -> list[float]:
    return list(series.get("val_loss", ((), ()))[1])


def _is_number(value: float) -> bool:
    return value == value and abs(value) != float("inf")


def _improving(unseen: Sequence[float], step: str) -> tuple[Mood, str]:
    before = min(unseen[:-1][-5:])
    gain = (before - unseen[-1]) / abs(before) if before else 0.0
    if gain > CLEARLY:
        return "good", f"Still improving: rows it does not learn from are answered better with every {step}."
    return "good", "Improving slowly; what can be learned from these rows is nearly learned."


def _not_improving(series: Series, unseen: Sequence[float], best: int, waited: int, step: str) -> tuple[Mood, str]:
    waiting = f"No better for {_count(waited, step)}"
    if _memorised(series, unseen, best, waited):
        mood: Mood = "bad" if waited >= LONG else "flat"
        sign = "it has begun to" if waited >= LONG else "it may be starting to"
        return mood, f"{waiting}; {sign} memorise the rows it learns from. The best model is kept."
    if waited >= FEW:
        return "flat", f"{waiting}. If that stays so, training stops by itself; the best model is kept."
    return "good", f"{waiting}, which is normal; the best model so far is kept."


def _memorised(series: Series, unseen: Sequence[float], best: int, waited: int) -> bool:
    """Its own rows are answered better since the best step, the others clearly worse."""
    own = list(series.get("loss", ((), ()))[1])
    return waited >= FEW and len(own) > best and own[-1] < own[best] and unseen[-1] > unseen[best] * WORSE


def _against_guessing(best: float, facts: Mapping[str, Any]) -> str:
    guessing = (facts.get("baseline") or {}).get("loss")
    return " So far it is no better than guessing." if guessing is not None and best >= guessing else ""


def _count(number: int, step: str) -> str:
    return f"{number} {step}{'' if number == 1 else 's'}"
