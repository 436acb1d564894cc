"""What a run used of the computer, as small charts: bars that are cheap to draw again, and figures for when it has ended."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import charts, sketches, words
from app.charts import Look
from engine.store.usage import Sample

HEIGHT = 190


@dataclass(frozen=True)
class Chart:
    """One thing over time: its values, the word for each, what "full" is (0: not known), and the values' unit on an axis."""

    name: str
    title: str
    values: tuple[float, ...]
    word: Callable[[float], str]
    full: float = 0.0
    axis: str = ""
    factor: float = 1.0
    colour: str = "plain"

    @property
    def now(self) -> str:
        """The latest."""
        return self.word(self.values[-1])

    @property
    def most(self) -> str:
        """The highest."""
        return self.word(max(self.values))


def of(samples: Sequence[Sample], cores: int) -> list[Chart]:
    """The charts there is something for: processor, memory and, with a graphics card, its work and its memory."""
    memory = [float(sample.memory) for sample in samples]
    found = [
        Chart("cores", "Cores at work", tuple(sample.cores for sample in samples), _cores, float(cores), f"of {cores} cores"),
        _bytes("memory", "Memory", memory),
    ]
    if any(sample.gpu is not None for sample in samples):
        busy = tuple(sample.gpu or 0.0 for sample in samples)
        found.append(Chart("gpu", "Graphics card at work", busy, words.share, 1.0, "% of the time", 100.0))
        found.append(_bytes("gpu-memory", "Memory of the graphics card", [float(sample.gpu_memory or 0) for sample in samples]))
    return found


def bars(chart: Chart, samples: Sequence[Sample]) -> str:
    """HTML: one bar a stretch of time, the latest on the right."""
    told = [f"after {words.duration(s.at)}: {chart.word(value)}" for s, value in zip(samples, chart.values, strict=True)]
    ends, title = ("start", words.duration(samples[-1].at)), f"{chart.title} over time: now {chart.now}, at most {chart.most}"
    return sketches.columns(chart.values, told, title, colour=chart.colour, height=60, ends=ends, full=chart.full)


def figure(chart: Chart, samples: Sequence[Sample], look: Look, colours: Mapping[str, str]) -> Any:
    """The same as a figure whose values can be read by pointing at them. `colours` are the theme's, by name."""
    import plotly.graph_objects as go  # type: ignore[import-untyped]

    unit, seconds = _clock(samples[-1].at)
    colour, values = colours[sketches.COLOURS[chart.colour]], (chart.values[0], *chart.values)
    drawn = go.Figure()
    drawn.add_scatter(
        x=[at / seconds for at in (max(0.0, samples[0].at - samples[0].span), *(sample.at for sample in samples))],
        y=[value * chart.factor for value in values],
        text=[chart.word(value) for value in values],
        mode="lines",
        line={"color": colour, "width": 1.6},
        fill="tozeroy",
        fillcolor=charts.faded(colour, 0.15),
        hovertemplate=f"%{{text}}<extra>after %{{x:.3~g}} {unit}</extra>",
    )
    drawn.update_layout(**charts.layout(look, f"{unit} of training", chart.axis, HEIGHT, showlegend=False))
    drawn.update_yaxes(range=[0, chart.full * chart.factor or None], rangemode="tozero", nticks=4)
    drawn.update_xaxes(rangemode="tozero", nticks=6, showgrid=False)
    return drawn


def table(samples: Sequence[Sample]) -> Any:
    """The numbers behind the charts."""
    import pandas as pd

    columns = {"seconds of training": "at", "lasting seconds": "span", "cores at work": "cores", "memory in bytes": "memory"}
    if any(sample.gpu is not None for sample in samples):
        columns |= {"share of the time the graphics card worked": "gpu", "memory of the graphics card in bytes": "gpu_memory"}
    return pd.DataFrame({title: [getattr(sample, name) for sample in samples] for title, name in columns.items()})


def _cores(value: float) -> str:
    return words.measure(round(value, 2))


def _bytes(name: str, title: str, values: Sequence[float]) -> Chart:
    unit, factor = ("GB", 1e-9) if max(values) >= 1e9 else ("MB", 1e-6)
    return Chart(name, title, tuple(values), words.size, 0.0, unit, factor, "quiet")


def _clock(longest: float) -> tuple[str, float]:
    """The unit in which so many seconds are best read."""
    return ("hours", 3600.0) if longest > 3 * 3600 else ("minutes", 60.0) if longest > 180 else ("seconds", 1.0)
