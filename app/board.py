"""The leaderboard: models that answer one question, in order, with what their scores do not say; the others apart, with the reason."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app import board_chart, check_list, meanwhile, parts, pictures, run_page, state, words
from app.text import md, short
from engine import board_words, boards
from engine.boards import Board, Question
from engine.store import settings
from engine.store.runs import Run

HEIGHT = 260
TALLEST = 560
FEW = 3
LOOKED = "looked-at-board"


def draw(found: Sequence[Run], on_open: Callable[[Run], None], question: Question | None = None) -> None:
    """The board of these runs, or a skeleton while it is worked out; nothing where none of them has a model."""
    workspace = state.workspace()
    assumed = settings.get(workspace).model_dump_json()
    key = ("board", str(workspace.path), assumed, question, tuple((run.id, run.name, run.state, run.ended) for run in found))
    if boards.questions(found):
        board = meanwhile.get(key, lambda: boards.of(workspace, found, question))
        if board is None:
            st.caption(":material/hourglass_top: Comparing the models row by row")
            meanwhile.wait(HEIGHT, key)
        else:
            _draw(_looked_at(board), on_open)


def choose(found: Sequence[Run]) -> Question | None:
    """A choice between the questions that several of the runs answer; the one chosen, which the address of the page keeps."""
    offered = {asked.key: (asked, runs) for asked, runs in boards.questions(found).items() if len(runs) > 1}
    if not offered:
        return None
    chosen = state.compared()
    st.session_state["board-question"] = chosen if chosen in offered else None
    st.selectbox(
        "Compare all models that answer the same question",
        [None, *offered],
        format_func=lambda key: _named(*offered[key]) if key else "Choose a question",
        key="board-question",
        on_change=lambda: state.compare(st.session_state["board-question"] or ""),
        width=520,
    )
    return offered[chosen][0] if chosen in offered else None


def _named(asked: Question, found: Sequence[Run]) -> str:
    target, data = boards.names(state.workspace(), found[0])
    return f"{short(target, 40)} · {asked.label} · {words.things(len(found), 'model')} · {short(data, 40)}"


def _looked_at(board: Board) -> Board:
    """Its judgements are being shown; once a session is enough to note that."""
    ids = tuple(sorted(line.run.id for line in board.lines))
    is_new = state.recall(LOOKED) != ids
    state.keep(LOOKED, ids)
    return boards.look(state.workspace(), board, is_new)


def _draw(board: Board, on_open: Callable[[Run], None]) -> None:
    with parts.card("board", gap="small"):
        st.markdown(f"**{md(board.asked)}** :gray[{md(board.data)}]")
        st.markdown(md(board_words.headline(board)))
        _proposal(board, on_open)
        for said in board_words.warnings(board):
            st.markdown(f":orange[:material/warning:] {md(said)}")
        if len(board.lines) > 1:
            table(board)
            st.caption(md(board_words.basis(board)))
        _apart(board)
    check_list.doubts(run_page.plan_of(board.lines[0].run), board.lines[0].run.dataset)
    if len(board.lines) > 1:
        _chart(board)


def _proposal(board: Board, on_open: Callable[[Run], None]) -> None:
    if board.proposal is None:
        return
    run = next(line.run for line in board.lines if line.run.id == board.proposal.id)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="board-proposal"):
        st.markdown(f":green[:material/thumb_up: **Take this one**] · {md(board_words.proposal(board))}", width="stretch")
        st.button("Open it", key="board-open", icon=":material/open_in_new:", on_click=on_open, args=(run,))


def table(board: Board) -> None:
    """A row for each model."""
    import pandas as pd

    found = pd.DataFrame(board_words.rows(board))
    right = ("Place", "One answer", "Size", "Training", "Energy, estimated", "Models inside")
    columns: dict[str, Any] = {name: st.column_config.TextColumn(alignment="right") for name in right}
    height = min(TALLEST, 37 + 35 * len(found))
    st.dataframe(found, hide_index=True, height=height, column_config=columns, alt="The models in order")


@st.fragment
def _chart(board: Board) -> None:
    drawn = board_chart.timed(board)
    if len(drawn) < 2:
        return
    with parts.card("board-chart", gap="small"):
        st.markdown("**What does a better answer cost in time?**")
        pictures.draw(board_chart.figure(board, pictures.look()), key="board-chart")
        st.caption(md(board_chart.note(board)))
        with st.expander("Show the numbers", key="numbers-board", on_change="rerun") as opened:
            if opened.open:
                st.dataframe(board_chart.numbers(board), hide_index=True, alt="Quality and time of one answer")


def _apart(board: Board) -> None:
    if not board.apart:
        return
    if len(board.apart) <= FEW:
        _reasons(board)
        return
    with st.expander(f"{words.count(len(board.apart))} runs stand apart: their scores cannot be compared with these"):
        _reasons(board)


def _reasons(board: Board) -> None:
    for run, why in board.apart:
        st.markdown(f":gray[:material/call_split: Stands apart] · **{md(short(run.name or run.id, 60))}** · {md(why)}")
