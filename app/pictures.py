"""Figures on a page, in the colours of the theme the viewer has chosen."""

from typing import Any

import streamlit as st

from app import charts, component, theme


def look() -> charts.Look:
    """The colours of the viewer's theme."""
    return charts.look(is_dark())


def colours() -> list[str]:
    """Colours for lines that mean different things each time, such as compared runs."""
    return theme.lines(is_dark())


def is_dark() -> bool:
    """The viewer's theme as far as the server knows it."""
    return st.context.theme.type == "dark"


def follow_theme() -> None:
    """Draws the page again when the viewer changes between light and dark. Once a page."""
    with st.container(key="theme-watch"):
        component.named("theme_watch", html="<i></i>")(key="theme", data={"dark": is_dark()}, on_changed_change=_draw_again)


def _draw_again() -> None:
    """The script run that a callback brings is all that is needed."""


def draw(figure: Any, key: str) -> None:
    """A finished figure, as wide as its place. For charts that do not change by themselves."""
    st.plotly_chart(figure, theme=None, config=charts.CONFIG, key=key, width="stretch")
