"""Files coming in, as a page shows them: progress, what was done on import, reading again with other options, pictures.

Reading is an errand: it goes on whatever becomes of the page or the app, and gives the project its dataset when it is done.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from app import errands, forms, parts, pictures, state, uploads, words
from app.text import md, short
from engine import wording
from engine.columns import Column, Table
from engine.datasets import Dataset
from engine.jobs.errands import Errand
from engine.readers import READERS, Change
from engine.server_folders import File
from engine.store import projects

SHOWN = 18
READING = {"take_in", "take_from_folder"}
FAILED = {"query": "The database gave no rows", "combine": "The two files could not be put together"}
CAPTIONED = 2
EXAMPLES = 3


def begin(upload: uploads.Upload) -> None:
    """A callback: the uploaded file is read into the current project; a project without a name of its own takes the file's."""
    read(_project_for(upload.name), upload)


def begin_from_folder(file: File) -> None:
    """A callback: the same with a file of this computer."""
    read_from_folder(_project_for(file.path.name), file)


def read(project: str, upload: uploads.Upload) -> None:
    """Begins to read the file into the project; one that is still being read for it is given up."""
    errands.start(key_of(project), "take_in", replace=True, take=upload.path, name=upload.name, project=project)


def read_from_folder(project: str, file: File) -> None:
    """Begins to read a file of this computer into the project, where it lies."""
    errands.start(key_of(project), "take_from_folder", replace=True, file=str(file.path), name=file.path.name, project=project)


def key_of(project: str) -> str:
    """The key of the errand that reads the project's file."""
    return f"arrival-{project}"


def is_under_way(project: str) -> bool:
    """Whether there is something to say of a file coming in. What has arrived is in the project, and no word is due."""
    errand = errands.find(key_of(project))
    if errand and errand.state == "done":
        errands.forget(errand.key)
    return errand is not None and errand.state != "done"


def drop(project: str) -> None:
    """The project is deleted: nobody waits for its file any more."""
    errands.cancel(key_of(project))


def named(file_name: str) -> str:
    """A project's first name, from its file's."""
    return Path(file_name).stem.replace("_", " ").replace("-", " ").strip()[:80] or "New project"


def progress(project: str) -> None:
    """How far the file is, with a cancel; or why it could not be read."""
    errand = errands.find(key_of(project))
    if errand is None or errand.state == "done":
        st.rerun()
    elif errand.error:
        _failed(errand)
    else:
        is_treated = errand.question == "treat"
        parts.head("Treating personal data" if is_treated else "Reading your file")
        with parts.card("arrival"):
            name = errand.arguments.get("name") or ("Writing the data anew" if is_treated else "Reading again")
            errands.watch(errand.key, md(short(name, 80)), "It was cancelled." if is_treated else "Reading was cancelled.")


def menu(dataset: Dataset) -> None:
    """What can be done with the file: read it otherwise, or take another one."""
    with st.popover("This file", icon=":material/draft:", key="file-menu"):
        st.button(
            "Read it differently",
            key="reread",
            icon=":material/settings_backup_restore:",
            disabled=not dataset.has_original,
            help=None if dataset.has_original else "The file is not kept, because its personal data was treated. Upload it again.",
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
        st.button(
            "Add another file",
            key="add-file",
            icon=":material/library_add:",
            on_click=state.keep,
            args=("add-file", dataset.id),
            width="stretch",
        )
    if state.recall("reread") == dataset.id:
        _reread_dialog(dataset)
    elif state.recall("replace") == dataset.id:
        _replace_dialog(dataset)


def report(dataset: Dataset, on_undo: Callable[[Dataset, Change], None]) -> None:
    """Every line of the import report, with a button beside it where there is a way back."""
    if not dataset.changes:
        st.markdown(":green[:material/check_circle:] Nothing was changed: every cell was read as it stands in the file.")
        return
    kept = "the file itself is kept as it came" if dataset.has_original else "the file itself is not kept"
    st.caption(f"Nothing is changed silently. This is everything that was done to read the file; {kept}.")
    with st.container(border=True, key="report", gap="small"):
        for place, change in enumerate(dataset.changes):
            times = "once" if change.whole else words.things(change.count, "time")
            count = f" :gray[{times}]" if change.count else ""
            examples = f"  \n:gray[{md(short(' · '.join(change.examples[:EXAMPLES]), 240))}]" if change.examples else ""
            with st.container(horizontal=True, vertical_alignment="center", key=f"change-{place}", gap="small"):
                st.markdown(f":material/edit_note: {md(change.what)}{count}{examples}", width="stretch")
                if change.undo and (dataset.has_original or not change.undo.options):
                    undo = {"on_click": on_undo, "args": (dataset, change)}
                    st.button(md(change.undo.label), key=f"undo-{place}", icon=":material/undo:", type="tertiary", **undo)
                elif change.again and dataset.has_original:
                    differently = {"on_click": state.keep, "args": ("reread", dataset.id), "type": "tertiary"}
                    st.button("Read it differently", key=f"differently-{place}", icon=":material/settings_backup_restore:", **differently)


def gallery(table: Table) -> None:
    """Pictures of the dataset, with their other values under them."""
    image = next(column for column in table.columns if column.type == "image")
    plan = state.current_plan()
    others = [column for column in table.columns if column.type != "image"]
    others.sort(key=lambda column: plan is None or column.id != plan.target)
    with st.grid(6, min_column_width=130, key="gallery"):
        for i in _spread(len(table), SHOWN):
            row = table.frame.iloc[i]
            said = _caption(others, row)
            if isinstance(row[image.id], str) and table.folder:
                st.image(pictures.shown(table.folder / row[image.id]), caption=md(said), width="stretch", alt=said)


def _caption(columns: list[Column], row: Any) -> str:
    """The first of the row's values, with the names of their columns where these are several."""
    there = [(column.name, row[column.id]) for column in columns if row[column.id] is not None and row[column.id] == row[column.id]]
    said = [(name, wording.number(value) if isinstance(value, float) else short(value, 24)) for name, value in there[:CAPTIONED]]
    return " · ".join(f"{short(name, 16)}: {value}" if len(columns) > 1 else value for name, value in said)


def _project_for(file_name: str) -> str:
    project = state.current_project()
    if project is None:
        project = projects.add(state.workspace(), named(file_name))
        state.open_project(project.id)
    elif project.dataset is None and project.name == "New project":
        projects.save(state.workspace(), project.id, name=named(file_name))
    return project.id


def _failed(errand: Errand) -> None:
    is_broken_off = errand.can_go_on
    parts.head("Reading your file was interrupted" if is_broken_off else FAILED.get(errand.question, "This file could not be read"))
    if errand.error:
        parts.error_box(errand.error, "arrival")
    if is_broken_off:
        again = partial(errands.once_more, errand)
        st.button("Read it again", key="arrival-again", type="primary", icon=":material/refresh:", on_click=again)
    st.caption("Everything you had before is still there.")
    if not is_broken_off:
        _differently(errand)
        uploads.drop_zone("again-drop", begin, title="Drop another file here", hint="Or the same one, after mending it.", primary=True)
    st.button("Go on without it", key="arrival-dismiss", type="tertiary", on_click=errands.forget, args=(errand.key,))


def _differently(errand: Errand) -> None:
    """What a person may correct in how the file was read: its encoding, what separates its values, rows that do not fit."""
    name = str(errand.arguments.get("name", "")).lower()
    members = [member for member in READERS.members.values() if name.endswith(member.extensions)]
    if errand.question not in READING or not members or not errand.has_file:
        return
    known = members[-1].model_fields["kind"].default
    reader = READERS.parse({"kind": known, **(errand.arguments.get("options") or {})})
    with st.expander("Read it differently", icon=":material/settings_backup_restore:"):
        st.caption(f"As: {md(type(reader).title)}. What is left empty is found out.")
        new = forms.edit(reader, f"again-{errand.key}")
        again = partial(errands.once_more, errand, options=new.model_dump(mode="json", exclude={"kind"}, exclude_defaults=True))
        st.button("Read again", key="arrival-differently", type="primary", disabled=new == reader, on_click=again)


@st.dialog("Read the file differently", icon=":material/settings_backup_restore:", on_dismiss=lambda: state.keep("reread", None))
def _reread_dialog(dataset: Dataset) -> None:
    if state.recall("reread") != dataset.id:
        st.rerun()
    reader = READERS.parse(dataset.reader)
    st.markdown(f"It was read as: {md(type(reader).title)}. {md(reader.description())} Your choice of what to predict starts afresh.")
    new = forms.edit(reader, f"reader-{dataset.id}", columns_wide=1)
    if reader.inner and new == reader:
        inner = forms.edit(reader.inner, f"reader-inside-{dataset.id}", columns_wide=1)
        new = reader.holding(READERS.parse(inner))
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


def _reread(dataset: Dataset, options: dict[str, Any]) -> None:
    state.keep("reread", None)
    project = state.current_project()
    if project:
        errands.start(key_of(project.id), "read_again", replace=True, dataset=dataset.id, options=options, project=project.id)


def _replace(upload: uploads.Upload) -> None:
    state.keep("replace", None)
    begin(upload)


def _spread(rows: int, most: int) -> list[int]:
    return [int(i * (rows - 1) / max(1, min(rows, most) - 1)) for i in range(min(rows, most))]
