"""The comparison table: each measure of the model beside guessing and a simple formula, as numbers and on a scale. Knows no Streamlit."""

from collections.abc import Sequence

from app import words
from app.text import html
from engine.panels import Measure, Score

PAD, NOTHING = 0.08, 1e-3
LINEAR = "A simple formula (linear)"


def table(measures: Sequence[Measure], baseline_name: str) -> str:
    """HTML with one row a measure; each cell has the value and, smaller, its interval. Contenders nobody measured get no column."""
    others = [(name, head) for name, head in (("baseline", baseline_name), ("linear", LINEAR)) if any(getattr(m, name) for m in measures)]
    cells = [("", "Measure"), ("", "This model"), ("mw-scale-head", ""), *(("", head) for _, head in others)]
    head = "".join(f'<th class="{kind}" scope="col">{html(text)}</th>' for kind, text in cells)
    rows = "".join(_row(measure, [name for name, _ in others]) for measure in measures)
    return f'<table class="mw-scores"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{_legend([name for name, _ in others])}'


def _row(measure: Measure, others: Sequence[str]) -> str:
    help = f"<small>{html(measure.help)}</small>" if measure.help else ""
    lower = "<small>lower is better</small>" if measure.better == "lower" else ""
    cells = "".join(f"<td>{_cell(getattr(measure, name), measure.unit)}</td>" for name in others)
    model = f'<td class="mw-model">{_cell(measure.model, measure.unit)}</td>'
    return f'<tr><th scope="row">{html(measure.label)}{help}{lower}</th>{model}<td class="mw-scale">{_scale(measure)}</td>{cells}</tr>'


def _cell(score: Score | None, unit: str) -> str:
    if score is None or score.value is None:
        return "–"
    told = words.measure(score.value, unit)
    if score.low is None or score.high is None:
        return f"<b>{html(told)}</b>"
    low, high = _ends(score.low, score.high)
    return f"<b>{html(told)}</b><small>{html(words.measure(low))} to {html(words.measure(high))}</small>"


def _ends(low: float, high: float) -> tuple[float, float]:
    """Of an interval; an end that cannot be told from nothing on its scale is nothing."""
    nothing = NOTHING * (high - low)
    return 0.0 if abs(low) < nothing else low, 0.0 if abs(high) < nothing else high


def _scale(measure: Measure) -> str:
    """The three on one line: the model as a point with its interval, guessing and the simple formula as marks."""
    known = [v for s in (measure.model, measure.baseline, measure.linear) if s for v in (s.value, s.low, s.high) if v is not None]
    if measure.model.value is None or len(set(known)) < 2:
        return ""
    low, high = min(known), max(known)
    room = PAD * (high - low)
    low, high = low - room, high + room

    def at(value: float) -> str:
        return f"{100 * (value - low) / (high - low):.1f}%"

    marks = ""
    for score, kind in ((measure.baseline, "mw-guess"), (measure.linear, "mw-linear")):
        if score and score.value is not None:
            marks += f'<i class="{kind}" style="left:{at(score.value)}"></i>'
    span = ""
    if measure.model.low is not None and measure.model.high is not None:
        width = 100 * (measure.model.high - measure.model.low) / (high - low)
        span = f'<i class="mw-span" style="left:{at(measure.model.low)};width:{width:.1f}%"></i>'
    return f'<div aria-hidden="true">{span}{marks}<i class="mw-point" style="left:{at(measure.model.value)}"></i></div>'


def _legend(others: Sequence[str]) -> str:
    known = {
        "model": ("mw-point", "this model, with its 95 % interval"),
        "baseline": ("mw-guess", "guessing"),
        "linear": ("mw-linear", "a simple formula"),
    }
    shown = [known[name] for name in ("model", *others)]
    return f'<div class="mw-scores-legend">{"".join(f"<span><i class={kind}></i>{text}</span>" for kind, text in shown)}</div>'
