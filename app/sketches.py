"""Small pictures made of HTML boxes: distributions, balances, ribbons. Light, sharp, in the theme's colours; knows no Streamlit.

Each is one HTML string for `st.html`, with its meaning in words for a screen reader.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app import words
from app.text import html, short
from engine.profile import ColumnProfile
from engine.relations import Relation

COLOURS = {
    "training": "training",
    "steering": "steering",
    "unseen": "unseen",
    "plain": "accent",
    "quiet": "muted",
    "good": "good",
    "fair": "fair",
    "poor": "poor",
}


@dataclass(frozen=True)
class Piece:
    """One part of a ribbon: its name, its share of the whole (0 to 1), its colour and what hovering says."""

    name: str
    share: float
    colour: str
    told: str = ""


def columns(
    values: Sequence[float],
    told: Sequence[str],
    title: str,
    *,
    colour: str = "plain",
    height: int = 64,
    ends: tuple[str, str] = ("", ""),
    full: float = 0,
) -> str:
    """Upright bars side by side, up to the highest or to `full`; `told` is said on hovering each, `ends` stand under the outer ones."""
    highest = max([*values, full]) or 1
    bars = "".join(
        f'<i title="{html(words_)}" style="height:{_percent(value / highest)}"{"" if value else " class=mw-none"}></i>'
        for value, words_ in zip(values, told, strict=True)
    )
    under = f'<div class="mw-ends"><span>{html(ends[0])}</span><span>{html(ends[1])}</span></div>' if any(ends) else ""
    place = f'class="mw-columns" role="img" aria-label="{html(title)}" style="--mw-bar:{_colour(colour)}"'
    return f'<div {place}><div style="height:{height}px">{bars}</div>{under}</div>'


def rows(
    pairs: Sequence[tuple[str, int]], total: int, title: str, *, colours: Sequence[str] = (), most: int = 8, sum_up: bool = True
) -> str:
    """Lying bars, one a value: name, bar, share. With `sum_up` what is beyond `most` values is told in a last line."""
    shown = list(pairs[:most])
    rest = total - sum(count for _, count in shown)
    longest = max([count for _, count in shown] + [1])
    lines = [_row(name, count, total, longest, colours[i] if i < len(colours) else "plain") for i, (name, count) in enumerate(shown)]
    if sum_up and rest > 0 and pairs:
        lines.append(f'<div class="mw-rest">{html(words.count(rest))} others</div>')
    if not sum_up and len(pairs) > most:
        lines.append(f'<div class="mw-rest">and {len(pairs) - most} more</div>')
    return f'<div class="mw-rows" role="img" aria-label="{html(title)}">{"".join(lines)}</div>'


def strengths(lines: Sequence[tuple[str, float]], title: str) -> str:
    """Sentences, each with a bar of its strength (0 to 1) under it."""
    shown = "".join(
        f'<div class="mw-strength"><span>{html(said)}</span><i><b style="width:{_percent(share)}"></b></i></div>' for said, share in lines
    )
    return f'<div class="mw-strengths" role="img" aria-label="{html(title)}">{shown}</div>'


def relation(found: Relation, unit: str = "") -> str:
    """How the answer moves along one column: a bar a bin, from zero where that is fair, and its ends in words."""
    lowest, highest = min(found.values), max(found.values)
    floor = 0.0 if 0 <= lowest < 0.6 * highest else lowest - 0.15 * (highest - lowest)
    said = [words.share(v) if found.answer else words.measure(v, unit) for v in found.values]
    told = [f"{name}: {value} of {words.things(n, 'row')}" for name, value, n in zip(found.bins, said, found.rows, strict=True)]
    heights = [value - floor for value in found.values]
    ends = (f"{found.bins[0].split(' to ')[0]}: {said[0]}", f"{found.bins[-1].split(' to ')[-1]}: {said[-1]}")
    return columns(heights, told, "How the answer moves along this column", height=56, ends=ends)


def ribbon(pieces: Sequence[Piece], title: str) -> str:
    """One band divided into pieces, each named under it when there is room."""
    band = "".join(
        f'<i title="{html(p.told or p.name)}" style="flex:{max(p.share, 0.004):.4f};background:{_colour(p.colour)}"></i>' for p in pieces
    )
    return f'<div class="mw-ribbon" role="img" aria-label="{html(title)}">{band}</div>'


def legend(pieces: Sequence[Piece]) -> str:
    """What the colours of a ribbon mean: a swatch, the name, and what is told."""
    entries = "".join(
        f'<div><i style="background:{_colour(p.colour)}"></i><span><b>{html(p.name)}</b> {html(p.told)}</span></div>' for p in pieces
    )
    return f'<div class="mw-legend">{entries}</div>'


def tiles(facts: Sequence[tuple[str, str, str]]) -> str:
    """Numbers in a row, each with its name and a small remark."""
    cells = "".join(
        f"<div><span>{html(name)}</span><b>{html(value)}</b><small>{html(remark)}</small></div>" for name, value, remark in facts
    )
    return f'<div class="mw-tiles">{cells}</div>'


def distribution(column: ColumnProfile, height: int = 64, most: int = 6, colour: str = "plain") -> str:
    """How a column's values are spread: upright bars for numbers and dates, lying ones for anything named."""
    title = f"Distribution of {column.name}"
    if column.counts:
        told = [f"{edge_text(column, low)} to {edge_text(column, high)}: {words.things(n, 'row')}" for low, high, n in _bins(column)]
        ends = (edge_text(column, column.edges[0]), edge_text(column, column.edges[-1]))
        return columns(column.counts, told, title, height=height, ends=ends, colour=colour)
    if column.top:
        return rows(column.top, column.rows - column.missing, title, most=most)
    return f'<div class="mw-quiet" role="img" aria-label="{html(title)}">No values to draw</div>'


def edge_text(column: ColumnProfile, value: float) -> str:
    """A value on the column's axis, in its own kind: a number, or a date."""
    if column.type == "date":
        return f"{datetime.fromtimestamp(value, UTC):%d %b %Y}"
    return words.measure(value)


def _row(name: str, count: int, total: int, longest: int, colour: str) -> str:
    share = count / total if total else 0
    return (
        f'<div class="mw-row" title="{html(name)}: {html(words.things(count, "row"))}"><span>{html(short(name, 28))}</span>'
        f'<i><b style="width:{_percent(count / longest)};background:{_colour(colour)}"></b></i>'
        f"<em>{html(words.share(share))}</em></div>"
    )


def _bins(column: ColumnProfile) -> list[tuple[float, float, int]]:
    return list(zip(column.edges[:-1], column.edges[1:], column.counts, strict=True))


def _percent(part: float) -> str:
    return f"{100 * max(0.0, min(1.0, part)):.2f}%"


def _colour(name: str) -> str:
    return f"var(--mw-{COLOURS[name]})"
