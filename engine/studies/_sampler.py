"""What to try next: the tree-structured Parzen estimator of Optuna, asked anew each time from the runs that are there.

The only module that knows Optuna. It holds nothing between two questions, so a crash loses nothing.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.studies._space import Dimension

FIRST = 10
"""So many trainings are drawn by chance before earlier ones are followed."""

TRIES = 5
FEWEST_FOR_IMPORTANCE = 6


@dataclass(frozen=True)
class Tried:
    """One training: what it tried, and its loss; None while it is at work or when it came to nothing (`is_over`). One that was given
    up (`dropped`) counts by the best loss it had until then.
    """

    settings: Mapping[str, Any]
    loss: float | None
    is_over: bool
    dropped: bool = False
    epochs: int = 0


def suggest(dimensions: Sequence[Dimension], tried: Sequence[Tried], seed: int, number: int) -> dict[str, Any]:
    """Values by path for training `number`. What was tried before is avoided, as far as there is anything else."""
    known = [dict(one.settings) for one in tried]
    found: dict[str, Any] = {}
    for attempt in range(TRIES):
        study = _study(dimensions, tried, seed * 100_003 + number * 31 + attempt)
        chosen = study.ask({d.path: _distribution(d) for d in dimensions}).params
        found = {d.path: d.values[chosen[d.path]] if d.values else chosen[d.path] for d in dimensions}
        if found not in known:
            break
    return found


def importance(dimensions: Sequence[Dimension], tried: Sequence[Tried], seed: int) -> dict[str, float]:
    """How much of the differences each field explains, adding up to 1 (fANOVA, Hutter et al. 2014); {} while too few have ended."""
    import optuna

    if sum(one.loss is not None and not one.dropped for one in tried) < FEWEST_FOR_IMPORTANCE:
        return {}
    try:
        evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed % 2**31)
        found = optuna.importance.get_param_importances(_study(dimensions, tried, seed), evaluator=evaluator)
    except (RuntimeError, ValueError):
        return {}
    return {path: float(share) for path, share in found.items()}


def _study(dimensions: Sequence[Dimension], tried: Sequence[Tried], seed: int) -> Any:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        sampler = optuna.samplers.TPESampler(multivariate=True, n_startup_trials=FIRST, constant_liar=True, seed=seed % 2**31)
    study = optuna.create_study(sampler=sampler, direction="minimize")
    distributions = {d.path: _distribution(d) for d in dimensions}
    for one in tried:
        if set(one.settings) == set(distributions):
            study.add_trial(_trial(one, dimensions, distributions))
    return study


def _trial(one: Tried, dimensions: Sequence[Dimension], distributions: Mapping[str, Any]) -> Any:
    from optuna.trial import TrialState, create_trial

    params = {d.path: d.values.index(one.settings[d.path]) if d.values else one.settings[d.path] for d in dimensions}
    common: dict[str, Any] = {"params": params, "distributions": dict(distributions)}
    if not one.is_over:
        return create_trial(state=TrialState.RUNNING, **common)
    if one.loss is None:
        return create_trial(state=TrialState.FAIL, **common)
    if one.dropped:
        return create_trial(state=TrialState.PRUNED, intermediate_values={max(one.epochs, 1): one.loss}, **common)
    return create_trial(state=TrialState.COMPLETE, value=one.loss, **common)


def _distribution(dimension: Dimension) -> Any:
    """A value of a list is told by its place, because Optuna takes no lists as values."""
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if dimension.values:
        return CategoricalDistribution(tuple(range(len(dimension.values))))
    if dimension.is_whole:
        return IntDistribution(int(dimension.low), int(dimension.high), log=dimension.is_log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.is_log)
