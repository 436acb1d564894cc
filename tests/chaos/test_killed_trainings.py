"""Real networks in real workers that are killed at random: the weights are those of a training that nobody disturbed.

Four kills in the default suite, two hundred under `chaos`: a third of them of the network for pictures.
"""

import hashlib
import random
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from engine import advice, bundle, checkpoints, datasets
from engine import plan as plans
from engine.architectures import ARCHITECTURES
from engine.jobs import rounds
from engine.jobs.rounds import Rounds
from engine.jobs.supervisor import Here
from engine.plan import Plan
from engine.store import metrics, models, runs
from engine.store.runs import Run
from engine.store.workspace import Workspace
from tests.chaos import fire
from tests.flow.watching import until

pytestmark = pytest.mark.slow
SAMPLES = Path(__file__).parents[2] / "sample_data"
FEW, MANY = 4, fire.full(200)
TABLE, PICTURES = ("breast_cancer.csv", "mlp", 400), ("steel_defects.zip", "cnn", 12)
CASES = [
    pytest.param(*TABLE, FEW - FEW // 3, id="mlp-few", marks=pytest.mark.timeout(600)),
    pytest.param(*PICTURES, FEW // 3, id="cnn-few", marks=pytest.mark.timeout(600)),
    fire.many(*TABLE, MANY - MANY // 3),
    fire.many(*PICTURES, MANY // 3),
]
VARIED: dict[str, dict] = {"cnn": {"flip": "both", "shift": 0.1}}
LONGEST, MOST_A_RUN = 4.0, 12
Moment = Callable[[Workspace, Run], bool]


@pytest.mark.parametrize(("sample", "kind", "epochs", "kills"), CASES)
def test_killed_at_random_it_ends_with_the_same_weights(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, sample: str, kind: str, epochs: int, kills: int
) -> None:
    monkeypatch.setattr(rounds, "BACK_OFF", (0.0,))
    plan = planned(workspace, sample, kind, epochs)
    whole = Here(workspace, runs.add(workspace, plan).id).wait()
    assert whole.state == "succeeded", whole.message
    chance, killed, furthest = random.Random(f"{kind} {kills}"), 0, 0.0
    while killed < kills:
        torn, hit = torn_apart(workspace, plan, min(kills - killed, MOST_A_RUN), chance)
        killed, furthest = killed + hit, max(furthest, torn.resumed)
        print(f"\n{kind}: {hit} kills ({killed} in all), went on at {torn.resumed:.2f} at last", flush=True)
        assert (torn.state, torn.score, torn.attempt) == ("succeeded", whole.score, hit + 1)
        assert weights(workspace, torn.id) == weights(workspace, whole.id)
        assert report(workspace, torn.id) == report(workspace, whole.id)
        assert measures(workspace, torn.id) == measures(workspace, whole.id)
    assert furthest > 0, "it never went on: this shows nothing"


def torn_apart(workspace: Workspace, plan: Plan, kills: int, chance: random.Random) -> tuple[Run, int]:
    """A training of which at most so many attempts are killed, at random after each of `MOMENTS` in turn; how many were."""
    id = runs.add(workspace, plan).id
    looking, killed = Rounds(workspace, attempts=1000), 0
    while killed < kills:
        ready = partial(_works, workspace, id, killed + 1, MOMENTS[killed % len(MOMENTS)])
        until(lambda ready=ready: not looking.step() or ready(), "the next attempt works", 90)
        time.sleep(chance.uniform(0, LONGEST))
        if runs.get(workspace, id).is_done:
            break
        killed += sum(fire.kill(worker) for worker in fire.at_work(workspace))
    until(lambda: not looking.step(), "the run ends", 120)
    return runs.get(workspace, id), killed


def planned(workspace: Workspace, sample: str, kind: str, epochs: int) -> Plan:
    dataset = datasets.add(workspace, SAMPLES / sample, sample)
    table, profile = datasets.table(workspace, dataset.id), datasets.profile(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, table, profile)
    shape = ARCHITECTURES.get(kind)(widths=(16, 16), dropout=0.2, batch_norm=True, **VARIED.get(kind, {}))
    steps = tuple(step for step, _ in advice.recipe(profile, plan.inputs, shape))
    plan = plan.model_copy(update={"architecture": shape, "recipe": steps, "training": advice.training(profile, shape)})
    for setting, value in {"epochs": epochs, "patience": 0, "batch_size": 16}.items():
        plan = plans.with_setting(plan, f"training.{setting}", str(value))
    return plan


def weights(workspace: Workspace, run: str) -> str:
    network = bundle.load(models.folder(workspace, run)).model.keras_model
    return hashlib.sha256(b"".join(x.tobytes() for x in network.get_weights())).hexdigest()


def report(workspace: Workspace, run: str) -> bytes:
    return (models.folder(workspace, run) / "report.json").read_bytes()


def measures(workspace: Workspace, run: str) -> dict:
    """Those of whole epochs; within them they depend on when it was asked."""
    found = metrics.series(workspace, run)
    within = found.pop("running_loss", ([], []))[0]
    assert within == sorted(set(within))
    return found


def _works(workspace: Workspace, id: str, attempt: int, moment: Moment) -> bool:
    run = runs.get(workspace, id)
    return run.begun == attempt and moment(workspace, run)


def _has_kept(workspace: Workspace, run: Run) -> bool:
    """So that the next attempt has something to go on from."""
    kept = checkpoints.newest(workspace.checkpoints(run.id))
    return kept is not None and kept.step > run.resumed


def _has_measured(workspace: Workspace, run: Run) -> bool:
    return max((steps[-1] for steps, _ in metrics.series(workspace, run.id).values()), default=0.0) > run.resumed


def _has_begun(workspace: Workspace, run: Run) -> bool:
    return True


MOMENTS: tuple[Moment, ...] = (_has_kept, _has_measured, _has_begun)
