"""What every page is made of: its head, problem list, run badge, empty state, error box, and the bar at the bottom."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from app import state, steps
from app.text import html, md
from engine.errors import EngineError
from engine.problems import Problem
from engine.store.runs import Run

LEVELS = {
    "stop": (":material/block:", "red", "Must be solved"),
    "warn": (":material/warning:", "orange", "Worth a look"),
    "info": (":material/info:", "blue", "Good to know"),
}
RUN_STATES = {
    "queued": ("Waiting", ":material/schedule:", "gray"),
    "starting": ("Starting", ":material/hourglass_top:", "blue"),
    "running": ("Training", ":material/progress_activity:", "blue"),
    "paused": ("Paused", ":material/pause_circle:", "gray"),
    "succeeded": ("Trained", ":material/check_circle:", "green"),
    "failed": ("Failed", ":material/error:", "red"),
    "interrupted": ("Interrupted", ":material/warning:", "orange"),
    "cancelled": ("Cancelled", ":material/cancel:", "gray"),
}


def head(title: str, lead: str = "") -> None:
    """The page's heading and one sentence under it. Both are our own words, or already escaped."""
    with st.container(key="page-head", gap=None):
        st.header(title, anchor=False)
        if lead:
            st.caption(lead)


def section(title: str, lead: str = "") -> None:
    """A heading inside a page."""
    with st.container(gap=None):
        st.subheader(title, anchor=False)
        if lead:
            st.caption(lead)


def card(key: str, **options: Any) -> Any:
    """A bordered container. `key` must be unique on the page."""
    return st.container(border=True, key=f"card-{key}", **options)


def waiting(key: str, said: str, button: str, on_click: Callable[..., None], args: tuple[Any, ...] = ()) -> None:
    """A line, escaped already, of something that waits for the person but stops nothing, and the button that opens it."""
    with card(f"waiting-{key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(said, width="stretch")
        st.button(button, key=f"{key}-now", on_click=on_click, args=args)


def problem_list(
    problems: Sequence[Problem],
    key: str,
    on_fix: Callable[[Problem], None] | None = None,
    fix_label: str | Callable[[Problem], str] = "Do it",
    below: Callable[[Problem, str], None] | None = None,
) -> None:
    """Problems by weight: icon and word, where, what, and the fix; with a button where one click mends it, and what `below` draws."""
    label = fix_label if callable(fix_label) else lambda problem: fix_label
    order = {"stop": 0, "warn": 1, "info": 2}
    for i, problem in enumerate(sorted(problems, key=lambda p: order[p.level])):
        icon, colour, word = LEVELS[problem.level]
        box = st.container(key=f"problem-{problem.level}-{key}-{i}", gap="small")
        with box, st.container(horizontal=True, vertical_alignment="center", key=f"told-problem-{key}-{i}", gap="small"):
            where = f"**{md(problem.where)}** · " if problem.where else ""
            st.markdown(f":{colour}[{icon} **{word}**] · {where}{md(problem.what)} {md(problem.fix)}", width="stretch")
            if problem.action and on_fix:
                st.button(label(problem), key=f"fix-{key}-{i}", on_click=on_fix, args=(problem,))
        if below:
            with box:
                below(problem, f"{key}-{i}")


def error_box(error: EngineError, key: str = "error") -> None:
    """What went wrong and the next step, in words."""
    with st.container(key=f"error-{key}", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f":red[:material/error: **{md(error.what)}**] {md(error.fix)}", width="stretch")


def broken_page() -> None:
    """Shown instead of a page that failed because of a bug."""
    st.markdown("### :red[:material/error:] This page could not be drawn", anchors=False)
    st.markdown("That is a fault of the program, not yours. Your data, drafts and trainings are safe.")
    st.caption("The details are in logs/app.log in the workspace folder.")
    st.button("Draw it again", key="again", icon=":material/refresh:")


def busy_page() -> None:
    """Shown instead of a page, or after a click, that had to wait too long for the database."""
    st.markdown("### :orange[:material/hourglass_top:] Another program is using the database", anchors=False)
    st.markdown("What you have just done was not carried out. Your data is safe, and trainings go on. Try it again in a moment.")
    st.caption("It is the file workspace.db in the workspace folder. Close the program that has it open.")
    st.button("Try again", key="again", icon=":material/refresh:")


def empty(icon: str, title: str, text: str, button: str = "", view: str = "", on_click: Callable[[], None] | None = None) -> None:
    """An empty state: what will be here, and the one button that gets there (a `view` to go to, or a callback)."""
    with st.container(key="empty", horizontal_alignment="center", border=True):
        st.markdown(f"# {icon}", width="content", anchors=False)
        st.markdown(f"#### {title}", text_alignment="center", anchors=False)
        st.markdown(text, text_alignment="center")
        if button:
            st.button(button, key="empty-go", type="primary", on_click=on_click or state.go_next, args=() if on_click else (view,))


def run_badge(run: Run) -> None:
    """The run's state as icon and word."""
    word, icon, colour = RUN_STATES.get(run.state, (run.state, ":material/help:", "gray"))
    st.badge(word, icon=icon, color=colour)  # type: ignore[arg-type]


def step_bar(view: str, missing: str = "", next_label: str = "", on_next: Callable[[], None] | None = None, note: str = "") -> None:
    """The bar at the bottom: Back, what is still missing (escaped already), and Next, which Ctrl+Enter presses too."""
    back, forward = steps.before(view), steps.after(view)
    with st.bottom, st.container(horizontal=True, vertical_alignment="center", key="step-bar"):
        if back:
            st.button("Back", key="bar-back", icon=":material/arrow_back:", on_click=state.go_next, args=(back,))
        place = steps.LINE.index(view) + 1
        told = f":orange[:material/pending: {missing}]" if missing else note or f":gray[Step {place} of {len(steps.LINE)}]"
        st.markdown(told, width="stretch", text_alignment="center")
        if forward:
            label = next_label or f"Next: {steps.TITLES[forward]}"
            click = {"on_click": on_next} if on_next else {"on_click": state.go_next, "args": (forward,)}
            st.button(
                label,
                key="bar-next",
                type="primary",
                icon=":material/arrow_forward:",
                icon_position="right",
                shortcut="ctrl+enter",
                disabled=bool(missing),
                **click,  # type: ignore[arg-type]
            )


def count_changed(number: int) -> str:
    """ " · 2 changed", or nothing."""
    return f" · {number} changed" if number else ""


def advanced_label(number: int) -> str:
    """The label of folded settings, with how many differ from their defaults."""
    return f"More settings{count_changed(number)}"


def need_project() -> bool:
    """Shows the empty state when no project is open. True if there is one."""
    if state.current_project() is not None:
        return True
    empty(":material/folder_open:", "No project is open", "Open one of yours, or start from a sample.", "Go to Home", "home")
    return False


def need_plan() -> bool:
    """Shows the empty state when nothing to predict is chosen yet. True if there is a plan."""
    if not need_project():
        return False
    if state.current_plan() is not None:
        return True
    if state.has_lost_plan():
        what = "The choices of this project were made by another version and cannot be read here. Data and trainings are still there."
        empty(":material/history_toggle_off:", "These choices cannot be read", what, "Have them proposed anew", "data")
        return False
    empty(
        ":material/ads_click:",
        "Nothing to predict yet",
        "Add your data and choose the column the model should predict.",
        "Go to Data",
        "data",
    )
    return False


def rows_of_words(pairs: Sequence[tuple[str, str]]) -> None:
    """A quiet two-column list of facts; both sides are plain text."""
    body = "".join(f"<dt>{html(name)}</dt><dd>{html(value)}</dd>" for name, value in pairs)
    st.html(f'<dl class="mw-facts">{body}</dl>')


def things_said() -> None:
    """Shows messages that were waiting for this script run."""
    for text, icon in state.said():
        st.toast(text, icon=icon)
