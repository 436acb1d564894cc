"""The Prepare page."""

from app import parts

parts.head("Prepare")
