"""One case to ask a model about: one sensible widget a column, filled with a typical case or a row the model never saw."""

import json
import math
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import streamlit as st

from app import words
from app.text import md, short
from engine.form import FormField

SHOWN = 18
ROOM, EACH = 24, 3
UNKNOWN = "not known"
OPEN = "Press again to leave it open."
FILLED = "case-filled"
Row = dict[str, Any]


def ask(fields: Sequence[FormField], run: str, folder: Path) -> Row:
    """Draws the form; the case as {column name: text, number or None}."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("A typical case", key="case-typical", icon=":material/person:", on_click=_fill, args=(fields, run, {}))
        if others := samples(folder):
            st.button("A row it never saw", key="case-sample", icon=":material/casino:", on_click=_next_sample, args=(fields, run, others))
        st.caption("Change what you know; empty what you do not.")
    row: Row = {}
    with st.grid(3, min_column_width=190, key="case-main"):
        for field in fields[:SHOWN]:
            row[field.name] = _WIDGETS[field.type](field, _key(run, field))
    if len(fields) > SHOWN:
        more = words.things(len(fields) - SHOWN, "more column")
        with st.expander(more, key="case-more"), st.grid(3, min_column_width=190, key="case-rest"):
            for field in fields[SHOWN:]:
                row[field.name] = _WIDGETS[field.type](field, _key(run, field))
    st.session_state.pop(FILLED, None)
    return row


def samples(folder: Path) -> list[dict[str, Any]]:
    """Rows the model never saw that travel with it, as {column id: value}."""
    path = folder / "samples.json"
    if not path.is_file():
        return []
    inputs: dict[str, list[Any]] = json.loads(path.read_text("utf-8"))["inputs"]
    return [dict(zip(inputs, values, strict=True)) for values in zip(*inputs.values(), strict=True)]


def typical(field: FormField) -> Any:
    """The middle of the training rows, as the field's widget takes it."""
    if field.type == "category":
        return field.common or None
    if field.type == "date":
        return None if field.median is None else _day(field.median)
    if field.type == "number":
        return as_number(field, field.median)
    return ""


def as_number(field: FormField, value: float | None) -> float | int | None:
    """Whole where the training rows are whole, else with the digits that matter."""
    if value is None or not math.isfinite(value):
        return None
    return round(value) if field.whole else round(float(value), decimals(field))


def decimals(field: FormField) -> int:
    """Digits behind the point that make a difference within the range of the training rows."""
    if field.whole:
        return 0
    spread = (field.high or 0.0) - (field.low or 0.0)
    return min(10, max(1, 3 - math.floor(math.log10(spread)))) if spread > 0 else 2


def _fill(fields: Sequence[FormField], run: str, values: dict[str, Any]) -> None:
    """A callback: puts these values, or typical ones, into the form."""
    st.session_state[FILLED] = True
    for field in fields:
        given = values[field.id] if field.id in values else typical(field)
        st.session_state[_key(run, field)] = _as_widget(field, given) if field.id in values else given


def _as_widget(field: FormField, value: Any) -> Any:
    if field.type == "number":
        return as_number(field, value)
    if field.type == "date":
        return None if value is None else datetime.fromisoformat(str(value)).date()
    return value if value is not None or field.type == "category" else ""


def _next_sample(fields: Sequence[FormField], run: str, rows: Sequence[dict[str, Any]]) -> None:
    place = st.session_state.get(f"case-{run}-sample", -1) + 1
    st.session_state[f"case-{run}-sample"] = place
    _fill(fields, run, rows[place % len(rows)])


def _key(run: str, field: FormField) -> str:
    return f"case-{run}-{field.id}"


def _now(field: FormField, key: str) -> Any:
    return st.session_state[key] if key in st.session_state else typical(field)


def _given(**start: Any) -> dict[str, Any]:
    """The value for a widget that the browser has not drawn yet; not where `_fill` has just written it (Streamlit takes only one)."""
    return {} if FILLED in st.session_state else start


def _label(field: FormField) -> str:
    return md(short(field.name, 60))


def is_flag(field: FormField) -> bool:
    """A number that is only ever 0 or 1."""
    return field.whole and (field.low, field.high) == (0.0, 1.0)


def _number(field: FormField, key: str) -> float | None:
    if is_flag(field) and st.session_state.get(key) in (None, 0, 1):
        got = st.segmented_control(_label(field), [0, 1], key=key, help=OPEN, **_given(default=_now(field, key)))
        return None if got is None else float(got)
    places = decimals(field)
    seen = f"Training rows: {words.measure(field.low)} to {words.measure(field.high)}" if field.low is not None else None
    step = 1 if field.whole else float(f"{10.0**-places * 10:.0e}")
    shown = {"format": "%d" if field.whole else f"%.{places}f", "help": seen, "placeholder": UNKNOWN}
    start = None if FILLED in st.session_state else _now(field, key)
    got = st.number_input(_label(field), value=start, step=step, key=key, **shown)
    return None if got is None else float(got)


def _category(field: FormField, key: str) -> str | None:
    few = sum(len(choice) + EACH for choice in field.choices) <= ROOM
    if few and st.session_state.get(key) in (None, *field.choices):
        return st.segmented_control(
            _label(field), field.choices, format_func=md, key=key, help=OPEN, **_given(default=_now(field, key))
        )
    options = list(dict.fromkeys([*field.choices, *filter(None, [st.session_state.get(key)])]))
    now = _now(field, key)
    index = options.index(now) if now in options and FILLED not in st.session_state else None
    return st.selectbox(_label(field), options, index=index, key=key, placeholder=UNKNOWN, accept_new_options=len(options) > 30)


def _date(field: FormField, key: str) -> str | None:
    start = None if FILLED in st.session_state else _now(field, key)
    got = st.date_input(_label(field), value=start, min_value=date(1000, 1, 1), max_value=date(2999, 12, 31), key=key)
    return got.isoformat() if isinstance(got, date) else None


def _text(field: FormField, key: str) -> str | None:
    return st.text_input(_label(field), key=key, placeholder=UNKNOWN, **_given(value=_now(field, key))) or None


def _day(seconds: float) -> date:
    return datetime.fromtimestamp(seconds, UTC).date()


_WIDGETS = {"number": _number, "category": _category, "date": _date, "text": _text, "image": _text}
