"""What the model should predict: the column, the question in words with other ways to ask it, and how the answers are spread."""

import streamlit as st

from app import choices, forms, meanwhile, parts, reads, sketches, state, words
from app.text import html, md, short
from engine import advice, labels
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.plan import Plan
from engine.profile import ColumnProfile, Profile

MANY = 30


def card(dataset: Dataset, profile: Profile) -> None:
    """The choice on the left, the answers' balance on the right."""
    plan = state.current_plan()
    with parts.card("question"):
        left, right = st.columns([1, 1], gap="large")
        with left:
            _target(dataset, profile, plan)
            if plan:
                _task(dataset, profile, plan)
            else:
                _why_not(dataset)
        with right:
            if plan and plan.target in {column.id for column in profile.columns}:
                _balance(profile.column(plan.target), plan)
                _company(dataset, profile, plan)
            else:
                st.caption("Choose a column, and its values are drawn here.")


def _target(dataset: Dataset, profile: Profile, plan: Plan | None) -> None:
    names = {column.id: column.name for column in profile.columns if column.type != "image"}
    st.markdown("**What should the model predict?**")
    chosen = state.draft().target
    ids = list(names)
    st.session_state["target"] = chosen if chosen in names else None
    st.selectbox(
        "Column to predict",
        ids,
        index=None,
        format_func=lambda id: short(names[id], 60),
        key="target",
        label_visibility="collapsed",
        placeholder="Choose a column",
        on_change=_choose_target,
        args=(dataset,),
    )
    if plan and (refused := _refused(dataset)):
        kept = f"“{short(names.get(plan.target, ''), 40)}” is still chosen."
        parts.error_box(EngineError(refused.what, f"{refused.fix} {kept}"), "refused")
    try:
        guess, why = advice.target(profile)
    except EngineError:
        return
    if guess == chosen:
        st.caption(f":material/lightbulb: {md(why)}")
    elif guess in names and plan:
        st.caption(f":material/lightbulb: Our guess was **{md(short(names[guess], 40))}**: {md(why)}")


def _why_not(dataset: Dataset) -> None:
    """Why nothing is proposed, or why the last choice was refused."""
    if refused := _refused(dataset):
        parts.error_box(refused, "refused")
        return
    try:
        choices.first(_data(dataset))
    except EngineError as error:
        parts.error_box(error, "nothing")


def _refused(dataset: Dataset) -> EngineError | None:
    """Why the column chosen last cannot be predicted, until another one is chosen."""
    refused = state.recall("refused")
    return EngineError(*refused[1:]) if refused and refused[0] == dataset.id else None


def _task(dataset: Dataset, profile: Profile, plan: Plan) -> None:
    name = profile.column(plan.target).name
    fitting = advice.tasks(profile, plan.target)
    st.markdown(f"#### {md(plan.task.question(name))}", anchors=False)
    _unanswered(profile.column(plan.target))
    if len(fitting) > 1:
        kinds = {task.kind: type(task).title for task in fitting}
        st.session_state["task"] = plan.task.kind if plan.task.kind in kinds else None
        st.segmented_control(
            "Asked as",
            list(kinds),
            format_func=lambda kind: md(kinds[kind]),
            key="task",
            required=True,
            on_change=_choose_task,
            args=(dataset, fitting),
        )
    if not plan.task.params():
        return
    options = {name: values for name, values in plan.task.options(profile.column(plan.target)).items() if len(values) <= MANY}
    new = forms.edit(plan.task, f"task-{plan.task.kind}-{plan.target}", options=options)
    if new != plan.task:
        state.put_draft(choices.task(_data(dataset), state.draft(), new))
        st.rerun()


def _unanswered(column: ColumnProfile) -> None:
    """Rows that the chosen column says nothing about, where the person can still choose another."""
    if not column.missing:
        return
    one, left = column.missing == 1, words.things(column.rows - column.missing, "row")
    lacking = f"{words.things(column.missing, 'row')} {'has' if one else 'have'} no answer in “{short(column.name, 40)}”"
    said = f"{lacking}; {'it is' if one else 'they are'} left out of training, and {left} remain{'s' if left == '1 row' else ''}."
    icon, colour = ("warning", "orange") if column.missing > column.rows / 2 else ("info", "gray")
    st.markdown(f":{colour}[:material/{icon}: {md(said)}]")


def _balance(column: ColumnProfile, plan: Plan) -> None:
    present = column.rows - column.missing
    answers = plan.task.answers(labels.counts_of(column))
    if answers:
        st.markdown("**How the answers are spread**")
        pairs = sorted(answers.items(), key=lambda pair: -pair[1])
        st.html(sketches.rows(pairs, present, "How often each answer occurs"))
        usual, count = pairs[0]
        always = f"Always answering “{md(short(usual, 30))}” would be right for {words.share(count / present)} of the rows."
        st.caption(f"{always} A useful model must beat that.")
        return
    st.markdown(f"**How {md(short(column.name, 40))} is spread**")
    st.html(sketches.distribution(column, height=120))
    if column.median is not None:
        middle = f"Half of the rows are below {words.measure(column.median)}"
        st.caption(f"{middle}: always answering that middle value is what a useful model must beat.")


def _company(dataset: Dataset, profile: Profile, plan: Plan) -> None:
    """The columns that go with the answer most, each with how."""
    key = ("related", dataset.id, dataset.version, plan.target, plan.task, plan.inputs)
    found = meanwhile.get(key, lambda: reads.related(dataset, plan))
    if found is None:
        meanwhile.wait(160, key)
    if not found:
        return
    st.markdown("**What goes with it most**")
    with st.grid(2, min_column_width=150, key="company", gap="medium"):
        for relation in found:
            name = profile.column(relation.column).name
            said = f"how often “{short(relation.answer, 16)}”" if relation.answer else "mean"
            title = f'<div class="mw-relation"><b>{html(short(name, 32))}</b><span>{html(said)}</span></div>'
            st.html(title + sketches.relation(relation))


def _choose_target(dataset: Dataset) -> None:
    chosen = st.session_state["target"]
    if not chosen:
        return
    try:
        state.put_draft(choices.target(_data(dataset), state.draft(), chosen))
    except EngineError as error:
        state.keep("refused", (dataset.id, error.what, error.fix))
    else:
        state.keep("refused", None)


def _choose_task(dataset: Dataset, fitting: list) -> None:
    chosen = next((task for task in fitting if task.kind == st.session_state["task"]), None)
    if chosen:
        state.put_draft(choices.task(_data(dataset), state.draft(), chosen))


def _data(dataset: Dataset) -> choices.Data:
    return choices.Data(dataset.id, reads.table(dataset), reads.profile(dataset))
