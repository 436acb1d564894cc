"""Other ways in beside the drop zone: a table pasted from the clipboard, and the files of this computer that its owner has listed."""

from collections.abc import Callable

import streamlit as st

from app import state, uploads, words
from app.text import short
from engine import server_folders
from engine.server_folders import File, Offer

MOST_PASTED = 5_000_000


def draw(key: str, on_upload: Callable[[uploads.Upload], None], on_file: Callable[[File], None]) -> None:
    """One line of them; what arrives goes the same way as a dropped file. `key` must be unique on the page."""
    with st.container(horizontal=True, key=f"ways-in-{key}", gap="small"):
        with st.popover("Or paste a table", icon=":material/content_paste:", type="tertiary", key=f"paste-{key}"):
            _paste(key, on_upload)
        if server_folders.folders():
            from_here = "Or take a file of this computer"
            with st.popover(from_here, icon=":material/folder_open:", type="tertiary", key=f"pick-{key}", on_change="rerun") as opened:
                if opened.open:
                    _pick(key, on_file)


def _paste(key: str, on_upload: Callable[[uploads.Upload], None]) -> None:
    st.text_area(
        "Your table",
        key=f"pasted-{key}",
        height=220,
        placeholder="Copy the cells in Excel, or rows of any text table, and paste them here. The first line should hold the names.",
    )
    use = lambda: _use(key, on_upload)  # noqa: E731
    st.button("Use this table", key=f"use-pasted-{key}", type="primary", icon=":material/check:", on_click=use)


def _use(key: str, on_upload: Callable[[uploads.Upload], None]) -> None:
    text = st.session_state[f"pasted-{key}"] or ""
    if not text.strip():
        state.say_next("Nothing is pasted yet: copy a table, then paste it into the box.", ":material/content_paste:")
        return
    if len(text) > MOST_PASTED:
        state.say_next("That is too much for the clipboard: save it as a file and drop that.", ":material/error:")
        return
    on_upload(uploads.pasted(text))


def _pick(key: str, on_file: Callable[[File], None]) -> None:
    offer = server_folders.offered()
    if not offer.files:
        st.caption("The folders listed for this are empty.")
        return
    with st.container(key=f"picking-{key}"):
        _choice(key, offer, on_file)


def _choice(key: str, offer: Offer, on_file: Callable[[File], None]) -> None:
    chosen = st.selectbox("File", offer.files, index=None, format_func=_label, key=f"file-{key}", placeholder="Write part of its name")
    first = "" if offer.is_all else f" These are the first {words.count(len(offer.files))} files."
    st.caption(f"It is read where it lies and not copied.{first}")
    st.button(
        "Read this file",
        key=f"use-file-{key}",
        type="primary",
        icon=":material/check:",
        disabled=chosen is None,
        on_click=on_file,
        args=(chosen,),
    )


def _label(file: File) -> str:
    return f"{short(file.name, 90)} ({words.size(file.bytes)})"
