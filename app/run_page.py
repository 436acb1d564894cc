"""A run as the Train page shows it: live while it learns, and what remained of it afterwards."""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from app import (
    check_list,
    curves,
    live,
    live_examples,
    parts,
    remedies,
    run_buttons,
    run_log,
    run_queue,
    run_usage,
    sketches,
    state,
    study_card,
    words,
)
from app import study_list as studies_shown
from app.text import md, short
from engine import progress
from engine.errors import EngineError
from engine.plan import Plan
from engine.store import db, metrics, runs
from engine.store.records import is_same_plan
from engine.store.runs import Run

EVERY, ALIKE = 1.0, 0.9
BUSY = "Database busy: another program is using it. The training goes on meanwhile, and no number is lost; they appear here afterwards."
WAITING = {"queued", "starting", "interrupted"}
NOTHING_KEPT = {"failed", "cancelled"}
NO_MODEL = "There is no model of these choices yet."
EARLY = "It ended early: trained again with the same choices, to their end, it may become another model."
MOODS = {
    "wait": ("hourglass_top", "gray"),
    "good": ("trending_up", "green"),
    "flat": ("trending_flat", "orange"),
    "bad": ("trending_down", "red"),
}
TITLES = {
    "queued": "Waiting for its turn",
    "starting": "About to start",
    "running": "Learning",
    "interrupted": "Going on",
    "paused": "Paused",
    "succeeded": "Trained",
    "failed": "Training failed",
    "cancelled": "Cancelled",
}
MISSING = {"paused": "Let it go on, or stop it to keep the best model so far"}
Series = dict[str, tuple[list[float], list[float]]]
Tile = tuple[str, str, str]


def is_under_way(run: Run) -> bool:
    """It learns, or will without anyone doing anything."""
    return run.is_active or run.state in WAITING


def show(run: Run, plan: Plan | None) -> None:
    """The whole page of a run. `plan` is the project's draft, which may have changed since."""
    active = is_under_way(run)
    _head(run, active)
    studies_shown.back(run)
    if run.state == "failed":
        _failure(run)
    _now(run.id, not run.is_done, _drawn(run))
    if active or metrics.after(state.workspace(), run.id, limit=1)[1]:
        live.chart(run.id, _charts(run), key=f"curves-{run.id}")
    live_examples.show(run, active, step_word(plan_of(run)))
    trained = plan_of(run)
    check_list.signed(trained.overrides if trained else ())
    run_usage.draw(run, active)
    run_log.draw(run, active)
    if run.state == "succeeded" and trained is not None:
        _more(run, trained, plan)
    if run.is_done and plan is not None:
        _again(run, plan)
    missing = "" if run.state == "succeeded" else "Wait until it has learned" if active else MISSING.get(run.state, "There is no model yet")
    parts.step_bar("train", missing=missing)


def is_same(run: Run, plan: Plan) -> bool:
    """Whether the plan would train the very model that the run has."""
    trained = plan_of(run)
    return trained is not None and is_same_plan(trained.model_dump(), plan.model_dump())


def plan_of(run: Run) -> Plan | None:
    """The plan a run was trained by; None when this version cannot read it."""
    try:
        return Plan.model_validate(run.plan)
    except (EngineError, ValueError):
        return None


def step_word(plan: Plan | None) -> str:
    """What the learner calls one time through: "epoch", "round"; for a team it is a "model"."""
    if plan is not None and plan.team is not None:
        return "model"
    return plan.training.step if plan is not None else "epoch"


def _head(run: Run, active: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", key="page-head"):
        with st.container(gap=None, width="stretch"):
            st.header(TITLES.get(run.state, run.state), anchor=False)
            st.caption(f"{md(short(run.name or run.id, 80))} · {_since(run, active)}")
        run_queue.buttons(run)
        if not run.is_done:
            run_buttons.draw(run, _can_go_on(plan_of(run)))
        elif run.state == "succeeded":
            st.button(
                "See how good it is", key="judge", type="primary", icon=":material/fact_check:", on_click=state.go_next, args=("evaluate",)
            )


def _since(run: Run, active: bool) -> str:
    if run.state == "paused":
        return "paused · nothing is lost when you close the page"
    if not active:
        return f"ended {words.ago(run.ended)}" if run.ended else "ended"
    began = f"started {words.ago(run.started)}" if run.started else f"asked for {words.ago(run.created)}"
    return f"{began} · it goes on when you close the page"


def _can_go_on(plan: Plan | None) -> bool:
    return plan is not None and plan.training.can_go_on


def _failure(run: Run) -> None:
    with st.container(key="error-run", gap="small"):
        st.markdown(f":red[:material/error:] {md(run.message or 'The training ended with a mistake.')}")
        with st.container(horizontal=True, vertical_alignment="center"):
            remedies.buttons(run, plan_of(run))
            st.button("Try it again", key="retry", icon=":material/replay:", on_click=_anew)


def _drawn(run: Run) -> tuple[object, ...]:
    """What the page around the numbers depends on; when it changes, the page is drawn anew."""
    return run.state, run.wish, len(run.facts.get("metrics") or []), "examples" in run.facts


def _now(run: str, can_change: bool, drawn: tuple[object, ...]) -> None:
    """Progress, the sentence and the numbers; once a second until it has ended."""

    @st.fragment(run_every=EVERY if can_change else None, key="now")
    def draw() -> None:
        try:
            _as_it_is(run, can_change, drawn)
        except db.Busy:
            _say_busy()

    draw()


def _say_busy() -> None:
    st.markdown(f":orange[:material/hourglass_top:] {BUSY}")


def _as_it_is(run: str, can_change: bool, drawn: tuple[object, ...]) -> None:
    try:
        found = runs.get(state.workspace(), run)
    except EngineError:
        st.rerun()
    if can_change and _drawn(found) != drawn:
        st.rerun()
    if is_under_way(found) and db.is_held(state.workspace()):
        _say_busy()
    _numbers(found, is_under_way(found))


def _numbers(run: Run, active: bool) -> None:
    series = curves.of(state.workspace(), run)
    step, has_nothing = step_word(plan_of(run)), run.state in NOTHING_KEPT
    if run.state == "paused":
        st.markdown(f":gray[:material/pause_circle:] {md(run.message)}")
    elif active:
        done, stage = (run.facts.get("done"), run.facts.get("stage")) if run.state == "running" else (None, _place(run))
        st.progress(min(1.0, max(0.0, done or 0.0)), text=md(stage or "Getting ready"))
        mood, said = progress.sentence(series, run.facts, step)
        icon, colour = MOODS[mood]
        if run.state == "running":
            st.markdown(f":{colour}[:material/{icon}:] {md(said)}")
    elif said := progress.without(run.facts, run.state == "failed") if has_nothing else progress.ending(series, run.facts, step):
        st.markdown(f":gray[:material/flag:] {md(said)}")
    if series or (active and run.state != "queued"):
        measured = [_steps_tile(run.facts, step, active, has_nothing), *_measure_tile(run.facts, series, active)]
        st.html(sketches.tiles([*measured, *_work_tiles(run, run.state == "running"), *run_usage.tiles(run)]))


def _place(run: Run) -> str:
    if run.state == "starting":
        return "Starting: the libraries are being loaded"
    if run.state == "interrupted":
        return "The training was interrupted and goes on by itself"
    return run_queue.told(run)


def _steps_tile(facts: Mapping[str, Any], step: str, active: bool, has_nothing: bool = False) -> Tile:
    verb = "so far was" if active else "was"
    best, total = (facts.get("best") or {}).get("epoch"), facts.get("epochs")
    if facts.get("team"):
        note = "none was kept" if has_nothing else _of_the_others(facts["team"])
        return "Models ready", f"{words.count(facts['team']['ready'])} of {words.count(total)}", note
    value = words.count(facts.get("epoch") or 0) + (f" of {words.count(total)}" if total else "")
    return step.capitalize(), value, f"the best {verb} {words.count(best)}" if best else "times through all its rows"


def _of_the_others(team: Mapping[str, int]) -> str:
    """Why there are fewer than were planned, where that is so."""
    unneeded, late = team.get("unneeded", 0), team.get("late", 0)
    if unneeded or late:
        why = "it ended before them" if not unneeded else "their kind adds nothing" if not late else "it ended, or they add nothing"
        return f"{words.count(unneeded + late)} fewer than planned: {why}"
    return "all of them can be used" if team["ready"] else "one is learning"


def _measure_tile(facts: Mapping[str, Any], series: Series, active: bool) -> list[Tile]:
    """The main measure on rows it does not learn from: the latest while it learns, the kept model's afterwards."""
    shown = (facts.get("metrics") or [])[:1]
    tiles = []
    for metric in shown:
        values = series.get(f"val_{metric['name']}", ((), ()))[1]
        kept = (facts.get("best") or {}).get("value") if not facts.get("team") else values[-1] if values else None
        value = (values[-1] if values else None) if active else kept
        guess = (facts.get("baseline") or {}).get(metric["name"])
        note = f"guessing: {words.measure(guess, metric['unit'])}" if guess is not None else "rows it does not learn from"
        tiles.append((metric["label"], words.measure(value, metric["unit"]), note))
    return tiles


def _left(run: Run) -> str:
    """ "about 8 s": as long as it is likely to take."""
    most = _seconds_left(run)
    if most is None:
        return "–"
    if most < 1:
        return "almost done"
    return f"about {words.duration(max(run.facts.get('seconds_left_likely', most), 1.0))}"


def _at_most(run: Run) -> str:
    """By when it ends in any case, where it ends as soon as nothing gets better."""
    most, likely = run.facts.get("seconds_left"), run.facts.get("seconds_left_likely")
    return f"at most {words.duration(most)}" if most and likely is not None and likely < ALIKE * most else ""


def _seconds_left(run: Run) -> float | None:
    """As told; before the first model of a team is ready, as it was measured before the start."""
    left = run.facts.get("seconds_left")
    is_again = run.attempt > 1 and (run.facts.get("team") or {}).get("ready")
    if left is not None or not run.facts.get("team") or is_again or not run.terms.seconds or not run.started:
        return left
    spent = (datetime.now(UTC) - datetime.fromisoformat(run.started)).total_seconds()
    return run.terms.seconds - spent if spent < run.terms.seconds else None


def _work_tiles(run: Run, active: bool) -> list[Tile]:
    facts, speed = run.facts, run.facts.get("rows_per_second")
    fast = f"{words.measure(float(f'{speed:.2g}'))} rows a second" if speed else ""
    if not active:
        size = words.count(facts["parameters"]) if facts.get("parameters") else "–"
        return [("Took", words.duration(facts.get("seconds")), fast), ("Numbers learned", size, "the size of the model")]
    tiles = [("Time left", _left(run), ", ".join(filter(None, [_at_most(run), fast])))]
    cores = facts["cpu"] / 100 if facts.get("cpu") is not None else None
    busy = f"{cores:.1f} of {os.cpu_count()}" if cores is not None else "–"
    tiles.append(("Cores at work", busy, f"memory {words.size(facts['ram'])}" if facts.get("ram") else ""))
    if facts.get("gpu"):
        tiles.append(("Graphics card", facts["gpu"].split(",")[0], facts["gpu"].partition(", ")[2]))
    return tiles


def _charts(run: Run) -> Sequence[dict[str, str]]:
    plan = plan_of(run)
    step = "models ready" if plan is not None and plan.team is not None else step_word(plan)
    shown = [{"metric": "loss", "title": "How wrong it is (loss)", "unit": "", "note": "lower is better", "step": step}]
    for metric in (run.facts.get("metrics") or [{"name": "", "label": "How right it is", "better": "", "unit": ""}])[:1]:
        note = f"{metric['better']} is better" if metric["better"] else ""
        shown.append({"metric": metric["name"], "title": metric["label"], "unit": metric["unit"], "note": note, "step": step})
    return shown


def _more(run: Run, trained: Plan, plan: Plan | None) -> None:
    """What further trainings of the very same plan can answer, unless this one was part of such an answer.

    Other choices have to pass the checks first: those are before "Train again".
    """
    dataset = state.current_dataset()
    if dataset is None or dataset.id != run.dataset or trained.split.folds or trained.split.spares_unseen:
        return
    if plan is None or is_same(run, plan):
        study_card.draw(trained, dataset, False)


def _again(run: Run, plan: Plan) -> None:
    """What can come next, and whether that would be another model."""
    with st.container(horizontal=True, vertical_alignment="center", key="again-row"):
        st.button("Train again", key="again", icon=":material/replay:", on_click=_anew)
        other = "Your choices have changed since this run."
        st.caption(_of_the_same(run) if is_same(run, plan) else other)


def _of_the_same(run: Run) -> str:
    """What another training of the very same choices would come to."""
    if run.state in NOTHING_KEPT:
        return NO_MODEL
    is_early = run.wish == "stop" or run.reason == "time_limit" or (run.facts.get("team") or {}).get("late")
    return EARLY if is_early else "The same choices give the same model; change something first."


def _anew() -> None:
    project = state.current_project()
    state.keep("train-anew", project.id if project else None)
