"""Learning by gradient descent: a Keras network, moved step by step against its error."""

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine import epochs, network, optimisers
from engine.architectures.base import Architecture
from engine.callbacks import Rules, Watch
from engine.epochs import Epochs
from engine.learners.base import Learner, Lesson, Tell
from engine.network import Network
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import Profile


class Gradient(Learner):
    """Goes through the training rows again and again and moves every weight a little against the error."""

    kind: Literal["gradient"] = "gradient"
    title = "Gradient descent"
    order = 10

    epochs: int = param(
        100, "Epochs", help="How often it may go through all training rows; it stops earlier when nothing improves.", ge=1, le=100_000
    )
    batch_size: int = param(
        0, "Rows in a step (batch size)", help="0 chooses by the number of rows.", ge=0, le=65_536, search=(32, 64, 128, 256)
    )
    optimiser: optimisers.Name = param("adamw", "Optimiser", help="The rule that turns an error into a step.", choices=optimisers.NAMES)
    learning_rate: float = param(
        0.0,
        "Learning rate",
        help="The size of a step. 0 takes the usual one for the optimiser.",
        ge=0,
        le=100,
        search=(1e-4, 1e-1),
        log=True,
    )
    momentum: float = param(
        0.9, "Momentum", help="How much of the last step goes on.", ge=0, lt=1, advanced=True, when={"optimiser": "momentum"}
    )
    weight_decay: float = param(
        0.01,
        "Weight decay",
        help="Pulls weights towards zero, which keeps answers smooth.",
        ge=0,
        le=10,
        search=(1e-5, 1e-1),
        log=True,
        advanced=True,
    )
    clip: float = param(
        1.0, "Longest step (gradient norm)", help="Longer gradients are shortened to this. 0 leaves them.", ge=0, le=1000, advanced=True
    )
    schedule: optimisers.Schedule = param(
        "cosine", "Learning rate over time", choices=optimisers.SCHEDULES, help="Large steps first, small ones to settle.", advanced=True
    )
    warmup: float = param(
        0.05,
        "Warm-up",
        help="The share of all steps in which the learning rate rises from nothing.",
        ge=0,
        le=0.5,
        advanced=True,
        when={"schedule": "cosine"},
    )
    patience: int = param(
        20, "Patience", unit="epochs", help="Stops after so many epochs without improvement. 0 never stops early.", ge=0, le=100_000
    )

    @classmethod
    def propose(cls, profile: "Profile", architecture: Architecture) -> "Gradient":
        if "pixels" in architecture.takes and any(c.type == "image" for c in profile.columns):
            return cls(epochs=30 if profile.rows < 2000 else 20, patience=8)
        return cls(epochs=100 if profile.rows < 20_000 else 40, patience=20)

    @property
    def rate(self) -> float:
        """The learning rate in force."""
        return self.learning_rate or optimisers.USUAL_RATES[self.optimiser]

    def fit(self, lesson: Lesson, tell: Tell) -> Network:
        tell.stage("Building the network", 0.0)
        rows = self.prepare(lesson)
        tell.facts({"parameters": rows.model.count_params(), "epochs": self.epochs})
        rules = Rules(self.epochs, rows.steps, rows.rows, self.rate, self.patience, self.schedule == "plateau")
        watch = Watch(rows.model, tell, lesson.task.metrics(lesson.state), rules)
        tell.stage("Learning", 0.0)
        while not watch.is_over:
            watch.begin()
            training = rows.learn(watch.progress.epochs, watch.heard)
            watch.judged(training, rows.judge())
        watch.finish()
        return Network(rows.model)

    @classmethod
    def load(cls, folder: Path) -> Network:
        return network.load(folder)

    def prepare(self, lesson: Lesson) -> Epochs:
        """The compiled model with its rows, ready to learn."""
        model = network.build(lesson.architecture, lesson.task, lesson.state, lesson.shapes, lesson.seed)
        names = tuple(model.input)
        size = min(self.batch_size or epochs.size_for(len(lesson.train_y), "pixels" in names), len(lesson.train_y))
        rows = Epochs(
            model,
            ({name: lesson.train[name] for name in names}, lesson.train_y),
            ({name: lesson.validation[name] for name in names}, lesson.validation_y),
            size,
            lesson.seed,
        )
        model.compile(
            optimizer=optimisers.build(self._settings(), rows.steps * self.epochs),
            loss=lesson.task.loss(),
            metrics=[m.name for m in lesson.task.metrics(lesson.state)],
            jit_compile=False,
        )
        return rows

    def _settings(self) -> optimisers.Settings:
        return optimisers.Settings(self.optimiser, self.rate, self.momentum, self.weight_decay, self.clip, self.schedule, self.warmup)
