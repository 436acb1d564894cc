"""Who answers in a team: each kind of model with how much it counts and how it does alone, as a panel and in sentences."""

from collections.abc import Mapping, Sequence

from engine.panels import Bars
from engine.tasks.base import Metric
from engine.teamwork import Share
from engine.wording import amount, count, per_cent

MOSTLY = 0.5
OTHERWISE = ", other settings"


def panel(ways: Sequence[Share], together: Mapping[str, float], metric: Metric) -> Bars:
    """How much each kind counts, in per cent; the note has the measure of each alone and of all together, on the rows that steered."""
    ordered = sorted(ways, key=lambda way: -way.counts)
    named = list(zip(_names(ordered), ordered, strict=True))
    counting = [(name, way) for name, way in named if way.counts > 0]
    alone = ", ".join(f"{name} {_measured(way.measures, metric)} ({count(way.models, 'model')})" for name, way in counting)
    said = f"{metric.label}, each kind alone on the rows that steered it: {alone}."
    return Bars(
        title="Who answers",
        x_label="Kind of model",
        y_label="How much it counts, %",
        names=[name for name, _ in counting],
        values=[round(100 * way.counts, 1) for _, way in counting],
        note=" ".join(filter(None, [_mostly(ordered), said, _together(counting, together, metric), _left_out(named, metric)])),
    )


def notes(ways: Sequence[Share], turns: bool = True, left_out: int = 0) -> tuple[str, ...]:
    """What is to be said of a team beside its judgement. `turns` says that each model was steered by other rows, `left_out` how many
    models were not begun any more when it was to end."""
    return tuple(filter(None, (*_answering(ways, turns), _too_late(left_out))))


def _too_late(left_out: int) -> str:
    if not left_out:
        return ""
    planned = "1 further model that was" if left_out == 1 else f"{left_out:,} further models that were"
    return f"It ended before {planned} planned could begin; with more time it might be better."


def _answering(ways: Sequence[Share], turns: bool) -> tuple[str, ...]:
    counting = sorted((way for way in ways if way.counts > 0), key=lambda way: -way.counts)
    many = sum(way.models for way in counting)
    if many == 1:
        alone = sum(way.models for way in ways) == 1
        why = "it ended before a second one was ready" if alone else "the others that were ready made the common answer no better"
        return (f"One model answers, of the kind '{counting[0].title.lower()}': {why}.",)
    if len(counting) == 1:
        how = "each was steered by other rows" if turns else "each began from another starting point"
        told = f"{many} models of the kind '{counting[0].title.lower()}' answer together; {how}."
    else:
        shares = ", ".join(
            f"{name[:1].lower()}{name[1:]} {per_cent(way.counts)}" for name, way in zip(_names(counting), counting, strict=True)
        )
        told = f"{many} models answer together; their weight: {shares}."
    return tuple(filter(None, (told, _mostly(counting))))


def _mostly(ways: Sequence[Share]) -> str:
    """Said plainly where not networks but trees answer."""
    share = sum(way.counts for way in ways if way.is_trees)
    if share <= MOSTLY:
        return ""
    if share > 0.995:
        return "Only the trees answer here: what the other kinds say made the common answer no better, so they were left out."
    return (
        f"Mostly the trees answer here: they carry {per_cent(share)} of the weight, and the other kinds together {per_cent(1 - share)}."
    )


def _together(counting: Sequence[tuple[str, Share]], together: Mapping[str, float], metric: Metric) -> str:
    if len(counting) > 1:
        return f"All together: {_measured(together, metric)}."
    return f"Its models together: {_measured(together, metric)}." if counting[0][1].models > 1 else ""


def _left_out(named: Sequence[tuple[str, Share]], metric: Metric) -> str:
    told = [f"{name} {_measured(way.measures, metric)}" for name, way in named if way.counts == 0]
    return f"Tried and left out, since the common answer is no better with it: {', '.join(told)}." if told else ""


def _names(ways: Sequence[Share]) -> list[str]:
    """The titles; one that is there already says that its settings are others."""
    found: list[str] = []
    for way in ways:
        seen = sum(name.split(OTHERWISE)[0] == way.title for name in found)
        found.append(f"{way.title}{OTHERWISE if seen else ''}{f' {seen}' if seen > 1 else ''}")
    return found


def _measured(measures: Mapping[str, float], metric: Metric) -> str:
    return amount(measures.get(metric.name), metric.unit)
