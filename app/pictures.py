"""Figures on a page, in the colours of the theme the viewer has chosen."""

import base64
import io
from functools import lru_cache
from pathlib import Path
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


def shown(path: Path) -> Any:
    """A dataset's picture as `st.image` draws it: one of more than 256 shades in 256 of them."""
    return _shown(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _shown(path: Path, _written: int) -> Any:
    from engine import deep_pictures

    try:
        found = deep_pictures.viewable(path)
    except (OSError, ValueError):
        return str(path)
    return str(path) if isinstance(found, Path) else found


def thumbnail(path: Path, side: int = 160) -> str:
    """A small copy of a dataset's picture as an address for `<img>`; "" if it is not there or cannot be read."""
    return _thumbnail(path, side, path.stat().st_mtime_ns) if path.is_file() else ""


@lru_cache(maxsize=64)
def _thumbnail(path: Path, side: int, _written: int) -> str:
    from PIL import Image

    from engine import deep_pictures

    try:
        with Image.open(path) as file:
            picture = deep_pictures.plain(file)
            picture.draft("RGB", (2 * side, 2 * side))
            picture.thumbnail((side, side))
            out = io.BytesIO()
            picture.convert("RGB").save(out, "PNG" if max(picture.size) < side // 2 else "JPEG", quality=88)
    except (OSError, ValueError):
        return ""
    kind = "png" if out.getvalue().startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode()}"
