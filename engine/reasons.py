"""Why this design: a few sentences on the kind of model, its size and the effort, and on what would change them."""

from engine import advice, effort, splits
from engine.plan import Plan
from engine.profile import Profile
from engine.wording import count

FEW, MANY = 1_000, 20_000


def design(plan: Plan, profile: Profile, trainings: int = 0) -> tuple[str, ...]:
    """Three to five sentences, for a plan as it is now; `trainings` is how many there are at most, where settings are searched for."""
    said = [_kind(plan, profile), _size(plan, profile), _effort(plan, profile), _split(plan, profile), _change(plan, profile)]
    if trainings:
        how = f"it begins with this design and the other kinds, and follows what works, in {trainings} trainings at most"
        said[1:3] = [f"The effort is Search: {how}."]
        said[-1] = "What would change this: more trainings find better settings, each a little less likely; more rows help more."
    return tuple(sentence for sentence in said if sentence)


def _kind(plan: Plan, profile: Profile) -> str:
    choices = advice.architectures(profile, plan.inputs, plan.task)
    own = next((choice for choice in choices if choice.architecture.kind == plan.architecture.kind), None)
    title = type(plan.architecture).title
    if own is None:
        return f"{title}: your choice; it is not among those that are proposed for these columns."
    if own is choices[0]:
        return f"{title}: {own.why[:1].lower()}{own.why[1:]}"
    return f"{title}: your choice. {type(choices[0].architecture).title} would be proposed for these columns."


def _size(plan: Plan, profile: Profile) -> str:
    proposed = {c.architecture.kind: c.architecture for c in advice.architectures(profile, plan.inputs, plan.task)}
    usual = proposed.get(plan.architecture.kind)
    own = plan.architecture
    changed = [p.label for p in own.params() if usual is not None and getattr(usual, p.name) != getattr(own, p.name)]
    if changed:
        return f"Its size is as you set it ({', '.join(changed[:3])}), not as is proposed for {count(profile.rows, 'row')}."
    if effort.unsuitable(plan, profile) or not own.grows:
        return ""
    many, kind = count(profile.rows, "row"), type(own)
    few, most = (kind.propose(profile.model_copy(update={"rows": rows}), plan.inputs, plan.task) for rows in (FEW, 10 * MANY))
    if few is None or most is None or few[0] == most[0]:
        return ""
    if own == few[0]:
        return f"It has its smaller size: from {many} a larger one would mostly take longer, or learn them by heart."
    if own == most[0]:
        return f"{many} can teach a large one without its learning them by heart."
    return f"It is of a middling size, which suits {many} of {count(len(plan.inputs), 'column')}."


def _effort(plan: Plan, profile: Profile) -> str:
    if reason := effort.unsuitable(plan, profile):
        return reason
    if plan.team is None:
        return "The effort is Quick: see first whether anything can be learned at all; more effort makes steadier what works."
    each = plan.team.folds * plan.team.repeats
    kinds = "of its kind" if not plan.team.others else f"of each of {1 + len(plan.team.others)} kinds"
    rows = "each steered by other rows, so that every row that is not kept unseen teaches most of them"
    how = rows if splits.of(plan.split).turns else "each from another starting point"
    return f"The effort is {effort.TITLES[effort.of(plan)]}: {each} models {kinds}, {how}."


def _split(plan: Plan, profile: Profile) -> str:
    """What keeps it honest for groups or times, where the rows are divided by them."""
    known = {column.id: column.name for column in profile.columns}
    name = known.get(plan.split.column, "")
    method = splits.of(plan.split)
    if method.is_whole and name:
        more = "values of it" if method.names_cases else "cases"
        said = f"Rows with the same {method.case(name)} stay on one side"
        return f"{said}: only more {more}, not more rows of the same, would allow a larger model."
    if method.takes_gap and name:
        return f"It is judged on the newest rows by '{name}': if what you ask about changes with time, train it anew rather than larger."
    return ""


def _change(plan: Plan, profile: Profile) -> str:
    if effort.unsuitable(plan, profile):
        return f"More pictures than the {profile.rows:,} here would allow a larger network."
    if plan.team is None:
        return "What would change this: more rows allow a larger model, and a little more time buys Good or Best."
    return "What would change this: more rows allow larger models, and less time leaves out the slowest kinds first."
