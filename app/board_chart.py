"""The leaderboard as a picture: how good each model is against how long one answer takes. Knows no Streamlit."""

from math import ceil, floor, log10
from typing import Any

from app.charts import Look, layout
from app.text import plot_text, short
from engine import board_words
from engine.boards import Board, Line

MOST_NAMED = 3
ON_THE_LINE = "Nothing beats the models on the dashed line in both."
LONGEST = 26


def timed(board: Board) -> list[Line]:
    """The models whose answers were timed."""
    return [line for line in board.lines if line.answer_seconds]


def note(board: Board) -> str:
    """How to read it, and what is not in it."""
    better = "higher" if board.better == "higher" else "lower"
    on_front = [line for line in timed(board) if line.is_on_front]
    alone = f"Nothing beats “{board_words.names(board)[on_front[0].run.id]}” in both." if len(on_front) == 1 else ""
    said = f"Further left is faster, {better} is better; bars are 95 % ranges. {alone or ON_THE_LINE} "
    said += "Times were taken once, right after each training."
    missing = len(board.lines) - len(timed(board))
    if not missing:
        return said
    old = "One older model is not in it: its" if missing == 1 else f"{missing:,} older models are not in it: their"
    return f"{said} {old} answers were not timed."


def figure(board: Board, look: Look) -> Any:
    """Models on the first place in colour, the others grey; the front is a dashed line through what nothing beats in both."""
    import plotly.graph_objects as go  # type: ignore[import-untyped]

    chart = go.Figure()
    front = sorted((line for line in timed(board) if line.is_on_front), key=_milliseconds)
    dashed = {"color": look.quiet, "width": 1.4, "dash": "dash", "shape": "hv"}
    chart.add_scatter(
        x=[*map(_milliseconds, front)],
        y=[line.value for line in front],
        name="nothing beats these",
        mode="lines",
        line=dashed,
        hoverinfo="skip",
    )
    for name, is_first, colour in (("cannot be told apart from the best", True, look.unseen), ("behind the best", False, look.quiet)):
        lines = [line for line in timed(board) if (line.place == 1) is is_first]
        if lines:
            _points(chart, board, lines, name if len(board.first) > 1 or not is_first else "the best", colour, look)
    axis = f"{board.label}, {board.unit}" if board.unit else board.label
    chart.update_layout(**layout(look, "Time of one answer, ms", axis))
    low, high = _decades(board)
    chart.update_xaxes(type="log", range=[low, high], tickvals=_ticks(low, high), tickformat="~g")
    return chart


def numbers(board: Board) -> Any:
    """The table behind it."""
    import pandas as pd

    rows = [
        {
            "Model": board_words.names(board)[line.run.id],
            "One answer, ms": float(f"{_milliseconds(line):.3g}"),
            f"{board.label}{f', {board.unit}' if board.unit else ''}": float(f"{line.value:.4g}"),
            "from": line.low,
            "to": line.high,
            "In words": board_words.verdict(board, line),
            "Nothing beats it in both": "yes" if line.is_on_front else "no",
        }
        for line in timed(board)
    ]
    return pd.DataFrame(rows)


def _points(chart: Any, board: Board, lines: list[Line], name: str, colour: str, look: Look) -> None:
    error = {
        "type": "data",
        "symmetric": False,
        "array": [(line.high if line.high is not None else line.value) - line.value for line in lines],
        "arrayminus": [line.value - (line.low if line.low is not None else line.value) for line in lines],
        "color": colour,
        "thickness": 1.1,
        "width": 3,
    }
    chart.add_scatter(
        x=[*map(_milliseconds, lines)],
        y=[line.value for line in lines],
        name=name,
        mode="markers+text",
        text=[_label(board, line) for line in lines],
        textposition=[_side(board, line) for line in lines],
        textfont={"color": look.text, "size": 11},
        cliponaxis=False,
        error_y=error,
        marker={
            "color": colour,
            "size": [15 if _is_proposed(board, line) else 10 for line in lines],
            "line": {"width": [2 if _is_proposed(board, line) else 0 for line in lines], "color": look.text},
        },
        customdata=[_told(board, line) for line in lines],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _label(board: Board, line: Line) -> str:
    """The names of the best and the proposed one, or of all where they are few; the others say theirs when pointed at."""
    return plot_text(short(board_words.names(board)[line.run.id], LONGEST)) if _is_named(board, line) else ""


def _is_named(board: Board, line: Line) -> bool:
    return len(timed(board)) <= MOST_NAMED or line is board.lines[0] or _is_proposed(board, line)


def _side(board: Board, line: Line) -> str:
    """Beside the point where there is room; of several names the highest stands above its point, the lowest below, others level."""
    low, high = _decades(board)
    named = sorted((one.value for one in timed(board) if _is_named(board, one)), reverse=True)
    upright = "top" if line.value >= named[0] else "bottom" if line.value <= named[-1] else "middle"
    return f"{upright} {'right' if log10(_milliseconds(line)) < (low + high) / 2 else 'left'}"


def _is_proposed(board: Board, line: Line) -> bool:
    return board.proposal is not None and board.proposal.id == line.run.id


def _ticks(low: float, high: float) -> list[float]:
    """1, 2, 5, 10 and so on, or only the tens where these would be many."""
    steps = (1, 2, 5) if high - low < 2.5 else (1,)
    return [step * 10.0**power for power in range(floor(low), ceil(high) + 1) for step in steps]


def _told(board: Board, line: Line) -> str:
    said = [
        f"<b>{plot_text(short(board_words.names(board)[line.run.id], 60))}</b>",
        f"{plot_text(board.label)}: {plot_text(board_words.score(board, line))}",
        f"one answer takes {board_words.soon(line.answer_seconds)}",
        board_words.verdict(board, line),
    ]
    if line.gap is not None:
        said.append(f"beside the best: {plot_text(board_words.gap(board, line))}")
    if told := board_words.crossed(line):
        said.append(told.replace(", ", ",<br>"))
    return "<br>".join(said)


def _milliseconds(line: Line) -> float:
    return 1000 * (line.answer_seconds or 0.0)


def _decades(board: Board) -> tuple[float, float]:
    """The ends of the axis as powers of ten: a little room on both sides, and never less than one step."""
    ends = [log10(_milliseconds(line)) for line in timed(board)]
    low, high = min(ends), max(ends)
    room = max(0.25, (1 - (high - low)) / 2)
    return low - room, high + room
