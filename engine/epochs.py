"""Training rows through a Keras model, an epoch at a time, many steps in one call of TensorFlow.

What happens in an epoch follows from the seed and the epoch's number alone: the order of the rows, and what dropout and
augmentation draw. So an epoch can be repeated exactly, and gone on with at any of its steps from `state`.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import numpy as np

from engine import mapped
from engine.keep import Arrays, Unfit
from engine.lazy import tensorflow as tf
from engine.traced import Rows, Traced, each

Array = np.ndarray[Any, Any]
Judging = Callable[[], AbstractContextManager[None]]
Heard = Callable[[int, Callable[[], float]], bool]
SECONDS_A_CALL = 0.1
GROWING = 2
"""A mean reaches over half of the epochs so far until it is as long as wanted: at first weights move too far for one."""
MOST_STEPS_A_CALL = 4096


def size_for(rows: int, is_picture: bool) -> int:
    """Rows in a step: 32 for few rows up to 1,024 for very many; 32 or 64 pictures."""
    if is_picture:
        return 32 if rows < 2000 else 64
    return int(min(1024, max(32, 2 ** np.floor(np.log2(max(rows / 40, 1))))))


class Epochs:
    """A network's rows, those it learns from and those it is judged on, with the borrowed model that goes through them.

    `own` is the network itself: it lends its weights at first, and takes what was learned by `hand_over`. With `averaged` above 1 what
    answers after an epoch are not the weights that learn, but their moving mean over about so many epochs.
    """

    def __init__(
        self, own: Any, traced: Traced, train: Rows, validation: Rows, seed: int, judging: Judging = nullcontext, averaged: int = 0
    ) -> None:
        self.own = own
        self.traced = traced
        self.model = traced.model
        self.size = traced.size
        self.seed = seed
        self.judging = judging
        self.rows = len(train[1])
        self.steps = -(-self.rows // self.size)
        self._train = each(train, _held)
        self._validation = each(validation, _held)
        self._judging = len(validation[1])
        self._seeds = [v for v in self.model.non_trainable_variables if v.name == "seed_generator_state"]
        self._pace = 1
        self._averaged = averaged
        self._is_mean = False
        traced.lend(self, own.get_weights())

    def learn(self, epoch: int, heard: Heard, done: int = 0) -> dict[str, float]:
        """One epoch (0-based). `heard(steps done, loss so far)` is asked now and then and ends the epoch by True. Mean loss and metrics.

        An epoch that was left after some steps goes on when its state was restored and they are given as `done`.
        """
        self._answer_by_mean(False)
        if not done:
            self._seed_for(epoch)
        order = tf.constant(np.random.default_rng([self.seed, epoch]).permutation(self.rows).astype(np.int32))
        while done < self.steps:
            count = min(self._pace, self.steps - done)
            began = time.monotonic()
            self._borrowed().learn(self._train, order, tf.constant(done), tf.constant(done + count))
            self._keep_pace(count, time.monotonic() - began)
            done += count
            if done < self.steps and heard(done, self._loss):
                break
        if self._averaged > 1:
            self._borrowed().move(tf.constant(1.0 / min(self._averaged, max(1, (epoch + 1) // GROWING))))
            self._answer_by_mean(True)
        return _plain(self.traced.take_results())

    def judge(self) -> dict[str, float]:
        """Loss and metrics on the validation rows, of the model as `judging` makes it meanwhile."""
        with self.judging():
            return _plain(self._borrowed().judge(self._validation, tf.constant(-(-self._judging // self.traced.judged_at_once))))

    def trace(self) -> None:
        """Has TensorFlow work out all that will be called, unless it has for a network alike."""
        self._borrowed().trace(self._train, self._validation)
        if self._averaged > 1:
            self.traced.trace_means()

    def hand_over(self) -> Any:
        """The network itself, with what was learned."""
        self.own.set_weights(self._borrowed().model.get_weights())
        return self.own

    def state(self) -> dict[str, Array]:
        """A copy of everything that learning changes: weights and their means, seeds, what the optimiser remembers, measures so far."""
        return {name: np.array(variable.numpy()) for name, variable in self._variables().items()}

    def restore(self, state: Arrays) -> None:
        """Puts that back, also into a model that has not learned yet. Raises Unfit if it is another model's."""
        self.trace()
        variables = self._variables()
        shapes = {name: (tuple(variable.shape), variable.dtype) for name, variable in variables.items()}
        if shapes != {name: (x.shape, x.dtype.name) for name, x in state.items()}:
            raise Unfit("What was kept belongs to another network.")
        for name, variable in variables.items():
            variable.assign(state[name])
        self._is_mean = False
        self._answer_by_mean(self._averaged > 1)

    def _variables(self) -> dict[str, Any]:
        """By place, because Keras counts names on within a process. The optimiser's and the measures' come with the tracing."""
        model = self.model
        groups = {
            "learned": model.trainable_variables,
            "other": model.non_trainable_variables,
            "optimiser": model.optimizer.variables,
            "measure": model.metrics_variables,
        }
        if self._averaged > 1:
            learned, means = groups["learned"], self.traced.means
            groups |= {"learned": means, "mean": learned} if self._is_mean else {"mean": means}
        return {f"{group}_{place}": variable for group, found in groups.items() for place, variable in enumerate(found)}

    def _borrowed(self) -> Traced:
        if self.traced.borrower is not self:
            raise RuntimeError("Another training has borrowed this model meanwhile.")
        return self.traced

    def _answer_by_mean(self, wanted: bool) -> None:
        if self._is_mean != wanted:
            self._borrowed().exchange()
            self._is_mean = wanted

    def _seed_for(self, epoch: int) -> None:
        for index, state in enumerate(self._seeds):
            fresh = np.random.SeedSequence([self.seed, epoch, index]).generate_state(1)[0] % 2**31
            state.assign([int(fresh), 0])

    def _keep_pace(self, count: int, seconds: float) -> None:
        """As many steps a call as fit into a tenth of a second: enough to cost nothing, few enough to hear a wish."""
        fitting = SECONDS_A_CALL * count / max(seconds, 1e-6)
        self._pace = int(min(max(fitting, 1), 4 * self._pace, MOST_STEPS_A_CALL))

    def _loss(self) -> float:
        return float(self.traced.results()["loss"])


def _held(x: Array) -> Any:
    """What is mapped from a file stays there where the processor learns; a copy would need the memory that the mapping saves."""
    if mapped.is_mapped(x) and not tf.config.list_physical_devices("GPU"):
        return tf.experimental.dlpack.from_dlpack(np.asarray(x).__dlpack__())
    return tf.constant(x)


def _plain(values: dict[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in values.items()}
