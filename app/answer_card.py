"""A model's answer, with how sure it is."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from app import parts, words
from app.text import html, md, short
from engine.columns import Column
from engine.problems import Problem

CHANCE = "chance of "
MOST = 8


def draw(got: Mapping[str, Any], target: Column) -> None:
    """The answer in large, its chances or its range, and what is unusual about the case."""
    answer = got["rows"][0]
    with st.container(gap=None):
        st.caption(f"The model's answer for {md(short(target.name, 60))}")
        st.markdown(f"## {md(short(said(answer['prediction'], target.unit), 80))}")
    if answer.get("from") is not None:
        low, high = said(answer["from"], target.unit), said(answer["to"], target.unit)
        st.markdown(f"Probably between **{md(low)}** and **{md(high)}**.")
        st.caption("Such a range is made to hold 9 times in 10.")
    chances = {name.removeprefix(CHANCE): float(chance) for name, chance in answer.items() if name.startswith(CHANCE)}
    if chances:
        st.markdown(f"{sureness(float(answer.get('how sure') or 0.0))}: **{words.share(answer.get('how sure'))}**")
        st.html(bars(chances, str(answer["prediction"])))
    parts.problem_list([Problem.model_validate(problem) for problem in got["problems"]], key="answer")


def said(value: Any, unit: str) -> str:
    """A prediction in the user's words and unit."""
    return words.measure(float(value), unit) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def sureness(chance: float) -> str:
    """How sure it is, in words."""
    for least, told in ((0.95, "Very sure"), (0.8, "Fairly sure"), (0.6, "Not very sure")):
        if chance >= least:
            return told
    return "Hardly sure"


def bars(chances: Mapping[str, float], answer: str) -> str:
    """HTML: a lying bar for each possible answer, the likeliest first."""
    shown = sorted(chances.items(), key=lambda pair: -pair[1])[:MOST]
    rows = "".join(_bar(name, chance, "unseen" if name == answer else "muted") for name, chance in shown)
    more = f'<div class="mw-rest">and {len(chances) - len(shown)} more</div>' if len(chances) > len(shown) else ""
    return f'<div class="mw-rows" role="img" aria-label="The chance of each answer">{rows}{more}</div>'


def _bar(name: str, chance: float, colour: str) -> str:
    told, width = html(words.share(chance)), 100 * min(1.0, max(0.0, chance))
    return (
        f'<div class="mw-row" title="{html(name)}: {told}"><span>{html(short(name, 28))}</span>'
        f'<i><b style="width:{width:.1f}%;background:var(--mw-{colour})"></b></i><em>{told}</em></div>'
    )
