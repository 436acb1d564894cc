"""Looking for better settings: several trainings with other settings, compared on the rows that steer; the best is judged once."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine import advice, split
from engine.plan import Plan, name_of
from engine.problems import Problem
from engine.spec import Spec, param
from engine.studies import _halving, _sampler, _space
from engine.studies._sampler import Tried
from engine.studies.base import WINNER, Asked, Child, Look, Study, divided
from engine.wording import count

if TYPE_CHECKING:
    from engine.profile import Profile

TRIAL = "trial"
MOST_WAYS = 3
FEW_ROWS = 500


class Tuning(Study):
    """Trains with other settings again and again, follows what works, and judges only the best of them on the unseen rows."""

    kind: Literal["tuning"] = "tuning"
    title = "Look for better settings"
    order = 20
    halts: ClassVar[Literal["stop", "cancel"]] = "stop"
    is_effort: ClassVar[bool] = True

    trainings_at_most: int = param(30, "Trainings at most", help="More find better settings, and take longer.", ge=2, le=500)
    minutes: float = param(0.0, "Ready after", unit="minutes", help="Then the best so far is taken. 0 sets no limit.", ge=0, le=1_000_000)
    gives_up_early: bool = param(
        True,
        "Give up early",
        help="Trainings that are clearly behind others after a ninth or a third of their epochs are ended (successive halving).",
        advanced=True,
    )

    def problems(self, plan: Plan, profile: "Profile") -> list[Problem]:
        if _space.space(plan):
            return []
        what = f"'{type(plan.architecture).title}' has no setting of which several are worth trying."
        return [Problem(where=self.title, what=what, fix="Choose another kind of model on the Design page.", level="stop")]

    def trainings(self, plan: Plan, profile: "Profile") -> int:
        return self.trainings_at_most + 1

    def compared(self, plan: Plan, profile: "Profile") -> int:
        return self.trainings_at_most

    def begins_with(self, plan: Plan, profile: "Profile") -> list[Plan]:
        return _firsts(plan, profile)[: self.trainings_at_most]

    @property
    def most_seconds(self) -> float | None:
        return 60 * self.minutes or None

    def within(self, seconds: float) -> "Tuning":
        return self.with_(minutes=seconds / 60)

    def next(self, look: Look, room: int) -> list[Asked]:
        """One at a time, so that each suggestion knows of the one before."""
        tried = look.of(TRIAL)
        if len(tried) >= self.trainings_at_most or room < 1:
            return []
        firsts = _firsts(look.plan, look.profile)
        there = {child.number for child in tried}
        number = next((first for first in range(len(firsts)) if first not in there), look.next_number)
        if number < len(firsts):
            return [_asked(look.plan, number, firsts[number], _settings(look, firsts[number]))]
        dimensions = _space.space(look.plan)
        chosen = _sampler.suggest(dimensions, [_tried(child, look) for child in tried], look.plan.seed, number)
        return [_asked(look.plan, number, _space.with_values(look.plan, chosen), chosen)]

    def is_over(self, look: Look) -> bool:
        return self.most_seconds is not None and look.seconds >= self.most_seconds

    def hopeless(self, look: Look) -> list[Child]:
        """Only trainings whose curves can be compared with the plan's: the same kinds of model and training, equally long."""
        if not self.gives_up_early or not look.plan.training.tells_early:
            return []
        alike = [child for child in look.of(TRIAL) if child.settings]
        curves = {child.number: look.curve(child.run.id)[1] for child in alike}
        epochs = int(getattr(look.plan.training, "epochs", 0))
        found = []
        for child in alike:
            others = [curves[other.number] for other in alike if other.number != child.number]
            is_at_work = child.run.state == "running" and not child.dropped
            if epochs and is_at_work and _halving.falls_behind(curves[child.number], others, epochs):
                found.append(child)
        return found

    def last(self, look: Look) -> Asked | None:
        """The best settings are trained once more, to the same model, and judged on the rows kept unseen."""
        best = best_of(look.of(TRIAL))
        if best is None:
            return None
        won = Plan.model_validate(best.run.plan)
        judged = divided(won, spares_unseen=look.plan.split.spares_unseen)
        is_own_kind = won.architecture.kind == look.plan.architecture.kind
        name = look.plan.name if is_own_kind else name_of(won, look.profile)
        plan = judged.model_copy(update={"team": look.plan.team, "name": f"{name} · best settings"})
        return Asked(look.next_number, plan, WINNER, best.settings)

    def facts(self, look: Look) -> dict[str, Any]:
        trials = look.of(TRIAL)
        best, dimensions = best_of(trials), _space.space(look.plan)
        tried = [_tried(child, look) for child in trials]
        told: dict[str, Any] = {
            "finished": sum(child.has_ended for child in trials),
            "total": self.trainings_at_most,
            "final": 1,
            "dropped": sum(child.dropped for child in trials),
            "best": best.number if best else None,
            "dimensions": [_shown(dimension, look.plan) for dimension in dimensions],
            "importance": _sampler.importance(dimensions, tried, look.plan.seed),
        }
        return told | {"said": _said(trials, best)}


def best_of(trials: Sequence[Child]) -> Child | None:
    """The one with the smallest loss on the rows that steer; of equal ones the first."""
    judged = [child for child in trials if loss(child) is not None and not child.dropped]
    return min(judged, key=lambda child: (loss(child) or 0.0, child.number), default=None)


def loss(child: Child) -> float | None:
    """What a finished training is compared by: its best loss on rows it did not learn from."""
    found = (child.run.facts.get("best") or {}).get("loss")
    return float(found) if child.run.state == "succeeded" and found is not None else None


def measured(child: Child) -> float | None:
    """The main measure on the same rows at that epoch."""
    found = (child.run.facts.get("best") or {}).get("value")
    return float(found) if found is not None else None


def _firsts(plan: Plan, profile: "Profile") -> list[Plan]:
    """Before anything is searched: the plan as it is, its kind of model with the usual settings, and the other kinds that suit."""
    offered = [choice.architecture for choice in advice.architectures(profile, plan.inputs, plan.task)]
    own = [one for one in offered if one.kind == plan.architecture.kind]
    others = [one for one in offered if one.kind != plan.architecture.kind][:MOST_WAYS]
    found = [plan]
    for one in [*own, *others]:
        steps = plan.recipe if one.kind == plan.architecture.kind else tuple(step for step, _ in advice.recipe(profile, plan.inputs, one))
        changed = {"architecture": one, "training": advice.training(profile, one), "recipe": steps}
        made = plan.model_copy(update=changed)
        if all(made != known for known in found):
            found.append(made)
    return found


def _settings(look: Look, plan: Plan) -> dict[str, Any]:
    """Where a fixed plan stands in the space; {} for one of other kinds, which the search cannot follow."""
    if (plan.architecture.kind, plan.training.kind) != (look.plan.architecture.kind, look.plan.training.kind):
        return {}
    return _space.values(plan, split.counts(plan.split, look.profile.rows, look.profile)[0])


def _asked(plan: Plan, number: int, made: Plan, settings: dict[str, Any]) -> Asked:
    """One model each, also where the plan asks for several that answer together; the unseen rows stay unseen."""
    made = divided(made, spares_unseen=True).model_copy(update={"team": None, "name": f"{plan.name} · settings {number + 1}"})
    return Asked(number, made, TRIAL, settings)


def _tried(child: Child, look: Look) -> Tried:
    if child.dropped:
        losses = look.curve(child.run.id)[1]
        return Tried(child.settings, min(losses, default=None), child.run.is_done, True, len(losses))
    return Tried(child.settings, loss(child), child.run.is_done)


def _shown(dimension: _space.Dimension, plan: Plan) -> dict[str, Any]:
    part, name = dimension.path.split(".")
    spec: Spec = getattr(plan, part)
    return {
        "path": dimension.path,
        "label": dimension.param.label,
        "log": dimension.is_log,
        "values": list(dimension.values),
        "now": _space.plain(getattr(spec, name)),
    }


def _said(trials: Sequence[Child], best: Child | None) -> str:
    if best is None:
        return "No training has ended yet."
    tried = count(sum(child.has_ended for child in trials), "training")
    if best.number == 0 and sum(child.has_ended for child in trials) == 1:
        return "The first training was that of your own settings; the others try to be better."
    if best.number == 0:
        return f"After {tried} nothing was better than your own settings."
    mine = next((loss(child) for child in trials if child.number == 0), None)
    found = loss(best)
    if not mine or found is None:
        return f"The best of {tried} so far is number {best.number + 1}."
    better = f"{100 * (1 - found / mine):.0f} % less wrong than your own settings (loss)"
    rows = int((best.run.facts.get("rows") or {}).get("validation") or 0)
    luck = f" These are only {count(rows, 'row')}, so a part of that is luck." if 0 < rows < FEW_ROWS else ""
    return f"The best of {tried} is number {best.number + 1}: on the rows that steer it is {better}.{luck}"
