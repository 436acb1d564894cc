"""The frame around every page: the list of pages, the theme, the sidebar with the project's steps, and the head."""

from pathlib import Path

import streamlit as st

from app import frame, parts, pictures, state, steps, theme
from engine.errors import EngineError

st.set_page_config(
    page_title="Modelwright", page_icon=str(Path(__file__).with_name("icon.svg")), layout="wide", initial_sidebar_state="auto"
)
st.html(theme.style_sheet())
pages = [
    st.Page(f"views/{view}.py", title=steps.TITLES[view], icon=steps.ICONS[view], url_path=view, default=view == "home")
    for view in state.VIEWS
]
page = st.navigation(pages, position="hidden")
here = page.url_path or "home"
try:
    state.follow()
    parts.things_said()
    frame.sidebar(here)
    pictures.follow_theme()
    frame.top(here)
    page.run()
except EngineError as error:
    parts.error_box(error, "page")
