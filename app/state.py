"""Where a page stands: every session key, query parameter and the project's draft. No other module names them.

The URL says which project and run are open, the store keeps the draft; the session holds only what may be lost.
"""

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from pydantic import BaseModel, ConfigDict

from engine.errors import EngineError, InvalidPlan, NotFound
from engine.plan import Plan
from engine.store import projects, runs, studies
from engine.store.projects import Project
from engine.store.runs import Run
from engine.store.workspace import Workspace

if TYPE_CHECKING:
    from engine.datasets import Dataset

PROJECT = "project"
RUN = "run"
STUDY = "study"
STARTING = "starting"
COMPARE = "compare"
MOST_UNDO = 20
_LOST = "lost"
VIEWS = ("home", "data", "prepare", "design", "train", "evaluate", "use", "runs", "workspace")


class Draft(BaseModel):
    """What is chosen so far in a project: the target's column id, answers to plain questions, the plan, the pages seen.

    `touched` names the parts of the plan a person set by hand ("inputs", "recipe", "split", "architecture", "training"), which a
    new proposal must leave alone; `inputs` are single columns put in (true) or taken out (false), `terms`
    are those of the next run, `roles` what single columns are for (see `engine.roles`) where a person said so. `edits` are changes of
    rows that are not written yet (see `row_edits`), `search` is the study that is asked for instead of one training (see `searching`).
    `undo` holds earlier plans with what was touched then, newest last.
    """

    model_config = ConfigDict(frozen=True)

    target: str | None = None
    answers: dict[str, str] = {}
    plan: dict[str, Any] | None = None
    seen: tuple[str, ...] = ()
    touched: tuple[str, ...] = ()
    inputs: dict[str, bool] = {}
    terms: dict[str, Any] = {}
    roles: dict[str, str] = {}
    edits: dict[str, Any] = {}
    search: dict[str, Any] = {}
    undo: tuple[dict[str, Any], ...] = ()


def workspace() -> Workspace:
    """The workspace of this process (MODELWRIGHT_WORKSPACE, or the default one), opened once. Raises Damaged as soon as any process
    has noticed that its database is."""
    opened = _opened(os.environ.get("MODELWRIGHT_WORKSPACE", ""))
    if opened.mark.exists():
        _opened.cache_clear()
        return _opened(os.environ.get("MODELWRIGHT_WORKSPACE", ""))
    return opened


def look_into_store() -> None:
    """Raises what is wrong with the database before anything is drawn: an error inside a fragment would not reach the main script."""
    now = workspace()
    if not now.database.exists():
        raise EngineError(
            f"The folder {now.path} with all projects is no longer there.",
            "Put it back where it was and reload this page, or start the program again to begin with an empty one.",
        )
    runs.all(now, limit=1)


def current_project() -> Project | None:
    """The project of the run named by the URL, else the one named by the URL, else this session's.

    A project that is gone counts as none; `lost` tells.
    """
    id = _project_of(st.query_params.get(RUN)) or st.query_params.get(PROJECT) or st.session_state.get(PROJECT)
    if not id:
        return None
    try:
        project = projects.get(workspace(), id)
    except NotFound:
        forget_project()
        keep(_LOST, (PROJECT, None))
        return None
    _remember(PROJECT, project.id)
    return project


def open_project(id: str) -> None:
    """Makes that project the current one; the run of another project is closed."""
    if st.session_state.get(PROJECT) != id:
        _forget(RUN)
    _remember(PROJECT, id)


def forget_project() -> None:
    """No project is open any more."""
    _forget(PROJECT)
    _forget(RUN)


def current_run() -> Run | None:
    """The run named by the URL or session, else the project's newest one; `lost` tells of one that is gone."""
    id = st.query_params.get(RUN) or st.session_state.get(RUN)
    project = current_project()
    if id:
        try:
            run = runs.get(workspace(), id)
        except NotFound:
            _forget(RUN)
            keep(_LOST, (RUN, None))
        else:
            if project is None or run.project in {None, project.id}:
                _remember(RUN, run.id)
                return run
            _forget(RUN)
    newest = runs.all(workspace(), project=project.id, limit=1) if project else []
    return newest[0] if newest else None


def open_run(id: str) -> None:
    """Makes that run the current one, and its project with it."""
    run = runs.get(workspace(), id)
    if run.project:
        _remember(PROJECT, run.project)
    _remember(RUN, run.id)


def current_study() -> studies.Record | None:
    """The study named by the URL; `lost` tells of one that is gone."""
    id = st.query_params.get(STUDY)
    try:
        return studies.get(workspace(), id) if id else None
    except NotFound:
        _forget(STUDY)
        keep(_LOST, (STUDY, None))
        return None


def forget_study() -> None:
    """No study is open any more."""
    _forget(STUDY)


def forget_runs(ids: Sequence[str]) -> None:
    """None of these runs is open any more."""
    if st.session_state.get(RUN) in ids or st.query_params.get(RUN) in ids:
        _forget(RUN)


def lost(here: str) -> str:
    """PROJECT or RUN if the URL or session named one that is gone, as long as the page stays on which that was noticed; else ""."""
    what, where = recall(_LOST, ("", None))
    keep(_LOST, (what, here) if where in (None, here) else ("", None))
    return what if where in (None, here) else ""


def project_runs() -> list[Run]:
    """The current project's runs, newest first."""
    project = current_project()
    return runs.all(workspace(), project=project.id) if project else []


def current_dataset() -> "Dataset | None":
    """The current project's dataset, if it has one that still exists."""
    from engine import datasets

    project = current_project()
    if project is None or project.dataset is None:
        return None
    try:
        return datasets.get(workspace(), project.dataset)
    except NotFound:
        return None


def draft() -> Draft:
    """The current project's draft; an empty one without a project."""
    project = current_project()
    known = Draft.model_fields
    return Draft(**{k: v for k, v in project.draft.items() if k in known}) if project else Draft()


def save_draft(**changes: Any) -> Draft:
    """Stores the draft with some fields changed. Raises EngineError without a project."""
    project = current_project()
    if project is None:
        raise EngineError("No project is open.", "Open or start one on the Home page.")
    new = draft().model_copy(update=changes)
    projects.save(workspace(), project.id, draft=new.model_dump(mode="json"))
    return new


def put_draft(new: Draft) -> None:
    """Stores a whole draft."""
    save_draft(**dict(new))


def current_plan() -> Plan | None:
    """The draft's plan, or None when there is none yet or it can no longer be read."""
    stored = draft().plan
    if stored is None:
        return None
    try:
        return Plan.model_validate(stored)
    except (InvalidPlan, ValueError):
        return None


def has_lost_plan() -> bool:
    """Whether there are choices, made by another version, that can no longer be read."""
    return draft().plan is not None and current_plan() is None


def save_plan(plan: Plan, *, touched: str = "", undoable: bool = False, search: dict[str, Any] | None = None) -> None:
    """Stores the plan, and the `search` if given. `touched` marks a part as set by hand; `undoable` keeps what was before for `undo`."""
    now = draft()
    if undoable and now.plan is not None:
        before = {"plan": now.plan, "touched": list(now.touched), "search": now.search, "answers": now.answers}
        now = now.model_copy(update={"undo": (*now.undo, before)[-MOST_UNDO:]})
    marks = now.touched if not touched or touched in now.touched else (*now.touched, touched)
    wanted = now.search if search is None else search
    save_draft(plan=plan.model_dump(mode="json"), touched=marks, undo=now.undo, search=wanted)


def undo() -> bool:
    """Takes back the last undoable change of the plan; False when there is none."""
    now = draft()
    if not now.undo:
        return False
    before = now.undo[-1]
    kept = {name: before.get(name, getattr(now, name)) for name in ("search", "answers")}
    save_draft(plan=before["plan"], touched=tuple(before["touched"]), undo=now.undo[:-1], **kept)
    return True


def mark_seen(view: str) -> None:
    """Remembers that the page was visited in this project, so that its step counts as looked at."""
    now = draft()
    if current_project() and view not in now.seen:
        save_draft(seen=(*now.seen, view))


def link(view: str, **changes: str | None) -> tuple[str, dict[str, str]]:
    """Page path and query parameters of a view, for `st.page_link` and `st.switch_page`; `project=`/`run=` override the current ones."""
    here: Mapping[str, str | None] = {PROJECT: st.session_state.get(PROJECT), RUN: st.session_state.get(RUN)} | changes
    return f"views/{view}.py", {name: value for name, value in here.items() if value}


def go(view: str, **changes: str | None) -> None:
    """Leaves for another page. Ends this script run; not for callbacks, which use `go_next`."""
    for name, value in changes.items():
        _remember(name, value) if value else _forget(name)
    path, query = link(view, **changes)
    st.switch_page(path, query_params=query)


def go_next(view: str, **changes: str | None) -> None:
    """Asks for another page from a callback: the next script run goes there first."""
    st.session_state["_go"] = (view, changes)


def is_leaving() -> bool:
    """Whether a callback has asked for another page. A part of a page that is drawn alone has to draw the whole page then."""
    return "_go" in st.session_state


def follow() -> None:
    """Goes where a callback asked to. Called once, early, by the main script."""
    wanted = st.session_state.pop("_go", None)
    if wanted:
        go(wanted[0], **wanted[1])


def say_next(text: str, icon: str = ":material/check:") -> None:
    """A short message (already escaped) shown on the next script run."""
    st.session_state.setdefault("_say", []).append((text, icon))


def said() -> list[tuple[str, str]]:
    """The messages waiting to be shown; they are handed out once."""
    return st.session_state.pop("_say", [])


def starting() -> str:
    """The key of the sample that is being started for this page; "" for none."""
    return st.query_params.get(STARTING, "")


def await_start(key: str) -> None:
    """The page waits for that sample, also after a reload; "" for no more."""
    if key:
        st.query_params[STARTING] = key
    elif STARTING in st.query_params:
        del st.query_params[STARTING]


def compared() -> str:
    """What the address says is compared: run ids with commas between them, or a question's key; "" for nothing."""
    return st.query_params.get(COMPARE, "")


def compare(what: str) -> None:
    """Keeps in the address what is compared."""
    if what and what != compared():
        st.query_params[COMPARE] = what
    elif not what and COMPARE in st.query_params:
        del st.query_params[COMPARE]


def recall(name: str, default: Any = None) -> Any:
    """A small thing this session remembers, such as a folded part. Lost on reload."""
    return st.session_state.get(f"_{name}", default)


def keep(name: str, value: Any) -> None:
    """Remembers a small thing for this session."""
    st.session_state[f"_{name}"] = value


def _project_of(run: str | None) -> str | None:
    """The project that the run belongs to, as far as both are there."""
    try:
        found = runs.get(workspace(), run).project if run else None
        return projects.get(workspace(), found).id if found else None
    except NotFound:
        return None


def _remember(name: str, value: str) -> None:
    if st.query_params.get(name) != value:
        st.query_params[name] = value
    st.session_state[name] = value


def _forget(name: str) -> None:
    st.session_state.pop(name, None)
    if name in st.query_params:
        del st.query_params[name]


@lru_cache(maxsize=4)
def _opened(path: str) -> Workspace:
    return Workspace.open(Path(path) if path else None, check=True)
