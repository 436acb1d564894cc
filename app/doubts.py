"""What only the person can know about the data: one line with their number, and on a click one question at a time, with their own rows.

The likelier answer is in use already, so that no question stands in the way of the page's own.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app import arriving, choices, errands, parts, reads, state, words
from app.text import html, md, short
from engine import datasets
from engine.datasets import Dataset
from engine.doubts import Choice, Doubt
from engine.errors import EngineError
from engine.readers import Change

OPEN = "doubts-open"
"""The project whose questions are being answered, and which of those left is shown."""


def card(dataset: Dataset) -> None:
    """One line with what is open, or the question that is being answered."""
    waiting, shown = dataset.open_doubts, state.recall(OPEN)
    if not waiting:
        return
    if shown and shown[0] == _project():
        _question(dataset, waiting, shown[1] % len(waiting))
        return
    single = len(waiting) == 1
    said = md(short(waiting[0].what, 140)) if single else "Only you can know the answers; the likelier of each is in use."
    parts.waiting(
        "doubts",
        f":material/help: **{words.things(len(waiting), 'question')} about your file** :gray[· {said}]",
        "Answer it" if single else "Answer them",
        _show,
        (0,),
    )


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


def _question(dataset: Dataset, waiting: Sequence[Doubt], place: int) -> None:
    doubt = waiting[place]
    key = f"doubt-{dataset.id}-{hash(doubt.key)}"
    with parts.card("doubt", gap="small"):
        which = f" · question {place + 1} of {len(waiting)}" if len(waiting) > 1 else ""
        st.caption(f":material/help: Only you can know this{which}")
        st.markdown(f"#### {md(doubt.what)}", anchors=False)
        if doubt.examples:
            lines = "".join(f"<li>{html(short(example, 120))}</li>" for example in doubt.examples)
            st.html(f'<ul class="mw-lines" aria-label="From your data">{lines}</ul>')
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
            if len(waiting) > 1:
                st.button("Next question", key="doubt-next", type="tertiary", on_click=_show, args=((place + 1) % len(waiting),))
            st.button("Later", key="doubt-later", type="tertiary", on_click=state.keep, args=(OPEN, None))


def _labelled(choice: Choice, is_in_use: bool) -> str:
    return f"{choice.label} (in use now)" if is_in_use else choice.label


def _show(place: int) -> None:
    state.keep(OPEN, (_project(), place))


def _project() -> str:
    """What the questions belong to: a file that is read again gets another id, and its questions go on being asked."""
    project = state.current_project()
    return project.id if project else ""
