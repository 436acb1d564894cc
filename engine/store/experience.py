"""How long trainings went on before, on the same data: what the next one of that kind is expected to take.

Only whole ones count: of a single model, neither stopped nor cut short, with the same settings of learning.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from engine.store import db
from engine.store.workspace import Workspace

if TYPE_CHECKING:
    from engine.plan import Plan

LATEST = 50
"""So many runs are looked at."""


@dataclass(frozen=True)
class Went:
    """The epochs after which a training ended, and those for which it then learned once more."""

    epochs: int
    again: int = 0


def of(workspace: Workspace, plan: "Plan") -> Went | None:
    """How the latest training of this kind of model with these settings went, whatever its columns and their preparation."""
    kind, training = plan.architecture.kind, plan.training.model_dump(mode="json")
    ended = (
        "SELECT id FROM runs WHERE dataset = ? AND state = 'succeeded' AND coalesce(wish, '') <> 'stop' AND reason = '' "
        "ORDER BY ended DESC LIMIT ?"
    )
    ids = [str(row["id"]) for row in db.rows(workspace, ended, (plan.dataset, LATEST))]
    same = (went for target, learned, by, went in _read(workspace, tuple(ids)) if (target, learned, by) == (plan.target, kind, training))
    return next(same, None)


@lru_cache(maxsize=16)
def _read(workspace: Workspace, ids: Sequence[str]) -> list[tuple[str, str, dict[str, Any], Went]]:
    """(target, kind of architecture, settings of learning, how it went) of those runs, the first first. What has ended does not change."""
    places = ", ".join("?" * len(ids))
    sql = (
        "SELECT id, json_extract(plan, '$.target') AS target, json_extract(plan, '$.architecture.kind') AS kind, "
        "json_extract(plan, '$.training') AS training, json_extract(facts, '$.epoch') AS epochs, "
        f"coalesce(json_extract(facts, '$.again'), 0) AS again FROM runs WHERE id IN ({places}) "
        "AND json_extract(plan, '$.team') IS NULL AND json_extract(facts, '$.epoch') > 0"
    )
    found = {
        str(row["id"]): (row["target"], row["kind"], json.loads(row["training"]), Went(int(row["epochs"]), int(row["again"])))
        for row in db.rows(workspace, sql, ids)
    }
    return [found[id] for id in ids if id in found]
