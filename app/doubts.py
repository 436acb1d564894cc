"""What only the person can know about the data: one question at a time, with their own rows, the likelier answer chosen already."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from app import arriving, choices, errands, parts, reads, state, words
from app.text import html, md, short
from engine import datasets
from engine.datasets import Dataset
from engine.doubts import Choice, Doubt
from engine.errors import EngineError
from engine.readers import Change

LATER = "doubts-later"


def card(dataset: Dataset) -> None:
    """The first open question; or one line that brings back those put off."""
    late = state.recall(LATER, {}).get(dataset.id, ())
    waiting = dataset.open_doubts
    now = next((doubt for doubt in waiting if doubt.key not in late), None)
    if now is not None:
        _question(dataset, now, len(waiting) - sum(doubt.key in late for doubt in waiting))
    elif waiting:
        with st.container(horizontal=True, vertical_alignment="center", key="doubts-put-off", gap="small"):
            said = f"{words.things(len(waiting), 'question')} about your data {'is' if len(waiting) == 1 else 'are'} open."
            st.markdown(f":gray[:material/help: {md(said)} The likelier answer is in use.]", width="content")
            st.button("Ask me now", key="doubts-now", type="tertiary", on_click=_ask_again, args=(dataset,))


def answered(dataset: Dataset) -> None:
    """The questions answered so far, each with a way to answer otherwise."""
    done = [doubt for doubt in dataset.doubts if doubt.key in dataset.settled]
    for place, doubt in enumerate(done):
        with st.container(horizontal=True, vertical_alignment="center", key=f"doubt-answered-{place}", gap="small"):
            st.markdown(f":material/help: {md(doubt.what)} You said: **{md(dataset.settled[doubt.key])}**", width="stretch")
            with st.popover("Answer otherwise", type="tertiary"):
                for other, choice in enumerate(doubt.choices):
                    if choice.label != dataset.settled[doubt.key]:
                        st.button(md(choice.label), key=f"doubt-other-{place}-{other}", on_click=settle, args=(dataset, doubt, other))


def settle(dataset: Dataset, doubt: Doubt, choice: int) -> None:
    """A callback: the answer is kept, and what follows from another one than the one in use is done."""
    if choice != doubt.chosen and doubt.choices[choice].options:
        _read_again("settle", dataset, doubt=doubt.key, choice=choice)
        return
    new = _done(lambda: datasets.settle(state.workspace(), dataset.id, doubt.key, choice))
    if new and choice != doubt.chosen:
        _follow(new)


def take_back(dataset: Dataset, change: Change) -> None:
    """A callback: what a line of the import report did is undone."""
    if change.undo and change.undo.options:
        _read_again("undo", dataset, change=change.model_dump(mode="json"))
    elif new := _done(lambda: datasets.undo(state.workspace(), dataset.id, change)):
        _follow(new)


def _read_again(question: str, dataset: Dataset, **asked: Any) -> None:
    """The file has to be read again, which may take a while."""
    if project := state.current_project():
        errands.start(arriving.key_of(project.id), question, replace=True, dataset=dataset.id, project=project.id, **asked)


def _done(work: Callable[[], Dataset]) -> Dataset | None:
    """What came of it; None, with a word to the person, if it was refused."""
    try:
        return work()
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")
        return None


def _follow(new: Dataset) -> None:
    """A column was read anew: what was proposed is proposed again; why that cannot be is said."""
    if state.draft().plan is None:
        return
    try:
        state.put_draft(choices.retyped(choices.Data(new.id, reads.table(new), reads.profile(new)), state.draft()))
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def _question(dataset: Dataset, doubt: Doubt, waiting: int) -> None:
    key = f"doubt-{dataset.id}-{hash(doubt.key)}"
    with parts.card("doubt", gap="small"):
        more = f" · {words.things(waiting - 1, 'more question')} after this one" if waiting > 1 else ""
        st.caption(f":material/help: Only you can know this{more}")
        st.markdown(f"#### {md(doubt.what)}", anchors=False)
        if doubt.examples:
            lines = "".join(f"<li>{html(short(example, 120))}</li>" for example in doubt.examples)
            st.html(f'<ul class="mw-rows" aria-label="From your data">{lines}</ul>')
        picked = st.radio(
            "Your answer",
            range(len(doubt.choices)),
            index=doubt.chosen,
            format_func=lambda place: md(_labelled(doubt.choices[place], place == doubt.chosen)),
            key=key,
            label_visibility="collapsed",
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            label = "Yes, that is right" if picked == doubt.chosen else "Change it to this"
            st.button(label, key="doubt-yes", icon=":material/check:", on_click=settle, args=(dataset, doubt, picked))
            st.button("Later", key="doubt-later", type="tertiary", on_click=_put_off, args=(dataset, doubt))


def _labelled(choice: Choice, is_in_use: bool) -> str:
    return f"{choice.label} (in use now)" if is_in_use else choice.label


def _put_off(dataset: Dataset, doubt: Doubt) -> None:
    late = state.recall(LATER, {})
    state.keep(LATER, {**late, dataset.id: (*late.get(dataset.id, ()), doubt.key)})


def _ask_again(dataset: Dataset) -> None:
    state.keep(LATER, {**state.recall(LATER, {}), dataset.id: ()})
