"""Pictures: a report panel, a profile or a finished run becomes a Plotly figure. Knows no Streamlit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import theme
from app.text import plot_text
from app.thinning import thin
from engine.panels import Bars, Confusion, Curve, Scatter, Thresholds

MOST_POINTS = 2000
CONFIG = {
    "displaylogo": False,
    "showSendToCloud": False,
    "modeBarButtonsToRemove": ["sendChartToCloud", "lasso2d", "select2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
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
    font: str = "system-ui, sans-serif"


def look(dark: bool) -> Look:
    """The look of the light or the dark theme."""
    c = theme.colours(dark)
    return Look(c["text"], c["border"], c["soft"], c["training"], c["unseen"], c["good"], c["poor"], c["muted"])


def layout(look: Look, x: str, y: str, height: int = 320, **more: Any) -> dict[str, Any]:
    """The common layout: transparent, themed, both axes named."""
    axis = {"gridcolor": look.border, "linecolor": look.border, "zeroline": False, "automargin": True}
    return {
        "font": {"color": look.text, "family": look.font, "size": 12},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 8, "r": 8, "t": 28, "b": 8},
        "height": height,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        "hoverlabel": {"bgcolor": look.surface, "font": {"color": look.text}},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": look.quiet},
        "xaxis": {**axis, "title": {"text": plot_text(x)}},
        "yaxis": {**axis, "title": {"text": plot_text(y)}},
        **more,
    }


def figure(panel: Any, look: Look) -> Any:
    """The figure of a panel that is a chart. Raises KeyError for panels that are tables or words."""
    return _DRAWN[type(panel)](panel, look)


def is_chart(panel: Any) -> bool:
    """Whether the panel is drawn as a figure (else it is a table or words)."""
    return type(panel) in _DRAWN


def overlay(lines: Sequence[tuple[str, Sequence[float], Sequence[float]]], y: str, colours: Sequence[str], look: Look) -> Any:
    """Several runs' curves of the same measure on one chart."""
    import plotly.graph_objects as go

    chart = go.Figure()
    for i, (name, xs, ys) in enumerate(lines):
        xs, ys = thin(xs, ys, MOST_POINTS)
        chart.add_scatter(x=xs, y=ys, name=plot_text(name), mode="lines", line={"color": colours[i % len(colours)], "width": 2})
    chart.update_layout(**layout(look, "Times through all the rows (epochs)", y, hovermode="x unified"))
    return chart


def _confusion(panel: Confusion, look: Look) -> Any:
    import plotly.graph_objects as go

    labels = [plot_text(label) for label in panel.labels]
    shares = [[count / max(1, sum(row)) for count in row] for row in panel.counts]
    small = len(labels) <= 12
    chart = go.Figure(
        go.Heatmap(
            z=shares,
            x=labels,
            y=labels,
            customdata=panel.counts,
            text=panel.counts if small else None,
            texttemplate="%{text}" if small else None,
            colorscale=[[0, look.surface], [1, look.training]],
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
            hovertemplate="really %{y}, answered %{x}: %{customdata} rows (%{z:.0%} of these)<extra></extra>",
        )
    )
    chart.update_layout(**layout(look, "The model's answer", "The truth", height=max(280, min(640, 120 + 44 * len(labels)))))
    chart.update_xaxes(type="category", showgrid=False, side="bottom")
    chart.update_yaxes(type="category", showgrid=False, autorange="reversed")
    return chart


def _curve(panel: Curve, look: Look) -> Any:
    import plotly.graph_objects as go

    chart = go.Figure()
    solid = iter((look.unseen, look.training, look.good, look.bad))
    for line in panel.lines:
        colour = look.quiet if line.dashed else next(solid, look.text)
        style = {"color": colour, "width": 1.4 if line.dashed else 2.4, "dash": "dash" if line.dashed else "solid"}
        mode = "lines" if line.dashed or len(line.x) > 25 else "lines+markers"
        chart.add_scatter(x=line.x, y=line.y, name=plot_text(line.name), mode=mode, line=style)
    if panel.point:
        marker = {"size": 11, "color": look.unseen, "line": {"width": 2, "color": look.text}}
        chart.add_scatter(x=[panel.point[0]], y=[panel.point[1]], name=plot_text(panel.point_label or "in use"), mode="markers", marker=marker)
    chart.update_layout(**layout(look, panel.x_label, panel.y_label, height=360))
    return chart


def _thresholds(panel: Thresholds, look: Look) -> Any:
    import plotly.graph_objects as go

    chart = go.Figure()
    missed = [100 * fn / max(1, fn + tp) for fn, tp in zip(panel.false_negative, panel.true_positive, strict=True)]
    alarms = [100 * fp / max(1, fp + tn) for fp, tn in zip(panel.false_positive, panel.true_negative, strict=True)]
    chart.add_scatter(x=panel.thresholds, y=missed, name=plot_text(f"missed: really {panel.positive}, said {panel.negative}"), line={"color": look.bad, "width": 2})
    chart.add_scatter(x=panel.thresholds, y=alarms, name=plot_text(f"false alarms: really {panel.negative}, said {panel.positive}"), line={"color": look.unseen, "width": 2})
    chart.add_vline(x=panel.chosen, line={"dash": "dot", "color": look.text, "width": 1.4}, annotation={"text": "in use", "font": {"color": look.text}})
    chart.update_layout(**layout(look, f"Say {panel.positive} from this chance on", "% of those rows", hovermode="x unified"))
    return chart


def _scatter(panel: Scatter, look: Look) -> Any:
    import plotly.graph_objects as go

    chart = go.Figure()
    ends = [min([*panel.x, *panel.y], default=0), max([*panel.x, *panel.y], default=1)]
    chart.add_scatter(x=ends, y=ends, mode="lines", name="exactly right", line={"color": look.quiet, "dash": "dash", "width": 1.4}, hoverinfo="skip")
    rows = [f"row {row + 1}" for row in panel.rows] or None
    hover = "really %{x:.4g}, answered %{y:.4g}<extra>%{text}</extra>" if rows else "really %{x:.4g}, answered %{y:.4g}<extra></extra>"
    chart.add_scatter(x=panel.x, y=panel.y, mode="markers", name="one row", text=rows, hovertemplate=hover, marker={"size": 6, "color": look.unseen, "opacity": 0.6})
    chart.update_layout(**layout(look, panel.x_label, panel.y_label, height=380))
    return chart


def _bars(panel: Bars, look: Look) -> Any:
    import plotly.graph_objects as go

    chart = go.Figure(go.Bar(x=[plot_text(n) for n in panel.names], y=panel.values, marker={"color": look.unseen, "cornerradius": 3}))
    chart.update_layout(**layout(look, panel.x_label, panel.y_label, bargap=0.08))
    chart.update_xaxes(type="category", showgrid=False)
    return chart


_DRAWN: dict[type, Callable[[Any, Look], Any]] = {
    Confusion: _confusion,
    Curve: _curve,
    Thresholds: _thresholds,
    Scatter: _scatter,
    Bars: _bars,
}
