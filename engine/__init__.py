"""Modelwright's engine: from a file to a judged model. Knows no user interface."""

__version__ = "0.1.0"
