"""The one decision of the Design page: how much effort a training takes, with what each would cost before anything is clicked."""

import os
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import cast

import streamlit as st

from app import costs, forms, parts, reads, searching, spending, state, words
from app.asking import Answer
from app.text import html, md
from engine import effort, energy, reasons
from engine.datasets import Dataset
from engine.effort import EFFORTS, TITLES, WORDS, Effort
from engine.errors import EngineError
from engine.plan import Plan
from engine.store import settings, usage
from engine.studies import Study

LEVEL, MINUTES, SECONDS, REFUSED = "effort", "effort-minutes", "effort-seconds", "effort-refused"
SEARCH = "search"
NAMES: Mapping[str, str] = {**TITLES, SEARCH: "Search"}
LIMITED = ("good", "best")
LEAST_MINUTES, MOST_MINUTES = 0.5, 7 * 24 * 60
Costs = Mapping[str, Answer | None]


def draw(plan: Plan, dataset: Dataset) -> list[Answer | None]:
    """The choice with its costs on the left, why the design is as it is on the right. Gives back the costs, None where not yet known."""
    found, search = measured(plan, dataset), searching.chosen(plan, reads.profile(dataset))
    trainings = search.compared(plan, reads.profile(dataset)) if search else 0
    left, right = st.columns([3, 2], gap="medium")
    with left, parts.card("effort", height="stretch"):
        _choice(plan, dataset, found, search)
    with right, parts.card("why", height="stretch", gap="small"):
        st.markdown("**Why this design**")
        for sentence in reasons.design(plan, reads.profile(dataset), trainings):
            st.markdown(md(sentence))
    return list(found.values())


def measured(plan: Plan, dataset: Dataset) -> Costs:
    """What each effort that can be had would take, without a limit of time but the search's own."""
    profile, levels = reads.profile(dataset), _levels(plan, dataset)
    found: dict[str, Answer | None] = {level: costs.about(asked, dataset.version) for level, asked in levels.items()}
    single = levels["quick"]
    if searching.is_possible(single, profile) and not effort.unsuitable(plan, profile):
        search = searching.chosen(plan, profile) or searching.usual()
        whole = searching.cost(search, single, profile, lambda one: costs.about(one, dataset.version))
        found[SEARCH] = whole | {"trainings": search.compared(single, profile)} if isinstance(whole, dict) else whole
    return found


def _levels(plan: Plan, dataset: Dataset) -> dict[Effort, Plan]:
    """Those that differ: pictures have one, and where a single kind can learn from the columns, the best is no more than good."""
    levels = effort.levels(plan, reads.profile(dataset))
    return {level: asked for level, asked in levels.items() if effort.of(asked) == level}


def _choice(plan: Plan, dataset: Dataset, found: Costs, search: Study | None) -> None:
    now, reason = SEARCH if search else effort.of(plan), effort.unsuitable(plan, reads.profile(dataset))
    st.markdown("**How much effort?**")
    if st.session_state.get(LEVEL) != now:
        st.session_state[LEVEL] = now
    st.segmented_control(
        "How much effort?",
        list(EFFORTS if reason else found),
        format_func=NAMES.__getitem__,
        key=LEVEL,
        required=True,
        disabled=bool(reason),
        label_visibility="collapsed",
        on_change=_choose,
        args=(dataset.id,),
        width="stretch",
    )
    st.markdown(md(reason or (effort.SEARCHING if search else WORDS[effort.of(plan)])))
    if not reason and "best" not in found:
        st.caption(md(effort.TOO_FEW))
    if search and (changed := cast(Study, forms.edit(search, SEARCH))) != search:
        searching.change(changed)
        st.rerun()
    _limit(plan, dataset)
    many = {level: words.count(effort.members(asked)) for level, asked in _levels(plan, dataset).items()}
    st.html(table(found, now, plan.team.seconds if plan.team else 0.0, many))
    st.caption("Measured on this computer before you start. More effort makes an answer steadier; it cannot make up for poor data.")


def _limit(plan: Plan, dataset: Dataset) -> None:
    if plan.team is None:
        return
    minutes = round(plan.team.seconds / 60, 2) or None
    if MINUTES not in st.session_state or st.session_state[MINUTES] != minutes:
        st.session_state[MINUTES] = minutes
    st.number_input(
        "Have it ready in so many minutes (optional)",
        value=None,  # Else an emptied field counts as 0.
        step=1.0,
        format="%g",
        key=MINUTES,
        placeholder="No limit",
        help="It stops in time with what is ready by then; the judging is counted in. Empty: it takes as long as it takes.",
        on_change=_choose,
        args=(dataset.id,),
        width=320,
    )
    if (refused := state.recall(REFUSED)) is not None:
        stays = words.duration(plan.team.seconds) if plan.team.seconds else "no limit"
        said = f"{refused:g} minutes cannot be had: give {LEAST_MINUTES:g} to {MOST_MINUTES:,}, or nothing for no limit. In use: {stays}."
        st.markdown(f":small[:red[:material/error: {md(said)}]]")


def _choose(dataset: str) -> None:
    """The effort and the time as the widgets have them now."""
    plan, here = state.current_plan(), state.current_dataset()
    level = st.session_state.get(LEVEL)
    if plan is None or here is None or here.id != dataset or level not in NAMES:
        return
    profile, seconds = reads.profile(here), _seconds(plan, here)
    state.keep(SECONDS, (here.id, seconds))
    search = searching.kept(searching.wished(seconds)) if level == SEARCH else {}
    level = "quick" if level == SEARCH else level
    state.save_plan(effort.apply(plan, profile, level, 0.0 if level == "quick" else seconds), undoable=True, search=search)


def _seconds(plan: Plan, dataset: Dataset) -> float:
    """The limit of time as it was last said in this session, with whichever effort."""
    if plan.team is not None:
        given = st.session_state.get(MINUTES)
        is_fine = given is None or LEAST_MINUTES <= given <= MOST_MINUTES
        state.keep(REFUSED, None if is_fine else given)
        return 60 * float(given or 0.0) if is_fine else plan.team.seconds
    if search := searching.chosen(plan, reads.profile(dataset)):
        searching.put_aside(search)
        return search.most_seconds or 0.0
    of, seconds = state.recall(SECONDS, ("", 0.0))
    return seconds if of == dataset.id else 0.0


def table(found: Costs, now: str, limit: float = 0.0, many: Mapping[str, str] = MappingProxyType({})) -> str:
    """Time, memory and energy of each effort side by side, as HTML; the chosen one is marked. `limit` is the time given, in seconds.

    `many` says how many models there are at most, where that is known before the rest.
    """
    head = "".join(f'<th scope="col"{_marked(level, now)}>{html(NAMES[level])}</th>' for level in found)
    lines = []
    for name, told in (("Ready in", _time), ("Memory", _memory), ("Energy", _energy), ("Models", _models)):
        known = many if told is _models else dict.fromkeys(LIMITED, f"at most {words.duration(limit)}") if told is _time and limit else {}
        early = {level: html(known[level]) for level, answer in found.items() if answer is None and level in known}
        cells = "".join(
            f"<td{_marked(level, now)}>{early.get(level) or _cell(answer, told, limit, level)}</td>" for level, answer in found.items()
        )
        lines.append(f'<tr><th scope="row">{name}</th>{cells}</tr>')
    return f'<table class="mw-effort"><thead><tr><td></td>{head}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def _marked(level: str, now: str) -> str:
    return ' class="mw-now"' if level == now else ""


def _cell(answer: Answer | None, told: Callable[[dict[str, float], float], str], limit: float, level: str) -> str:
    if answer is None:
        return '<i class="mw-wait">measuring…</i>'
    if isinstance(answer, EngineError):
        return "–"
    first, _, rest = told(answer, limit if level in LIMITED else 0.0).partition(", ")
    return html(first) + (f"<small>{html(rest)}</small>" if rest else "")


def _time(answer: dict[str, float], limit: float) -> str:
    if limit and answer["seconds"] > limit and words.duration(limit) != words.duration(answer["seconds"]):
        return f"{words.duration(limit)}, instead of {words.duration(answer['seconds'])}"
    return f"about {words.duration(answer['seconds'])}"


def _memory(answer: dict[str, float], limit: float) -> str:
    return words.size(1e6 * answer["megabytes"])


def _energy(answer: dict[str, float], limit: float) -> str:
    seconds = min(answer["seconds"], limit or answer["seconds"])
    workspace = state.workspace()
    found = energy.expected(seconds, usage.spent_by(workspace), os.cpu_count() or 1, settings.get(workspace))
    return f"{spending.power(found.watt_hours)}, {spending.money(found)}"


def _models(answer: dict[str, float], limit: float) -> str:
    if "trainings" in answer:
        return f"1, the best of up to {words.count(answer['trainings'])}"
    if "seconds_unlimited" not in answer:
        return "1"
    share = min(1.0, limit / answer["seconds"]) if limit else 1.0
    every = words.count(answer["epochs"])
    return f"about {max(1, round(share * answer['epochs']))}, of {every}" if share < 1 else every
