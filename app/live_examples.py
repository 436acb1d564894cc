"""Eight of the person's own rows beside the curves: the true answer, and what the model says, live while it learns."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from app import parts, pictures, state, words
from app.text import html, md, short
from engine import datasets
from engine.errors import EngineError
from engine.store import runs
from engine.store.runs import Run
from engine.wording import amount

EVERY = 1.0
NAME, VALUE, ANSWER = 30, 40, 44
DIGITS = 6
Facts = Mapping[str, Any]


def show(run: Run, active: bool, step: str) -> None:
    """The rows that the training told of; nothing for a run that told of none. `step` is the learner's word for a step."""
    if not _rows(run.facts):
        return

    @st.fragment(run_every=EVERY if active else None, key="live-examples")
    def draw() -> None:
        try:
            facts = runs.get(state.workspace(), run.id).facts if active else run.facts
        except EngineError:
            return
        if run.is_done and not facts.get("examples_now"):
            return  # It ended before they were asked.
        with parts.card("examples", gap="small"):
            st.markdown(f"**{md(title(facts))}**")
            st.caption(md(told(facts, step, active)))
            st.html(cards(facts, _folder(run)))

    draw()


def title(facts: Facts) -> str:
    """How many there are, and of which kind."""
    rows = _rows(facts)
    kind = "picture" if any(row.get("image") for row in rows) else "row"
    return f"{words.things(len(rows), f'of your own {kind}', f'of your own {kind}s')}, and what the model says"


def told(facts: Facts, step: str, active: bool) -> str:
    """When the answers were given, how many are right, and what the rows are."""
    now = facts.get("examples_now") or {}
    judged = [answer["is_right"] for answer in now.get("answers", []) if answer.get("is_right") is not None]
    right = f" {sum(judged)} of {len(judged)} are right." if judged else ""
    what = "The models here had not learned from them, but they steer the training and prove less than the unseen rows on Evaluate."
    if not now and facts.get("team"):
        return f"Their answers come when the last model is ready. {what}" if active else what
    if not now:
        return f"Its first answers come after one {step}. {what}" if active else what
    when = "These are the last answers." if now.get("step") is None else f"After {step} {words.count(now['step'])}."
    return f"{when}{right} {what}"


def cards(facts: Facts, folder: Path | None) -> str:
    """One card a row, as HTML: right or wrong, answer and truth, picture, and the columns that go with the answer most."""
    columns = (facts.get("examples") or {}).get("columns") or []
    answers = (facts.get("examples_now") or {}).get("answers") or []
    made = [_card(row, columns, answers[i] if i < len(answers) else None, folder) for i, row in enumerate(_rows(facts))]
    return f'<div class="mw-examples">{"".join(made)}</div>'


def _rows(facts: Facts) -> Sequence[Facts]:
    return (facts.get("examples") or {}).get("rows") or []


def _folder(run: Run) -> Path | None:
    """Where the pictures lie; None when the dataset is gone."""
    try:
        return datasets.pictures(state.workspace(), run.dataset) if run.dataset else None
    except EngineError:
        return None


def _card(row: Facts, columns: Sequence[Facts], answer: Facts | None, folder: Path | None) -> str:
    kind, verdict = _verdict(answer)
    head = f'<div class="mw-example-head"><b>{verdict}</b><span>row {words.count(row["row"])}</span></div>'
    picture = pictures.thumbnail(folder / str(row["image"])) if folder and row.get("image") else ""
    image = f'<img alt="Row {words.count(row["row"])}" src="{picture}">' if picture else ""
    return f'<div class="mw-example mw-{kind}">{image}<div>{head}{_said(answer)}{_values(columns, row.get("values") or [])}</div></div>'


def _verdict(answer: Facts | None) -> tuple[str, str]:
    """Its class, and icon and word."""
    if answer is None:
        return "open", "Not asked yet"
    if answer.get("is_right") is None:
        icon = {"high": "▲", "low": "▼"}.get(str(answer["note"]).rsplit(" ", 1)[-1], "✓")
        return "open", f"{icon} {html(answer['note'])}"
    return ("right", "✓ Right") if answer["is_right"] else ("wrong", "✕ Wrong")


def _said(answer: Facts | None) -> str:
    if answer is None:
        return ""
    is_class = answer.get("is_right") is not None
    said = f'<div>says <b>{html(short(answer["said"], ANSWER))}</b></div><div>truth <b>{html(short(answer["truth"], ANSWER))}</b></div>'
    sure = f"<small>{html(answer['note'])}</small>" if is_class else ""
    return f'<div class="mw-example-said">{said}</div>{_scale(answer, is_class)}{sure}'


def _scale(answer: Facts, is_class: bool) -> str:
    """How sure it is as a bar; of a number, answer and truth on the way from the lowest to the highest value it learned from."""
    if answer.get("part") is None:
        return ""
    part = _percent(answer["part"])
    if is_class:
        return f'<div class="mw-sure"><i style="width:{part}"></i></div>'
    true = _percent(answer.get("true_part") or 0.0)
    return f'<div class="mw-between"><u style="left:{true}" title="truth"></u><i style="left:{part}" title="answer"></i></div>'


def _values(columns: Sequence[Facts], values: Sequence[Any]) -> str:
    pairs = [(short(column["name"], NAME), _value(value, column["unit"])) for column, value in zip(columns, values, strict=False)]
    lines = "".join(f"<dt>{html(name)}</dt><dd>{html(value)}</dd>" for name, value in pairs)
    return f"<dl>{lines}</dl>" if lines else ""


def _value(value: Any, unit: str) -> str:
    if value is None:
        return "missing"
    return amount(value, unit, DIGITS) if isinstance(value, int | float) else short(str(value).removesuffix("T00:00:00"), VALUE)


def _percent(part: float) -> str:
    return f"{100 * min(1.0, max(0.0, float(part))):.1f}%"
