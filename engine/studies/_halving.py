"""When a training that has just begun can be given up: asynchronous successive halving (Li et al. 2020, "ASHA")."""

from collections.abc import Sequence

KEPT = 3
"""Of so many trainings that reach a place to compare, one goes on."""

FEWEST = 4
"""With fewer others at that place nothing is given up."""


def places(epochs: int) -> tuple[int, int]:
    """The epochs after which trainings of that length are compared: a ninth and a third."""
    return max(1, epochs // KEPT**2), max(2, epochs // KEPT)


def falls_behind(curve: Sequence[float], others: Sequence[Sequence[float]], epochs: int) -> bool:
    """Whether a training with these losses by epoch is not among the best third of those that got as far as it, at the latest place it
    has passed. Each is told by the best loss up to there, as it would be kept.
    """
    passed = [place for place in places(epochs) if len(curve) >= place]
    if not passed:
        return False
    place = passed[-1]
    rivals = [min(other[:place]) for other in others if len(other) >= place]
    if len(rivals) < FEWEST:
        return False
    better = sum(rival < min(curve[:place]) for rival in rivals)
    return better >= max(1, (len(rivals) + 1) // KEPT)
