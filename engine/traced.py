"""A network with the calls that TensorFlow has worked out for it: the costly part of a training's start, done once for all networks alike.

What is worked out depends on layers, loss, optimiser and the kinds of rows, but on no weight and no row. So the models of a team, and one
that learns once more, borrow the same one after the other. Knows nothing of epochs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from engine import heads, network, optimisers
from engine.architectures.base import Architecture, Shapes
from engine.lazy import keras
from engine.lazy import tensorflow as tf
from engine.tasks.base import Task

Array = np.ndarray[Any, Any]
Rows = tuple[Any, ...]
"""Inputs, targets and, where not all rows count alike, weights."""

MOST_KEPT = 6
"""As many as the different networks of a team, which take turns."""


Kind = tuple[str, tuple[int, ...]]
"""The type of a tensor's numbers and its shape, but for the rows."""


@dataclass(frozen=True)
class Kinds:
    """What rows are made of, without the rows."""

    inputs: tuple[tuple[str, Kind], ...]
    others: tuple[Kind, ...]

    @classmethod
    def of(cls, rows: Rows) -> "Kinds":
        inputs, *others = rows
        return cls(tuple((name, _kind(x)) for name, x in inputs.items()), tuple(map(_kind, others)))

    def signature(self) -> Rows:
        """As TensorFlow wants it: any number of rows."""
        return ({name: _any_rows(kind) for name, kind in self.inputs}, *map(_any_rows, self.others))


@dataclass(frozen=True)
class Alike:
    """All that what is worked out depends on: nothing here is as large as the rows, since it is kept.

    `known` is the task's `state` as text. `steps` are those of a whole training, `size` is the rows in a step, `weights` are the shapes of
    the network's.
    """

    architecture: Architecture
    task: Task
    known: str
    shapes: Shapes
    optimiser: optimisers.Settings
    steps: int
    size: int
    weights: tuple[tuple[int, ...], ...]
    train: Kinds
    validation: Kinds
    state: Mapping[str, Any] = field(compare=False)

    def build(self) -> Any:
        """A network alike, compiled; its weights are of no account."""
        state = dict(self.state)
        model = heads.taught(network.build(self.architecture, self.task, state, self.shapes, 0))
        optimiser = optimisers.build(self.optimiser, self.steps, heads.free(model))
        model.compile(optimizer=optimiser, loss=self.task.loss(), metrics=self.task.measures(state), jit_compile=False)
        model.optimizer.build(model.trainable_variables)
        return model


class Traced:
    """The model that steps are made with. Its weights are those of its borrower, until the next one comes."""

    def __init__(self, alike: Alike) -> None:
        self.model = alike.build()
        self.size = alike.size
        self.borrower: object = None
        self.judged_at_once = 256 if "pixels" in dict(alike.validation.inputs) else 4096
        number, order = tf.TensorSpec((), tf.int32), tf.TensorSpec((None,), tf.int32)
        train, validation = alike.train.signature(), alike.validation.signature()
        self.learn = tf.function(self._learn_steps, autograph=False, input_signature=[train, order, number, number])
        self.judge = tf.function(self._judge_steps, autograph=False, input_signature=[validation, number])
        self.results = tf.function(self.model.get_metrics_result, autograph=False, input_signature=[])
        self.take_results = tf.function(self._results_then_reset, autograph=False, input_signature=[])
        self.move = tf.function(self._move, autograph=False, input_signature=[tf.TensorSpec((), tf.float32)])
        self.exchange = tf.function(self._exchange, autograph=False, input_signature=[])
        self._fresh = [np.array(variable.numpy()) for variable in self.model.optimizer.variables]
        self._is_traced = self._is_mean_traced = False

    @cached_property
    def means(self) -> list[Any]:
        """A place beside each weight that learns, for the mean of its latest values."""
        return [keras.Variable(weight.numpy(), trainable=False, name="mean") for weight in self.model.trainable_variables]

    @cached_property
    def asked(self) -> network.Network:
        """The model as it is asked, on its way."""
        return network.Network(heads.answering(self.model))

    def lend(self, borrower: object, weights: list[Array]) -> None:
        """To a training that begins with these weights; the one before has to have taken what it wants to keep."""
        self.borrower = borrower
        self.model.set_weights(weights)
        for variable, value in zip(self.model.optimizer.variables, self._fresh, strict=True):
            variable.assign(value)
        self.model.reset_metrics()

    def trace(self, train: Rows, validation: Rows) -> None:
        """Has TensorFlow work out all that will be called, without a single step: nothing that learning changes is changed.

        What learns is traced last: had it to make the measures' variables, it would be traced twice.
        """
        if self._is_traced:
            return
        self.judge(validation, tf.constant(0))
        self.learn(train, tf.zeros([0], tf.int32), tf.constant(0), tf.constant(0))
        self.results()
        self.take_results()
        self._is_traced = True

    def trace_means(self) -> None:
        """The same for what takes a mean of the weights; this changes the means, which begin anew with every training."""
        if not self._is_mean_traced:
            assert len(self.means)  # Made here, as no variable can be made while TensorFlow works something out.
            self.move(tf.constant(1.0))
            self.exchange()
            self.exchange()
            self._is_mean_traced = True

    def _move(self, share: Any) -> None:
        """The means go so much of the way to the weights."""
        for mean, weight in zip(self.means, self.model.trainable_variables, strict=True):
            mean.assign_add((weight - mean) * share)

    def _exchange(self) -> None:
        """The means take the place of the weights, and these theirs."""
        for mean, weight in zip(self.means, self.model.trainable_variables, strict=True):
            before = tf.identity(weight.value)
            weight.assign(tf.identity(mean.value))
            mean.assign(before)

    def _learn_steps(self, train: Rows, order: Any, first: Any, last: Any) -> None:
        def step(number: Any) -> Any:
            chosen = order[number * self.size : (number + 1) * self.size]
            self.model.train_step(each(train, lambda x: tf.gather(x, chosen)))
            return number + 1

        tf.while_loop(lambda number: number < last, step, [first], parallel_iterations=1)

    def _judge_steps(self, validation: Rows, last: Any) -> dict[str, Any]:
        size = self.judged_at_once

        def step(number: Any) -> Any:
            part = slice(number * size, (number + 1) * size)
            self.model.test_step(each(validation, lambda x: x[part]))
            return number + 1

        tf.while_loop(lambda number: number < last, step, [tf.constant(0)], parallel_iterations=1)
        return self._results_then_reset()

    def _results_then_reset(self) -> dict[str, Any]:
        results = dict(self.model.get_metrics_result())
        self.model.reset_metrics()
        return results


@lru_cache(maxsize=MOST_KEPT)
def shared(alike: Alike) -> Traced:
    """The one for all that is alike; the longest unused one is given up when there are too many."""
    return Traced(alike)


def each(rows: Rows, change: Callable[[Any], Any]) -> Rows:
    """The rows with every tensor changed."""
    inputs, *others = rows
    return ({name: change(x) for name, x in inputs.items()}, *map(change, others))


def _kind(x: Any) -> Kind:
    return x.dtype.name, tuple(x.shape[1:])


def _any_rows(kind: Kind) -> Any:
    return tf.TensorSpec((None, *kind[1]), kind[0])
