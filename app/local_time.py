"""Moments as the person's own clock shows them."""

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def zone() -> tzinfo:
    """The time zone of the person's browser; without one, that of this computer."""
    name, offset = st.context.timezone, st.context.timezone_offset
    try:
        if name:
            return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        pass
    here = datetime.now().astimezone().tzinfo or UTC
    return here if offset is None else timezone(timedelta(minutes=-offset))


def shown(moment: datetime, now: datetime) -> str:
    """ "today at 22:00", "tomorrow at 07:30", "on Mon 30 Nov at 07:30"; both in the same zone."""
    days = (moment.date() - now.date()).days
    day = {0: "today", 1: "tomorrow"}.get(days, f"on {moment:%a} {moment.day} {moment:%b}")
    return f"{day} at {moment:%H:%M}"


def of(stored: str) -> str:
    """A stored moment (ISO-8601) in words."""
    here = zone()
    return shown(datetime.fromisoformat(stored).astimezone(here), datetime.now(here))
