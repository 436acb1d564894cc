"""From a plan and divided rows to a lesson: what every training begins with, alone or in a team."""

from typing import Any

from engine import weights
from engine.architectures.base import Shapes
from engine.columns import Table
from engine.learners.base import Lesson
from engine.plan import Plan
from engine.split import Parts


def begun(plan: Plan, table: Table, parts: Parts, state: dict[str, Any], shapes: Shapes) -> Lesson:
    """All but the prepared rows, which take long when they are many. `state` is what the task learned."""
    y = table.values(plan.target)
    return Lesson(
        architecture=plan.architecture,
        task=plan.task,
        state=state,
        shapes=shapes,
        train={},
        train_y=plan.task.encode(y[parts.train], state),
        validation={},
        validation_y=plan.task.encode(y[parts.validation], state),
        seed=plan.seed,
        train_weights=weights.of(table, plan.weight, parts.train),
        validation_weights=weights.of(table, plan.weight, parts.validation),
    )
