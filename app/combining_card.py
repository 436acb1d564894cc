"""Another file beside the one there is: put below it, or beside it by a key, with what that does to the rows said before it is done."""

from typing import Any

import streamlit as st

from app import arriving, errands, meanwhile, parts, state, uploads, words
from app.text import md, short
from engine import combining, matching
from engine.combining import Append, Join, Way
from engine.datasets import Dataset
from engine.errors import EngineError, NotFound
from engine.jobs.errands import Errand
from engine.matching import Matches, Pair
from engine.store import datasets as stored
from engine.store import projects

ASKED = "add-file"
BELOW, BESIDE = "append", "join"
SHOWN = 6


def dialog(dataset: Dataset) -> None:
    """The place for another file, if it was asked for."""
    if state.recall(ASKED) == dataset.id:
        _dialog(dataset)


def card(dataset: Dataset) -> None:
    """The other file: being read, refused, or waiting for the decision how it belongs to this one."""
    project = state.current_project()
    errand = errands.find(_key(project.id)) if project else None
    if errand is None:
        return
    with parts.card("combining"):
        if errand.error:
            errands.failure(errand, "The other file could not be read")
        elif not errand.is_over:
            errands.watch(errand.key, f"Reading {md(short(errand.arguments.get('name', ''), 60))}", "The other file was left out.")
        else:
            _decide(dataset, errand)


@st.dialog("Add another file", icon=":material/library_add:", on_dismiss=lambda: state.keep(ASKED, None))
def _dialog(dataset: Dataset) -> None:
    if state.recall(ASKED) != dataset.id:
        st.rerun()
    st.markdown("More rows of the same kind, or more columns about the same things. You decide how they belong together once it is read.")
    uploads.drop_zone("add-drop", _arrived, title="Drop the other file here", hint="CSV, Excel, Parquet or JSON.", primary=True)


def _arrived(upload: uploads.Upload) -> None:
    state.keep(ASKED, None)
    project = state.current_project()
    if project:
        errands.start(_key(project.id), "read_other", replace=True, take=upload.path, name=upload.name)


def _decide(dataset: Dataset, errand: Errand) -> None:
    try:
        other = stored.get(state.workspace(), errand.answer["dataset"])
        sides = combining.side(state.workspace(), dataset.id), combining.side(state.workspace(), other.id)
    except EngineError as error:
        parts.error_box(error, "combining")
        st.button("Close", key="combine-no", type="tertiary", on_click=_leave, args=(errand,))
        return
    st.markdown(f"#### How does “{md(short(other.file_name, 60))}” belong to “{md(short(dataset.file_name, 60))}”?", anchors=False)
    shared = matching.pairs(dataset.columns, other.columns)
    looks_alike = 2 * len(shared) > max(len(dataset.columns), len(other.columns))
    labels = {BELOW: "More rows of the same kind: below", BESIDE: "More about the same things: beside, by a key"}
    way = st.radio(
        "How it belongs",
        list(labels),
        index=0 if looks_alike else 1,
        format_func=lambda way: labels[way],
        key=f"combine-way-{other.id}",
        label_visibility="collapsed",
    )
    chosen = _below(dataset, other) if way == BELOW else _beside(*sides)
    with st.container(horizontal=True, vertical_alignment="center"):
        go: dict[str, Any] = {"on_click": _combine, "args": (dataset, other, chosen, errand)}
        st.button("Put them together", key="combine-yes", type="primary", disabled=chosen is None, **go)
        st.button("Leave it out", key="combine-no", type="tertiary", on_click=_leave, args=(errand,))
        st.caption("The result is data of its own; both files stay as they are. What to predict is asked anew.")


def _below(dataset: Dataset, other: Dataset) -> Way | None:
    made, changes = combining.likeness(dataset, other)
    shared = sum(one.first is not None and one.second is not None for one in made)
    rows = dataset.rows + other.rows
    sum_ = f"{words.count(dataset.rows)} + {words.count(other.rows)} = {words.things(rows, 'row')}"
    st.markdown(f"**{sum_}**, with a new column that says which file each is from.")
    if not shared:
        st.markdown(":red[:material/block: The two have no column of the same name.] Rename columns first, or put them beside each other.")
        return None
    _lines([change.words() for change in changes[1:]], f"All {words.things(shared, 'shared column')} have the same name and type.")
    return Append()


def _beside(first: matching.Side, second: matching.Side) -> Way | None:
    key = ("keys", first.dataset.id, first.dataset.version, second.dataset.id, second.dataset.version)
    suggested = meanwhile.get(key, lambda: matching.suggest(first, second))
    if suggested is None:
        meanwhile.wait(120, key)
        return None
    keys = _keys(first.dataset, second.dataset, suggested[0] if suggested else None)
    if not keys:
        st.caption("Choose the column in each file that says which rows belong together.")
        return None
    asked = (*key, keys)
    found = meanwhile.get(asked, lambda: matching.match(first, second, keys))
    if found is None:
        meanwhile.wait(120, asked)
        return None
    return _told(found, first.dataset, second.dataset, keys)


def _keys(first: Dataset, second: Dataset, suggested: Pair | None) -> tuple[Pair, ...]:
    """One column in each file, and more pairs of one name where one does not suffice."""
    left, right = st.columns(2)
    chosen = []
    for place, (column, dataset) in enumerate(((left, first), (right, second))):
        names = {c.id: c.name for c in dataset.columns}
        ids = list(names)
        with column:
            chosen.append(
                st.selectbox(
                    f"Key in {md(short(dataset.file_name, 40))}",
                    ids,
                    index=ids.index(suggested[place]) if suggested else None,
                    format_func=lambda id, names=names: short(names[id], 40),
                    placeholder="Choose a column",
                    key=f"combine-key-{place}-{second.id}",
                )
            )
    if chosen[0] is None or chosen[1] is None:
        return ()
    others = [(a.id, b.id) for a, b in matching.pairs(first.columns, second.columns) if a.id != chosen[0] and b.id != chosen[1]]
    more: list[Pair] = []
    if others:
        more = st.multiselect(
            "And the same in",
            others,
            format_func=lambda pair: short(first.column(pair[0]).name, 40),
            placeholder="Nothing else",
            key=f"combine-more-{second.id}",
            help="When one column alone does not say which rows belong together, such as a patient with several visits.",
        )
    return ((chosen[0], chosen[1]), *more)


def _told(found: Matches, first: Dataset, second: Dataset, keys: tuple[Pair, ...]) -> Way | None:
    """The rows before and after, with what is lost; and the choices that this asks for."""
    keep, repeats = "all", "refuse"
    lost = found.rows - found.matched
    here, there = f"“{short(first.file_name, 40)}”", f"“{short(second.file_name, 40)}”"
    st.markdown(f"**{words.count(found.matched)} of {words.things(found.rows, 'row')}** find their match in {md(there)}.")
    lines = []
    if lost:
        lines.append(f"{words.things(lost, 'row')} of {here} {'has' if lost == 1 else 'have'} no match{_like(found.unmatched_like)}.")
    if found.blank:
        lines.append(f"{words.things(found.blank, 'row')} of {here} {'has' if found.blank == 1 else 'have'} an empty key: no match.")
    if found.nearly:
        lines.append(f"{words.things(found.nearly, 'more row')} would match if capital letters and leading zeros did not count.")
    if found.unused:
        lines.append(f"{words.things(found.unused, 'row')} of {there} would not be used{_like(found.unused_like)}.")
    _lines(lines, "Every row of both files finds its match.")
    if not found.matched:
        st.markdown(":red[:material/block: Nothing matches.] Choose another key.")
        return None
    if lost:
        ways = {
            "all": f"Keep all {words.things(found.rows, 'row')}, with gaps in the new columns",
            "matched": f"Keep only the {words.things(found.matched, 'row')} with a match",
        }
        keep = st.radio("Rows without a match", list(ways), format_func=lambda way: ways[way], key=f"combine-keep-{second.id}")
    if found.repeated:
        st.markdown(
            f":orange[:material/warning: **{words.things(found.repeated, 'key')}** of {md(there)} stand in more than one row]"
            f"{md(_like(found.repeated_like))}."
        )
        is_first = st.checkbox("Take the first row of each; the others are left out", key=f"combine-first-{second.id}")
        if not is_first:
            return None
        repeats = "first"
    return Join(keys=keys, keep=keep, repeats=repeats)  # type: ignore[arg-type]


def _like(examples: tuple[str, ...]) -> str:
    return f", such as {', '.join(short(one, 24) for one in examples[:3])}" if examples else ""


def _lines(lines: list[str], otherwise: str) -> None:
    if not lines:
        st.markdown(f":green[:material/check_circle:] {md(otherwise)}")
    for line in lines[:SHOWN]:
        st.markdown(f":material/info: {md(line)}")
    if len(lines) > SHOWN:
        with st.expander(f"{len(lines) - SHOWN} more"):
            for line in lines[SHOWN:]:
                st.markdown(f":material/info: {md(line)}")


def _combine(dataset: Dataset, other: Dataset, way: Way, errand: Errand) -> None:
    project = state.current_project()
    if project is None:
        return
    asked = {"first": dataset.id, "second": other.id, "way": way.model_dump(mode="json"), "project": project.id}
    if errands.start(arriving.key_of(project.id), "combine", replace=True, name=f"{dataset.name} and {other.name}", **asked):
        errands.forget(errand.key)


def _leave(errand: Errand) -> None:
    """The other file is not wanted: data that came with it goes again, unless something uses it meanwhile."""
    from engine import datasets

    errands.forget(errand.key)
    answer = errand.answer or {}
    if not answer.get("is_new") or any(project.dataset == answer["dataset"] for project in projects.all(state.workspace())):
        return
    try:
        datasets.delete(state.workspace(), answer["dataset"])
    except NotFound:
        return
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def _key(project: str) -> str:
    return f"other-{project}"
