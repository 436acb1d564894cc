"""The sources: databases that rows can be asked from, one file each."""

from engine.registry import Family
from engine.sources.base import Source

SOURCES: Family[Source] = Family("engine.sources", Source, "source")

__all__ = ["SOURCES", "Source"]
