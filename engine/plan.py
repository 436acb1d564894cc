"""A Plan is everything a user decided, frozen: dataset, inputs, target, task, split, recipe, architecture, training."""

from pydantic import BaseModel, ConfigDict

from engine.architectures import AnyArchitecture
from engine.learners import AnyLearner
from engine.split import Split
from engine.steps import AnyStep
from engine.tasks import AnyTask


class Plan(BaseModel):
    """What a run does. Column references are ids; the same plan on the same dataset gives the same model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: int = 1
    name: str = ""
    dataset: str
    target: str
    inputs: tuple[str, ...]
    task: AnyTask
    split: Split = Split()
    recipe: tuple[AnyStep, ...] = ()
    architecture: AnyArchitecture
    training: AnyLearner
    seed: int = 0
