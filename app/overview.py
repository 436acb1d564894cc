"""The picture of the data: what goes together, what changes along the file, and each column; to take away as one file too."""

from collections.abc import Sequence

import streamlit as st

from app import meanwhile, parts, reads, sketches, state, words
from app.text import html, short
from engine import profile_report
from engine.columns import COLUMN_TYPES
from engine.datasets import Dataset
from engine.drift import Drift
from engine.pairs import Together
from engine.plan import Plan
from engine.profile import ColumnProfile, Profile
from engine.profile_report import Found

COLUMNS = 24
FEW = 6


def draw(dataset: Dataset, profile: Profile) -> None:
    """Top to bottom: pairs beside the drift, then a small picture for each column."""
    plan = state.current_plan()
    key = ("overview", dataset.id, dataset.version, plan.model_dump_json() if plan else "")
    found = meanwhile.get(key, lambda: reads.beyond_columns(dataset, plan))
    if found is None:
        meanwhile.wait(420, key)
        return
    _head(dataset, profile, found, plan)
    names = {column.id: column.name for column in profile.columns}
    left, right = st.columns(2, gap="medium")
    with left, parts.card("together", height="stretch"):
        _together(found.together, names)
    with right, parts.card("drift", height="stretch"):
        _drifts(found.drifts, profile)
    _columns(profile, plan.target if plan else "")


def _head(dataset: Dataset, profile: Profile, found: Found, plan: Plan | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="overview-head"):
        st.caption("What the data looks like, before any model. It can be passed on as one file that shows no rows.", width="stretch")
        st.download_button(
            "Download this picture",
            lambda: profile_report.write(dataset, profile, found, plan.target if plan else ""),
            file_name=f"{_file_name(dataset.name)}-picture.html",
            mime="text/html",
            key="overview-download",
            icon=":material/download:",
            on_click="ignore",
        )


def _together(pairs: Sequence[Together], names: dict[str, str]) -> None:
    st.markdown("**Columns that go together**")
    if not pairs:
        st.caption("No two columns go together clearly.")
        return
    st.caption("How much of one the other explains. Two that say the same need not both be learned from.")
    lines = [(profile_report.pair_words(one, _cut(names)), one.strength) for one in pairs]
    st.html(sketches.strengths(lines, "How strongly columns go together"))


def _drifts(drifts: Sequence[Drift], profile: Profile) -> None:
    st.markdown("**Does the data change along the file?**")
    if not drifts:
        st.caption("No: the top, the middle and the bottom of the file look alike.")
        return
    if all(one.is_sorted for one in drifts):
        st.caption("Only in what the file is sorted by.")
    else:
        st.caption("Yes. If the rows are in the order of time, what was learned from early rows may not hold for later ones.")
    for one in drifts[:FEW]:
        name = short(profile.column(one.column).name, 30)
        st.html(f'<div class="mw-told">{html(profile_report.drift_words(one, name))}</div>{_along(one, profile.column(one.column))}')
    if len(drifts) > FEW:
        st.caption(f"And {words.things(len(drifts) - FEW, 'more column')}.")


def _along(drift: Drift, column: ColumnProfile) -> str:
    """A bar for each twelfth of the file."""
    known = [value for value in drift.along if value == value]
    is_share = bool(drift.value) or drift.is_missing
    low, high = min(known, default=0.0), max(known, default=0.0)
    floor = 0.0 if is_share or 0 <= low < 0.6 * high else low - 0.15 * (high - low)
    said = ["no values" if v != v else words.share(v) if is_share else sketches.edge_text(column, v) for v in drift.along]
    told = [f"{'Share' if is_share else 'Middle value'} in part {i + 1} of {len(said)}: {value}" for i, value in enumerate(said)]
    heights = [0.0 if value != value else value - floor for value in drift.along]
    ends = (f"first rows: {said[0]}", f"last rows: {said[-1]}")
    return sketches.columns(heights, told, f"{column.name} along the file", height=36, ends=ends, full=1.0 if is_share else 0)


def _columns(profile: Profile, target: str) -> None:
    parts.section("Each column", "How its values are spread, with what is missing.")
    ordered = sorted(profile.columns, key=lambda column: column.id != target)
    everything = state.recall("overview-all", False)
    with st.grid(3, min_column_width=270, key="overview-columns"):
        for column in ordered if everything else ordered[:COLUMNS]:
            with parts.card(f"overview-{column.id}", height="stretch", gap="small"):
                st.html(_title(column, column.id == target))
                st.html(_drawn(column))
                st.html(f'<div class="mw-quiet">{html(_facts(column))}</div>')
    if len(ordered) > COLUMNS and not everything:
        show = {"on_click": state.keep, "args": ("overview-all", True)}
        st.button(f"Show all {len(ordered)} columns", key="overview-all", type="tertiary", **show)


def _drawn(column: ColumnProfile) -> str:
    """Values with names as lying bars, where they come more than once; else the distribution."""
    title = f"Distribution of {column.name}"
    if column.top and column.top[0][1] == 1:
        return '<div class="mw-quiet">Every value is different.</div>'
    if column.type == "number" and 0 < len(column.top) <= FEW:
        return sketches.rows(sorted(column.top, key=lambda pair: float(pair[0])), column.rows - column.missing, title, most=FEW)
    return sketches.distribution(column, height=56, most=5)


def _title(column: ColumnProfile, is_target: bool) -> str:
    kind = "to be predicted" if is_target else COLUMN_TYPES[column.type].lower()
    return f'<div class="mw-relation"><b title="{html(column.name)}">{html(short(column.name, 40))}</b><span>{html(kind)}</span></div>'


def _facts(column: ColumnProfile) -> str:
    gaps = f"{words.share(column.missing / column.rows)} missing" if column.missing else "none missing"
    different = words.things(column.distinct, "different value")
    if column.type != "number" or not column.quantiles:
        return f"{different} · {gaps}"
    unit = column.column.unit
    middle = f"half lie between {words.measure(column.quantiles[2], unit)} and {words.measure(column.quantiles[3], unit)}"
    return f"middle {words.measure(column.median, unit)}, {middle} · {different} · {gaps}"


def _cut(names: dict[str, str]) -> dict[str, str]:
    return {id: short(name, 30) for id, name in names.items()}


def _file_name(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_" else "-" for c in name.lower())
    return "-".join(filter(None, kept.split("-")))[:60] or "data"
