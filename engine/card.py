"""The model card: what a model is, how good it is and where it should not be trusted, in plain words."""

from collections.abc import Sequence

from engine import overrides
from engine.form import FormField
from engine.panels import Measure, Report, Score, Scores
from engine.plan import Plan
from engine.wording import amount, count, number, within

MOST_COLUMNS = 40
TURNS = "each of which also steered some of the models"
LIMITS = {
    "poor": "It is hardly better than the trivial answer. Do not use it.",
    "unclear": "It is not shown to be better than the trivial answer, nor that it is not: too little was kept unseen. Do not rely on it.",
}


def write(plan: Plan, target: str, fields: Sequence[FormField], report: Report, versions: dict[str, str]) -> str:
    """Markdown, complete in itself."""
    sections = [
        f"# {_plain(plan.name or target)}",
        f"**{_plain(report.headline)}**\n\n{_plain(report.detail)}".strip(),
        "## What it does",
        f"{_plain(plan.task.question(target))} It answers from {count(len(fields), 'column')}:\n\n{_columns(fields)}",
        "## How good it is",
        _results(report),
        "## What it was made from",
        _data(report),
        "## Where it should not be trusted",
        _limits(report),
        *_signed(plan),
        "## How it was made",
        _settings(plan, versions),
    ]
    return "\n\n".join(sections) + "\n"


def _columns(fields: Sequence[FormField]) -> str:
    shown = [f"- {_plain(field.name)}: {_described(field)}" for field in fields[:MOST_COLUMNS]]
    more = [f"- and {len(fields) - MOST_COLUMNS} more"] if len(fields) > MOST_COLUMNS else []
    return "\n".join(shown + more)


def _described(field: FormField) -> str:
    if field.type == "category":
        return f"one of {count(len(field.choices), 'value')}, mostly {_plain(field.common)}"
    if field.type == "number" and field.low is not None:
        return f"a number, in training {number(field.low, 6)} to {number(field.high, 6)}"
    return {"number": "a number", "date": "a date", "text": "a text", "image": "a picture"}[field.type]


def _results(report: Report) -> str:
    panel = next((panel for panel in report.panels if isinstance(panel, Scores)), None)
    measures = panel.measures if panel else [report.main]
    rows = ["| Measure | This model | Trivial answer | Simple formula |", "| --- | --- | --- | --- |"]
    rows += [f"| {_plain(m.label)} | {_score(m.model, m)} | {_score(m.baseline, m)} | {_score(m.linear, m)} |" for m in measures]
    return f"On {count(report.rows_test, 'row')} it never saw, with the range the figure would lie in 95 times of 100:\n\n" + "\n".join(
        rows
    )


def _score(score: Score | None, measure: Measure) -> str:
    if score is None or score.value is None:
        return "not known"
    if score.low is None or score.high is None:
        return amount(score.value, measure.unit)
    return f"{amount(score.value, measure.unit)} ({number(score.low)} to {number(score.high)})"


def steering(report: Report) -> str:
    """What goes on after the number of rows it learned from: which rows steered it."""
    if report.rows_validation:
        return f"and {report.rows_validation:,} steered it"
    return f"{report.rows_both:,} of which also steered it" if 0 < report.rows_both < report.rows_training else TURNS


def _data(report: Report) -> str:
    apart = f"{count(report.rows_validation, 'row')} to steer the training by"
    return (
        f"{count(report.rows_training, 'row')} to learn from, {apart if report.rows_validation else steering(report)}, "
        f"and {count(report.rows_test, 'row')} kept unseen until the end to judge it."
    )


def _limits(report: Report) -> str:
    lines = [
        "It knows only cases like those it learned from. Values outside of the ranges above are guesses.",
        "It finds what goes together, not what causes what: changing an input does not have to change the outcome.",
        "Where people are concerned, check that it serves all groups alike before decisions follow from it.",
    ]
    if report.rows_test < 100:
        lines.insert(0, f"It was judged on only {count(report.rows_test, 'row')}, so its figures are rough.")
    if report.verdict in LIMITS:
        lines.insert(0, LIMITS[report.verdict])
    return "\n".join(f"- {line}" for line in lines)


def _signed(plan: Plan) -> list[str]:
    """The stops that a person signed to go on in spite of."""
    lines = "\n".join(f"- {_plain(one.words())}" for one in plan.overrides)
    return [f"## {overrides.TITLE}", lines] if lines else []


def _settings(plan: Plan, versions: dict[str, str]) -> str:
    steps = ", ".join(type(step).title.lower() for step in plan.recipe) or "none"
    changed = [f"{p.label}: {getattr(spec, p.name)}" for spec in (plan.architecture, plan.training) for p in spec.params()]
    made = ", ".join(f"{name} {version}" for name, version in versions.items())
    kind = f"{type(plan.architecture).title}, {type(plan.training).title.lower()}, seed {plan.seed}."
    kind += f" {_team(plan)}" if plan.team else ""
    return f"{kind} Preparation: {steps}.\n\n" + "\n".join(f"- {line}" for line in changed) + f"\n\nMade with {made}."


def _team(plan: Plan) -> str:
    """Which others could take part; who does is said in the report."""
    assert plan.team is not None
    each = count(plan.team.folds * plan.team.repeats, "model")
    others = ", ".join(within(type(way.architecture).title) for way in plan.team.others)
    further = f" Besides, {each} at most of each further kind: {others}." if others else ""
    limit = f" All within {count(round(plan.team.seconds), 'second')}." if plan.team.seconds else ""
    return f"{each[:1].upper()}{each[1:]} at most of this kind, which answer together.{further}{limit}"


def _plain(text: str) -> str:
    """A person's words as words in Markdown, whatever signs are in them."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|~" else sign for sign in text.replace("\n", " "))
