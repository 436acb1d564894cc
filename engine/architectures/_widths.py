"""Sizes of layers in a row."""

from typing import Annotated

from pydantic import AfterValidator

MOST_LAYERS, WIDEST = 30, 8192


def _fit_a_computer(widths: tuple[int, ...]) -> tuple[int, ...]:
    if not 1 <= len(widths) <= MOST_LAYERS:
        raise ValueError(f"it needs 1 to {MOST_LAYERS} layers")
    if not all(1 <= width <= WIDEST for width in widths):
        raise ValueError(f"each layer must be between 1 and {WIDEST:,} wide")
    return widths


Widths = Annotated[tuple[int, ...], AfterValidator(_fit_a_computer)]
