"""Files coming in, as a page shows them: progress, what was done on import, reading again with other options, pictures."""

from pathlib import Path
from typing import Any

import streamlit as st

from app import arrivals, forms, parts, state, uploads, words
from app.text import md, short
from engine.columns import Table
from engine.datasets import Dataset
from engine.readers import READERS, Reader
from engine.store import projects

SHOWN = 18


def begin(upload: uploads.Upload) -> None:
    """A callback: the uploaded file is read into the current project; a project without a name of its own takes the file's."""
    project = state.current_project()
    if project is None:
        project = projects.add(state.workspace(), named(upload.name))
        state.open_project(project.id)
    elif project.dataset is None and project.name == "New project":
        projects.save(state.workspace(), project.id, name=named(upload.name))
    arrivals.start(state.workspace(), project.id, upload.path, upload.name)


def named(file_name: str) -> str:
    """A project's first name, from its file's."""
    return Path(file_name).stem.replace("_", " ").replace("-", " ").strip()[:80] or "New project"


def progress(project: str) -> None:
    """How far the file is, with a cancel; then what became of it."""
    arrival = arrivals.of(project)
    if arrival is None:
        return
    if arrival.error:
        _failed(project, arrival)
    elif arrival.is_over:
        arrivals.forget(project)
        st.rerun()
    else:
        parts.head("Reading your file")
        _watch(project)


def menu(dataset: Dataset) -> None:
    """What can be done with the file: read it otherwise, or take another one."""
    with st.popover("This file", icon=":material/draft:", key="file-menu"):
        st.button(
            "Read it differently",
            key="reread",
            icon=":material/settings_backup_restore:",
            on_click=state.keep,
            args=("reread", dataset.id),
            width="stretch",
        )
        st.button(
            "Replace it by another file",
            key="replace",
            icon=":material/upload_file:",
            on_click=state.keep,
            args=("replace", dataset.id),
            width="stretch",
        )
    if state.recall("reread") == dataset.id:
        _reread_dialog(dataset)
    elif state.recall("replace") == dataset.id:
        _replace_dialog(dataset)


def report(dataset: Dataset) -> None:
    """Every line of the import report."""
    if not dataset.changes:
        st.markdown(":green[:material/check_circle:] Nothing was changed: every cell was read as it stands in the file.")
        return
    st.caption("Nothing is changed silently. This is everything that was done to read the file; the file itself is kept as it came.")
    with st.container(border=True, key="report", gap="small"):
        for change in dataset.changes:
            count = f" :gray[{words.things(change.count, 'time')}]" if change.count else ""
            examples = f"  \n:gray[{md(short(' · '.join(change.examples), 160))}]" if change.examples else ""
            st.markdown(f":material/edit_note: {md(change.what)}{count}{examples}")


def gallery(table: Table) -> None:
    """Pictures of the dataset, with their other values under them."""
    pictures = next(column for column in table.columns if column.type == "image")
    others = [column for column in table.columns if column.type != "image"]
    with st.grid(6, min_column_width=130, key="gallery"):
        for i in _spread(len(table), SHOWN):
            row = table.frame.iloc[i]
            said = ", ".join(short(row[column.id], 24) for column in others)
            if isinstance(row[pictures.id], str) and table.folder:
                st.image(str(table.folder / row[pictures.id]), caption=md(said), width="stretch", alt=said)


@st.fragment(run_every=0.5)
def _watch(project: str) -> None:
    arrival = arrivals.of(project)
    if arrival is None or arrival.is_over:
        st.rerun()
    with parts.card("arrival"):
        st.markdown(f"**{md(short(arrival.name, 80))}**")
        left = arrival.seconds_left
        st.progress(arrival.done or 0.0, text=f"{md(arrival.stage)}{f' · {words.duration(left)} left' if left else ''}")
        st.button("Cancel", key="arrival-cancel", on_click=_cancel, args=(project,))


def _failed(project: str, arrival: arrivals.Arrival) -> None:
    parts.head("This file could not be read")
    if arrival.error:
        parts.error_box(arrival.error, "arrival")
    st.caption("Everything you had before is still there.")
    uploads.drop_zone("again-drop", begin, title="Drop another file here", hint="Or the same one, after mending it.", primary=True)
    st.button("Go on without it", key="arrival-dismiss", type="tertiary", on_click=arrivals.forget, args=(project,))


@st.dialog("Read the file differently", icon=":material/settings_backup_restore:", on_dismiss=lambda: state.keep("reread", None))
def _reread_dialog(dataset: Dataset) -> None:
    if state.recall("reread") != dataset.id:
        st.rerun()
    reader = READERS.parse(dataset.reader)
    st.markdown(f"It was read as: {md(type(reader).title)}. {md(reader.description())} Your choice of what to predict starts afresh.")
    new = forms.edit(reader, f"reader-{dataset.id}", columns_wide=1)
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Keep it", key="reread-no", on_click=state.keep, args=("reread", None))
        st.button(
            "Read again",
            key="reread-yes",
            type="primary",
            disabled=new == reader,
            on_click=_reread,
            args=(dataset, new.model_dump(mode="json")),
        )


@st.dialog("Replace the file", icon=":material/upload_file:", on_dismiss=lambda: state.keep("replace", None))
def _replace_dialog(dataset: Dataset) -> None:
    if state.recall("replace") != dataset.id:
        st.rerun()
    st.markdown("The project takes the new file, and the choices start afresh. Earlier runs and their models stay.")
    uploads.drop_zone("replace-drop", _replace, title="Drop the new file here")


def _changed(before: Reader, after: Reader) -> dict[str, Any]:
    now = after.model_dump(mode="json")
    return {name: value for name, value in now.items() if value != before.model_dump(mode="json")[name]}


def _reread(dataset: Dataset, options: dict[str, Any]) -> None:
    state.keep("reread", None)
    project = state.current_project()
    if project:
        arrivals.again(state.workspace(), project.id, dataset.id, dataset.file_name, options)


def _replace(upload: uploads.Upload) -> None:
    state.keep("replace", None)
    begin(upload)


def _cancel(project: str) -> None:
    arrivals.cancel(project)
    state.say_next("Reading was cancelled.", ":material/cancel:")


def _spread(rows: int, most: int) -> list[int]:
    return [int(i * (rows - 1) / max(1, min(rows, most) - 1)) for i in range(min(rows, most))]
