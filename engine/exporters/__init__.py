"""The exporters: one file each."""

from engine.exporters.base import Exporter
from engine.registry import Family

EXPORTERS: Family[Exporter] = Family("engine.exporters", Exporter, "export")

__all__ = ["EXPORTERS", "Exporter"]
