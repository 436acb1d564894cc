"""What the checks say about the choices: a line each, what they saw folded under it, a click that mends it, and the place to sign."""

from collections.abc import Hashable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import streamlit as st

from app import charts, choices, meanwhile, parts, pictures, reads, state, words
from app.text import md, short
from engine import checks, effort, overrides
from engine import plan as plans
from engine.checks import CHECKS
from engine.errors import EngineError, NotFound
from engine.overrides import Override
from engine.panels import Notes
from engine.plan import Plan
from engine.problems import Problem

if TYPE_CHECKING:
    from engine.datasets import Dataset

HEIGHT = 90
SAID, ALSO_SAID = "What the checks had said of the data", "What they had said of the data besides"
TOO_GOOD = "The result above may look better than it is. What the checks say of the data:"


def key(plan: Plan, dataset: "Dataset") -> Hashable:
    """What the answer of the checks depends on."""
    return ("checks", dataset.id, dataset.version, reads.about_checks(plan))


def found(plan: Plan, dataset: "Dataset") -> list[Problem] | None:
    """What the checks see in the rows; None while they look."""
    return meanwhile.get(key(plan, dataset), lambda: reads.found(dataset, plan))


def draw(problems: Sequence[Problem], name: str, beside: str = "Do that") -> None:
    """The problems, the worst first. `beside` stands on the button of those that do not say what theirs does."""
    parts.problem_list(problems, name, mend, lambda problem: md(short(problem.button or beside, 40)), below=_below)


def card(plan: Plan, dataset: "Dataset", name: str) -> list[Problem] | None:
    """What is worth stopping for, with what is good to know folded. Gives back all that was found, or None while they look."""
    seen = found(plan, dataset)
    if seen is None:
        meanwhile.wait(HEIGHT, key(plan, dataset))
        return None
    problems = [problem for problem in plans.check(plan, reads.profile(dataset), seen) if problem.check]
    grave, rest = ([p for p in problems if (p.level == "info") is is_info] for is_info in (False, True))
    with st.container(key=f"checks-{name}", gap="small"):
        looked = f"{words.things(len(CHECKS.members), 'check')} looked at these choices and rows"
        if grave:
            st.markdown(f"**What the checks say**  \n:gray[{looked}.]")
            draw(grave, name)
        else:
            st.markdown(f":green[:material/verified_user: **Nothing suspicious found**] · :gray[{looked}.]")
        if rest:
            with st.expander(f"Good to know ({len(rest)})", key=f"checks-more-{name}"):
                draw(rest, f"{name}-info")
    return seen


def is_flattered(plan: Plan | None, id: str) -> bool:
    """Whether the checks saw what makes a result with these choices and the rows of that dataset look better than it is.

    No while they still look, and where the plan cannot be read or the data are gone.
    """
    dataset = _dataset(id)
    return plan is not None and dataset is not None and bool(checks.flattering(found(plan, dataset) or ()))


def _dataset(id: str) -> "Dataset | None":
    from engine import datasets

    try:
        return datasets.get(state.workspace(), id)
    except NotFound:
        return None


def doubts(plan: Plan | None, id: str) -> None:
    """What the checks had to say against these choices and the rows of that dataset, as sentences beside a result that rests on them.

    Nothing where the plan cannot be read or the data are gone.
    """
    dataset = _dataset(id)
    if plan is None or dataset is None:
        return
    seen = found(plan, dataset)
    if seen is None:
        meanwhile.wait(HEIGHT, key(plan, dataset))
        return
    flattering = checks.flattering(seen)
    others = [problem for problem in seen if problem.level != "info" and problem not in flattering]
    if not (flattering or others):
        return
    with parts.card("doubts", gap="small"):
        for title, problems in ((TOO_GOOD, flattering), (ALSO_SAID if flattering else SAID, others)):
            if problems:
                st.markdown(f"**{title}**")
            for problem in problems:
                st.markdown(f":orange[:material/warning:] {md(problem.sentence)}")


def signed(given: Sequence[Override]) -> None:
    """What a person signed for, where the result is shown."""
    if given:
        with parts.card("signed", gap="small"):
            st.markdown(f"**{overrides.TITLE}**")
            for one in given:
                st.markdown(f":orange[:material/ink_pen:] {md(one.words())}")


def mend(problem: Problem) -> None:
    """Makes the change that a problem offers. What is refused is said."""
    plan, action = state.current_plan(), problem.action
    if plan is None or not action:
        return
    try:
        if action.get("do") == "count as missing":
            _count_as_missing(action["column"], action["value"])
            return
        state.save_plan(_refitted(plans.apply_action(plan, action)), undoable=True)
        if action.get("do") == "divide":
            state.save_draft(answers={"group": "", "time": "", action["method"]: action["column"]})
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def _refitted(plan: Plan) -> Plan:
    """With the effort as it was, for the columns there are now."""
    dataset = state.current_dataset()
    return plan if dataset is None or plan.team is None else effort.again(plan, reads.profile(dataset))


def _below(problem: Problem, name: str) -> None:
    can_sign = problem.level == "stop" and bool(problem.pledge)
    if problem.evidence is None and not can_sign:
        return
    name = f"{name}-{problem.check}-{problem.column or 'rows'}"
    with st.container(horizontal=True, key=f"more-{name}", gap="small"):
        if problem.evidence is not None:
            with st.popover("What was seen", type="tertiary", key=f"seen-{name}", icon=":material/search:", on_change="rerun") as seen:
                if seen.open:
                    _evidence(problem, name)
        if can_sign:
            with st.popover("Go on in spite of it", type="tertiary", key=f"sign-{name}", icon=":material/ink_pen:"):
                _signature(problem, name)


def _evidence(problem: Problem, name: str) -> None:
    panel = problem.evidence
    if isinstance(panel, Notes):
        for line in panel.lines:
            st.markdown(md(line))
        return
    st.markdown(f"**{md(getattr(panel, 'title', ''))}**")
    pictures.draw(charts.figure(panel, pictures.look()), key=f"seen-chart-{name}")
    if note := getattr(panel, "note", ""):
        st.caption(md(note))


def _signature(problem: Problem, name: str) -> None:
    """The sentence and a name: only so can a stop be passed."""
    st.markdown(f"“{md(problem.pledge)}”")
    st.caption("Your name, this sentence and the warning will stand in the report and on the model's card. Better: mend it.")
    with st.container(horizontal=True, vertical_alignment="bottom", key=f"sign-row-{name}", gap="small"):
        st.text_input("Signed (your name)", key=f"sign-name-{name}", max_chars=overrides.LONGEST_NAME, width=260)
        st.button("Sign", key=f"sign-do-{name}", icon=":material/ink_pen:", on_click=_sign, args=(problem, f"sign-name-{name}"))


def _sign(problem: Problem, field: str) -> None:
    plan = state.current_plan()
    if plan is None:
        return
    try:
        state.save_plan(overrides.sign(plan, problem, str(st.session_state.get(field, "")), datetime.now(UTC)), undoable=True)
    except EngineError as error:
        state.say_next(f"{md(error.what)} {md(error.fix)}", ":material/error:")


def _count_as_missing(id: str, value: str) -> None:
    """The column is read again; the choices follow."""
    from engine import datasets

    dataset = state.current_dataset()
    if dataset is None:
        return
    column = dataset.column(id)
    new = datasets.count_as_missing(state.workspace(), dataset.id, id, float(value))
    state.put_draft(choices.retyped(choices.Data(new.id, reads.table(new), reads.profile(new)), state.draft()))
    state.say_next(f"{md(value)} counts as missing in {md(short(column.name, 40))} now.")
