"""When a training starts and what it may take, asked before it does. What was chosen stays with the project's draft."""

from datetime import UTC, datetime, timedelta
from typing import Any

import streamlit as st

from app import forms, local_time, parts, state
from engine.errors import EngineError
from engine.terms import Terms

LIMITS = ("minutes", "gigabytes")
NOW, LATER = "At once", "At a time"


def draw() -> None:
    """Folded; says in its title how much of it is set."""
    terms = chosen()
    changed = sum(name in terms.changed() for name in (*LIMITS, "not_before"))
    with st.expander(f"When it starts and what it may take{parts.count_changed(changed)}", key="terms", icon=":material/schedule:"):
        limited = forms.edit(terms, "terms", only=LIMITS)
        asked = limited.with_(not_before=_when(terms.not_before))
        if asked != terms:
            state.save_draft(terms=asked.model_dump())
            st.rerun()


def chosen() -> Terms:
    """What was chosen in this project, without what it is expected to take. A time that has passed means at once."""
    try:
        terms = Terms.model_validate(state.draft().terms)
    except ValueError:
        return Terms()
    is_past = terms.not_before and datetime.fromisoformat(terms.not_before) <= datetime.now(UTC)
    return terms.with_(not_before="") if is_past else terms


def agreed(answer: dict[str, Any] | EngineError | None) -> Terms:
    """The terms of a run that starts now; `answer` is what was measured for it, if that is there already."""
    if not isinstance(answer, dict):
        return chosen()
    return chosen().with_(seconds=float(answer["seconds"]), megabytes=float(answer["megabytes"]))


def _when(given: str) -> str:
    zone = local_time.zone()
    now = datetime.now(zone)
    soon = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    moment = datetime.fromisoformat(given).astimezone(zone) if given else soon
    way = st.segmented_control("Start", [NOW, LATER], default=LATER if given else NOW, required=True, key="terms-start")
    if way != LATER:
        return ""
    with st.container(horizontal=True, width=420):
        day = st.date_input("Day", value=moment.date(), min_value=now.date(), max_value=now.date() + timedelta(days=365), key="terms-day")
        time = st.time_input("Time", value=moment.time(), step=300, key="terms-time")
    picked = datetime.combine(day, time, zone)
    if picked <= now:
        st.caption(":orange[:material/warning: That time has passed, so it starts at once.]")
        return ""
    return picked.astimezone(UTC).isoformat(timespec="seconds")
