"""News for everyone with a page open: a training has ended. A message on the page, the tab's title and icon, the system where asked."""

import contextlib
from collections.abc import Sequence

import streamlit as st

from app import component, state, words
from app.text import md, short
from engine.errors import NotFound
from engine.store import runs, studies
from engine.store.runs import Ended

SEEN = "news-seen"
NEWS = "news"
ASKED = "studies-asked"
MOST = 5
ENDS = {"succeeded": "is trained", "failed": "could not be trained", "cancelled": "was cancelled"}
SIGNS = {"succeeded": ":material/check_circle:", "failed": ":material/error:", "cancelled": ":material/cancel:"}


def follow(working: int, asked: Sequence[str] = ()) -> None:
    """Says what has ended since this page last looked. `working` is how many trainings are under way, `asked` are the ids of studies that
    are. Called every few seconds."""
    workspace = state.workspace()
    answered = _answered(asked)
    seen = state.recall(SEEN)
    if seen is None:
        state.keep(SEEN, runs.latest_event(workspace))
        fresh: Sequence[Ended] = ()
    else:
        fresh = runs.ended_after(workspace, seen)
    for end in fresh:
        why = short(end.message if end.state == "failed" else end.headline, 160)
        st.toast(f"**{md(short(end.name, 60))}** {ENDS[end.state]}. {md(why)}", icon=SIGNS[end.state], duration="long")
    if fresh:
        state.keep(SEEN, fresh[-1].seq)
    news = [*state.recall(NEWS, []), *map(_piece, fresh), *answered][-MOST:]
    state.keep(NEWS, news)
    bell = component.named("notices", html='<button type="button" hidden></button>')
    bell(key="notices", data={"working": working, "news": news}, width="content")


def _answered(asked: Sequence[str]) -> list[dict[str, object]]:
    """Studies that were under way when this page last looked, and are not any more; they are said at once."""
    before = state.recall(ASKED, ())
    state.keep(ASKED, tuple(asked))
    found = []
    for id in set(before) - set(asked):
        with contextlib.suppress(NotFound):
            study = studies.get(state.workspace(), id)
            is_good = study.state == "done"
            title = f"{short(study.name, 60)} {'is answered' if is_good else 'could not be answered'}"
            body = str(study.facts.get("said") or "") if is_good else study.message
            icon = SIGNS["succeeded" if is_good else "failed"]
            st.toast(f"**{md(title)}**. {md(short(body, 160))}", icon=icon, duration="long")
            found.append({"id": f"{id}-ended", "title": title, "body": body, "good": is_good})
    return found


def _piece(end: Ended) -> dict[str, object]:
    body = end.headline or end.message or words.ago(end.at)
    title = f"{short(end.name, 60)} {ENDS[end.state]}"
    return {"id": f"{end.run}-{end.seq}", "title": title, "body": body, "good": end.state == "succeeded"}
