"""All runs as a table whose rows can be chosen."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import streamlit as st

from app import parts, words
from engine.store.runs import Run


def draw(
    found: Sequence[Run], titles: Mapping[str, str], key: str, room: Mapping[str, int] | None = None, ticked: Sequence[str] = ()
) -> list[Run]:
    """The table; the runs that are chosen in it, at first those `ticked` (ids). `room` has the bytes of each place that was measured."""
    shown = st.dataframe(
        frame(found, titles, room or {}),
        hide_index=True,
        height=min(560, 37 + 35 * len(found)),
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={"selection": {"rows": [i for i, run in enumerate(found) if run.id in ticked]}},
        key=key,
        alt="All runs",
        column_config={"Run": st.column_config.TextColumn(width=340), "Disk": st.column_config.TextColumn(alignment="right")},
    )
    return [found[i] for i in shown["selection"]["rows"] if i < len(found)]


def frame(found: Sequence[Run], titles: Mapping[str, str], room: Mapping[str, int] = MappingProxyType({})) -> Any:
    """A row for each run, in words."""
    import pandas as pd

    rows = [
        {
            "Run": run.name or run.id,
            "Project": titles.get(run.project or "", "–"),
            "State": parts.RUN_STATES.get(run.state, (run.state,))[0],
            "Result": result(run),
            "Guessing": words.measure((run.score or {}).get("baseline"), (run.score or {}).get("unit", "")),
            "Measure": (run.score or {}).get("label", "–"),
            "Took": words.duration(run.facts.get("seconds")),
            "Disk": words.size(room[f"runs/{run.id}"]) if f"runs/{run.id}" in room else "–",
            "Started": words.ago(run.started or run.created),
        }
        for run in found
    ]
    return pd.DataFrame(rows)


def result(run: Run) -> str:
    """The main measure with its interval: "82.5 % (75.9 to 87.6)"."""
    score = run.score or {}
    if score.get("value") is None:
        return "–"
    value = words.measure(score["value"], score.get("unit", ""))
    return value if score.get("low") is None else f"{value} ({words.measure(score['low'])} to {words.measure(score['high'])})"
