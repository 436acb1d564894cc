"""The Data page."""

from app import parts

parts.head("Data")
