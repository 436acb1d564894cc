"""The folded part of a run's page that shows what the training wrote: the end of its log, to read, copy and download."""

import streamlit as st

from app import words
from app.state import workspace
from engine.store import logs
from engine.store.runs import Run

EVERY = 2.0
HEIGHT, SHORT = 320, 8


def draw(run: Run, active: bool) -> None:
    """Read only while it is open; goes on while it learns. Nothing before the run has a log."""
    if not logs.of(workspace(), run.id).exists():
        return
    with st.expander("What the training wrote", icon=":material/notes:", key=f"log-{run.id}", on_change="rerun") as part:
        if part.open:
            _lines(run.id, active)


def _lines(run: str, active: bool) -> None:
    @st.fragment(run_every=EVERY if active else None, key="log")
    def show() -> None:
        tail = logs.tail(workspace(), run)
        is_long = tail.text.count("\n") > SHORT or len(tail.text) > 100 * SHORT
        with st.container(height=HEIGHT if is_long else "content", border=False, autoscroll=is_long, key="log-lines"):
            st.code(tail.text or "Nothing yet.", language=None, wrap_lines=True)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(_said(tail, active), width="stretch")
            st.download_button(
                "Download all of it",
                lambda: logs.of(workspace(), run).open("rb"),
                file_name=f"log-{run}.txt",
                mime="text/plain",
                key="log-file",
                icon=":material/download:",
                type="tertiary",
                on_click="ignore",
            )

    show()


def _said(tail: logs.Tail, active: bool) -> str:
    shown = "All of it" if tail.is_whole else f"The last {words.things(tail.text.count(chr(10)) + 1, 'line')}"
    return f"{shown}; the log has {words.size(tail.size)}{' so far' if active else ''}. It is for whoever helps you when something fails."
