"""A training epoch by epoch that can be left at any step and gone on with at that very step, to the same end."""

from collections.abc import Callable
from dataclasses import fields

from engine.callbacks import Progress, Watch
from engine.epochs import Epochs
from engine.keep import Keep, Kept, Unfit
from engine.tell import Paused

STATE, BEST = "state_", "best_"
WEIGHTS = "best_weights"


class Course:
    """The rows, who watches, what is kept, and who follows (is called with each epoch's number once it is judged).

    Begins where `keep` says; raises Unfit if that is no place in this training.
    """

    def __init__(self, rows: Epochs, watch: Watch, keep: Keep, follow: Callable[[int], None] = lambda epoch: None) -> None:
        self.rows = rows
        self.follow = follow
        self.watch = watch
        self.keep = keep
        self._steps = 0
        if found := keep.found():
            self._go_on_from(found)

    def run(self) -> None:
        """Learns until the watch says that it is over. Raises Diverged, Cancelled; Paused once everything is kept."""
        try:
            while not self.watch.is_over:
                self._learn_once()
        except Paused:
            self.keep.offer(self._state, must=True)
            raise

    def _learn_once(self) -> None:
        self.watch.begin()
        training = self.rows.learn(self.watch.progress.epochs, self._heard, self._steps)
        self._steps = 0
        self.watch.judged(training, self.rows.judge())
        self.follow(self.watch.progress.epochs)
        self.keep.offer(self._state)

    def _heard(self, steps: int, loss: Callable[[], float]) -> bool:
        self._steps = steps
        is_over = self.watch.heard(steps, loss)
        if not is_over:
            self.keep.offer(self._state)
        return is_over

    def _state(self) -> Kept:
        progress = self.watch.progress
        step = progress.epochs + self._steps / self.watch.rules.steps
        best = {f"{BEST}{place}": x for place, x in enumerate(progress.best_weights)}
        plain = {field.name: getattr(progress, field.name) for field in fields(progress) if field.name != WEIGHTS}
        return Kept(step, {"steps": self._steps, **plain}, {f"{STATE}{name}": x for name, x in self.rows.state().items()} | best)

    def _go_on_from(self, kept: Kept) -> None:
        try:
            values = dict(kept.values)
            self._steps = int(values.pop("steps"))
            count = sum(name.startswith(BEST) for name in kept.arrays)
            best = [kept.arrays[f"{BEST}{place}"] for place in range(count)]
            self.watch.progress = Progress(**values, best_weights=best)
        except (KeyError, TypeError, ValueError) as error:
            raise Unfit("What was kept is of another version.") from error
        self.rows.restore({name.removeprefix(STATE): x for name, x in kept.arrays.items() if name.startswith(STATE)})
