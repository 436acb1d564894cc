"""A worker for studies whose training is a formula of the plan, so that everything around it can be tested in seconds.

python toy_study.py WORKSPACE RUN ATTEMPT LOCK       TOY_SECONDS: how long a training takes
"""

import math
import os
import sys
import time

from engine.jobs import worker
from engine.jobs.telling import Telling
from engine.keep import Keep
from engine.store.runs import Run
from engine.store.workspace import Workspace
from engine.tell import Cancelled
from tests.flow.toy import keep_model

EPOCHS = 27


def loss(plan: dict) -> float:
    """The nearer the learning rate to 0.01, the better; a large dropout does a little harm."""
    rate = plan["training"]["learning_rate"] or 0.001
    return 0.1 + math.log10(rate / 0.01) ** 2 + 0.1 * plan["architecture"].get("dropout", 0.0)


def work(workspace: Workspace, run: Run, tell: Telling, keep: Keep) -> dict:
    (workspace.path / "trained").open("a").write(f"{run.id} {run.plan['split']['fold']}\n")
    final, step = loss(run.plan), float(os.environ.get("TOY_SECONDS", "0.3")) / EPOCHS
    tell.facts({"rows": {"train": 60, "validation": 20, "test": 20}, "unseen": "digest", "epochs": EPOCHS})
    for epoch in range(1, EPOCHS + 1):
        time.sleep(step)
        wish = tell.metrics(epoch, {"val_loss": final + 1 / epoch})
        if wish == "cancel":
            raise Cancelled
        if wish == "stop":
            break
    tell.facts({"best": {"epoch": epoch, "value": 100 - final, "loss": final + 1 / epoch}, "epoch": epoch})
    keep_model(workspace.run(run.id) / "bundle", [final])
    value = 80.0 + run.plan["split"]["fold"] if run.plan["split"]["folds"] else 100 - final
    judged = "steering" if run.plan["split"]["spares_unseen"] else "unseen"
    return {"label": "Right answers", "value": value, "unit": "%", "better": "higher", "baseline": 50.0, "headline": judged}


if __name__ == "__main__":
    sys.exit(worker.main(sys.argv[1:], work))
