"""What is shown instead of every page while the database is damaged: what that means, and the newest sound copy to go on with."""

import streamlit as st

from app import checkup, parts, state, words
from app.text import md
from engine.errors import EngineError
from engine.store import backup, disk
from engine.store.workspace import Workspace


def draw() -> None:
    """The refusal, in words, with the way out."""
    workspace = Workspace.at()
    parts.head(
        "The database of your workspace is damaged",
        "So nothing is read from it or written to it for now. Your data files and finished models lie beside it and are not affected.",
    )
    failed = state.recall("restore-failed")
    if failed:
        parts.error_box(failed, "restore")
    copy = backup.newest_sound(workspace)
    with parts.card("restore"):
        if copy is None:
            st.markdown("**There is no sound copy of it to go on with.**")
            st.markdown(
                f"Close the app and move `workspace.db` out of the folder {md(workspace.path)}. "
                "The app then begins with a new one; finished runs can be listed again on the Workspace page."
            )
            return
        st.markdown(f"**The newest sound copy was made {words.ago(copy.made)}**")
        inside = f"{words.things(copy.projects, 'project')} and {words.things(copy.runs, 'run')}"
        st.markdown(
            f"It holds {inside}. Runs, projects and data that came later are brought back as far as they can be read; "
            "names and choices changed since then may be missing. The damaged file is kept aside."
        )
        with st.container(horizontal=True):
            st.button("Use this copy", key="restore", type="primary", icon=":material/settings_backup_restore:", on_click=_restore)
            st.button("Look again", key="restore-again", icon=":material/refresh:")
    st.caption(f"{md(workspace.path)} · {words.size(disk.free(workspace.path))} free")


def _restore() -> None:
    from engine.store import restore

    state.keep("restore-failed", None)
    try:
        done = restore.newest(Workspace.at())
    except EngineError as error:
        state.keep("restore-failed", error)
        return
    checkup.forget(Workspace.at())
    state.keep("restored", done.words)
    state.go_next("workspace")
