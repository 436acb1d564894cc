"""What a comparison on unseen rows allows a report to say: the verdict, and the plain sentences it rests on."""

import math
from dataclasses import replace

import numpy as np

from engine.intervals import FEWEST_ROWS, SURE_DEVIATIONS, Z95, Comparison
from engine.panels import Measure, Notes, Panel, Verdict
from engine.sampling import FEWEST_GROUPS
from engine.scoring import Array, calibration_bins, calibration_error
from engine.wording import amount, count, number

GOOD_SKILL = 0.5
"""A good model closes at least half of the gap between the trivial answer and perfection."""

CLEAR_SKILL = 0.25
"""A model that closes a quarter of that gap is clearly better than the trivial answer."""

UNPROVEN: frozenset[Verdict] = frozenset({"poor", "unclear"})
FEW_ROWS = 30
FEW_GROUPS_TO_JUDGE = 20
WIDE_POINTS = 10.0
MANY_LOOKS = 2
NOT_UNSEEN = (
    "This model was made to compare settings. It is judged on the rows that also steered it, which flatters it a little; the rows kept"
    " unseen were not touched."
)


def verdict(trivial: Comparison | None, skill: float | None, linear: Comparison | None) -> Verdict:
    """Good when well beyond the trivial answer and no simple formula beats it; unclear while poor and clearly better are both open."""
    if trivial is None or is_open(trivial):
        return "unclear"
    if not trivial.is_sure:
        return "poor"
    beaten = linear is not None and linear.is_worse
    return "good" if skill is not None and skill >= GOOD_SKILL and not beaten else "fair"


def is_open(trivial: Comparison) -> bool:
    """Whether the interval holds both: no better than the trivial answer, and clearly better than it."""
    return not trivial.is_sure and bool(trivial.gap) and trivial.high >= CLEAR_SKILL * (trivial.gap or 0.0)


def with_gap(trivial: Comparison | None, main: Measure, best: float, unit: float = 1.0, few: bool = False) -> Comparison | None:
    """The comparison with what there was to gain: from the trivial answer's main measure to the `best`; `unit` is 100 for per cent.

    Between `few` rows or groups the spread of a difference can come out small by luck: what is not sure then reaches as far as the range of
    the main measure itself, which stands beside it on the page.
    """
    base, score = main.baseline.value if main.baseline else None, main.model
    if trivial is None or base is None:
        return trivial
    found = replace(trivial, gap=abs(best - base) / unit)
    if not few or found.is_sure or found.low == found.high or score.low is None or score.high is None:
        return found
    ends = sorted((1 if best > base else -1) * (end - base) / unit for end in (score.low, score.high))
    return replace(found, low=min(found.low, ends[0]), high=max(found.high, ends[1]))


def is_few(rows: int, groups: int) -> bool:
    """Whether a judgement rests on so few unseen rows, or groups where they are kept whole, that even its range is rough."""
    return rows < FEW_ROWS or 0 < groups < FEW_GROUPS_TO_JUDGE


def joined(*sentences: str) -> str:
    """The sentences there are, one after the other."""
    return " ".join(sentence for sentence in sentences if sentence)


def settled_by(trivial: Comparison | None, rows: int, groups: int = 0) -> str:
    """About how many unseen rows (or groups, where they are kept whole) would tell what is open, "" where nothing is.

    An interval narrows with the root of their number; it has to leave out either "no better" or "clearly better", whichever is nearer,
    and be no rough one any more.
    """
    now, unit = (groups, "unseen group") if groups else (rows, "unseen row")
    needed = FEW_GROUPS_TO_JUDGE if groups else FEW_ROWS
    if trivial is None:
        return f"At least {count(needed, unit)} would begin to tell." if now < needed else ""
    if not is_open(trivial):
        return ""
    clear = CLEAR_SKILL * (trivial.gap or 0.0)
    aim = max(trivial.value * Z95 / SURE_DEVIATIONS, clear - trivial.value)
    times = max(1.1, needed / now, ((trivial.high - trivial.low) / 2 / aim) ** 2)
    wanted = now * times
    step = 10 ** max(0, math.floor(math.log10(wanted)) - 1)
    more = f"{count(round(wanted / step) * step, unit)} instead of {now:,}"
    return f"About {number(times, 2)} times as many {'groups' if groups else 'rows'} would settle it ({more})."


def opening(trivial: Comparison | None, against: str, rows: int, groups: int = 0) -> str:
    """The first sentence when the model is poor or that is open, "" when it surely beats `against`, such as "always answering 'no'".

    `groups` is how many groups the rows come from where the split kept groups whole, else 0.
    """
    if trivial is None and 0 < groups < FEWEST_GROUPS and rows >= FEWEST_ROWS:
        return f"Too few groups to judge: the {count(rows, 'unseen row')} come from only {groups}. "
    if trivial is None:
        return f"Too few rows to judge: only {count(rows, 'row')} could be kept unseen. " if rows < FEWEST_ROWS else "It cannot be judged. "
    if trivial.is_worse:
        return f"Worse than {against}. "
    if is_open(trivial) and not trivial.is_better:
        return f"It cannot be told yet whether this is better than {against}. "
    if not trivial.is_better:
        return f"No better than {against}{as_far_as(trivial, rows, groups)}. "
    few = "groups" if groups else "rows"
    return "" if trivial.is_sure else f"Ahead of {against}, but with so few {few} this can be luck. "


def as_far_as(trivial: Comparison, rows: int, groups: int = 0) -> str:
    """What to add to "no better" when the model came out ahead, but within what luck can do."""
    unseen = f"{count(rows, 'row')} of {count(groups, 'unseen group')}" if groups else count(rows, "unseen row")
    return f", as far as {unseen} can tell" if trivial.value > 0 else ""


def ranges(group_name: str, groups: int) -> str:
    """What the intervals mean. `group_name` is the column that tells which rows belong together; "" where rows alike do."""
    if not groups:
        return "Ranges are 95 % intervals: where the number would lie with other unseen rows."
    together = f"Rows with the same '{group_name}'" if group_name else "Rows of one case"
    many = f"its {count(groups, 'unseen value')}" if group_name else count(groups, "unseen case")
    others = "groups" if group_name else "cases"
    return (
        f"Ranges are 95 % intervals: where the number would lie with other {others}. {together} belong together, "
        f"so they are reckoned from {many}, not from single rows."
    )


def beside_linear(linear: Comparison | None, said: str, is_poor: bool) -> str:
    """One sentence on a simple formula (a linear model); `said` is how it does, such as "is right for 93 of 100"."""
    if linear is None:
        return ""
    if linear.is_worse:
        return f"A simple formula (a linear model) is better: it {said}. Prefer it, or give this model more rows."
    if linear.is_better:
        return f"It does better than a simple formula (a linear model), which {said}."
    if is_poor:
        return f"A simple formula (a linear model) fares no better: it {said}."
    if linear.value > 0:
        return f"It is not clearly better than a simple formula (a linear model), which {said} and is easier to explain."
    return f"A simple formula (a linear model) does as well: it {said}. The formula is easier to explain."


def notes(lines: list[str]) -> list[Notes]:
    """The notes panel, if there is anything to say."""
    said = [line for line in lines if line]
    return [Notes(title="Good to know", lines=said, is_warning=False)] if said else []


def while_comparing(main: Measure, rows: int) -> str:
    """The headline of a model that was made only to compare settings."""
    shown = amount(main.model.value, main.unit)
    return f"Only to compare settings: {main.label.lower()} {shown} on the {count(rows, 'row')} that steered it."


def looked_at(looks: int) -> str:
    """How often the unseen rows had been looked at before this model; each look makes the best of several models luckier than good."""
    if not looks:
        return ""
    often = "once before, with another model" if looks == 1 else f"{looks:,} times before, with other models"
    return f"These unseen rows had been looked at {often}."


def chosen_by(looks: int) -> str:
    """What to say beside a judgement when its unseen rows have been looked at so often, this time included; "" while that is harmless."""
    if looks <= MANY_LOOKS:
        return ""
    return f"The unseen rows have been looked at {looks:,} times, with as many models. Choose with care: the best of many is also lucky."


def first_looks(looks: int, had_others: bool = False) -> str:
    """What to say beside a judgement while its unseen rows have hardly been looked at.

    `had_others` says that other rows of the same data were unseen before.
    """
    if looks <= 1 and had_others:
        return "No other model has been judged on just these unseen rows, but on others of this data, some of which may be among them."
    if looks <= 1:
        return "No other model has been looked at on these unseen rows, so they are as good as new."
    return f"Its unseen rows have been looked at with {looks} models; the more often, the luckier the best of them."


def taught_by(rows: int, most: int) -> str:
    """That the preparation learned from a part of very many rows."""
    if rows <= most:
        return ""
    taught = f"The preparation (typical values, categories, scales) learned from {most:,} of the {rows:,} rows, spread evenly"
    return f"{taught}; the model learned from all of these."


def taught_again(training: int, steering: int) -> str:
    """That the rows that steered taught in the end."""
    return (
        f"It learned twice. First from {count(training, 'row')}, while {steering:,} others told how long learning helps; then anew, for "
        f"that long, from all {training + steering:,}. This second model is the one that is kept. What is said of the rows that steered "
        "it comes from the first one."
    )


def learned_from(rows: int, there: int) -> str:
    """That very many rows were not all learned from."""
    return "" if rows >= there else f"It learned from {rows:,} of the {there:,} rows it could have learned from, spread evenly."


def judged_by(rows: int, there: int) -> str:
    """That very many unseen rows were not all asked for."""
    return "" if rows >= there else f"It was judged on {rows:,} of the {there:,} unseen rows, spread evenly."


def from_outside(rows: int) -> str:
    """Where the unseen rows come from, if not from the same file."""
    return f"All {count(rows, 'row')} it was judged on come from a second file."


def met(cases: int, name: str) -> str:
    """A warning when the second file has cases that the model learned from; `name` is the column that tells them, if it is one."""
    if not cases:
        return ""
    them = f"{count(cases, 'value')} of '{name}'" if name else count(cases, "case")
    return f"{them} in the second file had rows among those learned from, so the score may flatter."


def with_notes(panels: list[Panel], lines: list[str]) -> list[Panel]:
    """The panels with these sentences in the notes, which are made if there are none."""
    said = [line for line in lines if line]
    if not said:
        return panels
    there = next((panel for panel in panels if isinstance(panel, Notes)), None)
    if there is None:
        return [*panels, *notes(said)]
    return [panel.model_copy(update={"lines": [*panel.lines, *said]}) if panel is there else panel for panel in panels]


def few_rows(rows: int) -> str:
    """A warning when the judgement rests on very few rows."""
    if rows >= FEW_ROWS:
        return ""
    return f"Only {count(rows, 'row')} could be kept unseen, so every number here is rough. More rows would help."


def few_groups(group_name: str, groups: int) -> str:
    """A warning when the judgement rests on very few groups, however many rows they have."""
    if not groups or groups >= FEW_GROUPS_TO_JUDGE:
        return ""
    them = f"{count(groups, 'different value')} of '{group_name}'" if group_name else count(groups, "case")
    only = f"Only {them} could be kept unseen"
    if groups < FEWEST_GROUPS:
        return f"{only}, too few to say how others would differ: no range can be given. Add rows of more of them."
    return f"{only}, so every range is rough. More of them would help; more rows of the same would not."


def wide(main: Measure, width: float = WIDE_POINTS, groups: int = 0) -> str:
    """A warning when the main measure's interval reaches further than `width` to a side."""
    score = main.model
    if score.value is None or score.low is None or score.high is None or max(score.high - score.value, score.value - score.low) <= width:
        return ""
    of = "groups" if groups else "rows"
    return f"The main measure is uncertain: with other unseen {of} it could well come out much better or worse. More {of} would narrow it."


def too_good(is_so: bool, rows: int, what: str) -> str:
    """A warning when a result is better than real data usually allow."""
    if not is_so or rows <= 200:
        return ""
    return (
        f"This is almost too good to be true ({what}). Check that no input gives the answer away: a column filled in after the fact, "
        "a code that follows from the answer, or the same case in several rows."
    )


def miscalibrated(happened: Array, said: Array, seed: int = 0) -> str:
    """A warning when the percentages are off by more than 5 points and by more than chance would do to honest ones."""
    error = calibration_error(happened, said)
    if error is None or error <= 0.05 or error <= _by_chance(said, seed):
        return ""
    bins = calibration_bins(happened, said, most=10)
    worst = max(bins, key=lambda b: abs(happened[b].mean() - said[b].mean()))
    about = f"where it said about {round(100 * said[worst].mean())} %, it was so in {happened[worst].sum():,.0f} of {len(worst):,} cases"
    return f"Do not take its percentages literally: they are off by {round(100 * error)} points on average ({about})."


def _by_chance(said: Array, seed: int) -> float:
    """The calibration error that 19 of 20 perfectly calibrated models with these chances stay below."""
    rng = np.random.default_rng(seed)
    drawn = [(rng.random(len(said)) < said).astype(np.float64) for _ in range(100)]
    return float(np.quantile([calibration_error(happened, said) or 0.0 for happened in drawn], 0.95))
