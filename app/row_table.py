"""All rows, fifty a page: looked through, filtered by a column, cells mended and rows dropped, and every change with its way back."""

from datetime import date, datetime, time
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from app import errands, meanwhile, parts, reads, row_edits, state, words
from app.text import md, short
from engine.browsing import PAGE, Condition, pages
from engine.columns import Table
from engine.datasets import Dataset
from engine.edits import plain
from engine.profile import ColumnProfile, Profile

SHOWN = 12
MOST_TO_DROP = 100_000
DROP = "drop"
DONE = 8


def browse(dataset: Dataset, profile: Profile) -> None:
    """The filter, one page of rows in which cells can be changed, what waits to be written, and what was changed before."""
    if _writing():
        return
    with st.container(horizontal=True, vertical_alignment="bottom", key="rows-filter", gap="small"):
        condition = _condition(dataset, profile)
        columns = _columns(dataset)
    key = ("found", dataset.id, dataset.version, condition)
    if meanwhile.get(key, lambda: (reads.matching(dataset, condition),)) is None:
        meanwhile.wait(420, key)
        return
    found = reads.matching(dataset, condition)
    total = dataset.rows if found is None else len(found)
    if not total:
        st.caption("No row is like that.")
        return
    with st.container(horizontal=True, vertical_alignment="center", key="rows-pages"):
        number = st.pagination(pages(total), key=f"rows-page-{dataset.id}-{hash(condition)}", max_visible_pages=5) if total > PAGE else 1
        st.caption(_counted(dataset, total, found is not None))
    places, table = reads.page(dataset, columns, condition, number - 1)
    waiting = row_edits.waiting(dataset)
    _editor(dataset, places, table, waiting)
    _waiting(dataset, waiting, found)
    _done(dataset)


def _writing() -> bool:
    """Whether changes are being written; or why they could not be."""
    project = state.current_project()
    errand = errands.find(row_edits.key_of(project.id)) if project else None
    if errand is None:
        return False
    if errand.state == "done":
        errands.forget(errand.key)
        return False
    with parts.card("rows-writing"):
        if errand.error:
            errands.failure(errand, "Your changes were not written")
        else:
            errands.watch(errand.key, "Writing your changes", "Nothing was changed.")
    return not errand.error


def _counted(dataset: Dataset, total: int, is_filtered: bool) -> str:
    return f"{words.count(total)} of {words.things(dataset.rows, 'row')}" if is_filtered else words.things(total, "row")


def _condition(dataset: Dataset, profile: Profile) -> Condition:
    names = {column.id: column.name for column in profile.columns}
    id = st.selectbox(
        "Show rows by",
        list(names),
        index=None,
        format_func=lambda id: short(names[id], 40),
        placeholder="All rows",
        key=f"rows-by-{dataset.id}",
        width=220,
    )
    if id is None:
        return Condition()
    column = profile.column(id)
    if column.missing and st.toggle("Only missing", key=f"rows-missing-{id}", width="content"):
        return Condition(column=id, missing=True)
    if column.type == "number":
        low, high = (_number(column, id, end) for end in ("from", "to"))
        return Condition(column=id, low=low, high=high)
    if column.type == "date":
        first, last = (_day(column, id, end) for end in ("from", "to"))
        return Condition(
            column=id,
            low=datetime.combine(first, time.min) if first else None,
            high=datetime.combine(last, time.max) if last else None,
        )
    if column.type == "category" and column.top:
        values = st.multiselect(
            "Is one of", [value for value, _ in column.top], format_func=lambda value: short(value, 40), key=f"rows-is-{id}", width=260
        )
        return Condition(column=id, values=tuple(values), part=_part(id) if column.distinct > len(column.top) else "")
    return Condition(column=id, part=_part(id))


def _number(column: ColumnProfile, id: str, end: str) -> float | None:
    hint = words.measure(column.low if end == "from" else column.high, column.column.unit)
    return st.number_input(end.capitalize(), value=None, placeholder=hint, key=f"rows-{end}-{id}", width=130, format="%g")


def _day(column: ColumnProfile, id: str, end: str) -> date | None:
    first, last = date(1, 1, 1), date(9999, 12, 31)
    day = st.date_input(end.capitalize(), value=None, min_value=first, max_value=last, key=f"rows-{end}-{id}", width=150)
    return day if isinstance(day, date) else None


def _part(id: str) -> str:
    return (st.text_input("Has in it", key=f"rows-part-{id}", width=180) or "").strip()


def _columns(dataset: Dataset) -> tuple[str, ...]:
    """The columns shown: the answer and the first ones, or those chosen."""
    ids = [column.id for column in dataset.columns]
    if len(ids) <= SHOWN:
        return tuple(ids)
    target = state.draft().target
    first = [id for id in ids if id != target][: SHOWN - (target is not None)]
    proposed = [id for id in ids if id in first or id == target]
    names = {column.id: column.name for column in dataset.columns}
    with st.popover(f"Columns ({SHOWN} of {len(ids)})", icon=":material/view_column:", key="rows-columns-menu"):
        chosen = st.multiselect(
            "Columns to show",
            ids,
            default=proposed,
            max_selections=2 * SHOWN,
            format_func=lambda id: short(names[id], 40),
            key=f"rows-columns-{dataset.id}",
        )
    return tuple(id for id in ids if id in chosen) or tuple(proposed)


def _editor(dataset: Dataset, places: np.ndarray, table: Table, waiting: row_edits.Waiting) -> None:
    frame = _frame(places, table, waiting)
    make = st.column_config
    config: dict[str, Any] = {DROP: make.CheckboxColumn("Drop", width=60, pinned=True, help="Leave this row out of the data")}
    for column in table.columns:
        config[column.id] = make.TextColumn(column.name, alignment="right" if column.type == "number" else None)
    key = f"rows-{dataset.id}-{dataset.version}-{state.recall('rows-again', 0)}"
    st.data_editor(
        frame,
        key=key,
        height=min(560, 37 + 35 * len(frame)),
        column_config={"_index": make.NumberColumn("Row", width=70), **config},
        disabled=["_index", *(column.id for column in table.columns if column.type == "image")],
        placeholder="–",
        on_change=_changed,
        args=(dataset, key, tuple(int(place) for place in places)),
        alt="Rows of the data, fifty a page",
    )
    st.caption("Click into a cell to mend it, or tick “Drop”. The file itself is kept as it came.")


def _frame(places: np.ndarray, table: Table, waiting: row_edits.Waiting) -> pd.DataFrame:
    """What is shown: dates as text, changes that wait already in their places."""
    frame = pd.DataFrame({column.id: _shown(table, column.id) for column in table.columns}, index=places + 1)
    row_of = {int(place): row for row, place in enumerate(places)}
    for (place, id), value in waiting.mends.items():
        if place in row_of and id in frame:
            frame.iloc[row_of[place], frame.columns.get_loc(id)] = plain(value, table.column(id)) if isinstance(value, float) else value
    frame.insert(0, DROP, [int(place) in waiting.drops for place in places])
    return frame


def _shown(table: Table, id: str) -> Any:
    """The column's values as text: a grid's own cells for numbers would turn letters typed into them to nothing, without a word."""
    values = table.frame[id].array
    if table.column(id).type == "date":
        moments = pd.Series(values)
        is_day = bool((moments.dropna() == moments.dropna().dt.normalize()).all())
        return moments.dt.strftime("%Y-%m-%d" if is_day else "%Y-%m-%d %H:%M:%S").astype(object).to_numpy()
    if table.column(id).type == "number":
        return np.array([None if value != value else plain(value, table.column(id)) for value in values], object)
    return pd.Series(values).astype(object).where(pd.notna(values), None).to_numpy()


def _changed(dataset: Dataset, key: str, places: tuple[int, ...]) -> None:
    cells: dict[tuple[int, str], Any] = {}
    dropped: dict[int, bool] = {}
    for row, changes in st.session_state[key]["edited_rows"].items():
        for name, value in changes.items():
            if name == DROP:
                dropped[places[int(row)]] = bool(value)
            else:
                cells[places[int(row)], name] = value
    row_edits.note(dataset, cells, dropped)
    state.keep("rows-again", state.recall("rows-again", 0) + 1)


def _waiting(dataset: Dataset, waiting: row_edits.Waiting, found: np.ndarray | None) -> None:
    """What waits to be written, with the way to write it; else a way to drop all that the filter found."""
    with st.container(horizontal=True, vertical_alignment="center", key="rows-waiting", gap="small"):
        if waiting:
            told = [
                *([words.things(len(waiting.mends), "cell changed", "cells changed")] if waiting.mends else []),
                *([words.things(len(waiting.drops), "row to drop", "rows to drop")] if waiting.drops else []),
            ]
            st.markdown(f":material/edit: **{words.listing(told)}**, not written yet.", width="content")
            st.button("Write the changes", key="rows-write", type="primary", on_click=row_edits.write, args=(dataset,))
            st.button("Discard them", key="rows-discard", type="tertiary", on_click=row_edits.discard, args=(dataset,))
        if found is not None and 0 < len(found) < min(dataset.rows, MOST_TO_DROP) and not waiting.drops.issuperset(found.tolist()):
            label = f"Drop all {words.things(len(found), 'row')} found"
            st.button(label, key="rows-drop-all", type="tertiary", on_click=row_edits.drop_all, args=(dataset, found.tolist()))


def _done(dataset: Dataset) -> None:
    """Changes that are written, the newest first, each with a way back."""
    if not dataset.edits:
        return
    with st.container(border=True, key="rows-done", gap="small"):
        st.markdown(f"**{words.things(len(dataset.edits), 'change')} by hand**")
        everything = state.recall("rows-all-done", False)
        for place, edit in reversed(list(enumerate(dataset.edits))):
            if not everything and place < len(dataset.edits) - DONE:
                continue
            with st.container(horizontal=True, vertical_alignment="center", key=f"rows-done-{place}", gap="small"):
                st.markdown(f":material/edit_note: {md(edit.line(dataset.columns).words())}", width="stretch")
                st.button("Undo", key=f"rows-undo-{place}", type="tertiary", on_click=row_edits.take_back, args=(dataset, edit))
        if not everything and len(dataset.edits) > DONE:
            show = {"on_click": state.keep, "args": ("rows-all-done", True)}
            st.button(f"Show all {len(dataset.edits)}", key="rows-all-done", type="tertiary", **show)
