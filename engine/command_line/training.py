"""`modelwright train`: read, propose, apply what was asked, check, train in a worker, tell how good it is."""

import json
import re
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from pydantic import ValidationError

from engine import advice, checks, datasets, extras, overrides, real_values, refusals, verdicts
from engine import effort as efforts
from engine import plan as plans
from engine.architectures import ARCHITECTURES
from engine.cli import give, tell
from engine.errors import EngineError, InvalidPlan, NotFound
from engine.jobs import supervisor
from engine.panels import Measure, Report, Scores
from engine.plan import Plan
from engine.problems import Problem, stops
from engine.profile import Profile
from engine.store import looks, runs
from engine.store.runs import Run
from engine.store.workspace import Workspace

PERIOD = 0.2
STATES = {"queued": "Waiting for its turn", "starting": "Starting", "running": "Preparing the rows", "interrupted": "Waiting to go on"}


@dataclass(frozen=True)
class Order:
    """What was asked on the command line."""

    data: Path
    target: str
    task: str
    architecture: str
    settings: tuple[str, ...]
    plan: Path | None
    seed: int
    out: Path | None
    sign: str = ""
    effort: str = ""
    minutes: float = 0.0


def train(order: Order, at: Path | None, as_json: bool) -> None:
    """Trains and tells. Raises EngineError for what the user can mend, also when the run fails."""
    workspace, plan = ready(order, at)
    run = runs.add(workspace, plan, name=plan.name)
    result = finished(workspace, _follow(workspace, run), order)
    if as_json:
        give(result)


def ready(order: Order, at: Path | None) -> tuple[Workspace, Plan]:
    """The data read, and the plan proposed, changed as asked and checked."""
    if order.out:
        _refuse_other_things(order.out)
    _refuse_unknown(order)
    workspace = Workspace.open(at)
    dataset = datasets.add(workspace, order.data, order.data.name, on_progress=_reading)
    for change in dataset.changes:
        tell(f"  {change.words()}")
    plan = _plan(workspace, dataset.id, order)
    return workspace, _checked(workspace, plan, order.sign)


def finished(workspace: Workspace, run: Run, order: Order) -> dict[str, object]:
    """Puts the model where it was asked for, tells how good it is, and gives that for a program."""
    bundle = workspace.run(run.id) / "bundle"
    if order.out:
        _put(bundle, order.out)
    report = Report.model_validate_json((bundle / "report.json").read_text())
    tell(report.headline)
    for problem in checks.flattering(_found(workspace, Plan.model_validate(run.plan))):
        tell(f"  This may look better than it is: {problem.sentence}")
    _look(workspace, run)
    return _result(run, report, order.out or bundle)


def _look(workspace: Workspace, run: Run) -> None:
    """The judgement has been shown: that is a look at the unseen rows."""
    if unseen := run.facts.get("unseen"):
        looks.add(workspace, run.dataset, str(unseen), run.id)
        if said := verdicts.chosen_by(looks.count(workspace, run.dataset, str(unseen))):
            tell(said)


def _plan(workspace: Workspace, dataset: str, order: Order) -> Plan:
    profile = datasets.profile(workspace, dataset)
    table = datasets.some(workspace, dataset)
    if order.plan:
        made = _stored(order.plan, dataset)
    else:
        target = table.named(order.target).id if order.target else None
        asked = {"task": order.task, "architecture": order.architecture}
        made, reasons = advice.plan(dataset, table, profile, target, {name: value for name, value in asked.items() if value})
        for reason in reasons:
            tell(f"  {reason}")
    if order.architecture and made.architecture.kind != order.architecture:
        made = _with_architecture(made, profile, order.architecture)
    for setting in order.settings:
        made = _with_setting(made, setting)
    made = _with_effort(made, profile, order)
    return made.model_copy(update={"seed": order.seed, "name": plans.name_of(made, profile)})


def _stored(path: Path, dataset: str) -> Plan:
    try:
        return Plan.model_validate(json.loads(path.read_text()) | {"dataset": dataset})
    except OSError as error:
        raise NotFound(f"The plan '{path}' cannot be read.", "Name a file that exists.") from error
    except ValidationError as error:
        what, fix = refusals.words(Plan, error)
        raise InvalidPlan(f"'{path}' cannot be followed: {what}", fix or "Take the plan.json out of a bundle.") from error
    except (TypeError, ValueError) as error:
        raise InvalidPlan(f"'{path}' is not a plan.", "Take the plan.json out of a bundle.") from error


def _with_architecture(plan: Plan, profile: Profile, kind: str) -> Plan:
    wanted = ARCHITECTURES.get(kind)
    extras.need(wanted.library, wanted.title)
    offered = [c.architecture for c in advice.architectures(profile, plan.inputs, plan.task) if c.architecture.kind == kind]
    if not offered:
        raise InvalidPlan(f"'{wanted.title}' cannot learn from these columns.", f"Choose one of: {', '.join(ARCHITECTURES.members)}.")
    steps = tuple(step for step, _ in advice.recipe(profile, plan.inputs, offered[0]))
    return plan.model_copy(update={"architecture": offered[0], "recipe": steps, "training": advice.training(profile, offered[0])})


def _refuse_unknown(order: Order) -> None:
    """Before a long file is read. Raises InvalidPlan."""
    if order.architecture:
        ARCHITECTURES.get(order.architecture)
    if order.effort == "search":
        raise InvalidPlan("A search is a command of its own.", "Run: modelwright tune, with the same file and target.")
    if order.effort and order.effort not in efforts.EFFORTS:
        raise InvalidPlan(f"There is no effort '{order.effort}'.", f"Choose one of: {', '.join(efforts.EFFORTS)}.")


def _with_effort(plan: Plan, profile: Profile, order: Order) -> Plan:
    """The effort of a given plan stays unless another is asked for. Raises InvalidPlan."""
    if not order.effort and not order.minutes:
        return plan
    wanted = cast(efforts.Effort, order.effort or efforts.of(plan))
    if wanted == "quick" and order.minutes:
        raise InvalidPlan("Only a training with more effort can be given a time.", "Add --effort good or --effort best to --minutes.")
    if wanted != "quick" and (reason := efforts.unsuitable(plan, profile)):
        raise InvalidPlan(reason, "Leave --effort out.")
    made = efforts.apply(plan, profile, wanted, 60 * order.minutes)
    many = f"Up to {efforts.members(made)} models are trained; those that help answer together."
    tell(f"  {many if made.team else 'One model is trained.'}")
    return made


def _with_setting(plan: Plan, setting: str) -> Plan:
    """`path=value`; a list may be written 64,32. Raises InvalidPlan."""
    path, found, value = setting.partition("=")
    if not found:
        raise InvalidPlan(f"'--set {setting}' has no value.", "Write it as --set training.epochs=5.")
    try:
        return plans.with_setting(plan, path.strip(), value.strip())
    except InvalidPlan as error:
        if not re.fullmatch(r"\s*\d+(\s*,\s*\d+)*\s*", value):
            raise
        try:
            return plans.with_setting(plan, path.strip(), f"[{value}]")
        except InvalidPlan:
            raise error from None


def _checked(workspace: Workspace, plan: Plan, sign: str) -> Plan:
    """The plan, with the stops that may be signed for signed by `sign`. Raises InvalidPlan for the first stop that remains."""
    profile, found = datasets.profile(workspace, plan.dataset), _found(workspace, plan)
    problems = plans.check(plan, profile, found)
    for problem in [problem for problem in stops(problems) if sign and problem.pledge]:
        plan = overrides.sign(plan, problem, sign, datetime.now(UTC))
    problems = plans.check(plan, profile, found)
    for problem in problems:
        tell(f"  {problem.level}: {problem.where}: {problem.what} {problem.fix}{_id(problem)}")
    if blocking := stops(problems):
        first = blocking[0]
        signing = f' Or say "{first.pledge}" with your name: --sign "Your Name".' if first.pledge else ""
        raise InvalidPlan(f"{first.where}: {first.what}", f"{first.fix}{signing}")
    return plan


def _found(workspace: Workspace, plan: Plan) -> list[Problem]:
    """What the checks see in the rows."""
    real = real_values.of(datasets.get(workspace, plan.dataset))
    case = checks.Case(plan, datasets.profile(workspace, plan.dataset), datasets.some(workspace, plan.dataset), real=real)
    return checks.search(case)


def _id(problem: Problem) -> str:
    return f" ({problem.check})" if problem.check else ""


def _follow(workspace: Workspace, run: Run) -> Run:
    """Waits for the run, telling each epoch. Ctrl+C stops it and keeps the best model; a second one cancels."""
    here = supervisor.run_here(workspace, run.id)
    line = Line()
    while True:
        try:
            run = here.poll()
            line.show(run)
            if run.is_done:
                break
            time.sleep(PERIOD)
        except KeyboardInterrupt:
            tell("\nStopping; the best model so far is kept. Press Ctrl+C again to throw it away." if not run.wish else "\nCancelling.")
            runs.wish(workspace, run.id, "cancel" if run.wish else "stop")
    line.end()
    if run.state != "succeeded":
        raise EngineError(run.message or f"The run ended as {run.state}.", f"Its log is {workspace.run(run.id) / 'log.txt'}.")
    return run


class Line:
    """Progress on one line of a terminal, or one line a stage where there is none."""

    def __init__(self) -> None:
        self._last = ""
        self._is_terminal = sys.stderr.isatty()

    def show(self, run: Run) -> None:
        facts = run.facts
        words = str(facts.get("stage") or STATES.get(run.state, run.state))
        if facts.get("epoch"):
            of_team = bool(facts.get("team"))
            words = f"{'Models ready:' if of_team else 'Epoch'} {facts['epoch']} of {facts.get('epochs')}"
            words += f", {_left(facts)} left" if facts.get("seconds_left") and self._is_terminal else ""
        self.say(words)

    def say(self, words: str) -> None:
        """Shows these words instead of the last ones."""
        if words == self._last:
            return
        self._last = words
        print(f"\r\x1b[K{words}" if self._is_terminal else words, end="" if self._is_terminal else "\n", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._is_terminal:
            print(file=sys.stderr)


def _left(facts: Mapping[str, Any]) -> str:
    most = facts["seconds_left"]
    return f"about {facts.get('seconds_left_likely', most):.0f} s"


def _reading(done: float, words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{words} {done:.0%}", end="" if done < 1 else "\n", file=sys.stderr, flush=True)


def _put(bundle: Path, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".zip":
        shutil.make_archive(str(out.with_suffix("")), "zip", bundle)
        return
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(bundle, out)


def _refuse_other_things(out: Path) -> None:
    """Before hours of training, not after: what is there and is not a model is never overwritten."""
    is_model = out.suffix == ".zip" or (out.is_dir() and (not any(out.iterdir()) or (out / "manifest.json").exists()))
    if out.exists() and not is_model:
        raise EngineError(f"'{out}' exists and is not a model.", "Choose another --out.")


def _result(run: Run, report: Report, bundle: Path) -> dict[str, object]:
    return {
        "run": run.id,
        "name": run.name,
        "headline": report.headline,
        "verdict": report.verdict,
        **measures(report),
        "rows": {"training": report.rows_training, "validation": report.rows_validation, "test": report.rows_test},
        "seconds": run.facts.get("seconds"),
        "bundle": str(bundle),
    }


def measures(report: Report) -> dict[str, dict[str, Any]]:
    """The report's numbers for a program: the model's with their intervals, the trivial answer's, the linear model's."""
    table = next((panel for panel in report.panels if isinstance(panel, Scores)), None)
    found = table.measures if table else [report.main]
    return {
        "metrics": {m.name: _score(m) for m in found},
        "baseline": {m.name: m.baseline.value for m in found if m.baseline},
        "linear": {m.name: m.linear.value for m in found if m.linear},
    }


def _score(measure: Measure) -> dict[str, object]:
    return {
        "value": measure.model.value,
        "low": measure.model.low,
        "high": measure.model.high,
        "unit": measure.unit,
        "better": measure.better,
    }
