"""Figures on a page, in the colours of the theme the viewer has chosen."""

from typing import Any

import streamlit as st

from app import charts, theme


def look() -> charts.Look:
    """The colours of the viewer's theme."""
    return charts.look(dark=st.context.theme.type == "dark")


def colours() -> list[str]:
    """Colours for lines that mean different things each time, such as compared runs."""
    return theme.lines(st.context.theme.type == "dark")


def draw(figure: Any, key: str) -> None:
    """A finished figure, as wide as its place. For charts that do not change by themselves."""
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, key=key, width="stretch")
