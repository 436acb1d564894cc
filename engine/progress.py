"""What a training curve means, in one sentence: for the page, the command line and the report."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

Mood = Literal["wait", "good", "flat", "bad"]
Series = Mapping[str, tuple[Sequence[float], Sequence[float]]]


def sentence(series: Series, facts: Mapping[str, Any]) -> tuple[Mood, str]:
    """What is happening now, from the losses so far (lower is better) and the facts of the run.

    Speaks only of the rows the model does not learn from. With fewer than two epochs it says that it is too early.
    """
    unseen = list(series.get("val_loss", ((), ()))[1])
    if not unseen:
        return "wait", "The first times through the rows are under way; the first judgement follows after one epoch."
    if unseen[-1] != unseen[-1] or unseen[-1] == float("inf"):
        return "bad", "The numbers have stopped making sense (not a number). Training stops; a lower learning rate helps."
    best = min(range(len(unseen)), key=unseen.__getitem__)
    waited = len(unseen) - 1 - best
    if len(unseen) < 3:
        return "wait", "Too early to say; the first epochs always move a lot."
    if waited == 0:
        return "good", _improving(unseen)
    mood, words = _not_improving(series, unseen, best, waited)
    return mood, words + _against_guessing(unseen[best], facts)


def _improving(unseen: Sequence[float]) -> str:
    before = min(unseen[:-1][-5:])
    gain = (before - unseen[-1]) / abs(before) if before else 0.0
    if gain > 0.01:
        return "Still improving: rows it does not learn from are answered better with every epoch."
    return "Improving slowly; what can be learned from these rows is nearly learned."


def _not_improving(series: Series, unseen: Sequence[float], best: int, waited: int) -> tuple[Mood, str]:
    epochs = f"No better for {waited} epoch{'s' if waited > 1 else ''}"
    own = list(series.get("loss", ((), ()))[1])
    memorising = waited >= 3 and len(own) > best and own[-1] < own[best] and unseen[-1] > unseen[best] * 1.02
    if memorising:
        return "bad" if waited >= 10 else "flat", f"{epochs}; it is starting to memorise the rows it learns from. The best model is kept."
    if waited >= 3:
        return "flat", f"{epochs}. If that stays so, training stops by itself; the best model is kept."
    return "good", f"{epochs}, which is normal; the best model so far is kept."


def _against_guessing(best: float, facts: Mapping[str, Any]) -> str:
    guessing = (facts.get("baseline") or {}).get("loss")
    if guessing is not None and best >= guessing:
        return " So far it is no better than guessing."
    return ""

