"""The steps of preparation: one file each."""

from typing import Annotated

from pydantic import PlainValidator, SerializeAsAny

from engine.registry import Family
from engine.steps.base import Step

STEPS: Family[Step] = Family("engine.steps", Step, "step")
AnyStep = Annotated[SerializeAsAny[Step], PlainValidator(STEPS.parse)]

__all__ = ["STEPS", "AnyStep", "Step"]
