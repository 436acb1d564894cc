"""A leaderboard in words: its rows as text, and the sentences that keep a reader from taking luck for skill. Plain text, not escaped."""

from collections.abc import Sequence

from engine import verdicts
from engine.boards import Board, Line
from engine.comparing import WORTH
from engine.names import without_shared
from engine.wording import amount, count, number, size

BEST, TIED, BEHIND, PROPOSED = "the best", "not distinguishable from the best", "behind the best", "proposed"
NOT_KNOWN = "–"
FEW_TO_BE_LUCKY = 3
MINUS = "\u2212"


def headline(board: Board) -> str:
    """Who leads, and whether that says anything."""
    best, others, name = board.lines[0], len(board.lines) - 1, names(board)[board.lines[0].run.id]
    shown = f"{board.label}: {score(board, best)}"
    if not others:
        return f"“{name}” is the only model here that can be judged on these rows. {shown}."
    tied = len(board.first) - 1
    leads = f"“{name}” leads. {shown}."
    if not tied:
        return f"{leads} It is ahead of {'the other model' if others == 1 else f'all {others:,} others'} by more than luck."
    if tied == others == 1:
        return f"{leads} The other model cannot be told apart from it."
    if tied == others:
        return f"{leads} None of the {others:,} others can be told apart from it."
    return f"{leads} {count(tied, 'other')} cannot be told apart from it; {count(others - tied, 'is', 'are')} behind by more than luck."


def proposal(board: Board) -> str:
    """What to take instead of the best, if that costs less and is as good as far as can be told; "" else."""
    if board.proposal is None:
        return ""
    line = next(line for line in board.lines if line.run.id == board.proposal.id)
    gains = [(board.proposal.faster, "faster"), (board.proposal.smaller, "smaller")]
    told = [f"{_times(gain)} times {word}" for gain, word in gains if gain is not None and gain >= WORTH]
    return f"“{names(board)[line.run.id]}” is as good, as far as {_unseen(board)} can tell, and {' and '.join(told)}.{_still(board, line)}"


def names(board: Board) -> dict[str, str]:
    """Run id -> a name that differs from all others on the board, without the words that all of them begin with."""
    return dict(zip((line.run.id for line in board.lines), _distinct(without_shared([line.name for line in board.lines])), strict=True))


def warnings(board: Board) -> list[str]:
    """What makes the order less certain than it looks."""
    said = [_luck(board) if board.lucky >= FEW_TO_BE_LUCKY and board.luck else "", verdicts.chosen_by(board.looks)]
    without = sum(not line.is_paired for line in board.lines)
    if without and len(board.lines) > 1:
        said.append(_unpaired(without))
    if len(board.lines) > 1 and any(line.gap and line.gap.low is None for line in board.lines):
        said.append("There are too few unseen rows, or groups of them, to tell any of these models apart.")
    return [line for line in said if line]


def beside(board: Board, own: str, found: str) -> str:
    """How a person's own settings (the run `own`) did on the rows on which those that a search has found (`found`) were judged; "" if they
    do not stand side by side."""
    lines = {line.run.id: line for line in board.lines}
    if own not in lines or found not in lines:
        return ""
    told = f"On the same rows your own settings come to {score(board, lines[own])}"
    if lines[own].place == lines[found].place:
        return f"{told}: the two cannot be told apart, so what looked better may have been luck."
    if lines[own].place < lines[found].place:
        return f"{told}, which is better by more than luck: keep your own settings."
    return f"{told}: what was found is better by more than luck."


def basis(board: Board) -> str:
    """What the comparison rests on."""
    if len(board.lines) < 2 or not board.compared:
        return ""
    rows = count(board.compared, "unseen row")
    of = f"{rows} of {count(board.groups, 'group')}, whole groups at a time" if board.groups else rows
    part = f", of the {board.rows:,} there are" if board.compared < board.rows else ""
    wide = ". Ranges of differences allow for all models being compared at once" if len(board.lines) > 2 else ""
    return f"Compared on the same {of}{part}{wide}."


def rows(board: Board) -> list[dict[str, str]]:
    """A row for each model, best first, under the same names on the page and in the terminal."""
    found, called = [], names(board)
    for line in board.lines:
        found.append(
            {
                "Place": str(line.place),
                "Model": called[line.run.id],
                board.label: score(board, line),
                "In words": verdict(board, line),
                "Beside the best": gap(board, line),
                "One answer": soon(line.answer_seconds),
                "Size": size(line.bytes) if line.bytes is not None else NOT_KNOWN,
                "Training": _took(line.seconds),
                "Energy, estimated": _energy(line.watt_hours),
                "Models inside": str(line.models or NOT_KNOWN),
            }
        )
    return found


def verdict(board: Board, line: Line) -> str:
    """How it stands beside the best."""
    if line is board.lines[0]:
        return BEST if len(board.first) == 1 or not _is_proposed(board, line) else f"{BEST}, {PROPOSED}"
    if line.place > 1:
        return BEHIND
    return f"{TIED}, {PROPOSED}" if _is_proposed(board, line) else TIED


def score(board: Board, line: Line) -> str:
    """ "78.6 % (71.4 to 84.4)"."""
    shown = amount(line.value, board.unit)
    return shown if line.low is None or line.high is None else f"{shown} ({number(line.low)} to {number(line.high)})"


def gap(board: Board, line: Line) -> str:
    """ "−1.3 points (−6.9 to +4.3)", the best's being a dash."""
    if line.gap is None:
        return NOT_KNOWN
    shown = f"{_signed(line.gap.value)} {_difference_unit(board)}".strip()
    if line.gap.low is None or line.gap.high is None:
        return shown
    return f"{shown} ({_signed(line.gap.low)} to {_signed(line.gap.high)})"


def crossed(line: Line) -> str:
    """On which rows they disagree, in words; "" where that cannot be counted."""
    if line.crossed is None:
        return ""
    own, other, _ = line.crossed
    return f"right on {count(own, 'row')} where the best is wrong, wrong on {count(other, 'row')} where that is right"


def soon(seconds: float | None) -> str:
    """A short time: "1.2 ms", "1.3 s"."""
    if seconds is None:
        return NOT_KNOWN
    return amount(seconds, "s", 2) if seconds >= 1 else amount(1000 * seconds, "ms", 2)


def _luck(board: Board) -> str:
    gained = amount(abs(board.luck or 0.0), _difference_unit(board), 2)
    return f"Of {board.lucky} models as good as these the luckiest would look {gained} better than it is, so expect less of the best one."


def _still(board: Board, line: Line) -> str:
    """How much worse than the best it could be all the same."""
    if line.gap is None or line.gap.low is None or line.gap.high is None:
        return ""
    worse = -line.gap.low if board.better == "higher" else line.gap.high
    return f" It could still be up to {amount(worse, _difference_unit(board), 2)} worse." if worse > 0 else ""


def _unpaired(many: int) -> str:
    """About models whose answers on the unseen rows were not kept."""
    who = "One model of an earlier version" if many == 1 else f"{many:,} models of an earlier version"
    its, it_is = ("its own range", "it is") if many == 1 else ("their own ranges", "they are")
    return f"{who} kept no answers on the unseen rows: {it_is} compared by {its} alone, which tells less. Trained again, row by row."


def _unseen(board: Board) -> str:
    return count(board.compared or board.rows, "unseen row")


def _is_proposed(board: Board, line: Line) -> bool:
    return board.proposal is not None and board.proposal.id == line.run.id


def _difference_unit(board: Board) -> str:
    return "points" if board.unit == "%" else board.unit


def _signed(value: float) -> str:
    shown = number(abs(value), 2)
    return shown if shown == "0" else f"{MINUS if value < 0 else '+'}{shown}"


def _times(gain: float) -> str:
    return number(gain, 2) if gain < 10 else f"{float(f'{gain:.2g}'):,.0f}"


def _took(seconds: float | None) -> str:
    if seconds is None:
        return NOT_KNOWN
    if seconds < 90:
        return "under a second" if seconds < 1 else f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _energy(watt_hours: float | None) -> str:
    if watt_hours is None:
        return NOT_KNOWN
    return "under 0.01 Wh" if watt_hours < 0.01 else amount(watt_hours, "Wh", 2)


def _distinct(names: Sequence[str]) -> list[str]:
    """The names, with a number behind one that is there already."""
    found: list[str] = []
    for name in names:
        new, place = name, 2
        while new in found:
            new, place = f"{name} ({place})", place + 1
        found.append(new)
    return found
