"""One column before and after a step, drawn from the person's own rows. Knows no Streamlit."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from app import sketches, words
from app.text import short
from engine.recipe import Preview

BINS = 24
MOST = 6


@dataclass(frozen=True)
class View:
    """One side: the picture as HTML, and one plain sentence under it."""

    picture: str
    told: str


def most_changed(preview: Preview) -> str | None:
    """The column whose picture says most: with gaps to fill if there are some, else the number with the most different values."""
    labels = list(preview.labels_before)
    if not labels:
        return None
    gaps = preview.before.isna().mean().to_list()
    if max(gaps) > 0:
        return labels[int(np.argmax(gaps))]
    if not preview.before.dtypes.map(_is_number).all():
        return labels[0]
    return labels[int(np.argmax(preview.before.nunique().to_list()))]


def before(preview: Preview, label: str) -> View:
    """The column as it comes to the step."""
    return _view(preview.before[[label]])


def after(preview: Preview, label: str) -> View:
    """What the step makes of it: the columns that keep its name, else all that come from the same column of the file."""
    origin = preview.origins_before[preview.labels_before.index(label)]
    own = [name for name, source in zip(preview.labels_after, preview.origins_after, strict=True) if source == origin]
    same = [name for name in own if name == label or name.startswith(f"{label} (")]
    return _view(preview.after[same or own])


def _view(frame: pd.DataFrame) -> View:
    if frame.shape[1] == 0:
        return View('<div class="mw-quiet">Nothing is left of it</div>', "")
    if frame.shape[1] > 1 and all(_is_flag(frame.iloc[:, i]) for i in range(frame.shape[1])):
        return _flags(frame)
    first = frame.iloc[:, 0]
    view = _numbers(first) if _is_number(first.dtype) else _dates(first) if _is_date(first.dtype) else _named(first)
    rest = [short(str(name), 40) for name in frame.columns[1:]]
    more = f" And {words.listing(rest, most=3)}." if rest else ""
    return View(view.picture, f"{view.told}{more}")


def _numbers(series: pd.Series) -> View:
    values = series.to_numpy(np.float64)
    known = values[np.isfinite(values)]
    if not len(known):
        return View('<div class="mw-quiet">No values</div>', _gaps(series))
    if len(set(known[:200])) <= MOST and pd.Series(known).nunique() <= MOST:
        counts = pd.Series(known).value_counts().sort_index()
        return View(_bars([(words.measure(float(v)), int(n)) for v, n in counts.items()], len(values)), _gaps(series))
    heights, edges = np.histogram(known, bins=BINS)
    told = [
        f"{words.measure(a)} to {words.measure(b)}: {words.things(int(n), 'row')}"
        for a, b, n in zip(edges, edges[1:], heights, strict=False)
    ]
    ends = (words.measure(float(edges[0])), words.measure(float(edges[-1])))
    picture = sketches.columns(heights.tolist(), told, "Distribution", height=72, ends=ends, colour="training")
    middle = f"Half lie below {words.measure(_free_of_rounding(float(np.median(known)), known))}."
    return View(picture, f"{middle} {_gaps(series)}".strip())


def _dates(series: pd.Series) -> View:
    known = series.dropna()
    if known.empty:
        return View('<div class="mw-quiet">No values</div>', _gaps(series))
    seconds = known.to_numpy("datetime64[s]").astype(np.int64)
    heights, edges = np.histogram(seconds, bins=BINS)
    days = [f"{pd.Timestamp(int(edge), unit='s'):%d %b %Y}" for edge in edges]
    told = [f"{a} to {b}: {words.things(int(n), 'row')}" for a, b, n in zip(days, days[1:], heights, strict=False)]
    return View(
        sketches.columns(heights.tolist(), told, "Distribution", height=72, ends=(days[0], days[-1]), colour="training"), _gaps(series)
    )


def _named(series: pd.Series) -> View:
    counts = series.dropna().astype(str).value_counts()
    pairs = [(str(name), int(count)) for name, count in counts.items()]
    return View(_bars(pairs, len(series)), f"{words.things(len(pairs), 'different value')}. {_gaps(series)}".strip())


def _flags(frame: pd.DataFrame) -> View:
    pairs = sorted(((str(name), int((frame.iloc[:, i] == 1).sum())) for i, name in enumerate(frame.columns)), key=lambda pair: -pair[1])
    return View(_bars(pairs, len(frame)), f"{words.things(len(pairs), 'yes/no column')}; each bar is the share of yes.")


def _free_of_rounding(value: float, among: np.ndarray) -> float:
    """Zero for what is nothing but rounding beside the spread of the others: scaled columns have their middle there."""
    return 0.0 if abs(value) < 1e-9 * float(np.ptp(among)) else value


def _bars(pairs: list[tuple[str, int]], total: int) -> str:
    return sketches.rows(pairs, total, "How often each value occurs", colours=["training"] * MOST, most=MOST, sum_up=False)


def _gaps(series: pd.Series) -> str:
    missing = int(series.isna().sum())
    return f"{words.things(missing, 'value is', 'values are')} missing." if missing else ""


def _is_flag(series: pd.Series) -> bool:
    return _is_number(series.dtype) and bool(series.isin([0, 1]).all())


def _is_number(dtype: object) -> bool:
    return pd.api.types.is_numeric_dtype(dtype)


def _is_date(dtype: object) -> bool:
    return pd.api.types.is_datetime64_any_dtype(dtype)
