"""Fields of the workspace's settings, saved as soon as they are changed."""

from collections.abc import Sequence

import streamlit as st

from app import forms, state
from engine.store import settings


def edit(names: Sequence[str], key: str) -> None:
    """Draws these fields. `key` must be unique on the page."""
    given = settings.get(state.workspace())
    made = forms.edit(given, key, only=names)
    changed = {name: getattr(made, name) for name in names if getattr(made, name) != getattr(given, name)}
    if changed:
        settings.set(state.workspace(), **changed)
        st.rerun()
