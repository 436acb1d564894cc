"""Train: what stands in the way, one button, then the run, live."""

import hashlib
import json
from typing import Any, Literal

import streamlit as st

from app import charts, live, parts, reads, state, words
from app.pictures import draw, look
from app.text import md
from engine import progress
from engine import plan as plans
from engine.errors import EngineError
from engine.jobs import desk
from engine.plan import Plan
from engine.problems import Problem, stops
from engine.store import metrics, runs
from engine.store.runs import ACTIVE, Run

NEXT_STEP = {
    "diverged": "Lower the learning rate on the Design page, then train again.",
    "invalid_data": "Change what is named here, then train again.",
    "out_of_memory": "Choose a smaller batch size or a smaller network on the Design page, then train again.",
    "disk_full": "Free some space on the disk, then train again.",
}


def page() -> None:
    """The project's current run if there is one, else what leads to it."""
    plan, run = state.current_plan(), state.current_run()
    parts.head("Train", "The network learns from your rows while you watch. Close the page if you like; it goes on.")
    if run is None and plan is None:
        parts.empty(":material/model_training:", "Nothing to train yet", "Choose your data and what to predict first.", "Go to Data", "data")
        return
    if run is not None and not state.recall("train_anew"):
        _run(run, plan)
    elif plan is not None:
        _ready(plan)


def _ready(plan: Plan) -> None:
    dataset = state.current_dataset()
    if dataset is None:
        parts.empty(":material/table_view:", "The data is gone", "The dataset of this project was deleted.", "Go to Data", "data")
        return
    problems = plans.check(plan, reads.profile(dataset), reads.suspects(dataset, plan.target))
    _summary(plan, dataset.rows)
    parts.problem_list(problems, key="preflight", on_fix=lambda problem: _mend(plan, problem))
    blocking = stops(problems)
    reason = f"First: {blocking[0].what}" if blocking else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Start training", type="primary", icon=":material/play_arrow:", disabled=bool(blocking), help=md(reason) or None, on_click=_start, args=(plan,), key="start")
        st.caption(md(reason) if blocking else _expected(plan))
    parts.step_bar("train", missing=reason or "Start the training first")


def _summary(plan: Plan, rows: int) -> None:
    held = f"{words.share(plan.split.test)} never seen in training, {words.share(plan.split.validation)} steer it"
    facts = [
        ("Rows", words.count(rows), held),
        ("Columns used", words.count(len(plan.inputs)), "to answer the question"),
        ("Model", type(plan.architecture).title, type(plan.architecture).description()),
        ("Preparation", words.things(len(plan.recipe), "step"), "learned from training rows only"),
    ]
    for column, (label, value, note) in zip(st.columns(len(facts)), facts, strict=True):
        with column.container(border=True, height="stretch"):
            st.caption(label)
            st.markdown(f"**{md(value)}**")
            st.caption(md(note))


@st.cache_data(max_entries=50, show_spinner=False)
def _estimate(stored: str, workspace: str) -> dict[str, float] | None:
    try:
        answer: dict[str, float] = desk.for_workspace(state.workspace()).ask("estimate", plan=json.loads(stored))
    except EngineError:
        return None
    return answer


def _expected(plan: Plan) -> str:
    with st.spinner("Measuring this computer…", show_time=False):
        answer = _estimate(plan.model_dump_json(), str(state.workspace().path))
    return f"About {words.duration(answer['seconds'])} on this computer." if answer else ""


def _mend(plan: Plan, problem: Problem) -> None:
    if problem.action:
        state.save_plan(plans.apply_action(plan, problem.action), undoable=True)


def _start(plan: Plan) -> None:
    """Impatient clicks on one plan make one run: the request names the plan and how many runs came before."""
    project = state.current_project()
    if project is None:
        return
    stored = plan.model_dump_json()
    request = hashlib.sha256(f"{project.id}{len(state.project_runs())}{stored}".encode()).hexdigest()
    run = runs.add(state.workspace(), plan, project=project.id, name=plan.name, request=request)
    state.open_run(run.id)
    state.keep("train_anew", False)


def _run(run: Run, plan: Plan | None) -> None:
    active = run.state in ACTIVE or run.state == "queued"
    _head(run, active)
    if run.message and not active:
        _ended_badly(run)
    _numbers(run.id, active)
    _pictures(run, active)
    if not active and plan is not None:
        _again(run, plan)
    parts.step_bar("train", missing="" if run.state == "succeeded" else "Wait for the training to end" if active else "No model yet")


def _head(run: Run, active: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"### {md(run.name or run.id)}", width="content")
        parts.run_badge(run)
        st.space("stretch")
        if active:
            asked = run.wish or ""
            st.button("Stop and keep the best", icon=":material/stop_circle:", key="stop", disabled=bool(asked), on_click=_wish, args=(run.id, "stop"), help="Ends now; the best model so far is judged and kept.")
            st.button("Cancel", icon=":material/close:", key="cancel", disabled=asked == "cancel", on_click=_wish, args=(run.id, "cancel"), help="Ends now; nothing is kept.")
        elif run.state == "succeeded":
            if st.button("See how good it is", type="primary", icon=":material/insights:", key="judge"):
                state.go("evaluate", run=run.id)


def _wish(run: str, wish: Literal["stop", "cancel"]) -> None:
    try:
        runs.wish(state.workspace(), run, wish)
    except EngineError as error:
        state.say_next(md(str(error)), ":material/info:")


def _ended_badly(run: Run) -> None:
    if run.state not in {"failed", "interrupted"}:
        return
    step = NEXT_STEP.get(run.reason or "", "Try again; if it fails again, the log below says more.")
    st.error(f"{md(run.message)} {step}", icon=":material/error:")
    with st.expander("What the training wrote", icon=":material/notes:"):
        st.code(_log_tail(run.id), language=None)


def _log_tail(run: str, most: int = 8000) -> str:
    path = state.workspace().run(run) / "log.txt"
    if not path.exists():
        return "Nothing was written."
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - most))
        return file.read().decode("utf-8", "replace")


def _numbers(run: str, active: bool) -> None:
    """State, time and measures, once a second while it trains; the whole page is drawn anew when the state changes."""

    @st.fragment(run_every=1.0 if active else None, key="numbers")
    def draw() -> None:
        now = runs.get(state.workspace(), run)
        if active and now.state not in ACTIVE and now.state != "queued":
            st.rerun()
        _tiles(now, metrics.series(state.workspace(), run), active)

    draw()


def _tiles(run: Run, series: dict[str, tuple[list[float], list[float]]], active: bool) -> None:
    facts = run.facts
    if active:
        done = facts.get("done")
        st.progress(min(1.0, max(0.0, done or 0.0)), text=md(facts.get("stage") or _waiting(run)))
    tiles = [_epoch_tile(facts), *_measure_tiles(facts, series), _time_tile(run, active), _machine_tile(facts, active)]
    for column, (label, value, note) in zip(st.columns(len(tiles)), tiles, strict=True):
        with column.container(border=True, height="stretch"):
            st.metric(label, value, help=None)
            st.caption(note or "\u00a0")
    if series.get("val_loss"):
        mood, said = progress.sentence(series, facts)
        icon = {"wait": "hourglass_top", "good": "trending_up", "flat": "trending_flat", "bad": "trending_down"}[mood]
        st.markdown(f":material/{icon}: {md(said)}")


def _waiting(run: Run) -> str:
    return {"queued": "Waiting for its turn", "starting": "Starting"}.get(run.state, "Getting ready")


def _epoch_tile(facts: dict[str, Any]) -> tuple[str, str, str]:
    best = (facts.get("best") or {}).get("epoch")
    total = facts.get("epochs")
    value = f"{facts.get('epoch', 0)}" + (f" of {total}" if total else "")
    return "Epoch", value, f"best so far: {best}" if best else "times through all the rows"


def _measure_tiles(facts: dict[str, Any], series: dict[str, Any]) -> list[tuple[str, str, str]]:
    tiles = []
    for metric in (facts.get("metrics") or [])[:1]:
        values = series.get(f"val_{metric['name']}", ((), ()))[1]
        guess = (facts.get("baseline") or {}).get(metric["name"])
        note = f"guessing: {words.measure(guess, metric['unit'])}" if guess is not None else "on rows it does not learn from"
        tiles.append((metric["label"], words.measure(values[-1] if values else None, metric["unit"]), note))
    return tiles


def _time_tile(run: Run, active: bool) -> tuple[str, str, str]:
    facts, speed = run.facts, run.facts.get("rows_per_second")
    note = f"{words.measure(speed)} rows a second" if speed else ""
    if not active:
        return "Took", words.duration(facts.get("seconds")), note
    left = facts.get("seconds_left")
    return "Time left", f"at most {words.duration(left)}" if left is not None else "–", note


def _machine_tile(facts: dict[str, Any], active: bool) -> tuple[str, str, str]:
    if not active:
        return "Numbers learned", words.count(facts.get("parameters") or 0), "the size of the model"
    cores = f"{facts.get('cpu', 0):.0f}{words.THIN}%" if facts.get("cpu") is not None else "–"
    note = f"memory {words.size(facts['ram'])}" if facts.get("ram") else ""
    return "Processor", cores, facts.get("gpu") or note


def _pictures(run: Run, active: bool) -> None:
    shown = [{"metric": "loss", "title": "How wrong it is (loss)", "unit": "", "note": "lower is better"}]
    for metric in (run.facts.get("metrics") or [])[:1]:
        shown.append({"metric": metric["name"], "title": metric["label"], "unit": metric["unit"], "note": f"{metric['better']} is better"})
    if active:
        live.chart(run.id, shown, key=f"live_{run.id}_{len(shown)}")
        return
    series = metrics.series(state.workspace(), run.id)
    if "loss" not in series:
        return
    colours = look()
    for column, chart in zip(st.columns(len(shown)), shown, strict=True):
        with column.container(border=True):
            st.markdown(f"**{md(chart['title'])}**")
            figure = charts.history(series, chart["metric"], chart["unit"], run.facts, colours)
            draw(figure, key=f"history_{chart['metric']}")


def _again(run: Run, plan: Plan) -> None:
    changed = Plan.model_validate(run.plan).model_dump(exclude={"name"}) != plan.model_dump(exclude={"name"})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Train again", icon=":material/replay:", key="again", on_click=state.keep, args=("train_anew", True))
        st.caption("Your choices have changed since this run." if changed else "The same choices give the same model; change something first.")


page()
