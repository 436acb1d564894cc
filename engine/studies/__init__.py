"""The studies: questions that need more than one training, one file each."""

from engine.registry import Family
from engine.studies import _versus
from engine.studies.base import Asked, Look, Study

STUDIES: Family[Study] = Family("engine.studies", Study, "study")

rivals, versus = _versus.rivals, _versus.said

__all__ = ["STUDIES", "Asked", "Look", "Study", "rivals", "versus"]
