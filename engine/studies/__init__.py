"""The studies: questions that need more than one training, one file each."""

from engine.registry import Family
from engine.studies.base import Asked, Look, Study

STUDIES: Family[Study] = Family("engine.studies", Study, "study")

__all__ = ["STUDIES", "Asked", "Look", "Study"]
