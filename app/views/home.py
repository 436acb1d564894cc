"""The Home page."""

from app import parts

parts.head("Home")
