"""Pictures: a report panel or several runs' curves become a Plotly figure, and the table behind it. Knows no Streamlit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from textwrap import wrap
from typing import Any

from pydantic import BaseModel

from app import theme, words
from app.text import plot_text, short
from app.thinning import thin
from engine.panels import Bars, Confusion, Curve, Line, Scatter, Thresholds

MOST_POINTS = 2000
HEIGHT = 340
LONGEST_TITLE, LONGEST_SIDE_TITLE = 36, 32
FEW_CLASSES, MANY_CLASSES = 3, 12
FEW_BARS = 3
CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "modeBarButtonsToRemove": ["sendChartToCloud", "lasso2d", "select2d", "zoomIn2d", "zoomOut2d", "autoScale2d", "pan2d"],
}


@dataclass(frozen=True)
class Look:
    """The theme's colours. The same colour means the same thing on every page."""

    text: str
    border: str
    surface: str
    training: str
    unseen: str
    good: str
    bad: str
    quiet: str
    font: str = '"Source Sans", system-ui, sans-serif'


def look(dark: bool) -> Look:
    """The look of the light or the dark theme."""
    c = theme.colours(dark)
    return Look(c["text"], c["border"], c["soft"], c["training"], c["unseen"], c["good"], c["poor"], c["muted"])


def layout(look: Look, x: str, y: str, height: int = HEIGHT, **more: Any) -> dict[str, Any]:
    """The common layout: transparent, themed, both axes named."""
    axis = {"gridcolor": look.border, "linecolor": look.border, "zeroline": False, "automargin": True}
    return {
        "font": {"color": look.text, "family": look.font, "size": 12},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 12, "t": 30, "b": 8},
        "height": height,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"color": look.text}},
        "hoverlabel": {"bgcolor": look.surface, "bordercolor": look.border, "font": {"color": look.text}},
        "modebar": {"orientation": "v", "bgcolor": "rgba(0,0,0,0)", "color": look.quiet, "activecolor": look.training},
        "xaxis": {**axis, "title": {"text": _lines(x, LONGEST_TITLE), "standoff": 8}},
        "yaxis": {**axis, "title": {"text": _lines(y, LONGEST_SIDE_TITLE), "standoff": 8}},
        **more,
    }


def _lines(title: str, longest: int) -> str:
    """An axis title on as many lines as a narrow screen needs."""
    return "<br>".join(map(plot_text, wrap(title, longest)))


def figure(panel: Any, look: Look) -> Any:
    """The figure of a panel that is a chart, kept once drawn: never change it. Raises KeyError for panels that are tables or words."""
    return _figure(type(panel), panel.model_dump_json(), look)


def is_chart(panel: Any) -> bool:
    """Whether the panel is drawn as a figure by itself (else it is a table, words, or something to try)."""
    return type(panel) in _DRAWN


def numbers(panel: Any) -> Any:
    """The table behind a chart, for those who read rather than look."""
    import pandas as pd

    return pd.DataFrame(_NUMBERS[type(panel)](panel))


def overlay(lines: Sequence[tuple[str, Sequence[float], Sequence[float]]], x: str, y: str, colours: Sequence[str], look: Look) -> Any:
    """Several runs' curves of the same measure on one chart."""
    import plotly.graph_objects as go  # type: ignore[import-untyped]

    chart = go.Figure()
    for i, (name, xs, ys) in enumerate(lines):
        xs, ys = thin(xs, ys, MOST_POINTS)
        dash = "solid" if i < len(colours) else "dot"
        line = {"color": colours[i % len(colours)], "width": 2, "dash": dash}
        mode = "lines" if len(xs) > 1 else "markers"
        chart.add_scatter(x=xs, y=ys, name=plot_text(short(name, 50)), mode=mode, line=line, hovertemplate="%{y:.3~g}")
    chart.update_layout(**layout(look, x, y, hovermode="x unified", showlegend=True))
    return chart


def thresholds(panel: Thresholds, look: Look, tried: float) -> Any:
    """What is missed and what is a false alarm at every threshold; the one in use and the one tried are marked. Kept like `figure`."""
    return _thresholds(panel.model_dump_json(), look, tried)


@lru_cache(maxsize=128)
def _figure(kind: type[BaseModel], panel: str, look: Look) -> Any:
    """Plotly takes 20 to 60 ms to put one together, and a report does not change."""
    return _DRAWN[kind](kind.model_validate_json(panel), look)


@lru_cache(maxsize=128)
def _thresholds(stored: str, look: Look, tried: float) -> Any:
    import plotly.graph_objects as go

    panel = Thresholds.model_validate_json(stored)
    missed, alarms = _missed(panel)
    x = [100 * threshold for threshold in panel.thresholds]
    chart = go.Figure()
    for name, y, colour in (
        (f"missed “{short(panel.positive, 24)}”", missed, look.bad),
        (f"false alarms among “{short(panel.negative, 24)}”", alarms, look.unseen),
    ):
        chart.add_scatter(x=x, y=y, name=plot_text(name), mode="lines", line={"color": colour, "width": 2}, hovertemplate="%{y:.3~g} %")
    chosen = 100 * panel.chosen
    note = {"text": "in use", "font": {"color": look.quiet}}
    chart.add_vline(x=chosen, line={"dash": "dot", "color": look.quiet, "width": 1.4}, annotation=note)
    if round(100 * tried) != round(chosen):
        chart.add_vline(x=100 * tried, line={"color": look.text, "width": 1.6})
    shown = f"Says “{short(panel.positive, 30)}” from this chance on, %"
    chart.update_layout(**layout(look, shown, "% of those rows", 320, hovermode="x unified"))
    chart.update_xaxes(range=[0, 100])
    return chart


def _missed(panel: Thresholds) -> tuple[list[float], list[float]]:
    missed = [100 * fn / max(1, fn + tp) for fn, tp in zip(panel.false_negative, panel.true_positive, strict=True)]
    alarms = [100 * fp / max(1, fp + tn) for fp, tn in zip(panel.false_positive, panel.true_negative, strict=True)]
    return missed, alarms


def _confusion(panel: Confusion, look: Look) -> Any:
    """Each row of the picture is one true answer; the darker a field, the larger its share of that row."""
    import plotly.graph_objects as go

    many = len(panel.labels) > MANY_CLASSES
    labels = [plot_text(short(label, 18)) for label in _distinct(panel.labels)]
    shares = [[count / max(1, sum(row)) for count in row] for row in panel.counts]
    told = [[f"{words.count(count)}" for count in row] for row in panel.counts]
    if len(labels) <= FEW_CLASSES:
        told = [[f"<b>{t}</b><br>{words.share(s)}" for t, s in zip(row, part, strict=True)] for row, part in zip(told, shares, strict=True)]
    chart = go.Figure(
        go.Heatmap(
            z=shares,
            x=labels,
            y=labels,
            customdata=panel.counts,
            text=None if many else told,
            texttemplate=None if many else "%{text}",
            textfont={"size": 15 if len(labels) <= FEW_CLASSES else 12, "color": look.text},
            colorscale=[[0, faded(look.unseen, 0.05)], [1, faded(look.unseen, 0.6)]],
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate="really %{y}, answered %{x}: %{customdata} rows (%{z:.0%} of these)<extra></extra>",
        )
    )
    chart.update_layout(**layout(look, "What the model answered", "What was true", max(HEIGHT, min(620, 110 + 26 * len(labels)))))
    chart.update_xaxes(type="category", showgrid=False, side="bottom")
    chart.update_yaxes(type="category", showgrid=False, autorange="reversed")
    return chart


def faded(colour: str, opacity: float) -> str:
    """A "#rrggbb" colour that lets the page shine through, so that text stays readable on it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity})"


def _curve(panel: Curve, look: Look) -> Any:
    import plotly.graph_objects as go

    chart = go.Figure()
    solid = iter([{"color": look.unseen, "width": 2.4}])
    for line in panel.lines:
        style = {"color": look.quiet, "width": 1.4, "dash": "dash"} if line.dashed else next(solid, _second(look))
        _band(chart, line, look)
        mode = "lines+markers" if line.low else "lines"
        hover = "skip" if line.dashed else None
        chart.add_scatter(
            x=line.x,
            y=line.y,
            name=plot_text(line.name),
            mode=mode,
            line=style,
            hoverinfo=hover,
            hovertemplate=None if hover else "%{y:.3~g}",
        )
    if panel.point:
        marker = {"size": 11, "color": look.unseen, "line": {"width": 2, "color": look.text}}
        name = plot_text(panel.point_label or "in use")
        chart.add_scatter(
            x=[panel.point[0]], y=[panel.point[1]], name=name, mode="markers", marker=marker, hovertemplate="%{x:.3~g}, %{y:.3~g}"
        )
    chart.update_layout(**layout(look, panel.x_label, panel.y_label))
    return chart


def _second(look: Look) -> dict[str, Any]:
    return {"color": look.text, "width": 1.6, "dash": "dot"}


def _band(chart: Any, line: Line, look: Look) -> None:
    """The 95 % band as thin error bars: right also where a curve has few points."""
    if not line.low:
        return
    up = [high - y for high, y in zip(line.high, line.y, strict=True)]
    down = [y - low for low, y in zip(line.low, line.y, strict=True)]
    error = {"type": "data", "symmetric": False, "array": up, "arrayminus": down, "color": look.unseen, "thickness": 1.2, "width": 3}
    chart.add_scatter(
        x=line.x, y=line.y, error_y=error, mode="markers", marker={"size": 1, "color": look.unseen}, hoverinfo="skip", showlegend=False
    )


def _scatter(panel: Scatter, look: Look) -> Any:
    import plotly.graph_objects as go

    chart = go.Figure()
    ends = [min([*panel.x, *panel.y], default=0), max([*panel.x, *panel.y], default=1)]
    dashed = {"color": look.quiet, "dash": "dash", "width": 1.4}
    chart.add_scatter(x=ends, y=ends, mode="lines", name="exactly right", line=dashed, hoverinfo="skip")
    rows = [f"row {words.count(row + 1)}" for row in panel.rows] or None
    extra = "%{text}" if rows else ""
    hover = f"really %{{x:.4~g}}, answered %{{y:.4~g}}<extra>{extra}</extra>"
    dot = {"size": 6, "color": look.unseen, "opacity": 0.6 if len(panel.x) < 500 else 0.35}
    chart.add_scatter(x=panel.x, y=panel.y, mode="markers", name="one row", text=rows, hovertemplate=hover, marker=dot)
    chart.update_layout(**layout(look, panel.x_label, panel.y_label))
    return chart


def _bars(panel: Bars, look: Look) -> Any:
    import plotly.graph_objects as go

    if panel.edges:
        return _histogram(panel, look)
    names = [plot_text(short(name, 28)) for name in _distinct(panel.names)]
    chart = go.Figure(
        go.Bar(
            x=names,
            y=panel.values,
            marker={"color": look.unseen, "cornerradius": 3},
            texttemplate="%{y:.3~g}" if len(names) <= FEW_BARS else None,
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}: %{y:.3~g}<extra></extra>",
        )
    )
    chart.update_layout(**layout(look, panel.x_label, panel.y_label, bargap=0.75 if len(names) <= FEW_BARS else 0.08))
    chart.update_xaxes(type="category", showgrid=False)
    return chart


def _histogram(panel: Bars, look: Look) -> Any:
    """Bars between the numbers they stand for, on an axis of numbers."""
    import plotly.graph_objects as go

    lows, highs = panel.edges[:-1], panel.edges[1:]
    chart = go.Figure(
        go.Bar(
            x=[(low + high) / 2 for low, high in zip(lows, highs, strict=True)],
            y=panel.values,
            width=[0.94 * (high - low) for low, high in zip(lows, highs, strict=True)],
            customdata=[plot_text(name) for name in panel.names],
            marker={"color": look.unseen, "cornerradius": 3},
            hovertemplate="%{customdata}: %{y:.3~g}<extra></extra>",
        )
    )
    chart.update_layout(**layout(look, panel.x_label, panel.y_label))
    chart.update_xaxes(showgrid=False, nticks=7)
    return chart


def _distinct(names: Sequence[str]) -> list[str]:
    """Names that stay apart also when they are cut: an axis puts equal ones on one place."""
    found: list[str] = []
    for name in names:
        cut, number = short(name, 28), 2
        while cut in found:
            cut, number = f"{short(name, 22)} ({number})", number + 1
        found.append(cut)
    return found


def _confusion_numbers(panel: Confusion) -> dict[str, Sequence[Any]]:
    answered = {f"answered {name}": [row[i] for row in panel.counts] for i, name in enumerate(_distinct(panel.labels))}
    return {"what was true": panel.labels, **answered}


def _curve_numbers(panel: Curve) -> dict[str, Sequence[Any]]:
    lines = [line for line in panel.lines if not line.dashed] or panel.lines
    return {
        "line": [line.name for line in lines for _ in line.x],
        panel.x_label: [x for line in lines for x in line.x],
        panel.y_label: [y for line in lines for y in line.y],
    }


def _thresholds_numbers(panel: Thresholds) -> dict[str, Sequence[Any]]:
    return {
        "from this chance on, %": [100 * threshold for threshold in panel.thresholds],
        "found": panel.true_positive,
        "missed": panel.false_negative,
        "false alarms": panel.false_positive,
        "rightly left": panel.true_negative,
    }


def _scatter_numbers(panel: Scatter) -> dict[str, Sequence[Any]]:
    rows = {"row": [row + 1 for row in panel.rows]} if panel.rows else {}
    return {**rows, panel.x_label: panel.x, panel.y_label: panel.y}


def _bars_numbers(panel: Bars) -> dict[str, Sequence[Any]]:
    return {panel.x_label: panel.names, panel.y_label: panel.values}


_DRAWN: dict[type, Callable[[Any, Look], Any]] = {Confusion: _confusion, Curve: _curve, Scatter: _scatter, Bars: _bars}
_NUMBERS: dict[type, Callable[[Any], dict[str, Sequence[Any]]]] = {
    Confusion: _confusion_numbers,
    Curve: _curve_numbers,
    Thresholds: _thresholds_numbers,
    Scatter: _scatter_numbers,
    Bars: _bars_numbers,
}
