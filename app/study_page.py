"""A study as its page shows it: how far it is, what it has found so far, and what can be done with that. Live while it is under way."""

from collections.abc import Sequence

import streamlit as st

from app import check_list, fold_results, parts, search_results, sketches, state, study_list, words
from app.text import md, short
from engine.errors import EngineError
from engine.plan import Plan
from engine.store import studies
from engine.store.studies import WINNER, Child, Record

EVERY = 1.5
DELETED = "delete-study"
STOPPING = "No other settings are tried any more. The best so far are trained once more and judged on the rows kept unseen; then it ends."


def show(study: Record) -> None:
    """The whole page."""
    project = state.current_project()
    if study.project and (project is None or project.id != study.project):
        state.open_project(study.project)
    _head(study)
    _live(study)
    _dialog()


def _head(study: Record) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="page-head"):
        with st.container(gap=None, width="stretch"):
            st.header(study_list.question(study), anchor=False)
            since = f"started {words.ago(study.created)} · it goes on when you close the page"
            st.caption(
                f"{md(short(study.name, 80))} · {since if not study.is_done else f'ended {words.ago(study.ended or study.created)}'}"
            )
        st.button("All runs", key="study-back", icon=":material/arrow_back:", on_click=_leave)
        if study.was_stopped:
            told = "What has ended stays; what was given up or stopped early is trained again."
            again = {"on_click": studies.go_on, "args": (state.workspace(), study.id)}
            st.button("Go on", key="study-go-on", icon=":material/play_circle:", help=told, **again)
        if study.is_done:
            st.button("Delete", key="study-delete", icon=":material/delete:", on_click=state.keep, args=(DELETED, study.id))
        else:
            label = "Stopping…" if study.wish else "Stop with what is there"
            help_ = STOPPING if study.wish else "What has ended by then counts; the rest is given up. It can go on later."
            click = {"on_click": studies.wish_stop, "args": (state.workspace(), study.id)}
            st.button(label, key="study-stop", icon=":material/stop_circle:", disabled=bool(study.wish), help=help_, **click)


def _live(study: Record) -> None:
    """The part that changes; every moment until it has ended."""

    @st.fragment(run_every=None if study.is_done else EVERY, key="study-now")
    def draw() -> None:
        if state.is_leaving():
            st.rerun()
        try:
            now = studies.get(state.workspace(), study.id)
        except EngineError:
            st.rerun()
        if now.state != study.state or now.wish != study.wish:
            st.rerun()
        _body(now, studies.children(state.workspace(), study.id))

    draw()


def _body(study: Record, children: Sequence[Child]) -> None:
    if study.state == "failed" and not study.was_stopped:
        parts.error_box(EngineError("It could not be answered.", study.message or "Start it again."), "study")
    elif study.message:
        st.markdown(f":gray[:material/flag: {md(study.message)}]")
    _progress(study, children)
    if said := study.facts.get("said"):
        with parts.card("study-said", gap="small"):
            st.markdown(f"### {md(said)}")
            if needed := study.facts.get("needed"):
                st.markdown(md(needed))
    plan = _plan(study)
    if study.facts.get("said") and any(child.has_ended for child in children):
        check_list.doubts(plan, study.dataset)
    fold_results.draw(study, children, plan)
    search_results.draw(study, children, plan)


def _progress(study: Record, children: Sequence[Child]) -> None:
    total, finished = int(study.facts.get("total") or 0), sum(child.has_ended for child in children if child.role != WINNER)
    at_work = [child for child in children if child.run.is_active]
    if not study.is_done:
        share = min(1.0, finished / total) if total else 0.0
        last = any(child.role == WINNER and not child.run.is_done for child in children)
        text = "Judging the best settings on the rows kept unseen" if last else _doing(study, finished, total, at_work)
        st.progress(share, text=md(text))
    tiles = [
        ("Trainings ended", f"{words.count(finished)} of {words.count(total)}" if total else words.count(finished), _dropped(children)),
        ("At work now", words.count(len(at_work)), "as many as there are places") if not study.is_done else ("", "", ""),
        ("Time", words.duration(study.seconds), _left(study, children, finished, total)),
    ]
    st.html(sketches.tiles([tile for tile in tiles if tile[0]]))


def _doing(study: Record, finished: int, total: int, at_work: Sequence[Child]) -> str:
    if study.wish:
        return "Stopping: no further training begins"
    if not at_work:
        return "The next training is about to start" if finished else "Getting ready"
    names = words.listing([str(child.number + 1) for child in at_work])
    return f"Training {names} of {total}" if total else f"Training {names}"


def _dropped(children: Sequence[Child]) -> str:
    given_up, failed = sum(child.dropped for child in children), sum(child.run.state == "failed" for child in children)
    said = [f"{given_up} given up early"] * bool(given_up) + [f"{failed} failed"] * bool(failed)
    return ", ".join(said) or "each with its own curve"


def _left(study: Record, children: Sequence[Child], finished: int, total: int) -> str:
    if study.is_done:
        return "in all"
    if study.wish:
        return "stopping"
    if not finished or not total:
        return "the time left is known after the first one"
    final = [child for child in children if child.role == WINNER and not child.run.is_done]
    within, of_final = (sum(_part(child) for child in some) for some in ([c for c in children if c not in final], final))
    each = study.seconds / max(finished + within + of_final, 0.5)
    left = 0.0 if final else each * max(total - finished - within, 0.0)
    if limit := 60 * float(study.spec.get("minutes") or 0.0):
        left = min(left, max(limit - study.seconds, 0.0))
    return f"about {words.duration(left + each * max(float(study.facts.get('final') or 0) - of_final, 0.0))} left"


def _part(child: Child) -> float:
    """How much of a training that is at work is done."""
    return float(child.run.facts.get("done") or 0.0) if child.run.is_active else 0.0


def _plan(study: Record) -> Plan | None:
    try:
        return Plan.model_validate(study.plan)
    except (EngineError, ValueError):
        return None


def _leave() -> None:
    state.forget_study()


def _dialog() -> None:
    if state.recall(DELETED):
        _ask()


@st.dialog("Delete for good?", icon=":material/delete:", on_dismiss=lambda: state.keep(DELETED, None))
def _ask() -> None:
    id = state.recall(DELETED)
    if not id:
        st.rerun()
    many = len(studies.children(state.workspace(), id))
    st.markdown(f"The study goes, with its **{words.things(many, 'training')}**, their models, reports and curves. That cannot be undone.")
    with st.container(horizontal=True, horizontal_alignment="right"):
        st.button("Keep it", key="study-delete-no", on_click=state.keep, args=(DELETED, None))
        st.button("Delete", key="study-delete-yes", type="primary", icon=":material/delete:", on_click=_delete, args=(id,))


def _delete(id: str) -> None:
    state.keep(DELETED, None)
    study_list.delete(id)
