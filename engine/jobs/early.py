"""A training prepared before anybody has started it: rows read and prepared, the network built and traced. At most one is kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine import journal
from engine.jobs import resumption
from engine.store.runs import Run
from engine.store.workspace import Workspace
from engine.tell import Cancelled, Tell, Wish

if TYPE_CHECKING:
    from engine.plan import Plan
    from engine.training import Prepared


class Early:
    """What has been prepared, if anything. It is only a gain of time: whatever goes wrong here, the run itself says it."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._identity = ""
        self._prepared: Prepared | None = None

    def prepare(self, plan: dict[str, Any], is_over: Callable[[], bool]) -> bool:
        """Prepares that plan instead of the one before, unless `is_over` says meanwhile that something else is wanted."""
        identity = resumption.identity(self._workspace, str(plan.get("dataset")), plan)
        if identity == self._identity:
            return True
        self._identity, self._prepared = "", None
        if is_over():
            return False
        try:
            self._prepared = _ready(self._workspace, plan, _Listening(is_over))
        except Cancelled:
            return False
        except Exception as error:
            journal.say(f"Nothing was prepared: {type(error).__name__}: {error}")
            return False
        self._identity = identity
        return True

    def take(self, run: Run) -> "Prepared | None":
        """What was prepared if it is for this run's plan and its rows as they are now; else None. It is handed out once."""
        from engine.plan import Plan

        prepared, identity = self._prepared, self._identity
        self._prepared, self._identity = None, ""
        if prepared is None or identity != resumption.identity(self._workspace, run.dataset, run.plan):
            return None
        return replace(prepared, plan=Plan.model_validate(run.plan))


def prepare(workspace: Workspace, plan: "Plan", tell: Tell) -> "Prepared":
    """Reads the rows that the plan needs and prepares them."""
    from engine import datasets, mapped, outside, tables, training
    from engine import plan as plans

    mapped.use(workspace.runs)
    tell.stage("Reading the rows")
    columns = plans.needed(plan)
    table = datasets.table(workspace, plan.dataset, columns)
    if not plan.split.outside:
        return training.prepare(plan, table, tell)
    others = outside.rows(workspace, plan.split.outside, table.columns, required=[*plan.inputs, plan.target])
    return training.prepare(plan, tables.joined(table, others), tell, outside=len(others))


def _ready(workspace: Workspace, plan: dict[str, Any], tell: Tell) -> "Prepared":
    from engine import training
    from engine.plan import Plan

    return training.get_ready(prepare(workspace, Plan.model_validate(plan), tell), tell)


class _Listening(Tell):
    """Has the preparation given up between two of its parts when something else is wanted."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over = is_over

    def stage(self, text: str, done: float | None = None) -> Wish:
        return "cancel" if self._is_over() else "go on"
