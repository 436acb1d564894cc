"""The curves of a run: a component that draws them with extendTraces, and the socket that feeds it from the store.

One task per watched run reads new rows four times a second and encodes them once for all viewers. The same drawing serves a
run that has ended: its history is sent, and the socket closes.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import gate
from app.thinning import thin
from engine.errors import NotFound
from engine.store import metrics, runs
from engine.store.transitions import DONE
from engine.store.workspace import Workspace

PERIOD = 0.25
PLOTLY = "/lib/plotly.js"
MOST_WAITING = 100
MOST_POINTS = 4000
OVER = 1000
REFUSED = 1008
GONE = "gone"
_SHOWN = ("best", "baseline")
log = logging.getLogger("modelwright.app")

Rows = dict[str, tuple[list[float], list[float | None]]]


def routes() -> list[BaseRoute]:
    """The routes the component needs: the chart library from the installed wheel, and one socket a run."""
    return [Route(PLOTLY, _plotly), WebSocketRoute("/api/runs/{run}/ws", _socket)]


def chart(run: str, charts: Sequence[Mapping[str, str]], *, key: str, height: int = 300) -> None:
    """Draws the run's curves, live while it trains.

    Each chart: {"metric" ("loss" or a live metric's name), "title", "note", "unit", "step" (the word for one time through the rows)}.
    """
    library = f"{PLOTLY}?{version('plotly')}"
    data = {"url": f"/api/runs/{run}/ws", "token": gate.token(f"run:{run}"), "plotly": library, "charts": list(charts), "height": height}
    _component()(key=key, data=data)


def warm() -> None:
    """Fetches the chart library while there is nothing to draw yet, so that it is there when a run begins."""
    import streamlit as st

    with st.container(key="curves-to-come"):
        _component()(key="warm", data={"plotly": f"{PLOTLY}?{version('plotly')}"})


@dataclass(frozen=True)
class Message:
    """What viewers get: the rows after `start` up to `last`, and what is known of the run.

    `is_whole` says that these are all rows there are, and what was sent before does not hold any more: another attempt has begun.
    """

    start: int
    last: int
    rows: Rows
    facts: dict[str, Any]
    is_whole: bool = False

    @property
    def is_last(self) -> bool:
        return self.facts["state"] in DONE or self.facts["state"] == GONE

    @property
    def attempt(self) -> int | None:
        return int(self.facts["attempt"]) if self.facts["attempt"] is not None else None

    def news(self) -> "_News":
        return _News(self.start, self.last, self.attempt, self.encode(), self.is_last, self.is_whole)

    def encode(self) -> str:
        said = {"last": self.last, "rows": self.rows, "facts": self.facts, "is_whole": self.is_whole}
        return json.dumps(said, separators=(",", ":"))


@dataclass(frozen=True)
class _News:
    """A message encoded once for all."""

    start: int
    last: int
    attempt: int | None
    text: str
    is_last: bool
    is_whole: bool


class Tail:
    """Follows one run's rows while anybody listens."""

    watched: dict[str, "Tail"] = {}

    def __init__(self, workspace: Workspace, run: str, last: int, attempt: int | None) -> None:
        self.workspace, self.run, self.last, self.attempt = workspace, run, last, attempt
        self.listeners: set[asyncio.Queue[_News]] = set()
        self.facts: dict[str, Any] = {}
        self.task: asyncio.Task[None] | None = None

    @classmethod
    async def follow(cls, workspace: Workspace, run: str, after: int, attempt: int | None = None) -> AsyncIterator[str]:
        """Messages: first what is stored after row `after` (everything, if another attempt than that has begun), then what comes.

        Ends when the run has ended; else cancel it.
        """
        first = await asyncio.to_thread(read, workspace, run, after, attempt)
        yield first.encode()
        if first.is_last:
            return
        tail = cls.watched.setdefault(run, cls(workspace, run, first.last, first.attempt))
        tail.task = tail.task or asyncio.create_task(tail._loop())
        queue: asyncio.Queue[_News] = asyncio.Queue(MOST_WAITING)
        tail.listeners.add(queue)
        try:
            async for news in tail._heard(queue, first.last, first.attempt):
                yield news
        finally:
            tail.listeners.discard(queue)

    async def _heard(self, queue: "asyncio.Queue[_News]", last: int, attempt: int | None) -> AsyncIterator[str]:
        """The news without gaps or repetitions for a viewer that has seen everything of that attempt up to `last`."""
        while True:
            news = await queue.get()
            if not news.is_whole and (news.start, news.attempt) != (last, attempt):
                news = (await asyncio.to_thread(read, self.workspace, self.run, last, attempt)).news()
            last, attempt = news.last, news.attempt
            yield news.text
            if news.is_last:
                return

    async def _loop(self) -> None:
        try:
            while self.listeners:
                await asyncio.sleep(PERIOD)
                try:
                    await self._tick()
                except Exception:
                    log.exception("Run %s could not be read; it is tried again", self.run)
        finally:
            self.task = None
            if self.watched.get(self.run) is self:
                del self.watched[self.run]

    async def _tick(self) -> None:
        message = await asyncio.to_thread(read, self.workspace, self.run, self.last, self.attempt)
        if not message.rows and message.facts == self.facts:
            return
        self.last, self.attempt, self.facts = message.last, message.attempt, message.facts
        news = message.news()
        for queue in self.listeners:
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(news)


def read(workspace: Workspace, run: str, after: int, attempt: int | None = None) -> Message:
    """Everything written after row `after`, of one attempt only: a run that goes on meanwhile is read again.

    The whole, if another attempt than that one has begun since: it has taken some rows away, and gone on from there.
    """
    while True:
        facts = _facts(workspace, run)
        is_whole = facts["attempt"] != attempt
        start = 0 if is_whole else after
        last, rows = _rows(workspace, run, start)
        if _facts(workspace, run)["attempt"] == facts["attempt"]:
            thinned = {name: thin(x, y, MOST_POINTS) for name, (x, y) in rows.items()}
            return Message(start, last, thinned, facts, is_whole)


def _rows(workspace: Workspace, run: str, last: int) -> tuple[int, Rows]:
    found: Rows = {}
    while True:
        reached, rows = metrics.after(workspace, run, last)
        for name, step, value, _ in rows:
            steps, values = found.setdefault(name, ([], []))
            steps.append(step)
            values.append(value)
        if not rows:
            return reached, found
        last = reached


def _facts(workspace: Workspace, run: str) -> dict[str, Any]:
    try:
        found = runs.get(workspace, run)
    except NotFound:
        return {"state": GONE, "attempt": None}
    return {"state": found.state, "attempt": found.begun, **{name: found.facts.get(name) for name in _SHOWN}}


async def _plotly(request: Request) -> FileResponse:
    import plotly  # type: ignore[import-untyped]

    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return FileResponse(path, media_type="text/javascript", headers={"cache-control": "public, max-age=31536000, immutable"})


async def _socket(sock: WebSocket) -> None:
    run = sock.path_params["run"]
    if not gate.allows(sock.headers, sock.query_params, f"run:{run}"):
        return await sock.close(REFUSED)
    await sock.accept()
    after, attempt = (sock.query_params.get(name, "") for name in ("after", "attempt"))
    send = asyncio.create_task(_pump(sock, run, int(after) if after.isdecimal() else 0, int(attempt) if attempt.isdecimal() else None))
    try:
        while (await sock.receive())["type"] != "websocket.disconnect":
            pass
    finally:
        send.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await send


async def _pump(sock: WebSocket, run: str, after: int, attempt: int | None) -> None:
    from app import state

    async with contextlib.aclosing(Tail.follow(state.workspace(), run, after, attempt)) as messages:
        async for text in messages:
            await sock.send_text(text)
    await sock.close(OVER)


def _component() -> Any:
    """Registered once per process, on first use: importing this module needs no Streamlit."""
    global _registered
    if _registered is None:
        import streamlit as st

        folder = Path(__file__).parent
        _registered = st.components.v2.component(
            "modelwright_live",
            html='<div class="mw-live"></div>',
            css=(folder / "live_chart.css").read_text(),
            js=(folder / "live_chart.js").read_text(),
            isolate_styles=False,
        )
    return _registered


_registered: Any = None
