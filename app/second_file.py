"""A second file dropped beside the question of the unseen rows: read like any other, then judged on, or what it lacks is said."""

from typing import TYPE_CHECKING

import streamlit as st

from app import choices, errands, parts, state, uploads
from app.text import md, short
from engine.errors import EngineError
from engine.jobs.errands import Errand
from engine.plan import Plan

if TYPE_CHECKING:
    from engine.datasets import Dataset

HINT = f"The same columns as your data, in any order, with the answers. {uploads.KINDS}."


def ask(dataset: "Dataset", plan: Plan) -> None:
    """The place for the file; or how far it is, or why its rows cannot be judged on."""
    errand = errands.find(_key())
    if errand is None:
        title = "Or drop another second file here" if plan.split.outside else "Drop a second file here"
        uploads.drop_zone("outside-drop", _arrived, title=title, hint=HINT)
    elif errand.error:
        errands.failure(errand, "The second file could not be read")
    elif not errand.is_over:
        errands.watch(errand.key, f"Reading {md(short(errand.arguments.get('name', ''), 60))}", "The second file was left out.")
    else:
        _judge(dataset, plan, errand)


def is_under_way() -> bool:
    """Whether there is something to say of a second file."""
    return errands.find(_key()) is not None


def _judge(dataset: "Dataset", plan: Plan, errand: Errand) -> None:
    """The file is read: its rows become the unseen ones, if they can be."""
    from engine import datasets, outside

    try:
        second = datasets.get(state.workspace(), errand.answer["dataset"])
        if second.id == dataset.id:
            raise EngineError("This is the file that the model learns from.", "Unseen rows have to be others: choose another file.")
        required = [*plan.inputs, plan.target]
        outside.check(second, [dataset.column(id) for id in required], required)
    except EngineError as error:
        parts.error_box(error, "outside-file")
        st.button("Choose another file", key="outside-again", icon=":material/upload_file:", on_click=_leave, args=(errand, dataset.id))
        return
    errands.forget(errand.key)
    state.put_draft(choices.divided(state.draft(), plan.split.model_copy(update={"outside": second.id})))
    state.say_next(f"The model will be judged on “{md(short(second.file_name, 60))}”.")
    st.rerun()


def _arrived(upload: uploads.Upload) -> None:
    errands.start(_key(), "read_other", replace=True, take=upload.path, name=upload.name)


def _leave(errand: Errand, learned: str) -> None:
    """A callback: data that came with a file that cannot be judged on goes again."""
    errands.forget(errand.key)
    answer = errand.answer or {}
    if not answer.get("is_new") or answer["dataset"] == learned:
        return
    from engine import datasets

    try:
        datasets.delete(state.workspace(), answer["dataset"])
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def _key() -> str:
    project = state.current_project()
    return _key_of(project.id if project else "")


def _key_of(project: str) -> str:
    return f"outside-{project}"
