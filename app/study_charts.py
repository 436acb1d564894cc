"""Pictures of a study: scores of several trainings with their interval, the history of a search, and what its settings did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from textwrap import wrap
from typing import Any

from app.charts import Look, faded, layout
from app.text import plot_text, short
from engine.wording import number

WIDE, FEW = 20, 12
"""Losses of which the largest is so many times the smallest are drawn on a logarithmic axis."""

NEAR, FAR = 8, 50
CLOSE = (1, 1.5, 2, 3, 4, 5, 7)


def scores(found: Mapping[str, Any], look: Look) -> Any:
    """Each training's score as a dot with its own interval, the mean with its band, and the trivial answer."""
    import plotly.graph_objects as go  # type: ignore[import-untyped]

    chart, each = go.Figure(), found["scores"]
    names = [plot_text(one["name"]) for one in each]
    if found.get("low") is not None:
        chart.add_hrect(y0=found["low"], y1=found["high"], fillcolor=faded(look.unseen, 0.14), line_width=0)
    if found.get("mean") is not None:
        chart.add_hline(y=found["mean"], line={"color": look.unseen, "width": 2})
    if found.get("baseline") is not None:
        guess = {"text": "guessing", "font": {"color": look.quiet}}
        chart.add_hline(y=found["baseline"], line={"color": look.quiet, "dash": "dash", "width": 1.4}, annotation=guess)
    known = [one["low"] is not None and one["high"] is not None for one in each]
    up = [one["high"] - one["value"] if is_known else 0 for one, is_known in zip(each, known, strict=True)]
    down = [one["value"] - one["low"] if is_known else 0 for one, is_known in zip(each, known, strict=True)]
    error = {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": look.quiet, "thickness": 1.2, "width": 4}
    dot = {"size": 10, "color": look.unseen, "line": {"width": 1, "color": look.text}}
    values = [one["value"] for one in each]
    chart.add_scatter(x=names, y=values, mode="markers", error_y=error, marker=dot, hovertemplate="%{x}: %{y:.3~g}<extra></extra>")
    label = f"{found.get('label', '')}{', ' + found['unit'] if found.get('unit') else ''}"
    chart.update_layout(**layout(look, "Which rows were unseen", label, showlegend=False))
    chart.update_xaxes(type="category", showgrid=False)
    return chart


def history(numbers: Sequence[int], losses: Sequence[float], given_up: Sequence[bool], look: Look) -> Any:
    """Every training's loss in its order, those given up hollow, and the best so far as a line."""
    import plotly.graph_objects as go

    chart, best, line = go.Figure(), float("inf"), []
    for loss, dropped in zip(losses, given_up, strict=True):
        best = best if dropped else min(best, loss)
        line.append(best if best < float("inf") else None)
    for name, wanted, symbol in (("tried to the end", False, "circle"), ("given up early", True, "circle-open")):
        places = [i for i, dropped in enumerate(given_up) if dropped == wanted]
        if places:
            chart.add_scatter(
                x=[numbers[i] + 1 for i in places],
                y=[losses[i] for i in places],
                name=name,
                mode="markers",
                marker={"size": 9, "color": look.quiet if wanted else look.training, "symbol": symbol},
                hovertemplate="training %{x}: %{y:.3~g}<extra></extra>",
            )
    step = {"color": look.unseen, "width": 2.2, "shape": "hv"}
    chart.add_scatter(x=[n + 1 for n in numbers], y=line, name="best so far", mode="lines", line=step, hoverinfo="skip")
    chart.update_layout(**layout(look, "Training", "Loss on rows that steer"))
    if len(numbers) <= FEW:
        chart.update_xaxes(tick0=1, dtick=1)
    if len(losses) == 1:
        chart.update_yaxes(rangemode="tozero")
    if _is_wide(losses):
        chart.update_yaxes(**_by_powers(losses))
    return chart


def importance(shares: Mapping[str, float], labels: Mapping[str, str], look: Look) -> Any:
    """How much of the differences each setting explains, the most telling on top."""
    import plotly.graph_objects as go

    ordered = sorted(shares, key=lambda path: shares[path])
    chart = go.Figure(
        go.Bar(
            x=[100 * shares[path] for path in ordered],
            y=[plot_text(short(labels.get(path, path), 30)) for path in ordered],
            orientation="h",
            marker={"color": look.unseen, "cornerradius": 3},
            hovertemplate="%{y}: %{x:.0f} %<extra></extra>",
        )
    )
    chart.update_layout(**layout(look, "Share of the differences it explains, %", ""))
    chart.update_yaxes(showgrid=False)
    return chart


def parallel(dimensions: Sequence[Mapping[str, Any]], settings: Sequence[Mapping[str, Any]], losses: Sequence[float], look: Look) -> Any:
    """One line a training through all its settings; the best third is coloured, the best of all is bold. Plain lines: Plotly's own
    parallel coordinates need WebGL, which not every computer has.
    """
    import plotly.graph_objects as go

    chart, axes = go.Figure(), [_axis(dimension, settings) for dimension in dimensions]
    order = sorted(range(len(losses)), key=lambda i: -losses[i])
    x = [_below(dimension["label"]) for dimension in dimensions]
    for rank, i in enumerate(order):
        place = len(order) - 1 - rank
        colour, width = (look.good, 3.2) if place == 0 else (look.unseen, 1.8) if place < len(order) / 3 else (faded(look.quiet, 0.45), 1.1)
        told = [f"{_text(settings[i][dimension['path']])}, loss {losses[i]:.3g}" for dimension in dimensions]
        y = [axis.places[i] for axis in axes]
        line = {"color": colour, "width": width}
        chart.add_scatter(x=x, y=y, mode="lines+markers", line=line, marker={"size": 4}, text=told, hovertemplate="%{text}<extra></extra>")
    for name, axis in zip(x, axes, strict=True):
        for place, text in axis.ticks:
            style = {"size": 11, "color": look.quiet}
            chart.add_annotation(x=name, y=place, text=plot_text(text), showarrow=False, xanchor="left", xshift=9, font=style)
    chart.update_layout(**layout(look, "", "", 360, showlegend=False))
    chart.update_yaxes(visible=False, range=[-0.08, 1.08])
    chart.update_xaxes(type="category", showgrid=True, gridcolor=look.quiet, side="top", range=[-0.2, len(x) - 0.6])
    return chart


def one_setting(dimension: Mapping[str, Any], settings: Sequence[Mapping[str, Any]], losses: Sequence[float], look: Look) -> Any:
    """The loss against one setting, a dot a training; the best is marked."""
    import plotly.graph_objects as go

    chart, path = go.Figure(), dimension["path"]
    x = [_text(one[path]) if dimension["values"] else one[path] for one in settings]
    best = min(range(len(losses)), key=lambda i: losses[i])
    for places, size, colour in (([i for i in range(len(x)) if i != best], 8, look.training), ([best], 12, look.good)):
        chart.add_scatter(
            x=[x[i] for i in places],
            y=[losses[i] for i in places],
            mode="markers",
            marker={"size": size, "color": colour, "opacity": 0.85},
            hovertemplate="%{x}: %{y:.3~g}<extra></extra>",
        )
    chart.update_layout(**layout(look, dimension["label"], "Loss", 240, showlegend=False))
    if _is_wide(losses):
        chart.update_yaxes(**_by_powers(losses))
    if dimension["values"]:
        order = [_text(value) for value in dimension["values"]]
        chart.update_xaxes(type="category", categoryorder="array", categoryarray=order, showgrid=False)
    elif dimension["log"]:
        chart.update_xaxes(**_by_powers(x))
    return chart


@dataclass(frozen=True)
class _Axis:
    """Where each training is on one upright axis (0 to 1), and what is written beside it."""

    places: list[float]
    ticks: list[tuple[float, str]]


def _axis(dimension: Mapping[str, Any], settings: Sequence[Mapping[str, Any]]) -> _Axis:
    """Lists by their place, ranges between their ends, logarithmic ones by their power."""
    values = [one[dimension["path"]] for one in settings]
    if listed := dimension["values"]:
        step = 1 / max(len(listed) - 1, 1)
        return _Axis([listed.index(value) * step for value in values], [(i * step, _text(value)) for i, value in enumerate(listed)])
    scaled = [log10(value) if dimension["log"] else float(value) for value in values]
    low, width = min(scaled), (max(scaled) - min(scaled)) or 1.0
    return _Axis([(one - low) / width for one in scaled], [(0.0, number(min(values))), (1.0, number(max(values)))])


def _by_powers(values: Sequence[float]) -> dict[str, Any]:
    """A logarithmic axis with a mark at each power of ten; where there would be too few also at 2 and 5, or at every digit."""
    width = max(values) / min(values)
    if width > NEAR:
        return {"type": "log", "tickformat": "~f", "dtick": 1 if width > FAR else "D2"}
    powers = range(floor(log10(min(values))) - 1, ceil(log10(max(values))) + 1)
    return {"type": "log", "tickformat": "~g", "tickvals": [step * 10.0**power for power in powers for step in CLOSE]}


def _is_wide(losses: Sequence[float]) -> bool:
    return min(losses) > 0 and max(losses) > WIDE * min(losses)


def _below(label: str) -> str:
    return "<br>".join(map(plot_text, wrap(short(label, 34), 16)))


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
