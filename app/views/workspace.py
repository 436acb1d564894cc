"""Workspace: the folder where everything is kept. Its health in words, repairs, the disk, copies of the database, unused data."""

from pathlib import Path

import streamlit as st

import engine
from app import checkup, data_deletion, parts, settings_form, state, words
from app.checkup import Visit
from app.text import html, md, short
from engine.errors import EngineError
from engine.problems import Problem
from engine.store import backup, db, disk, doctor, migrations, sizes
from engine.store.datasets import Dataset
from engine.store.workspace import Workspace

EVERY = 1.0
WIDTH = 560
ASKED = "mend"


def page() -> None:
    """Top to bottom: how it is, how much room there is, the copies, what could go."""
    workspace = state.workspace()
    parts.head("Workspace", "The folder on this computer where your projects, data, runs and models are kept.")
    if told := state.recall("restored"):
        st.success(md(told), icon=":material/settings_backup_restore:")
    _disk(workspace)
    _at_once()
    _personal()
    _health(workspace)
    _copies(workspace)
    _unused()
    _facts(workspace)
    _dialog()
    data_deletion.dialog()


def _disk(workspace: Workspace) -> None:
    room = sizes.room(workspace)
    size = words.size if room.taken else lambda value: "–"
    tiles = [
        ("Runs and models", size(room.runs), "" if room.taken else "being measured"),
        ("Data", size(room.datasets), ""),
        ("Database, copies, logs", size(room.rest), f"{words.size(room.trash)} being deleted" if room.trash else ""),
        ("Free on the disk", words.size(room.free), f"of {words.size(room.total)}"),
    ]
    body = "".join(f"<div><span>{html(name)}</span><b>{html(value)}</b><small>{html(more)}</small></div>" for name, value, more in tiles)
    st.html(f'<div class="mw-tiles mw-house">{body}</div>')


def _at_once() -> None:
    """How many trainings share the computer."""
    parts.section("Trainings", "The others wait for their turn. More at once makes each of them slower.")
    with st.container(width=420):
        settings_form.edit(("slots",), "settings-slots")


def _personal() -> None:
    """What becomes of personal data in files that come in."""
    parts.section("Personal data", "As long as this is off, you are asked on the Data page after a file was read.")
    settings_form.edit(("treat_personal",), "settings-personal")


def _health(workspace: Workspace) -> None:
    visit = checkup.last(workspace) or checkup.start(workspace)
    with st.container(horizontal=True, vertical_alignment="center", key="health-head"):
        st.subheader("Health", anchor=False, width="stretch")
        st.button("Look again", key="look-again", icon=":material/refresh:", disabled=not visit.is_over, on_click=_look_again)
    if not visit.is_over:
        _wait(workspace)
        return
    for said in visit.mended:
        st.caption(f":green[:material/check:] {md(said)}")
    _found(visit)


@st.fragment(run_every=EVERY)
def _wait(workspace: Workspace) -> None:
    visit = checkup.last(workspace)
    if visit is None or visit.is_over:
        st.rerun()
    st.markdown(":gray[:material/progress_activity: Looking at the database, the models and the folders…]")


def _found(visit: Visit) -> None:
    when = words.ago(visit.done)
    if visit.failed:
        parts.error_box(EngineError("The check broke off because of a fault in the program.", "The details are in logs/app.log."), "check")
    elif not visit.problems:
        st.markdown(f":green[:material/check_circle: **All is well.**] :gray[Looked {when}.]")
    else:
        safe = [problem for problem in visit.problems if _is_safe(problem)]
        parts.problem_list(visit.problems, "health", _mend_or_ask, _label)
        with st.container(horizontal=True, vertical_alignment="center"):
            if len(safe) > 1:
                label = f"Mend the {len(safe)} that lose nothing"
                st.button(label, key="mend-all", type="primary", icon=":material/build:", on_click=_mend, args=(safe,))
            st.caption(f"Looked {when}.")


def _label(problem: Problem) -> str:
    repair = doctor.repair_of(problem)
    return repair.title if repair else "Do it"


def _is_safe(problem: Problem) -> bool:
    repair = doctor.repair_of(problem)
    return repair is not None and not repair.loses


def _mend_or_ask(problem: Problem) -> None:
    _mend([problem]) if _is_safe(problem) else state.keep(ASKED, problem)


def _mend(problems: list[Problem]) -> None:
    state.keep(ASKED, None)
    checkup.start(state.workspace(), problems)


def _look_again() -> None:
    state.keep("restored", None)
    checkup.start(state.workspace())


def _dialog() -> None:
    if state.recall(ASKED):
        _question()


@st.dialog("Something is lost by this", icon=":material/build:", on_dismiss=lambda: state.keep(ASKED, None))
def _question() -> None:
    problem: Problem | None = state.recall(ASKED)
    repair = doctor.repair_of(problem) if problem else None
    if problem is None or repair is None:
        st.rerun()
        return
    st.markdown(f"**{md(problem.where)}** · {md(problem.what)}")
    st.markdown(f"What goes: {md(repair.loses)} That cannot be undone.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Leave it", key="mend-no", on_click=state.keep, args=(ASKED, None))
        st.button(repair.title, key="mend-yes", type="primary", icon=":material/build:", on_click=_mend, args=([problem],))


def _copies(workspace: Workspace) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="copies-head"):
        with st.container(width="stretch"):
            told = "One for each of the last seven days of use, and one from before each change of its form."
            parts.section("Copies of the database", told)
        st.button("Make today's copy", key="copy-now", icon=":material/content_copy:", on_click=_copy_now)
    paths = backup.paths(workspace)
    if not paths:
        st.caption("There is none yet. The first is made within an hour while the app is open and nothing trains.")
        return
    with st.container(width=WIDTH):
        parts.rows_of_words([_copy(workspace, path) for path in paths])


def _copy(workspace: Workspace, path: Path) -> tuple[str, str]:
    kind = "the day's copy" if path.parent == backup.folder(workspace) else "from before a change of its form"
    return f"Made {words.ago(backup.made(path))}", f"{kind}, {words.size(path.stat().st_size)}"


def _copy_now() -> None:
    made = backup.keep_daily(state.workspace())
    state.say_next("The copy is made." if made else "Today's copy is there already.")


def _unused() -> None:
    found = data_deletion.unused()
    if not found:
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="unused-head"):
        with st.container(width="stretch"):
            told = f"{words.things(len(found), 'dataset')}, {words.size(data_deletion.room(found))}. It stays until you delete it."
            parts.section("Data that no project uses", told)
        if len(found) > 1:
            ids = [dataset.id for dataset in found]
            st.button("Delete all of it", key="delete-unused", icon=":material/delete:", on_click=data_deletion.ask, args=(ids,))
    with st.container(key="unused", border=True, gap=None):
        for dataset in found:
            _unused_one(dataset)


def _unused_one(dataset: Dataset) -> None:
    with st.container(key=f"unused-{dataset.id}", horizontal=True, vertical_alignment="center"):
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{md(short(dataset.name, 60))}**")
            size = words.size(data_deletion.room([dataset]))
            st.caption(f"{words.things(dataset.rows, 'row')} · {size} · added {words.ago(dataset.created)}")
        st.button(
            "",
            key=f"delete-{dataset.id}",
            icon=":material/delete:",
            type="tertiary",
            help="Delete this data",
            on_click=data_deletion.ask,
            args=([dataset.id],),
        )


def _facts(workspace: Workspace) -> None:
    version = db.version()
    sqlite = ".".join(map(str, version)) + ("" if db.is_safe(version) else " (with a rare fault)")
    parts.section("Details")
    facts = [
        ("Folder", str(workspace.path)),
        ("Disk", f"a network disk ({kind})" if (kind := disk.network(workspace.path)) else "a disk of this computer"),
        ("SQLite", sqlite),
        ("Form of the database", f"number {migrations.latest()}"),
        ("Modelwright", engine.__version__),
    ]
    with st.container(width=WIDTH):
        parts.rows_of_words(facts)


page()
