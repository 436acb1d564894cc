"""Data: what came in, what to predict, and the columns to learn from."""

from contextlib import suppress
from functools import partial

import streamlit as st

from app import (
    arriving,
    check_list,
    choices,
    column_table,
    combining_card,
    database_form,
    doubts,
    meanwhile,
    overview,
    parts,
    personal_card,
    question,
    reads,
    row_table,
    sketches,
    state,
    uploads,
    ways_in,
    words,
)
from app.text import md, short
from engine import extremes
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.names import LOOK_ALIKES
from engine.problems import stops
from engine.profile import Profile

NOTES = 2
COLUMNS, PICTURE, FIRST, ROWS, REPORT = "columns", "picture", "first", "rows", "report"
HINT = f"{uploads.KINDS}; or a zip with one folder of pictures for each class. Up to 20 GB."


def page() -> None:
    """A place for a file, or what is in it."""
    project, dataset = state.current_project(), state.current_dataset()
    if project is None:
        parts.head("Data")
        parts.need_project()
        return
    if arriving.is_under_way(project.id):
        arriving.progress(project.id)
    elif dataset is None:
        _no_data()
    else:
        _data(dataset)


def _no_data() -> None:
    parts.head(
        "Add your data",
        "A table with one row for each thing you know the answer of: a patient, a machine, an order. Or pictures sorted into folders.",
    )
    uploads.drop_zone("data-drop", arriving.begin, title="Drop a table or a zip of pictures here", hint=HINT, primary=True)
    ways_in.draw("data", arriving.begin, arriving.begin_from_folder)
    database_form.fold(into_current=True)
    st.page_link(
        state.link("home")[0],
        label="Or look at a sample first",
        icon=":material/arrow_forward:",
        query_params=state.link("home", project=None, run=None)[1],
    )
    parts.step_bar("data", missing="Add a file to go on")


def _data(dataset: Dataset) -> None:
    profile = reads.profile(dataset)
    draft = state.draft()
    if draft.target is None and "data" not in draft.seen and not _propose(dataset):
        return
    if state.has_lost_plan():
        _propose_again(dataset)
    _top(dataset, profile)
    combining_card.dialog(dataset)
    combining_card.card(dataset)
    doubts.card(dataset)
    personal_card.card(dataset, profile)
    plan, first = state.current_plan(), stops(list(profile.problems))
    parts.problem_list(first, "data-first")
    if plan or not first:
        question.card(dataset, profile)
    problems = [*(one for one in profile.problems if one not in first), *(extremes.problems(plan, profile) if plan else [])]
    parts.problem_list(problems, "data", partial(column_table.leave_out, dataset), fix_label="Leave it out")
    if not _is_looked_through(dataset):
        return
    column_table.left_out(dataset, profile)
    if plan is not None:
        check_list.card(plan, dataset, "data-checks")
    named = {
        COLUMNS: "Columns",
        PICTURE: "Picture of the data",
        **({FIRST: "Pictures"} if dataset.has_pictures else {}),
        ROWS: "Rows",
        REPORT: f"What was done on import ({len(dataset.changes)})",
    }
    tab = st.segmented_control(
        "Show",
        list(named),
        default=FIRST if dataset.has_pictures else COLUMNS,
        required=True,
        format_func=lambda tab: named[tab],
        key=f"data-tab-{dataset.id}",
        label_visibility="collapsed",
        persist_state="session",
    )
    if tab == FIRST:
        arriving.gallery(reads.table(dataset))
    elif tab == PICTURE:
        overview.draw(dataset, profile)
    elif tab == ROWS:
        row_table.browse(dataset, profile)
    elif tab == REPORT:
        doubts.answered(dataset)
        arriving.report(dataset, doubts.take_back)
    else:
        column_table.editor(dataset, profile)
    parts.step_bar("data", missing="" if plan else "Add rows to go on" if first else "Choose what to predict")


def _propose(dataset: Dataset) -> bool:
    """Fresh data: everything is proposed once, and the frame drawn again with it. False while that is being worked out."""
    parts.head("Your data")
    key = ("first", dataset.id, dataset.version)
    with suppress(EngineError):
        with st.skeleton(height=420):
            draft = meanwhile.get(key, lambda: choices.first(_all(dataset)))
        if draft is None:
            meanwhile.wait(420, key)
            return False
        state.put_draft(draft)
    state.mark_seen("data")
    st.rerun()


def _propose_again(dataset: Dataset) -> None:
    """Choices that cannot be read are proposed anew, for the column chosen before where that is still possible."""
    chosen = state.draft().target
    put = state.draft().model_copy(update={"target": None, "plan": None, "undo": ()})
    with suppress(EngineError):
        put = choices.target(_all(dataset), put, chosen) if chosen else choices.first(_all(dataset))
    state.put_draft(put)
    then = "They were proposed anew; have a look." if put.plan else "Choose once more what to predict."
    state.say_next(f"Your earlier choices were made by another version and could not be read. {then}")
    st.rerun()


def _is_looked_through(dataset: Dataset) -> bool:
    """Whether the rows have been searched for columns that give the answer away; else a skeleton stands here."""
    plan = state.current_plan()
    if plan is None:
        return True
    key = ("advised", dataset.id, dataset.version, plan.target)
    if meanwhile.get(key, lambda: reads.advised(dataset, plan.target)) is not None:
        return True
    meanwhile.wait(420, key)
    parts.step_bar("data")
    return False


def _all(dataset: Dataset) -> choices.Data:
    return choices.Data(dataset.id, reads.table(dataset), reads.profile(dataset))


def _top(dataset: Dataset, profile: Profile) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="page-head"):
        with st.container(gap=None, width="stretch"):
            st.header("Your data", anchor=False)
            st.caption(f"{md(short(dataset.file_name, 60))} · {words.size(dataset.bytes)} · read {words.ago(dataset.created)}")
        arriving.menu(dataset)
    st.html(sketches.tiles(_facts(dataset, profile)))
    for note in [change for change in dataset.changes if change.column is None][:NOTES]:
        with st.container(horizontal=True, vertical_alignment="center", key=f"note-{hash(note.what)}", gap="small"):
            st.markdown(f":gray[:material/info: {md(note.what)}]", width="content")
            again = {"on_click": state.keep, "args": ("reread", dataset.id)}
            st.button("Read it differently", key=f"note-reread-{hash(note.what)}", type="tertiary", **again)


def _facts(dataset: Dataset, profile: Profile) -> list[tuple[str, str, str]]:
    cells = profile.rows * len(profile.columns)
    missing = sum(column.missing for column in profile.columns if column.name != LOOK_ALIKES)
    numbers = sum(column.type == "number" for column in profile.columns)
    pictures = next((column for column in profile.columns if column.type == "image"), None)
    last = ("Repeated rows", words.count(profile.duplicates), "exact copies" if profile.duplicates else "every row is different")
    gaps = ("Missing", words.share(missing / cells if cells else 0), words.things(missing, "cell"))
    if pictures is None:
        kinds = f"{words.things(numbers, 'number')}, {len(profile.columns) - numbers} other"
        return [("Rows", words.count(profile.rows), "one for each case"), ("Columns", words.count(len(profile.columns)), kinds), gaps, last]
    wide, high, _ = pictures.sizes[0] if pictures.sizes else (0, 0, 0)
    many = f"and {words.things(len(pictures.sizes) - 1, 'other size')}" if len(pictures.sizes) > 1 else "all alike"
    size = ("Size", f"{wide} × {high}", f"pixels, {many}")
    said = {"names": "in the file names"}.get(dataset.reader.get("layout", ""), "folders of the zip")
    classes = [column for column in profile.columns if column.name == "class" and dataset.reader.get("layout") != "table"]
    kinds = ("Columns", words.count(len(profile.columns) - 1), "beside each picture")
    if classes:
        kinds = ("Classes", words.count(classes[0].distinct), said)
    return [("Pictures", words.count(profile.rows), words.size(dataset.bytes)), kinds, size, gaps]


page()
