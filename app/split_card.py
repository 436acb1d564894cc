"""How the rows are divided, asked in plain words and drawn as a ribbon of the person's own rows."""

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st

from app import choices, meanwhile, parts, reads, sketches, state, words
from app.split_apart import apart
from app.text import md, short
from engine import advice, splits
from engine.errors import EngineError
from engine.plan import Plan
from engine.split import Parts

if TYPE_CHECKING:
    from engine.datasets import Dataset

STRIPES = 160
NO = ""
NAMES = {"train": "Learned from", "validation": "Steer the training", "test": "Never seen", "none": "Left out"}
COLOURS = {"train": "training", "validation": "steering", "test": "unseen", "none": "quiet"}
ALSO = {"train": "training set", "validation": "validation set", "test": "test set", "none": "in no part"}
GROUPED = "Can the same patient, machine or batch appear in several rows?"
ALIKE = "Are rows that differ in one column only the same case, such as one mixture tested at several ages?"
TIMED = "Does time matter: will the model be used on rows newer than these?"


def card(dataset: "Dataset", plan: Plan) -> None:
    """Plain questions on the left, what follows from the answers on the right."""
    parts.section("Rows kept aside", "A model is judged only on rows it never saw. Which ones must not be chosen carelessly.")
    with parts.card("split"):
        left, right = st.columns([5, 6], gap="large")
        with left:
            _questions(dataset, plan)
            if splits.of(plan.split).takes_gap:
                _gap(dataset, plan)
            apart(dataset, plan, lambda kind, id: _answer(dataset, kind, id))
            _sizes(plan)
        with right:
            _picture(dataset, plan)


def _questions(dataset: "Dataset", plan: Plan) -> None:
    asked = advice.questions(reads.profile(dataset), plan.target)
    known = choices.answered(state.draft())
    grouped, timed, alike = (plan.split.column if plan.split.method == kind else known[kind] for kind in ("group", "time", "alike"))
    _question("group", GROUPED, "No, every row is a case of its own", "Yes, told apart by", asked.groups, grouped, dataset, plan)
    _question("time", TIMED, "No", "Yes, by", asked.times, timed, dataset, plan)
    if alike:
        _question("alike", ALIKE, "No", "Yes, all alike but for", (), alike, dataset, plan)
    if plan.split.method == "group" and grouped and timed:
        st.caption("Both are answered with yes: the first one counts, because a case seen before would flatter the score more.")


def _question(what: str, text: str, no: str, yes: str, candidates: tuple, now: str, dataset: "Dataset", plan: Plan) -> None:
    names = {column.id: column.name for column in dataset.columns if column.id != plan.target and column.type not in ("image", "text")}
    first = [candidate.id for candidate in candidates if candidate.id in names]
    options = [NO, *first] if first else [NO]
    options += [now] if now and now not in options else []
    if len(options) == 1:
        so = no.lower() if what == "time" else _else(plan)
        st.markdown(f"{text}  \n:gray[No column of yours could tell, so: {so}.]")
        return
    whys = {candidate.id: candidate.why for candidate in candidates}
    st.session_state[f"split-{what}"] = now
    st.selectbox(
        text,
        options,
        format_func=lambda id: f"{yes} “{short(names[id], 40)}”" if id in names else no,
        key=f"split-{what}",
        on_change=lambda: _answer(dataset, what, st.session_state[f"split-{what}"]),
    )
    if now in whys:
        st.caption(f":material/lightbulb: {md(whys[now][:1].upper() + whys[now][1:])}")


def _else(plan: Plan) -> str:
    """What counts as a case where no column tells."""
    return "rows alike are one case, see below" if splits.of(plan.split).is_whole else "every row counts as a case of its own"


def _gap(dataset: "Dataset", plan: Plan) -> None:
    column = dataset.column(plan.split.column)
    unit = "days" if column.type == "date" else column.unit or f"steps of “{short(column.name, 24)}”"
    st.session_state["split-gap"] = float(plan.split.gap)
    st.number_input(
        f"Leave out rows less than so many {md(unit)} before a later part",
        min_value=0.0,
        step=1.0,
        format="%g",
        key="split-gap",
        on_change=lambda: _set(gap=st.session_state["split-gap"]),
        help="Where an answer is known only some time later, or one row looks back over others, rows just before the unseen ones "
        "already tell about them. 0 leaves none out.",
    )


def _sizes(plan: Plan) -> None:
    default = type(plan.split)().model_dump()
    changed = sum(getattr(plan.split, name) != default[name] for name in ("test", "validation"))
    if not splits.of(plan.split).sizes:
        return
    with st.expander(parts.advanced_label(changed if "split" in state.draft().touched else 0), key="split-more"):
        for name, label, low, high in (
            ("test", "Rows never seen (test set)", 5, 50),
            ("validation", "Rows that steer the training (validation set)", 5, 40),
        ):
            if name == "test" and plan.split.outside:
                continue
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
    name = dataset.column(plan.split.column).name if plan.split.column else ""
    st.caption(f":material/lightbulb: {md(splits.of(plan.split).why(name))}")


def _drawn(dataset: "Dataset", plan: Plan) -> tuple[str, str]:
    """The ribbon of the rows and its legend, as HTML. Rows of a second file come last."""
    divided = reads.divided(dataset, plan)
    found = {name: getattr(divided, name) for name in ("train", "validation", "test")}
    found["none"] = _left_out(dataset, plan, divided)
    every = np.sort(np.concatenate(list(found.values())))
    own, others = every[every < dataset.rows], every[every >= dataset.rows]
    method = splits.of(plan.split)
    values = reads.values(dataset, plan.split.column)[own] if method.goes_by else None
    order = np.r_[own[method.sequence(values, len(own))], others]
    is_whole = len(reads.drawn_from(dataset)) == dataset.rows
    told = f"Your {words.things(len(own) if is_whole else dataset.rows, 'row')}, {method.sequence_words()}"
    told += "; then those of the second file" if len(others) else ""
    told += "" if is_whole else f"; drawn from {words.things(len(own), 'row')}, evenly spread"
    ribbon = f'<div class="mw-side">{told}</div>{sketches.ribbon(_stripes(found, order), told)}'
    return ribbon, sketches.legend(_legend(dataset, plan, found))


def _left_out(dataset: "Dataset", plan: Plan, divided: Parts) -> np.ndarray:
    """Rows with an answer that are in no part: within a gap, or with a value that stands for no part."""
    answers = reads.values(dataset, plan.target)
    drawn = reads.drawn_from(dataset)
    known = answers[drawn]
    there = drawn[np.isfinite(known) if known.dtype.kind == "f" else ~pd.isna(known)]
    return np.setdiff1d(there, np.concatenate([divided.train, divided.validation, divided.test]))


def _stripes(found: dict[str, np.ndarray], order: np.ndarray) -> list[sketches.Piece]:
    part_of = np.empty(int(order.max()) + 1, dtype=object)
    for name, rows in found.items():
        part_of[rows] = name
    shown = part_of[order[np.linspace(0, len(order) - 1, min(len(order), STRIPES)).astype(int)]]
    edges = np.flatnonzero(np.r_[True, shown[1:] != shown[:-1], True])
    return [sketches.Piece(NAMES[shown[a]], (b - a) / len(shown), COLOURS[shown[a]]) for a, b in zip(edges, edges[1:], strict=False)]


def _legend(dataset: "Dataset", plan: Plan, found: dict[str, np.ndarray]) -> list[sketches.Piece]:
    return [
        sketches.Piece(NAMES[name], 0, COLOURS[name], _told(dataset, plan, name, rows))
        for name, rows in found.items()
        if name != "none" or len(rows)
    ]


def _told(dataset: "Dataset", plan: Plan, name: str, rows: np.ndarray) -> str:
    is_outside = name == "test" and plan.split.outside
    share = 1.0 if is_outside else len(reads.drawn_from(dataset)) / dataset.rows
    said = f"{'about ' if share < 1 else ''}{words.things(round(len(rows) / share), 'row')} ({ALSO[name]})"
    method = splits.of(plan.split)
    if is_outside:
        return f"{said}, all of the second file with an answer"
    if not method.goes_by or not len(rows):
        return said
    span = method.span(reads.values(dataset, plan.split.column)[rows])
    return f"{said}, {span}" if span else said


def _answer(dataset: "Dataset", what: str, id: str) -> None:
    draft = state.draft()
    data = choices.Data(dataset.id, reads.table(dataset), reads.profile(dataset))
    try:
        state.put_draft(choices.split(data, draft, {**choices.answered(draft), what: id}))
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def _resize(name: str) -> None:
    _set(**{name: st.session_state[f"split-{name}"] / 100})


def _set(**changes: Any) -> None:
    plan = state.current_plan()
    if plan:
        state.put_draft(choices.divided(state.draft(), plan.split.model_copy(update=changes)))
