"""Home: what this is, a place to drop a file, my projects, and samples that train with one click."""

from collections.abc import Mapping

import streamlit as st

from app import arriving, database_form, deletion, errands, parts, samples, state, uploads, ways_in, words
from app.text import html, md, short
from engine.errors import NotFound
from engine.jobs.errands import Errand
from engine.server_folders import File
from engine.store import projects, runs, sizes, webhooks
from engine.store.projects import Project
from engine.store.runs import Run

SHOWN = 8


def page() -> None:
    """Top to bottom: the way in, what is there already, and what to try."""
    if _awaited():
        return
    stays = "Your data stays on this computer." if webhooks.get(state.workspace()) else "Nothing leaves this computer."
    with st.container(key="hero"):
        st.html(
            "<h1>Build a model from your own data</h1><p>Drop a file, choose what to predict, and watch a model learn it. "
            f"At the end you get a working model, and an honest answer to how good it is. {stays}</p>"
        )
        uploads.drop_zone(
            "home-drop",
            _arrived,
            title="Drop a table or a zip of pictures here",
            hint=f"{uploads.KINDS}; or a zip with one folder of pictures for each class. Up to 20 GB.",
            primary=True,
        )
    ways_in.draw("home", _arrived, _picked)
    database_form.fold(into_current=False)
    _under_way()
    _projects()
    _samples()
    _workspace()
    deletion.dialogs()


def _projects() -> None:
    found = projects.all(state.workspace())
    newest = runs.all(state.workspace(), limit=500)
    with st.container(horizontal=True, vertical_alignment="bottom", key="projects-head"):
        st.subheader("My projects", anchor=False, width="stretch")
        st.button("New project", icon=":material/add:", key="new-project", on_click=_new_project)
    if not found:
        st.caption("Your projects will be listed here. Drop a file above, or train a sample below.")
        return
    everything, room = state.recall("all-projects", False), sizes.all(state.workspace())
    with st.container(key="projects", border=True, gap=None):
        for project in found if everything else found[:SHOWN]:
            _project(project, [run for run in newest if run.project == project.id], room)
    if len(found) > SHOWN and not everything:
        st.button(f"Show all {len(found)}", key="all-projects", type="tertiary", on_click=state.keep, args=("all-projects", True))


def _project(project: Project, own: list[Run], room: Mapping[str, int]) -> None:
    with st.container(key=f"project-{project.id}", horizontal=True, vertical_alignment="center"):
        path, query = state.link("data" if not own else _best_view(own), project=project.id, run=None)
        with st.container(width="stretch", gap=None):
            st.page_link(path, label=f"**{md(short(project.name, 60))}**", query_params=query)
            st.caption(_about(project, own, room))
        if own:
            parts.run_badge(own[0])
        if _score(own):
            st.html(f'<div class="mw-score">{html(_score(own))}</div>', width="content")
        st.button(
            "",
            key=f"delete-{project.id}",
            icon=":material/delete:",
            type="tertiary",
            help="Delete this project",
            on_click=deletion.ask_project,
            args=(project.id,),
        )


def _about(project: Project, own: list[Run], room: Mapping[str, int]) -> str:
    data = "its file is being read" if project.dataset is None and arriving.is_under_way(project.id) else _data(project.dataset)
    trained = words.things(len(own), "run") if own else "not trained yet"
    taken = sum(room.get(place, 0) for place in (f"datasets/{project.dataset}", *(f"runs/{run.id}" for run in own)))
    return " · ".join([data, trained, *([words.size(taken)] if taken else []), f"changed {words.ago(project.changed)}"])


def _data(dataset: str | None) -> str:
    if dataset is None:
        return "no data yet"
    from engine import datasets

    try:
        found = datasets.get(state.workspace(), dataset)
    except NotFound:
        return "data deleted"
    return f"{words.things(found.rows, 'row')}, {words.things(len(found.columns), 'column')}"


def _score(own: list[Run]) -> str:
    best = next((run.score for run in own if run.score), None)
    return f"{best['label']} {words.measure(best['value'], best.get('unit', ''))}" if best else ""


def _best_view(own: list[Run]) -> str:
    if own[0].state in {"queued", "starting", "running", "interrupted", "paused"}:
        return "train"
    return "evaluate" if any(run.state == "succeeded" for run in own) else "data"


def _samples() -> None:
    shown = samples.all()
    if not shown:
        return
    parts.section("Try a sample", "One click reads the data, chooses the settings and trains a model, usually in under two minutes.")
    with st.grid(3, min_column_width=270, key="samples", gap="medium"):
        for sample in shown:
            _sample(sample)


def _sample(sample: samples.Sample) -> None:
    with parts.card(f"sample-{sample.id}", height="stretch", gap="small"):
        if sample.picture_path:
            st.image(str(sample.picture_path), width="stretch", alt=sample.picture_text or sample.title)
        with st.container(gap=None):
            st.markdown(f"**{md(sample.title)}**")
            st.markdown(md(sample.question))
        st.caption(_size(sample), help=md(sample.origin) or None)
        st.space("stretch")
        with st.container(horizontal=True):
            st.button("Train it", key=f"train-{sample.id}", icon=":material/play_arrow:", on_click=_want, args=(sample, True))
            st.button("Look at the data", key=f"look-{sample.id}", type="tertiary", on_click=_want, args=(sample, False))


def _workspace() -> None:
    """The way to the folder behind all this, with what it takes."""
    room = sizes.room(state.workspace())
    path, query = state.link("workspace")
    label = f"Workspace: {words.size(room.taken)} used, {words.size(room.free)} free on the disk"
    with st.container(key="workspace-link"):
        st.page_link(path, label=label, icon=":material/hard_drive:", query_params=query)


def _size(sample: samples.Sample) -> str:
    rows = words.things(sample.rows, "picture" if sample.is_pictures else "row")
    wide = "" if sample.is_pictures else f", {words.things(len(sample.columns), 'column')}"
    return f"{rows}{wide} · {md(sample.domain)}{' · made-up data' if sample.is_synthetic else ''}"


def _want(sample: samples.Sample, train: bool) -> None:
    key = samples.key_of(sample, train)
    if errands.start(key, "open_sample", **samples.asked(sample, train)):
        state.await_start(key)


def _awaited() -> bool:
    """Watches over the sample this page waits for, and goes to its project. True while the page is taken by that."""
    key = state.starting()
    sample = samples.of(key)
    errand = errands.find(key) if sample else None
    if sample is None or errand is None:
        state.await_start("")
        return False
    if errand.state == "done":
        errands.forget(key)
        state.await_start("")
        state.go("train" if errand.answer["run"] else "data", **errand.answer)
    parts.head(md(sample.title), md(sample.question))
    with st.container(key="starting"):
        _started(errand, sample)
    return True


def _under_way() -> None:
    """Samples being started that this page does not wait for, such as one pressed in another tab."""
    for errand in errands.waiting(samples.PREFIX):
        sample = samples.of(errand.key)
        if sample:
            _started(errand, sample)


def _started(errand: Errand, sample: samples.Sample) -> None:
    with parts.card(f"under-way-{errand.key}"):
        if errand.error:
            errands.failure(errand, f"“{md(sample.title)}” was not started")
            return
        errands.watch(errand.key, f"Starting “{md(sample.title)}”", "It was cancelled; nothing was kept.")


def _new_project() -> None:
    project = projects.add(state.workspace(), "New project")
    state.go_next("data", project=project.id, run=None)


def _picked(file: File) -> None:
    project = projects.add(state.workspace(), arriving.named(file.path.name))
    arriving.read_from_folder(project.id, file)
    state.go_next("data", project=project.id, run=None)


def _arrived(upload: uploads.Upload) -> None:
    project = projects.add(state.workspace(), arriving.named(upload.name))
    arriving.read(project.id, upload)
    state.go_next("data", project=project.id, run=None)


page()
