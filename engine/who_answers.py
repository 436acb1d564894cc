"""Who answers in a team: each kind of model with how much it counts and how it does alone, as a panel and in sentences."""

from collections.abc import Mapping, Sequence

from engine.panels import Bars
from engine.tasks.base import Metric
from engine.teamwork import Share
from engine.wording import amount, count

MOSTLY = 0.5


def panel(ways: Sequence[Share], together: Mapping[str, float], metric: Metric) -> Bars:
    """How much each kind counts, in per cent; the note has the measure of each alone and of all together, on the rows that steered."""
    ordered = sorted(ways, key=lambda way: -way.counts)
    names = _names(ordered)
    alone = ", ".join(f"{name} {_measured(way.measures, metric)}" for name, way in zip(names, ordered, strict=True))
    said = f"{metric.label} on the rows that steered them: {alone}" + (" alone" if len(ordered) > 1 else "")
    whole = f"; together {_measured(together, metric)}."
    return Bars(
        title="Who answers",
        x_label="Kind of model",
        y_label="How much it counts, %",
        names=[f"{name}, {_models(way)}" for name, way in zip(names, ordered, strict=True)],
        values=[round(100 * way.counts, 1) for way in ordered],
        note=" ".join(filter(None, [_mostly(ordered), said + whole, _left_out(ordered)])),
    )


def notes(ways: Sequence[Share], turns: bool = True) -> tuple[str, ...]:
    """What is to be said of a team beside its judgement. `turns` says that each model was steered by other rows."""
    counting = sorted((way for way in ways if way.counts > 0), key=lambda way: -way.counts)
    many = sum(way.models for way in counting)
    if many == 1:
        return (f"One model answers, of the kind '{counting[0].title.lower()}': it was ended before a second one was ready.",)
    if len(counting) == 1:
        how = "each was steered by other rows" if turns else "each began from another starting point"
        told = f"{many} models of the kind '{counting[0].title.lower()}' answer together; {how}."
    else:
        shares = ", ".join(f"{name[:1].lower()}{name[1:]} {way.counts:.0%}" for name, way in zip(_names(counting), counting, strict=True))
        told = f"{many} models answer together; their weight: {shares}."
    return tuple(filter(None, (told, _mostly(counting))))


def _mostly(ways: Sequence[Share]) -> str:
    """Said plainly where not networks but trees answer."""
    share = sum(way.counts for way in ways if way.is_trees)
    if share <= MOSTLY:
        return ""
    if share > 0.995:
        return "Only the trees answer here: what the networks say made the common answer no better, so they were left out."
    return f"Mostly the trees answer here: boosted trees carry {share:.0%} of the weight, and networks the other {1 - share:.0%}."


def _left_out(ways: Sequence[Share]) -> str:
    names = [name for name, way in zip(_names(ways), ways, strict=True) if way.counts == 0]
    return f"Tried and left out, since the common answer is no better with it: {', '.join(names)}." if names else ""


def _names(ways: Sequence[Share]) -> list[str]:
    """The titles, with a number behind one that is there already."""
    found: list[str] = []
    for way in ways:
        seen = sum(name.split(" (")[0] == way.title for name in found)
        found.append(f"{way.title} ({seen + 1})" if seen else way.title)
    return found


def _models(way: Share) -> str:
    return f"left out after {count(way.models, 'model')}" if way.counts == 0 else count(way.models, "model")


def _measured(measures: Mapping[str, float], metric: Metric) -> str:
    return amount(measures.get(metric.name), metric.unit)
