"""How the rows are divided, asked in plain words and drawn as a ribbon of the person's own rows."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from app import choices, meanwhile, parts, reads, sketches, state, words
from app.text import md, short
from engine import advice
from engine.errors import EngineError
from engine.plan import Plan
from engine.split import Parts

if TYPE_CHECKING:
    from engine.datasets import Dataset

STRIPES = 160
NO = ""
NAMES = {"train": "Learned from", "validation": "Steer the training", "test": "Never seen"}
COLOURS = {"train": "training", "validation": "steering", "test": "unseen"}
ALSO = {"train": "training set", "validation": "validation set", "test": "test set"}
GROUPED = "Can the same patient, machine or batch appear in several rows?"
TIMED = "Does time matter: will the model be used on rows newer than these?"


def card(dataset: "Dataset", plan: Plan) -> None:
    """Two plain questions on the left, what follows from the answers on the right."""
    parts.section("Rows kept aside", "A model is judged only on rows it never saw. Which ones must not be chosen carelessly.")
    with parts.card("split"):
        left, right = st.columns([5, 6], gap="large")
        with left:
            _questions(dataset, plan)
            _sizes(plan)
        with right:
            _picture(dataset, plan)


def _questions(dataset: "Dataset", plan: Plan) -> None:
    asked = advice.questions(reads.profile(dataset), plan.target)
    grouped = plan.split.column if plan.split.method == "group" else NO
    timed = plan.split.column if plan.split.method == "time" else state.draft().answers.get("time", NO)
    _question("group", GROUPED, "No, every row is a case of its own", "Yes, told apart by", asked.groups, grouped, dataset, plan)
    _question("time", TIMED, "No", "Yes, by", asked.times, timed, dataset, plan)
    if grouped and timed:
        st.caption("Both are answered with yes: the first one counts, because a case seen before would flatter the score more.")


def _question(what: str, text: str, no: str, yes: str, candidates: tuple, now: str, dataset: "Dataset", plan: Plan) -> None:
    names = {column.id: column.name for column in dataset.columns if column.id != plan.target and column.type not in ("image", "text")}
    first = [candidate.id for candidate in candidates if candidate.id in names]
    options = [NO, *first] if first else [NO]
    options += [now] if now and now not in options else []
    if len(options) == 1:
        st.markdown(
            f"{text}  \n:gray[No column of yours could tell, so: {no.lower() if what == 'time' else 'every row is a case of its own'}.]"
        )
        return
    whys = {candidate.id: candidate.why for candidate in candidates}
    st.session_state[f"split-{what}"] = now
    st.selectbox(
        text,
        options,
        format_func=lambda id: f"{yes} “{short(names[id], 40)}”" if id in names else no,
        key=f"split-{what}",
        on_change=_answer,
        args=(dataset, what),
    )
    if now in whys:
        st.caption(f":material/lightbulb: {md(whys[now][:1].upper() + whys[now][1:])}")


def _sizes(plan: Plan) -> None:
    default = type(plan.split)().model_dump()
    changed = sum(getattr(plan.split, name) != default[name] for name in ("test", "validation"))
    with st.expander(parts.advanced_label(changed if "split" in state.draft().touched else 0), key="split-more"):
        for name, label, low, high in (
            ("test", "Rows never seen (test set)", 5, 50),
            ("validation", "Rows that steer the training (validation set)", 5, 40),
        ):
            st.session_state[f"split-{name}"] = round(100 * getattr(plan.split, name))
            st.slider(label, low, high, step=5 if low % 5 == 0 else 1, format="%d %%", key=f"split-{name}", on_change=_resize, args=(name,))


def _picture(dataset: "Dataset", plan: Plan) -> None:
    key = ("split", dataset.id, dataset.version, reads.about_rows(plan))
    try:
        drawn = meanwhile.get(key, lambda: _drawn(dataset, plan))
    except EngineError as error:
        parts.error_box(error, "split")
        return
    if drawn is None:
        meanwhile.wait(120, key)
        return
    for picture in drawn:
        st.html(picture)
    _, why = advice.split(reads.head(dataset), reads.profile(dataset), plan.target, state.draft().answers or None)
    st.caption(f":material/lightbulb: {md(why)}")


def _drawn(dataset: "Dataset", plan: Plan) -> tuple[str, str]:
    """The ribbon of the rows and its legend, as HTML."""
    divided = reads.divided(dataset, plan)
    order, told = _order(dataset, plan, divided)
    ribbon = f'<div class="mw-side">{told}</div>{sketches.ribbon(_stripes(divided, order), told)}'
    return ribbon, sketches.legend(_legend(dataset, plan, divided))


def _order(dataset: "Dataset", plan: Plan, divided: Parts) -> tuple[np.ndarray, str]:
    """The rows in the order the picture shows them, and what that order is."""
    rows = np.sort(np.concatenate([divided.train, divided.validation, divided.test]))
    if plan.split.method == "random":
        return rows, f"Your {words.things(len(rows), 'row')}, in the order of the file"
    values = pd.Series(reads.values(dataset, plan.split.column)[rows])
    if plan.split.method == "time":
        return rows[values.argsort(kind="stable").to_numpy()], f"Your {words.things(len(rows), 'row')}, oldest first"
    codes = values.factorize()[0]
    return rows[np.argsort(codes, kind="stable")], f"Your {words.things(len(rows), 'row')}, one case after the other"


def _stripes(divided: Parts, order: np.ndarray) -> list[sketches.Piece]:
    part_of = np.empty(int(order.max()) + 1, dtype=object)
    for name in NAMES:
        part_of[getattr(divided, name)] = name
    shown = part_of[order[np.linspace(0, len(order) - 1, min(len(order), STRIPES)).astype(int)]]
    edges = np.flatnonzero(np.r_[True, shown[1:] != shown[:-1], True])
    return [sketches.Piece(NAMES[shown[a]], (b - a) / len(shown), COLOURS[shown[a]]) for a, b in zip(edges, edges[1:], strict=False)]


def _legend(dataset: "Dataset", plan: Plan, divided: Parts) -> list[sketches.Piece]:
    return [sketches.Piece(NAMES[name], 0, COLOURS[name], _told(dataset, plan, name, getattr(divided, name))) for name in NAMES]


def _told(dataset: "Dataset", plan: Plan, name: str, rows: np.ndarray) -> str:
    said = f"{words.things(len(rows), 'row')} ({ALSO[name]})"
    if plan.split.method == "random" or not len(rows):
        return said
    values = pd.Series(reads.values(dataset, plan.split.column)[rows]).dropna()
    if plan.split.method == "group":
        return f"{said}, {words.things(values.nunique(), 'case')}"
    if not len(values):
        return said
    ends = [f"{end:%d %b %Y}" if isinstance(end, pd.Timestamp) else words.measure(float(end)) for end in (values.min(), values.max())]
    return f"{said}, {ends[0]} to {ends[1]}"


def _answer(dataset: "Dataset", what: str) -> None:
    draft = state.draft()
    current = state.current_plan()
    known = {"group": NO, "time": NO, **draft.answers}
    if current and current.split.method != "random" and not draft.answers:
        known[current.split.method] = current.split.column
    data = choices.Data(dataset.id, reads.table(dataset), reads.profile(dataset))
    try:
        state.put_draft(choices.split(data, draft, {**known, what: st.session_state[f"split-{what}"]}))
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def _resize(name: str) -> None:
    plan = state.current_plan()
    if plan:
        state.put_draft(choices.divided(state.draft(), plan.split.model_copy(update={name: st.session_state[f"split-{name}"] / 100})))
