"""No process of a chaos test outlives it, as in the flow tests."""

from tests.flow.conftest import _nothing_is_left_behind

__all__ = ["_nothing_is_left_behind"]
