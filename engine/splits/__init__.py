"""The ways to divide rows: one file each."""

from engine.registry import Family
from engine.splits.base import Case, Method, Part, Split

METHODS: Family[Method] = Family("engine.splits", Method, "way to divide rows")

__all__ = ["METHODS", "Case", "Method", "Part", "Split", "of"]


def of(split: Split) -> Method:
    """The method that the split names."""
    return METHODS.get(split.method)(kind=split.method)
