"""A Team is what a plan asks for when several models shall answer together: how often the rows are divided, and which ways take part."""

from pydantic import BaseModel, ConfigDict, Field

from engine.architectures import AnyArchitecture
from engine.learners import AnyLearner
from engine.spec import param
from engine.steps import AnyStep


class Way(BaseModel):
    """One way to learn: how rows are prepared, the shape of the model, and how it is trained."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: tuple[AnyStep, ...] = ()
    architecture: AnyArchitecture
    training: AnyLearner


class Team(BaseModel):
    """Each way learns `folds` times, each time steered by another part of the rows, and that `repeats` times over.

    The plan's own way is the first, `others` are the further ones. `seconds` is the time all that may take: further ways are left out when
    it would not suffice; 0 sets no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    folds: int = param(5, "Models of each kind", help="Each is steered by another part of the rows.", ge=2, le=20)
    repeats: int = param(1, "Repeats", help="How often the rows are divided anew.", ge=1, le=10, advanced=True)
    seconds: float = param(0.0, "Ready within", unit="s", help="0 sets no limit.", ge=0, le=7 * 86_400)
    others: tuple[Way, ...] = Field(default=())
