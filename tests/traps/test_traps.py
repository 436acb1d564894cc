"""What the checks are worth: how many planted faults they find, and how often they stop honest data."""

import json
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from engine import advice, checks, datasets
from engine import plan as plans
from engine.checks import Case
from engine.errors import InvalidPlan
from engine.problems import Problem, stops
from engine.store.workspace import Workspace
from tests.traps import more, written, zoo
from tests.traps.zoo import TRAPS, Trap

SAMPLES = Path(__file__).parents[2] / "sample_data"
FEWEST, DETECTED, STOPPED = 40, 0.95, 0.05


@dataclass(frozen=True)
class Outcome:
    trap: Trap
    on_trap: list[Problem]
    on_twin: list[Problem]

    @property
    def is_found(self) -> bool:
        return any((problem.check or "plan") in self.trap.checks for problem in self.on_trap)

    @property
    def stops_twin(self) -> list[Problem]:
        return [problem for problem in self.on_twin if problem.level == "stop"]


def problems_of(trap: Trap, bad: bool, folder: Path) -> list[Problem]:
    try:
        plan, profile, table = zoo.case(trap.make(np.random.default_rng(crc32(trap.name.encode())), bad, folder))
    except InvalidPlan as error:
        return [Problem(where="Plan", what=error.what, fix=error.fix, level="stop")]
    return plans.check(plan, profile, checks.search(Case(plan, profile, table)))


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    folder = tmp_path_factory.mktemp("zoo")
    return [Outcome(t, problems_of(t, True, folder / t.name / "trap"), problems_of(t, False, folder / t.name / "twin")) for t in TRAPS]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["digits.zip", "steel_defects.zip", "breast_cancer.csv", "machine_failure.csv"])
def test_no_sample_is_stopped(name: str, tmp_path: Path) -> None:
    """Among them plates and ones that look much alike, and honest columns that tell the answer well."""
    sample = next(one for one in json.loads((SAMPLES / "samples.json").read_text("utf-8")) if one["file"] == name)
    workspace = Workspace.open(tmp_path / "workspace")
    dataset = datasets.add(workspace, SAMPLES / name, name)
    table, profile = datasets.some(workspace, dataset.id), datasets.profile(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, table, profile, hints={"target": sample["target"], **sample.get("hints", {})})
    assert stops(plans.check(plan, profile, checks.search(Case(plan, profile, table)))) == []


def test_the_zoo_is_large_and_has_every_check_that_looks_at_data() -> None:
    assert more.PICTURES and written.NOTES and len(TRAPS) >= FEWEST
    asked = {id for trap in TRAPS for id in trap.checks} - {"plan"}
    before = {member.id for member in checks.CHECKS.members.values() if {"look", "search"} & set(vars(member))}
    assert asked == before


def test_traps_are_found_and_honest_data_goes_on(outcomes: list[Outcome]) -> None:
    print(f"\n{'trap':34} {'checks':8} {'found':6} {'said on the trap':34} stops of the twin")
    for one in outcomes:
        said = " ".join(sorted({f"{p.check or 'plan'}:{p.level}" for p in one.on_trap if p.level != "info"}))
        stopped = " ".join(p.check or p.what for p in one.stops_twin)
        print(f"{one.trap.name:34} {','.join(one.trap.checks):8} {'yes' if one.is_found else 'NO':6} {said:34} {stopped}")
    found, false = np.mean([one.is_found for one in outcomes]), np.mean([bool(one.stops_twin) for one in outcomes])
    print(f"{len(outcomes)} traps: {100 * found:.0f} % found; {100 * false:.0f} % of the clean twins stopped")
    assert found >= DETECTED
    assert false <= STOPPED
