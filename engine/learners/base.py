"""A Learner says how a model learns: it is handed prepared training and validation rows and gives back a trained model."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from engine import weights
from engine.architectures.base import Architecture, Layer, Shapes
from engine.examples import Ask, Examples
from engine.keep import Keep
from engine.spec import Spec
from engine.tasks._classes import of_rows
from engine.tasks.base import LOSSES, Task
from engine.tell import Cancelled, Paused, Tell, Wish

if TYPE_CHECKING:
    from engine.profile import Profile

__all__ = ["Array", "Cancelled", "Cost", "Inputs", "Keep", "Learner", "Lesson", "Model", "Paused", "Tell", "Wish"]

Array = np.ndarray[Any, Any]
Inputs = dict[str, Array]
NOTHING_KEPT = Keep()


@dataclass(frozen=True)
class Lesson:
    """All a learner needs. Targets are encoded; `state` is the task's; `examples` are validation rows to be followed, if any.

    The weights say how much each row counts (1 on average); None where all count alike.
    `ready` is what `Learner.ready` made beforehand, if anything. Where `may_refit`, the rows that steered may teach in the end.
    `usual` is after how many epochs such trainings ended before, 0 if nobody knows: it changes what is told, never what is learned.
    """

    architecture: Architecture
    task: Task
    state: dict[str, Any]
    shapes: Shapes
    train: Inputs
    train_y: Array
    validation: Inputs
    validation_y: Array
    seed: int
    examples: Examples | None = None
    ready: Any = None
    train_weights: Array | None = None
    validation_weights: Array | None = None
    may_refit: bool = False
    usual: int = 0

    @property
    def teaching(self) -> Array | None:
        """(rows,) how much each training row counts while learning: by the user's weights and by what the task says of its class."""
        return weights.combined(self.train_weights, of_rows(self.task.counting(self.state), self.train_y))

    @property
    def shifts(self) -> Array | None:
        """(classes,) by how much counting some classes more moves a learned model's log chances; to be taken out again."""
        counting = self.task.counting(self.state)
        return None if counting is None else np.log(np.asarray(counting, np.float64))

    def follow(self, step: int, ask: Ask, tell: Tell) -> None:
        """After a step that was judged: tells what the model says about the examples now (`ask`), if there are any."""
        if self.examples is not None:
            self.examples.follow(step, ask, tell)

    def followed(self) -> Inputs:
        """The prepared examples; no rows if there are none."""
        places = self.examples.places if self.examples is not None else np.empty(0, np.int64)
        return {name: x[places] for name, x in self.validation.items()}


@dataclass(frozen=True)
class Cost:
    """What a training would take here: seconds to start and for an epoch, how many epochs are likely (and at least), memory.

    `most` are those after which it ends in any case, if more than its setting says: what is learned again counts too.
    `once` are those of the seconds to start that a process spends only once, and `libraries` those of the megabytes; `ahead` are those that
    a process that waits for the plan has spent beforehand; `shared` are those that several models alike spend only once.
    """

    start: float
    epoch: float
    epochs: int
    fewest: int
    megabytes: float
    once: float = 0.0
    libraries: float = 0.0
    most: int = 0
    ahead: float = 0.0
    shared: float = 0.0


class Model(Protocol):
    """A trained model, of whatever library."""

    def predict(self, inputs: Inputs) -> Array:
        """Outputs of shape (rows, 1) or (rows, classes)."""

    def save(self, folder: Path) -> None:
        """Writes its files into `folder`; the learner's `load` reads them again."""


class Learner(Spec):
    """Base of the learners. Its fields are the settings of training; `can_go_on` says whether it goes on from what was kept,
    and `losses` how misses of a number may count: those of `engine.tasks.base.LOSSES` that it can learn by. `step` is its word for one
    time through, and `steadies` says that more of them never do harm, so that the last is kept and not the best."""

    can_go_on: ClassVar[bool] = False
    losses: ClassVar[frozenset[str]] = LOSSES
    step: ClassVar[str] = "epoch"
    steadies: ClassVar[bool] = False

    @classmethod
    def propose(cls, profile: "Profile", architecture: Architecture) -> "Learner":
        """The settings for this dataset and architecture."""
        return cls()  # type: ignore[call-arg]

    def fit(self, lesson: Lesson, tell: Tell, keep: Keep = NOTHING_KEPT) -> Model:
        """Trains and gives back the best model found. Stops when `tell` answers "stop". Raises Diverged, Cancelled, Paused.

        Goes on from what `keep` has found, to the very model that an undisturbed training gives. A learner that is quick may
        leave `keep` alone and start again.
        """
        raise NotImplementedError

    @classmethod
    def steered(cls, model: Any) -> Array | None:
        """(rows, outputs) what it said of the rows that steered it before it learned from them too; None if it never did."""
        return None

    def takes(self, rows: int) -> int:
        """How many of so many training rows it learns from, evenly spread: those of its setting `most_rows`, if it has one."""
        most = int(self.model_dump().get("most_rows", 0))
        return min(rows, most) if most else rows

    def ready(self, lesson: Lesson) -> Any:
        """What can be made before anybody waits for it, such as a built network; None if nothing is worth it.

        `fit` finds it as `lesson.ready` and ends with the very model that it makes without.
        """
        return None

    def remedy(self, reason: str, facts: Mapping[str, Any]) -> "tuple[str, Learner] | None":
        """What may mend a training that has failed for that reason: in words ("batch size 16"), and the settings changed so.

        `facts` are those told by the training that failed.
        """
        return None

    def meant(self, rows: int) -> "Learner":
        """The same with every setting said that 0 leaves to the program, for so many training rows. Default: none is left open."""
        return self

    @property
    def tells_early(self) -> bool:
        """Whether a training that is behind others after the same number of epochs is likely to stay behind. Default: no."""
        return False

    def layers(self, lesson: Lesson) -> list[Layer]:
        """The boxes of the model's picture."""
        outputs = lesson.task.baseline(lesson.train_y, lesson.state).shape[1]
        return lesson.architecture.sketch(lesson.shapes, outputs)

    def cost(self, lesson: Lesson, rows: int, validation: int) -> Cost:
        """Measured by a few real steps on the rows of `lesson` (a sample), for so many training and validation rows."""
        raise NotImplementedError

    @classmethod
    def vectors(cls, model: Any) -> Array | None:
        """(codes of all columns one after the other, numbers) what a trained model has learned for values; None if it learns nothing so."""
        return None

    @classmethod
    def load(cls, folder: Path) -> Model:
        """A model saved by `Model.save`. Never unpickles."""
        raise NotImplementedError
