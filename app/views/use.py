"""The Use page."""

from app import parts

parts.head("Use")
