"""How often unseen rows were looked at: one look for each run whose judgement on them was shown. The very same plan trained again to
the same score shows nothing new and counts no more.

Rows that decide between many models are no longer unseen, so each look makes the best score a little luckier than it is good.
"""

from engine.store import db
from engine.store.records import now
from engine.store.workspace import Workspace


def add(workspace: Workspace, dataset: str, digest: str, run: str) -> None:
    """The judgement of that run was shown, on the unseen rows that `digest` (see `split.digest`) tells; shown again it counts no more."""
    if _is_noted(workspace, dataset, digest, run):
        return
    with db.write(workspace) as database:
        database.execute(
            "INSERT OR IGNORE INTO looks (dataset, digest, run, at) VALUES (?, ?, ?, ?)",
            (dataset, digest, run, now()),
        )


def add_said(workspace: Workspace, dataset: str, digest: str) -> None:
    """Every run that was judged on those rows: where it ends, its score is said on every open page, and later among the runs."""
    judged = (
        "SELECT id FROM runs WHERE dataset = ? AND state = 'succeeded' AND json_extract(facts, '$.unseen') = ? "
        "AND NOT coalesce(json_extract(plan, '$.split.spares_unseen'), 0)"
    )
    for run in db.rows(workspace, judged, (dataset, digest)):
        add(workspace, dataset, digest, run["id"])


def count(workspace: Workspace, dataset: str, digest: str, besides: str = "") -> int:
    """How many runs were judged on those rows before somebody's eyes; runs deleted since count as well, those with the plan of the run
    `besides` do not."""
    sql = (
        "SELECT count(*) AS many FROM looks LEFT JOIN runs AS seen ON seen.id = looks.run WHERE looks.dataset = ? AND digest = ? "
        "AND coalesce(seen.plan <> (SELECT plan FROM runs WHERE id = ?), 1)"
    )
    return int(db.rows(workspace, sql, (dataset, digest, besides))[0]["many"])


def had_others(workspace: Workspace, dataset: str, digest: str) -> bool:
    """Whether other rows of that dataset were unseen before and judged: by another division, or turn by turn. Some of them may be the same.

    Rows of a second file are none of it.
    """
    sql = (
        "SELECT 1 FROM runs WHERE dataset = ? AND state = 'succeeded' AND json_extract(facts, '$.unseen') <> ? "
        "AND coalesce(json_extract(plan, '$.split.outside'), '') = '' "
        "AND NOT coalesce(json_extract(plan, '$.split.spares_unseen'), 0) LIMIT 1"
    )
    return bool(db.rows(workspace, sql, (dataset, digest)))


def _is_noted(workspace: Workspace, dataset: str, digest: str, run: str) -> bool:
    sql = (
        "SELECT 1 FROM looks LEFT JOIN runs AS seen ON seen.id = looks.run "
        "WHERE looks.dataset = ? AND digest = ? AND (run = ? OR EXISTS (SELECT 1 FROM runs AS own WHERE own.id = ? "
        "AND own.plan = seen.plan AND own.score = seen.score))"
    )
    return bool(db.rows(workspace, sql, (dataset, digest, run, run)))
