"""The picture of the data as one HTML file to pass on: nothing in it runs or is loaded from elsewhere, and all words in it are escaped.

Rows are never shown. Of named values only those that at least five rows share are; free text, identifiers and what seems to be personal
data are counted, not quoted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.columns import COLUMN_TYPES
from engine.drift import Drift
from engine.markup import Markup, page, tag
from engine.pairs import Together
from engine.problems import Problem
from engine.profile import ColumnProfile, Profile
from engine.relations import Relation
from engine.store.datasets import Dataset
from engine.wording import amount, count, number, per_cent

FEWEST_NAMED = 5
MOST_NAMED = 6
MOST_COLUMNS = 500
_WIDE, _HIGH = 180, 40
_STYLE = """
:root { color-scheme: light dark; --text: light-dark(#1c2430, #e8ebf0); --muted: light-dark(#5d6878, #9aa5b5);
  --line: light-dark(#dfe3e9, #343c48); --back: light-dark(#fff, #14181e); --bar: light-dark(#3565b5, #7ea6e8); }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back);
  max-width: 1120px; margin: 2rem auto; padding: 0 1.2rem; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .6rem; } p { margin: .3rem 0; }
small, .quiet { color: var(--muted); }
.wide { overflow-x: auto; } .many table { min-width: 54rem; } table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .5rem .9rem .5rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--muted); font-weight: 500; } td.n, th.n { text-align: right; white-space: nowrap; } td b { overflow-wrap: anywhere; }
svg { display: block; } rect { fill: var(--bar); } polyline { fill: none; stroke: var(--bar); stroke-width: 2; }
ul { margin: 0; padding-left: 1.2rem; } li { margin: .25rem 0; overflow-wrap: anywhere; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr)); gap: .7rem; margin: 1.2rem 0; }
.tiles div { border: 1px solid var(--line); border-radius: 8px; padding: .6rem .9rem; } .tiles b { display: block; font-size: 1.3rem; }
"""


@dataclass(frozen=True)
class Found:
    """What was found in the rows beyond single columns."""

    related: Sequence[Relation] = ()
    together: Sequence[Together] = ()
    drifts: Sequence[Drift] = ()


def write(dataset: Dataset, profile: Profile, found: Found, target: str = "") -> str:
    """The whole document. `target` is the id of the column to predict, if one is chosen."""
    made = f"{datetime.now(UTC):%d %B %Y}"
    names = {column.id: column.name for column in profile.columns if column.personal is None}
    related = [one for one in found.related if one.column in names]
    drifts = [one for one in found.drifts if one.column in names]
    return page(
        f"Picture of the data: {dataset.name}",
        _STYLE,
        tag("h1", dataset.name),
        tag("p", f"{dataset.file_name} · read {dataset.created[:10]} · this picture was made on {made} with Modelwright", class_="quiet"),
        _tiles(profile),
        _listed("What to know", [_problem(one) for one in [*profile.problems, *(p for c in profile.columns for p in c.problems)]]),
        _columns(profile, target),
        _listed("What goes with the answer", [_relation(one, names, profile, target) for one in related]),
        _listed("Columns that go together", [pair_words(one, names) for one in found.together if {one.first, one.second} <= set(names)]),
        _drifts(drifts, profile),
        _listed("What was done when the file was read", _done(dataset)),
    )


def pair_words(pair: Together, names: dict[str, str]) -> str:
    """How two columns go together, in a sentence."""
    first, second = f"“{names[pair.first]}”", f"“{names[pair.second]}”"
    if pair.is_same:
        return f"{first} and {second} say practically the same."
    share = f"one explains {per_cent(pair.strength)} of the other"
    if pair.is_of_numbers:
        return f"When {first} rises, {second} {'falls' if pair.falls else 'rises'}: {share}."
    return f"{second} differs between the values of {first}: {share}."


def drift_words(drift: Drift, name: str) -> str:
    """How a column changes along the file, in a sentence."""
    if drift.is_sorted:
        return f"The file is in the order of “{name}”."
    start, end = drift.along[0], drift.along[-1]
    if drift.is_missing:
        return f"Missing in “{name}”: {per_cent(start)} of the rows at the top, {per_cent(end)} at the bottom."
    if drift.value:
        return f"“{drift.value}” in “{name}”: {per_cent(start)} of the rows at the top, {per_cent(end)} at the bottom."
    return f"The values of “{name}” are different at the top and at the bottom of the file."


def _tiles(profile: Profile) -> Markup:
    cells = profile.rows * len(profile.columns)
    missing = sum(column.missing for column in profile.columns)
    facts = [
        ("Rows", f"{profile.rows:,}"),
        ("Columns", f"{len(profile.columns):,}"),
        ("Missing cells", per_cent(missing / cells) if cells else "none"),
        ("Repeated rows", f"{profile.duplicates:,}"),
    ]
    return tag("div", [tag("div", tag("small", name), tag("b", value)) for name, value in facts], class_="tiles")


def _listed(title: str, lines: Sequence[str]) -> Markup | None:
    return tag("section", tag("h2", title), tag("ul", [tag("li", line) for line in lines])) if lines else None


def _done(dataset: Dataset) -> list[str]:
    """The import report without examples, which are people's own values."""
    lines = [change.model_copy(update={"examples": ()}).words() for change in dataset.changes if not change.edited]
    return [*lines, f"{count(len(dataset.edits), 'change')} by hand in the rows."] if dataset.edits else lines


def _problem(problem: Problem) -> str:
    return f"{problem.where}: {problem.what} {problem.fix}".strip()


def _columns(profile: Profile, target: str) -> Markup:
    heads = [("Column", ""), ("Type", ""), ("Missing", "n"), ("Different", "n"), ("In numbers", ""), ("How the values are spread", "")]
    rows = [_column(column, column.id == target) for column in profile.columns[:MOST_COLUMNS]]
    left = len(profile.columns) - len(rows)
    table = tag("table", tag("thead", tag("tr", [tag("th", name, class_=kind or None) for name, kind in heads])), tag("tbody", rows))
    more = tag("p", f"And {count(left, 'more column')}.", class_="quiet") if left else None
    return tag("section", tag("h2", "Columns"), tag("div", table, class_="wide many"), more)


def _column(column: ColumnProfile, is_target: bool) -> Markup:
    share = per_cent(column.missing / column.rows) if column.missing else "none"
    name = tag("td", tag("b", column.name), tag("br"), tag("small", "to be predicted")) if is_target else tag("td", tag("b", column.name))
    return tag(
        "tr",
        name,
        tag("td", COLUMN_TYPES[column.type]),
        tag("td", share, class_="n"),
        tag("td", f"{column.distinct:,}", class_="n"),
        tag("td", _facts(column)),
        tag("td", _picture(column)),
    )


def _facts(column: ColumnProfile) -> list[Markup | str]:
    unit = column.column.unit
    if column.personal:
        return [tag("small", f"seems to hold personal data: {column.personal.title.lower()}")]
    if column.type == "number" and column.low is not None and column.high is not None:
        lines = [
            f"from {amount(column.low, unit)} to {amount(column.high, unit)}, middle {amount(column.median, unit)}",
            f"mean {amount(column.mean, unit)}, spread {amount(column.spread, unit)}",
        ]
        if column.quantiles:
            lines.append(f"half lie between {amount(column.quantiles[2], unit)} and {amount(column.quantiles[3], unit)}")
        return [tag("small", line, tag("br")) for line in lines]
    if column.type == "date" and column.low is not None and column.high is not None:
        return [tag("small", f"from {_day(column.low)} to {_day(column.high)}")]
    return []


def _picture(column: ColumnProfile) -> Markup | str:
    if column.personal:
        return tag("small", "not quoted here")
    if column.counts:
        return _bars(column.counts, f"Distribution of {column.name}")
    if column.type != "category" or column.identifier:
        return tag("small", "not quoted here")
    named = [(value, times) for value, times in column.top if times >= FEWEST_NAMED][:MOST_NAMED]
    present = max(1, column.rows - column.missing)
    lines = [tag("small", f"{value[:60]}: {per_cent(times / present)}", tag("br")) for value, times in named]
    rest = present - sum(times for _, times in named)
    return tag("div", lines, tag("small", f"others: {per_cent(rest / present)}") if rest > 0 else None)


def _bars(counts: Sequence[float], title: str) -> Markup:
    step, highest = _WIDE / len(counts), max([*counts, 1])
    width = f"{max(step - 1, 0.8):.1f}"
    heights = [_HIGH * n / highest for n in counts]
    bars = [tag("rect", x=f"{i * step:.1f}", y=f"{_HIGH - high:.1f}", width=width, height=f"{high:.1f}") for i, high in enumerate(heights)]
    return tag("svg", tag("title", title), bars, viewBox=f"0 0 {_WIDE} {_HIGH}", width=_WIDE, height=_HIGH, role="img", aria_label=title)


def _relation(found: Relation, names: dict[str, str], profile: Profile, target: str) -> str:
    unit = profile.column(target).column.unit if target in names else ""
    said = [per_cent(value) if found.answer else amount(value, unit) for value in found.values]
    what = f"“{found.answer}”" if found.answer else "the mean answer"
    shown = "; ".join(f"{name}: {value}" for name, value, rows in zip(found.bins, said, found.rows, strict=True) if rows >= FEWEST_NAMED)
    return f"{what} along “{names[found.column]}”: {shown}."


def _drifts(drifts: Sequence[Drift], profile: Profile) -> Markup | None:
    if not drifts:
        return None
    names = {column.id: column.name for column in profile.columns}
    rows = [tag("tr", tag("td", drift_words(one, names[one.column])), tag("td", _line(one))) for one in drifts[:20]]
    lead = tag("p", "From the first row on the left to the last on the right.", class_="quiet")
    return tag("section", tag("h2", "Does the data change along the file?"), lead, tag("div", tag("table", rows), class_="wide"))


def _line(drift: Drift) -> Markup:
    known = [value for value in drift.along if value == value]
    low, high = min(known, default=0.0), max(known, default=1.0)
    size = (high - low) or 1.0
    points = [
        f"{i * _WIDE / (len(drift.along) - 1):.1f},{2 + (_HIGH - 4) * (1 - (value - low) / size):.1f}"
        for i, value in enumerate(drift.along)
        if value == value
    ]
    title = f"From {number(drift.along[0])} to {number(drift.along[-1])}" if not drift.is_sorted else "In order"
    picture = tag("polyline", points=" ".join(points))
    return tag("svg", tag("title", title), picture, viewBox=f"0 0 {_WIDE} {_HIGH}", width=_WIDE, height=_HIGH, role="img", aria_label=title)


def _day(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%d %b %Y}"
