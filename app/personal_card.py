"""Columns that seem to tell of whom the rows are: why, what is proposed for each, and how well people hide in what remains."""

from collections.abc import Mapping, Sequence

import streamlit as st

from app import arriving, errands, meanwhile, parts, state, words
from app.text import md, short
from engine import anonymise, anonymity, treatments
from engine.anonymity import Anonymity
from engine.columns import Treatment
from engine.datasets import Dataset
from engine.profile import ColumnProfile, Profile

OPEN = "personal-open"
MOST = 8
HEIGHT = 460
WARNING = (
    "This is done for good: the values before go from the upload, the tables and the copies of the database in this workspace."
    " Keep the file itself somewhere safe if you may need it."
)


def card(dataset: Dataset, profile: Profile) -> None:
    """One line that opens the question: with its count while nobody has answered it, else a quiet one."""
    flagged = [column for column in profile.columns if column.personal]
    if not flagged:
        return
    is_kept = _seen(dataset) in state.draft().seen
    is_pressing = not is_kept and not dataset.sample and any(column.personal and column.personal.keep_out for column in flagged)
    if state.recall(OPEN) != dataset.id:
        (_ask if is_pressing else _line)(dataset, flagged, is_kept)
        return
    with parts.card("personal"):
        many = words.things(len(flagged), "column")
        st.markdown(f"#### :material/privacy_tip: {many} {_agreed(flagged, 'seems', 'seem')} to hold personal data", anchors=False)
        st.caption("Names, numbers and addresses of people are rarely needed to learn, and may not be yours to keep.")
        others = _others(dataset, profile, flagged)
        wanted = _choices(dataset, [*flagged, *others])
        _hiding(dataset, profile, wanted)
        _do(dataset, wanted)


def _agreed(columns: Sequence[ColumnProfile], one: str, several: str) -> str:
    return one if len(columns) == 1 else several


def _seen(dataset: Dataset) -> str:
    return f"personal-{dataset.id}"


def _ask(dataset: Dataset, flagged: Sequence[ColumnProfile], is_kept: bool) -> None:
    names = words.listing([short(column.name, 40) for column in flagged], most=3)
    said = f"**{words.things(len(flagged), 'column')} {_agreed(flagged, 'seems', 'seem')} to hold personal data** :gray[· {md(names)}]"
    opening = {"on_click": state.keep, "args": (OPEN, dataset.id)}
    parts.waiting("personal", f":material/privacy_tip: {said}", _agreed(flagged, "Look at it", "Look at them"), **opening)


def _line(dataset: Dataset, flagged: Sequence[ColumnProfile], is_kept: bool) -> None:
    names = words.listing([short(column.name, 40) for column in flagged], most=3)
    said = f"{names} may be personal data."
    if is_kept:
        said = f"{names} {_agreed(flagged, 'is', 'are')} personal data, kept as {_agreed(flagged, 'it', 'they')} came."
    with st.container(horizontal=True, vertical_alignment="center", key="personal-line", gap="small"):
        st.markdown(f":gray[:material/privacy_tip: {md(said)}]", width="content")
        st.button("Look at it", key="personal-again", type="tertiary", on_click=state.keep, args=(OPEN, dataset.id))


def _others(dataset: Dataset, profile: Profile, flagged: Sequence[ColumnProfile]) -> list[ColumnProfile]:
    """Further columns the person wants to treat too."""
    known = {column.id: column for column in profile.columns if column.type != "image" and column.column.treatment is None}
    rest = [id for id in known if id not in {column.id for column in flagged}]
    chosen = st.session_state.get(f"personal-others-{dataset.id}", [])
    return [known[id] for id in rest if id in chosen]


def _choices(dataset: Dataset, columns: Sequence[ColumnProfile]) -> dict[str, Treatment]:
    """One line a column; the treatments that were chosen."""
    wanted: dict[str, Treatment] = {}
    with st.container(key="personal-columns", gap="small", **({"height": HEIGHT} if len(columns) > MOST else {})):  # type: ignore[arg-type]
        for column in columns:
            proposal = column.personal.treatment if column.personal else None
            offered = [*treatments.offered(column.type, proposal), None]
            left, right = st.columns([3, 2], vertical_alignment="center", gap="small")
            with left:
                told = f"{column.personal.title}. {column.personal.why}" if column.personal else "Chosen by you."
                st.markdown(f"**{md(short(column.name, 40))}** · {md(told)}")
            with right:
                how = st.selectbox(
                    f"What to do with {md(short(column.name, 40))}",
                    offered,
                    format_func=lambda how: treatments.label(how) if how else "Keep it as it is",
                    key=f"personal-{dataset.id}-{column.id}",
                    label_visibility="collapsed",
                )
            if how is not None:
                wanted[column.id] = how
    return wanted


def _hiding(dataset: Dataset, profile: Profile, wanted: Mapping[str, Treatment]) -> None:
    """How many rows stand alone by what others may know, before and after."""
    names = {column.id: column.name for column in profile.columns if column.type != "image"}
    known = [id for id in anonymity.known_to_others(profile.columns) if id in names]
    with st.expander("Could somebody still be recognised?", icon=":material/groups:", expanded=bool(known)):
        asked = st.multiselect(
            "What a neighbour or a colleague may know of a person",
            list(names),
            default=known,
            format_func=lambda id: short(names[id], 40),
            key=f"personal-known-{dataset.id}",
            placeholder="Choose columns",
        )
        if asked:
            key = ("outlook", dataset.id, dataset.version, tuple(asked), tuple(sorted(wanted.items(), key=lambda pair: pair[0])))
            workspace, id = state.workspace(), dataset.id
            found = meanwhile.get(key, lambda: anonymise.outlook(workspace, id, asked, wanted))
            if found is None:
                meanwhile.wait(60, key)
            else:
                st.markdown(md(told(*found, {id: short(name, 40) for id, name in names.items()})))
        free = [column.id for column in profile.columns if not column.personal and column.id in names and not column.column.treatment]
        st.multiselect(
            "Treat other columns too, such as an exact age or a small town",
            free,
            format_func=lambda id: short(names[id], 40),
            key=f"personal-others-{dataset.id}",
            placeholder="Choose columns",
        )


def told(now: Anonymity, then: Anonymity, names: Mapping[str, str]) -> str:
    """The counts in words."""
    if not now.alone and now.smallest >= anonymity.FEW:
        said = f"Nobody stands alone by these facts: at least {now.smallest:,} rows are alike."
    else:
        alone = f"{words.things(now.alone, 'row')} of {now.rows:,} {'stands' if now.alone == 1 else 'stand'} alone"
        said = f"As it is, {alone} by these facts: who knows them of a person finds the row."
    if then != now:
        many = "no row stands" if not then.alone else "1 row stands" if then.alone == 1 else f"{then.alone:,} rows stand"
        said += f" Treated so, {many} alone, and the smallest group has {words.things(then.smallest, 'row')}."
    if then.alone and then.telling and then.alone_without < then.alone:
        said += f" “{names.get(then.telling, '')}” gives most away: without it, {then.alone_without:,} would."
    elif then.alone:
        said += " To change that, make more than one of them coarser, or leave some out."
    return said


def _do(dataset: Dataset, wanted: Mapping[str, Treatment]) -> None:
    runs = anonymise.seen_by(state.workspace(), dataset.id, wanted)
    with_runs = False
    if runs:
        label = f"Also delete {words.things(len(runs), 'run')} that learned from these columns: their reports hold values of them"
        with_runs = st.checkbox(label, value=True, key=f"personal-runs-{dataset.id}")
    st.caption(f":material/warning: {WARNING}")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Treat them so",
            key="personal-treat",
            icon=":material/shield:",
            disabled=not wanted,
            on_click=_treat,
            args=(dataset, dict(wanted), with_runs),
        )
        st.button("Keep them as they are", key="personal-keep", type="tertiary", on_click=_keep, args=(dataset,))
        st.button("Later", key="personal-later", type="tertiary", on_click=state.keep, args=(OPEN, None))


def _treat(dataset: Dataset, wanted: Mapping[str, Treatment], with_runs: bool) -> None:
    project = state.current_project()
    if project is None:
        return
    asked = {id: how.model_dump(mode="json") for id, how in wanted.items()}
    started = errands.start(
        arriving.key_of(project.id), "treat", replace=True, dataset=dataset.id, treatments=asked, with_runs=with_runs, project=project.id
    )
    if started and with_runs:
        state.forget_runs([run.id for run in anonymise.seen_by(state.workspace(), dataset.id, wanted)])


def _keep(dataset: Dataset) -> None:
    state.keep(OPEN, None)
    state.mark_seen(_seen(dataset))
