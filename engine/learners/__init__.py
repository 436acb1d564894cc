"""The learners: one file each."""

from typing import Annotated

from pydantic import PlainValidator, SerializeAsAny

from engine.learners.base import Cancelled, Inputs, Learner, Lesson, Model, Tell, Wish
from engine.registry import Family

LEARNERS: Family[Learner] = Family("engine.learners", Learner, "way of learning")
AnyLearner = Annotated[SerializeAsAny[Learner], PlainValidator(LEARNERS.parse)]

__all__ = ["LEARNERS", "AnyLearner", "Cancelled", "Inputs", "Learner", "Lesson", "Model", "Tell", "Wish"]
