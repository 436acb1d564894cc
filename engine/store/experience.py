"""How long trainings went on before, on the same data: what the next one of that kind is expected to take.

Only whole ones count, neither stopped nor cut short: of a single model with the same settings of learning, or of the very same plan.
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
    found = _read(workspace, _latest(workspace, plan.dataset))
    same = (went for target, learned, by, went in found if (target, learned, by) == (plan.target, kind, training))
    return next(same, None)


def took(workspace: Workspace, plan: "Plan") -> float | None:
    """The seconds of the latest training of the very same plan, of one model or many, whatever its name."""
    return _seconds(workspace, _latest(workspace, plan.dataset)).get(plan.model_dump_json(exclude={"name"}))


def _latest(workspace: Workspace, dataset: str) -> tuple[str, ...]:
    sql = (
        "SELECT id FROM runs WHERE dataset = ? AND state = 'succeeded' AND coalesce(wish, '') <> 'stop' AND reason = '' "
        "ORDER BY ended DESC LIMIT ?"
    )
    return tuple(str(row["id"]) for row in db.rows(workspace, sql, (dataset, LATEST)))


@lru_cache(maxsize=16)
def _seconds(workspace: Workspace, ids: Sequence[str]) -> dict[str, float]:
    """What each plan (as JSON, without its name) took, of those runs; the latest counts."""
    sql = (
        "SELECT json_remove(plan, '$.name') AS plan, json_extract(facts, '$.seconds') AS seconds FROM runs "
        f"WHERE id IN ({', '.join('?' * len(ids))}) AND json_extract(facts, '$.seconds') > 0 ORDER BY ended"
    )
    return {str(row["plan"]): float(row["seconds"]) for row in db.rows(workspace, sql, ids)}


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
