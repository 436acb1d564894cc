"""Two cross-validations on the very same divisions compared, training by training: is the one better, or was it luck?"""

from collections.abc import Sequence
from statistics import fmean

from engine import resampled
from engine.store.studies import Record
from engine.wording import amount

SHARED = ("dataset", "target", "task", "split", "seed")


def rivals(mine: Record, others: Sequence[Record]) -> list[Record]:
    """Those that had the same rows unseen in each training, and have ended."""
    return [other for other in others if other.id != mine.id and other.is_done and _is_alike(mine, other)]


def said(mine: Record, other: Record) -> str:
    """How much better or worse the first is, with its 95 % interval, and whether that is more than luck (corrected resampled t)."""
    first, second = ([float(one["value"]) for one in record.facts["scores"]] for record in (mine, other))
    found = resampled.paired(second, first, float(mine.facts["ratio"]))
    if found is None:
        return ""
    gain, (low, high) = fmean(first) - fmean(second), found
    unit = "points" if mine.facts["unit"] == "%" else str(mine.facts["unit"])
    is_better = (gain > 0) == (mine.facts["better"] == "higher")
    word = "better" if is_better else "worse"
    if first == second:
        return "exactly as good on the same rows."
    ends = f"95 % interval of the difference {amount(low, unit)} to {amount(high, unit)}"
    if low <= 0 <= high:
        return f"{amount(abs(gain), unit)} {word} on the same rows, which can be luck ({ends})."
    return f"{amount(abs(gain), unit)} {word} on the same rows, more than luck ({ends})."


def _is_alike(mine: Record, other: Record) -> bool:
    numbers = [[one["number"] for one in record.facts.get("scores", [])] for record in (mine, other)]
    same_rows = all(mine.plan.get(key) == other.plan.get(key) for key in SHARED) and mine.spec == other.spec
    return same_rows and numbers[0] == numbers[1] and len(numbers[0]) >= resampled.FEWEST and "ratio" in mine.facts
