"""A worker and a supervisor whose training is a counter, so that everything around a training can be tested in seconds.

python toy.py work WORKSPACE RUN ATTEMPT LOCK      python toy.py supervise WORKSPACE
python toy.py spare WORKSPACE SOCKET
python toy.py rounds WORKSPACE                     (a supervisor that does not mind others, for the chaos tests)
The toy's plan is {"steps", "seconds" (a step), "ends" (what the last step does), "keeps" (whether it can go on)}; with "clock" it also
measures the time. In the environment: TOY_PLACES (2) runs at a time, TOY_NEEDED bytes of free disk, TOY_WAIT seconds for the database;
TOY_CLOCK is what the workers' clock comes from ("right": the computer); TOY_SHARE of the time may go into checkpoints (inf: one each step).
"""

import errno
import hashlib
import json
import os
import resource
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from engine import checkpoints
from engine.errors import Diverged, EngineError
from engine.jobs import locks, rounds, spare, supervisor, worker
from engine.jobs.early import Early
from engine.jobs.rounds import Rounds
from engine.jobs.telling import Telling
from engine.keep import Keep, Kept
from engine.store import db, disk
from engine.store.runs import Run
from engine.store.workspace import Workspace
from engine.tell import Cancelled, Paused

LIGHT = f"import runpy, sys; sys.modules.update(pandas=None, numpy=None); runpy.run_path({__file__!r}, run_name='__main__')"
TOY = (sys.executable, "-c", LIGHT, "work")
SPARE = (sys.executable, "-c", LIGHT, "spare")
SUPERVISE = (sys.executable, "-c", LIGHT, "supervise")
ROUNDS = (sys.executable, "-c", LIGHT, "rounds")


class ToyPlan:
    """What `runs.add` needs of a plan."""

    dataset = "d0000000000"
    name = "Toy"

    def __init__(self, steps: int = 20, seconds: float = 0.01, ends: str = "well", keeps: bool = False, **more: object) -> None:
        self.steps, self.seconds, self.ends, self.keeps = steps, seconds, ends, keeps
        vars(self).update(more)

    def model_dump_json(self) -> str:
        return json.dumps(vars(self))


def work(workspace: Workspace, run: Run, tell: Telling, keep: Keep) -> dict:
    """Counts; the best of the losses is kept as the "model". Two at a time on one run would leave a file "twice"."""
    alone = locks.take(workspace.run(run.id) / "alone")
    if alone is None:
        (workspace.run(run.id) / "twice").touch()
    keep = keep if run.plan["keeps"] else Keep()
    found = keep.found()
    losses: list[float] = list(found.values["losses"]) if found else []
    for step in range(len(losses) + 1, run.plan["steps"] + 1):
        time.sleep(run.plan["seconds"])
        losses.append(1 / step)
        wish = tell.metrics(step, {"loss": losses[-1], **({"at": time.time()} if run.plan.get("clock") else {})})
        if wish == "cancel":
            raise Cancelled
        fill_the_disk(step)
        keep.offer(lambda: Kept(len(losses), {"losses": losses}), must=wish == "pause")
        if wish == "pause":
            raise Paused
        if wish == "stop":
            tell.stage("Judging the best model")
            break
    end(run.plan["ends"])
    keep_model(workspace.run(run.id) / "bundle", losses)
    return {"label": "Loss", "value": min(losses), "headline": f"{len(losses)} steps"}


def end(how: str) -> None:
    """The ways a training can end."""
    if how == "badly":
        raise RuntimeError("secret details")
    if how == "mendable":
        raise EngineError("The target has one value.", "Choose another target.")
    if how == "diverged":
        raise Diverged("The loss became infinite.", "Lower the learning rate.")
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(600)
    if how == "loudly":
        for number in range(100_000):
            print(
                f"\r{number}/100000 \x1b[32m[====>....]\x1b[0m loss <b>0.5</b>", "x" * 50, end="\n" if number % 10 == 9 else "", flush=True
            )
        print("the last word", file=sys.stderr, flush=True)
    if how == "beyond its limit":
        resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
        bytearray(2**31)
    if how == "full":
        raise OSError(28, "No space left on device")


def fill_the_disk(step: int) -> None:
    """From step $TOY_FULL_AT on nothing can be made durable."""
    if step >= float(os.environ.get("TOY_FULL_AT", "inf")):

        def full(handle: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        os.fsync = full


class ToyEarly(Early):
    """Takes as long over a plan as it says in "preparing", and writes down which plans it has prepared (by their steps)."""

    def prepare(self, plan: dict, is_over: Callable[[], bool]) -> bool:
        until = time.monotonic() + plan.get("preparing", 0.0)
        while time.monotonic() < until:
            time.sleep(0.01)
            if is_over() and plan.get("hears", True):
                return False
        if plan["ends"] == "killed while preparing":
            os.kill(os.getpid(), signal.SIGKILL)
        with (self._workspace.path / "prepared").open("a") as log:
            log.write(f"{plan['steps']}\n")
        return True


def keep_model(folder: Path, losses: list[float]) -> None:
    folder.mkdir(parents=True)
    text = json.dumps(losses)
    (folder / "model.json").write_text(text, "utf-8")
    digest = hashlib.sha256(text.encode()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps({"files": {"model.json": {"sha256": digest}}}), "utf-8")


def sleep_under_a_wrong_clock() -> None:
    """libfaketime before 0.9.11 breaks the way in which Python sleeps (https://github.com/wolfcw/libfaketime/issues/426)."""
    if "faketime" in os.environ.get("LD_PRELOAD", ""):
        time.sleep = lambda seconds: select.select([], [], [], seconds) and None


def look_after(workspace: Workspace) -> None:
    """A supervisor that runs beside others and without pauses. What it cannot do now it does later, as the real one."""
    rounds.BACK_OFF = (0.0,)
    if clock := os.environ.get("TOY_CLOCK"):
        os.environ["LD_PRELOAD"] = clock.removeprefix("right")
    places = [f"cpu:{number}" for number in range(int(os.environ.get("TOY_PLACES", "2")))]
    restless = Rounds(workspace, places=lambda workspace: places, attempts=1000, program=TOY)
    while True:
        try:
            restless.step()
        except (db.Busy, OSError) as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        time.sleep(0.01)


if __name__ == "__main__":
    command, *arguments = sys.argv[1:]
    checkpoints.LEAST_SECONDS, checkpoints.SHARE = 0.0, float(os.environ.get("TOY_SHARE", "1"))
    sleep_under_a_wrong_clock()
    disk.NEEDED = int(os.environ.get("TOY_NEEDED", disk.NEEDED))
    db.WAIT_SECONDS = float(os.environ.get("TOY_WAIT", db.WAIT_SECONDS))
    if command == "work":
        sys.exit(worker.main(arguments, work))
    if command == "spare":
        sys.exit(spare.main(arguments, lambda: None, work, ToyEarly(Workspace(Path(arguments[0])))))
    place = Workspace(Path(arguments[0]))
    if command == "supervise":
        sys.exit(supervisor.main(arguments, Rounds(place, program=TOY)))
    look_after(place)
