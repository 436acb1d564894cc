"""Modelwright's pages: they read the store, draw, and call one engine function on a click."""
