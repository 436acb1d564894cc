"""The tasks: one file each."""

from typing import Annotated

from pydantic import PlainValidator, SerializeAsAny

from engine.registry import Family
from engine.tasks.base import Judged, Metric, Task

TASKS: Family[Task] = Family("engine.tasks", Task, "task")
AnyTask = Annotated[SerializeAsAny[Task], PlainValidator(TASKS.parse)]

__all__ = ["TASKS", "AnyTask", "Judged", "Metric", "Task"]
