"""The readers: one file each."""

from engine.readers.base import Change, Raw, Reader
from engine.registry import Family

READERS: Family[Reader] = Family("engine.readers", Reader, "reader")

__all__ = ["READERS", "Change", "Raw", "Reader"]
