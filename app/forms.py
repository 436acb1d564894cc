"""A Spec becomes widgets. Knows the types of fields, never a member of a family."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from pydantic import ValidationError

from app import parts, words
from app.text import md
from engine import refusals
from engine.errors import EngineError
from engine.spec import Param, Spec

Names = Mapping[str, str]


def edit(
    spec: Spec,
    key: str,
    columns: Names | None = None,
    columns_wide: int = 2,
    options: Mapping[str, Sequence[str]] | None = None,
    only: Collection[str] | None = None,
    proposed: Spec | None = None,
) -> Spec:
    """Draws the spec's fields (`only` these, if given; advanced ones folded) and returns the spec as the widgets have it.

    `key` is the form's place and must be unique on the page; `columns` are the names by id for fields that choose columns;
    `options` are the texts to choose from for text fields, by field. What is folded says how much of it differs from `proposed`
    (by default: from the defaults). When
    the spec handed in is not the one last returned (undo, another tab), the widgets take its values. What cannot be
    is said beside the field, or below them all where two contradict each other: with what may stand there, and what stays in use.
    """
    _follow(spec, key)
    shown = [p for p in spec.params() if (p.type != "columns" or columns) and (only is None or p.name in only)]
    values: dict[str, Any] = spec.model_dump()
    shown = [replace(p, type="choice", choices=_texts(options[p.name], values[p.name])) if p.name in (options or {}) else p for p in shown]  # type: ignore[index]
    _draw([p for p in shown if not p.advanced], spec, key, values, columns, columns_wide)
    advanced = [p for p in shown if p.advanced]
    if advanced:
        usual = proposed if type(proposed) is type(spec) else None
        changed = sum(getattr(spec, p.name) != getattr(usual, p.name, p.default) and is_shown(p, values) for p in advanced)
        with st.expander(parts.advanced_label(changed), key=f"{key}-more"):
            _draw(advanced, spec, key, values, columns, columns_wide)
    return _valid(spec, values, key)


def is_shown(param: Param, values: Mapping[str, Any]) -> bool:
    """Whether the field matters at these values of the others (its `when`)."""
    return all(
        values.get(name) in (wanted if isinstance(wanted, list | tuple | set | frozenset) else (wanted,))
        for name, wanted in (param.when or {}).items()
    )


def label(param: Param) -> str:
    """The field's label with its unit."""
    return f"{param.label} ({param.unit})" if param.unit else param.label


def integers(text: str) -> tuple[int, ...]:
    """Whole numbers from text such as "64, 32". Raises ValueError in words."""
    pieces = text.replace(";", ",").replace(",", " ").split()
    if not pieces or not all(piece.isdecimal() for piece in pieces):
        raise ValueError(f"“{text}” is not a list of whole numbers." if text.strip() else "No number is given.")
    return tuple(int(piece) for piece in pieces)


def _draw(params: list[Param], spec: Spec, key: str, values: dict[str, Any], columns: Names | None, wide: int) -> None:
    now = {**values, **_choosing(spec, key)}
    visible = [p for p in params if is_shown(p, now)]
    if not visible:
        return
    with st.grid(min(wide, len(visible)), key=f"{key}-grid-{visible[0].name}"):
        for param in visible:
            with st.container(gap="xsmall"):
                values[param.name] = _WIDGETS[param.type](param, f"{key}.{param.name}", values[param.name], columns or {})


def _texts(options: Sequence[str], now: str) -> tuple[tuple[str, str], ...]:
    ordered = sorted(dict.fromkeys([*options, now]), key=lambda text: text == "")
    return tuple((text, text or "Any other") for text in ordered)


def _choosing(spec: Spec, key: str) -> dict[str, Any]:
    """What the widgets say that other fields may depend on, before they are drawn again."""
    fields = {p.name: f"{key}.{p.name}" for p in spec.params() if p.type in ("choice", "switch")}
    return {name: st.session_state[place] for name, place in fields.items() if place in st.session_state}


def _follow(spec: Spec, key: str) -> None:
    """Another spec than the one last returned takes the widgets with it, by the session's state."""
    now = spec.model_dump(mode="json")
    is_other = state_of(key) not in (None, now)
    if is_other:
        for param in spec.params():
            st.session_state[f"{key}.{param.name}"] = _shown(param, getattr(spec, param.name))
    st.session_state[f"{key}~"] = now
    st.session_state[f"{key}~written"] = is_other


def state_of(key: str) -> Any:
    """What the form last held, as stored JSON."""
    return st.session_state.get(f"{key}~")


def _valid(spec: Spec, values: dict[str, Any], key: str) -> Spec:
    """The spec with the values; where they contradict each other, that is said and the spec stays."""
    try:
        new = type(spec).model_validate(values)
    except ValidationError as error:
        what, fix = refusals.words(type(spec), error)
        fields = {e["loc"][0] for e in error.errors() if e["loc"]}
        stays = [_told(p, getattr(spec, p.name)) for p in spec.params() if p.name in fields]
        kept = f"Still in use: {'; '.join(stays)}." if stays else "The last working settings stay in use."
        parts.error_box(EngineError(what, f"{fix} {kept}".strip()), key)
        return spec
    st.session_state[f"{key}~"] = new.model_dump(mode="json")
    return new


def _refused(param: Param, said: str, now: Any) -> None:
    """Under the field: what may stand there, and the value that is in use instead."""
    allowed = f"{param.label} takes {param.allowed}. Still in use: {_told(param, now)}."
    st.markdown(f":small[:red[:material/error: {md(said)}] {md(allowed)}]")


def _told(param: Param, value: Any) -> str:
    """The value in words, with its unit."""
    shown = _shown(param, value)
    return f"{words.exact(shown)} {param.unit}".strip() if isinstance(shown, float) else str(shown)


def _shown(param: Param, value: Any) -> Any:
    """The value as the widget holds it."""
    if param.type == "integers":
        return ", ".join(map(str, value))
    if param.type in ("integer", "number"):
        return float(value)
    return list(value) if param.type == "columns" else value


def _given(key: str, **start: Any) -> dict[str, Any]:
    """The value for a widget that the browser has not drawn yet, also when the page was drawn before it could.

    Without it such a widget would begin at its lowest value, and send that back. Not given where `_follow` has just written
    the value into the session, since Streamlit warns when it gets both.
    """
    return {} if st.session_state.get(f"{key.rpartition('.')[0]}~written") else start


def _switch(param: Param, key: str, value: Any, columns: Names) -> bool:
    return st.toggle(label(param), key=key, help=param.help or None, **_given(key, value=bool(value)))


def _integer(param: Param, key: str, value: Any, columns: Names) -> int:
    return int(_typed(param, key, float(value), _integer_step(value)))


def _number(param: Param, key: str, value: Any, columns: Names) -> float:
    low, high = (None if limit is None else float(limit) for limit in (param.low, param.high))
    return _typed(param, key, float(value), _step(float(value), low, high, param.log))


def _typed(param: Param, key: str, now: float, step: float) -> float:
    """The number in the field, or `now` with the reason why.

    Streamlit gets no limits and no whole numbers: outside limits its field keeps the old value without a word in sight, and of
    1e9 a field for whole numbers reads the 1.
    """
    got = st.number_input(label(param), step=step, format="%g", key=key, help=param.help or None, **_given(key, value=now))
    if got is None or param.takes(got):
        value = now if got is None else got
        if param.zero and value == 0:
            st.caption(md(f"0: {param.zero}"))
        return value
    _refused(param, f"{words.exact(got)} cannot be used.", now)
    return now


def _choice(param: Param, key: str, value: Any, columns: Names) -> Any:
    names = dict(param.choices)
    options = list(names)
    few = len(options) <= 4 and sum(len(str(name)) + 3 for name in names.values()) <= 32
    if few:
        start = _given(key, default=value)
        return st.segmented_control(
            label(param), options, required=True, format_func=lambda v: md(names[v]), key=key, help=param.help or None, **start
        )
    start = _given(key, index=options.index(value) if value in options else 0)
    return st.selectbox(label(param), options, format_func=lambda v: str(names[v]), key=key, help=param.help or None, **start)


def _text(param: Param, key: str, value: Any, columns: Names) -> str:
    return st.text_input(label(param), key=key, help=param.help or None, **_given(key, value=str(value))) or ""


def _columns(param: Param, key: str, value: Any, columns: Names) -> tuple[str, ...]:
    start = _given(key, default=[id for id in value if id in columns])
    if not set(st.session_state.get(key, ())) <= set(columns):
        st.session_state[key], start = [id for id in st.session_state[key] if id in columns], {}
    got = st.multiselect(
        label(param),
        list(columns),
        format_func=lambda id: columns[id],
        placeholder=param.empty,
        key=key,
        help=param.help or None,
        **start,
    )
    return tuple(got)


def _integers(param: Param, key: str, value: Any, columns: Names) -> tuple[int, ...]:
    text = st.text_input(label(param), key=key, help=param.help or None, **_given(key, value=_shown(param, value)))
    try:
        return integers(text or "")
    except ValueError as error:
        _refused(param, str(error), value)
        return tuple(value)


def _integer_step(value: int) -> float:
    return max(1.0, 10.0 ** (len(str(abs(int(value)))) - 2))


def _step(value: float, low: float | None, high: float | None, log: bool) -> float:
    if log and value:
        return 10.0 ** (len(f"{value:.0f}") - 2) if value >= 1 else float(f"{value:.0e}") / 2
    if low is not None and high is not None:
        return (high - low) / 100 if high - low <= 2 else max(0.1, round((high - low) / 100, 1))
    return 0.1


Widget = Callable[[Param, str, Any, Names], Any]
_WIDGETS: dict[str, Widget] = {
    "switch": _switch,
    "integer": _integer,
    "number": _number,
    "choice": _choice,
    "text": _text,
    "columns": _columns,
    "integers": _integers,
}
