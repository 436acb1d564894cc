"""One line a column: use it or not, its type, what is missing, how its values are spread, and what to know about it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from app import choices, reads, state, words
from app.text import html, md, short
from engine import roles
from engine.columns import COLUMN_TYPES
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.plan import Plan
from engine.problems import Problem
from engine.profile import ColumnProfile, Profile

if TYPE_CHECKING:
    from engine.advice import InputAdvice

BARS = 16
MOST = 6
FIT = 18
NOTES = 12
ROLE_NAMES = {label: role for role, label in roles.ROLES.items()}
TYPE_NAMES = {label: type for type, label in COLUMN_TYPES.items()}


def editor(dataset: Dataset, profile: Profile) -> None:
    """The table, where type, name and use can be changed; below it what is worth knowing, in full."""
    plan = state.current_plan()
    advised = reads.advised(dataset, plan.target) if plan else {}
    frame = _frame(profile, plan, advised)
    key = f"columns-{dataset.id}-{state.recall('columns-again', 0)}"
    st.data_editor(
        frame,
        key=key,
        hide_index=True,
        height="content" if len(frame) <= FIT else 36 * FIT,
        row_height=36,
        column_config=_columns(plan is not None),
        disabled=["missing", "distinct", "spread", "note"],
        on_change=_changed,
        args=(dataset, key, tuple(frame.index)),
        alt="The columns of the data, one a line",
    )
    with st.container(horizontal=True, vertical_alignment="center", key="columns-foot"):
        st.caption("Change a name, a role or a type by clicking on it. Columns without a tick are not learned from.", width="stretch")
        with st.popover("What the roles mean", type="tertiary", key="roles"):
            meanings = "".join(f"<dt>{roles.ROLES[role]}</dt><dd>{said}</dd>" for role, said in roles.MEANINGS.items())
            st.html(f'<dl class="mw-notes">{meanings}</dl>')
    _notes(profile, plan, advised)


def left_out(dataset: Dataset, profile: Profile) -> None:
    """Columns that are not learned from although they could be, each with the reason and a way back."""
    plan = state.current_plan()
    if plan is None:
        return
    advised = reads.advised(dataset, plan.target)
    early = "because they may not be known yet when the model is asked"
    fair = "because a model that learns from them may treat people unequally"
    for key, said, found in (
        ("out", ("Left out", early), _asked(plan, advised)),
        ("sensitive", ("Left out as sensitive", fair), _sensitive(plan, advised)),
    ):
        if found:
            _doubtful(dataset, profile, key, said, found)


def _asked(plan: Plan, advised: "Mapping[str, InputAdvice]") -> "list[InputAdvice]":
    return [one for one in advised.values() if not one.use and one.problem and one.id not in plan.inputs]


def _sensitive(plan: Plan, advised: "Mapping[str, InputAdvice]") -> "list[InputAdvice]":
    return [one for one in advised.values() if one.id in plan.sensitive and not one.use and not one.problem and one.id not in plan.inputs]


def _doubtful(dataset: Dataset, profile: Profile, key: str, said: tuple[str, str], found: "Sequence[InputAdvice]") -> None:
    """Columns whose use is a question: in a box with one line each."""
    with st.container(key=f"problem-warn-left-{key}", gap="small"):
        st.markdown(f":orange[:material/visibility_off: **{said[0]}**], {said[1]}:")
        for one in found[:MOST]:
            with st.container(horizontal=True, vertical_alignment="center", key=f"left-out-{one.id}"):
                st.markdown(f"**{md(short(profile.column(one.id).name, 40))}** · {md(one.why)}", width="stretch")
                st.button("Use it anyway", key=f"out-{one.id}", type="tertiary", on_click=_use, args=(dataset, one.id, True))


def leave_out(dataset: Dataset, problem: Problem) -> None:
    """Takes the column that a problem is about out of the inputs."""
    if problem.column:
        _use(dataset, problem.column, False)


def _use(dataset: Dataset, id: str, use: bool) -> None:
    state.put_draft(choices.column(_data(dataset), state.draft(), id, use))


def _frame(profile: Profile, plan: Plan | None, advised: "Mapping[str, InputAdvice]") -> pd.DataFrame:
    rows = [_row(column, plan, advised.get(column.id)) for column in profile.columns]
    return pd.DataFrame(rows, index=[column.id for column in profile.columns])


def _row(column: ColumnProfile, plan: Plan | None, advice: "InputAdvice | None") -> dict[str, Any]:
    return {
        "use": plan is not None and column.id in plan.inputs,
        "name": column.name,
        "role": roles.ROLES[roles.of(plan, [column.id])[column.id]] if plan else None,
        "type": COLUMN_TYPES[column.type],
        "missing": column.missing / column.rows if column.rows else 0.0,
        "distinct": column.distinct,
        "spread": bars(column),
        "note": _mark(column, plan, advice),
    }


def bars(column: ColumnProfile) -> list[float]:
    """At most BARS heights for the small distribution: neighbouring bins added up, or the commonest values."""
    if not column.counts:
        return [float(count) for _, count in column.top[:BARS]]
    width = -(-len(column.counts) // BARS)
    return [float(sum(column.counts[i : i + width])) for i in range(0, len(column.counts), width)]


def _mark(column: ColumnProfile, plan: Plan | None, advice: "InputAdvice | None") -> str:
    """What fits into a cell; the whole of it stands below the table."""
    if plan is not None and column.id == plan.target:
        return "Predicted"
    if _is_left_out(column, plan, advice):
        return "Left out"
    return "See below" if column.problems else ""


def _notes(profile: Profile, plan: Plan | None, advised: "Mapping[str, InputAdvice]") -> None:
    """All there is to know about single columns, in full; columns with the same to know share a line."""
    columns: dict[str, list[str]] = {}
    above = {one.id for found in (_asked, _sensitive) for one in found(plan, advised)[:MOST]} if plan else set()
    for column in profile.columns:
        if said := note(column, plan, None if column.id in above else advised.get(column.id)):
            columns.setdefault(said, []).append(short(column.name, 40))
    lines = [f"<dt>{html(words.listing(names, most=6))}</dt><dd>{html(said)}</dd>" for said, names in columns.items()]
    if not lines:
        return
    with st.container(key="notes", gap="xsmall"):
        st.markdown("**Worth knowing about single columns**")
        st.html(f'<dl class="mw-notes">{"".join(lines[:NOTES])}</dl>')
        if len(lines) > NOTES:
            with st.expander(f"{len(lines) - NOTES} more", key="notes-more"):
                st.html(f'<dl class="mw-notes">{"".join(lines[NOTES:])}</dl>')


def note(column: ColumnProfile, plan: Plan | None, advice: "InputAdvice | None") -> str:
    """Why a column is left out (by `advice`) and what looks wrong in it; "" if there is nothing to say."""
    if plan is not None and column.id == plan.target:
        return " ".join(problem.what for problem in column.problems)
    if advice and _is_left_out(column, plan, advice):
        return " ".join([f"Left out: {advice.why}", *(problem.what for problem in column.problems)])
    return " ".join(f"{problem.what} {problem.fix}" for problem in column.problems)


def _is_left_out(column: ColumnProfile, plan: Plan | None, advice: "InputAdvice | None") -> bool:
    return advice is not None and plan is not None and not advice.use and column.id not in plan.inputs


def _columns(usable: bool) -> dict[str, Any]:
    make = st.column_config
    return {
        "use": make.CheckboxColumn("Use", width=56, help="Learn from this column", disabled=not usable),
        "name": make.TextColumn("Column", width=180, required=True, max_chars=120),
        "role": make.SelectboxColumn("Role", options=list(ROLE_NAMES), width=130, help="What the column is for", disabled=not usable),
        "type": make.SelectboxColumn("Type", options=list(TYPE_NAMES), width=105, required=True),
        "missing": make.NumberColumn("Missing", format="percent", width=75),
        "distinct": make.NumberColumn("Different", format="localized", width=85, help="How many different values there are"),
        "spread": make.BarChartColumn("How they are spread", width=150, y_min=0),
        "note": make.TextColumn("Worth knowing", width=130, help="In full below the table"),
    }


def _changed(dataset: Dataset, key: str, ids: tuple[str, ...]) -> None:
    """Applies each edited cell; what is refused is said, and the table drawn afresh."""
    edits = st.session_state[key]["edited_rows"]
    try:
        for position, cells in edits.items():
            for name, value in cells.items():
                _apply(dataset, ids[int(position)], name, value)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")
    state.keep("columns-again", state.recall("columns-again", 0) + 1)


def _apply(dataset: Dataset, id: str, name: str, value: Any) -> None:
    from engine import datasets

    draft = state.draft()
    if name == "use":
        if draft.plan is None or id == draft.target:
            raise EngineError("This column is what the model should predict.", "It cannot also be learned from.")
        state.put_draft(choices.column(_data(dataset), draft, id, bool(value)))
    elif name == "role" and value in ROLE_NAMES:
        if draft.plan is None:
            raise EngineError("What columns are for is said once it is known what to predict.", "Choose what to predict first.")
        state.put_draft(choices.role(_data(dataset), draft, id, ROLE_NAMES[value]))
    elif name == "name" and str(value).strip():
        datasets.rename_column(state.workspace(), dataset.id, id, str(value).strip())
    elif name == "type":
        new = datasets.retype(state.workspace(), dataset.id, id, TYPE_NAMES[value])
        state.put_draft(choices.retyped(_data(new), draft))
        _say_failures(new, id)


def _say_failures(dataset: Dataset, id: str) -> None:
    """Values that could not be read as the new type are said at once."""
    failed = [change for change in dataset.changes if change.column == id and "count as missing" in change.what and change.count]
    if failed:
        state.say_next(f"{md(failed[0].what)} {words.things(failed[0].count, 'value')}.", ":material/warning:")


def _data(dataset: Dataset) -> choices.Data:
    return choices.Data(dataset.id, reads.table(dataset), reads.profile(dataset))
