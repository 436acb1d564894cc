"""The frame around every page: the list of pages, the theme, the sidebar with the project's steps, and the head."""

from pathlib import Path

import streamlit as st

from app import damaged, frame, parts, pictures, state, steps, theme
from engine.errors import Damaged, EngineError
from engine.store import db
from engine.store.workspace import Workspace, notice

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
    state.look_into_store()
    state.follow()
    parts.things_said()
    frame.sidebar(here)
    pictures.follow_theme()
    frame.top(here)
    above = st.container(key="notice")
    page.run()
    with above:
        frame.lost(here)
except Damaged:
    damaged.draw()
except EngineError as error:
    parts.error_box(error, "page")
except db.DatabaseError as error:
    if not notice(Workspace.at(), error):
        raise
    damaged.draw()
