"""The Runs page."""

from app import parts

parts.head("Runs")
