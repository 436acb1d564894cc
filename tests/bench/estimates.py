"""How well the time of a training is known before its start and after its first epoch, over 20 plans on public tables.

Each is estimated as the Design page does, then trained after a click, by the supervisor. Prints, for each plan, the
seconds predicted and taken, epochs, the memory predicted and taken, and the median and worst ratio.
With --again, a single model of the same kind has been trained on the same data before, by another division of its rows.
Run: python -m tests.bench.estimates --data FOLDER [--sets heart concrete] [--ways quick mlp] [--again]
"""

import argparse
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from engine import advice, datasets, effort
from engine.jobs import answers, supervisor
from engine.plan import Plan
from engine.store import preparing, runs, usage
from engine.store.workspace import Workspace
from tests.bench.quality import CASES, Case, set_for

WAYS = ("quick", "mlp", "boosted_trees", "good")
PERIOD, LOOKED_AT = 0.05, 12.0


@dataclass(frozen=True)
class Taken:
    """One training: what was said before it, what was said of it once its first epoch was over, and what it took."""

    name: str
    said: dict[str, float]
    first: tuple[float, float, float] | None
    seconds: float
    steps: float
    megabytes: float


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--sets", nargs="*", default=["heart", "german", "concrete", "wine", "telco"])
    asked.add_argument("--ways", nargs="*", default=WAYS)
    asked.add_argument("--again", action="store_true")
    told = asked.parse_args()
    found = []
    print("plan                            said           range    took  ratio after first        epochs  MB said   took")
    for case in (case for case in CASES if case.name in told.sets):
        for way in told.ways:
            found.append(_one(case, way, told.data, told.again))
            _show(found[-1])
    off = [abs(one.said["seconds"] / one.seconds - 1) for one in found]
    print(f"before the start: median off by {100 * statistics.median(off):.0f} %, {sum(x <= 0.4 for x in off)} of {len(off)} within 40 %")
    later = [(one.first, one.seconds) for one in found if one.first]
    if later:
        off = [abs(likely / seconds - 1) for (_, likely, _), seconds in later]
        inside = sum(0.9 * least <= seconds <= 1.1 * most for (least, _, most), seconds in later)
        print(f"after the first: median off by {100 * statistics.median(off):.0f} %, {sum(x <= 0.1 for x in off)} within 10 %,")
        print(f"{sum(x <= 0.4 for x in off)} of {len(off)} within 40 %;")
        print(f"the end within the range shown, give or take 10 %: {inside} of {len(later)}")


def _show(one: Taken) -> None:
    said, span = one.said, f"{one.said['seconds_low']:.0f} to {one.said['seconds_high']:.0f}"
    first = " ".join(f"{seconds:.0f}" for seconds in one.first) if one.first else "-"
    epochs = f"{one.steps:g} of {said['epochs']:g}"
    print(
        f"{one.name:28s} {said['seconds']:7.1f} {span:>15s} {one.seconds:7.1f} {said['seconds'] / one.seconds:6.2f} {first:>11s} "
        f"{epochs:>13s} {said['megabytes']:8.0f} {one.megabytes:6.0f}",
        flush=True,
    )


def _one(case: Case, way: str, data: Path, is_again: bool) -> Taken:
    with tempfile.TemporaryDirectory() as place:
        workspace = Workspace.open(Path(place) / "space")
        path = Path(place) / "rows.csv"
        case.read(data).to_csv(path, index=False)
        dataset = datasets.add(workspace, path, path.name)
        plan = _plan(workspace, dataset.id, case, way)
        supervisor.ensure(workspace)
        try:
            if is_again:
                before = plan.model_copy(update={"team": None, "seed": plan.seed + 1})
                _trained(workspace, before, "before", answers.estimate(workspace, before.model_dump(mode="json")))
            said = answers.estimate(workspace, plan.model_dump(mode="json"))
            return _trained(workspace, plan, f"{case.name} {way}", said)
        finally:
            supervisor.stop(workspace)


def _plan(workspace: Workspace, dataset: str, case: Case, way: str) -> Plan:
    table, profile = datasets.table(workspace, dataset), datasets.profile(workspace, dataset)
    target = next(column.id for column in profile.columns if column.name == case.target)
    plan, _ = advice.plan(dataset, table, profile, target)
    if way in effort.EFFORTS:
        return effort.apply(plan, profile, way)  # type: ignore[arg-type]
    made: Plan = set_for(plan, profile, way)
    return made


def _trained(workspace: Workspace, plan: Plan, name: str, said: dict[str, float]) -> Taken:
    """From the click on; as in the app, the plan has been looked at for some seconds."""
    preparing.look_at(workspace, plan)
    time.sleep(LOOKED_AT)
    id = runs.add(workspace, plan).id
    began = time.monotonic()
    first: tuple[float, float, float] | None = None
    while not (run := runs.get(workspace, id)).is_done:
        if first is None and (run.facts.get("epoch") or 0) >= 1 and run.facts.get("seconds_left") is not None:
            spent, most = time.monotonic() - began, float(run.facts["seconds_left"])
            least, likely = (float(run.facts.get(f"seconds_left_{which}", most)) for which in ("least", "likely"))
            first = spent + least, spent + likely, spent + most
        time.sleep(PERIOD)
    seconds = time.monotonic() - began
    assert run.state == "succeeded", run.message
    largest = 1e-6 * max((sample.memory for sample in usage.lines(workspace, id)), default=float("nan"))
    steps = float(run.facts.get("epoch") or 0) + float(run.facts.get("again") or 0)
    return Taken(name, said, first, seconds, steps, largest)


if __name__ == "__main__":
    main()
