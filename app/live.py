"""The live view: a component that draws with extendTraces, and the socket that feeds it from the store.

One task per watched run reads new rows four times a second and encodes them once for all viewers.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import gate
from engine.errors import NotFound
from engine.store import metrics, runs
from engine.store.workspace import Workspace

PERIOD = 0.25
PLOTLY = "/lib/plotly.js"
_SHOWN = ("best", "baseline", "epoch")


def routes() -> list[BaseRoute]:
    """The routes the component needs: the chart library from the installed wheel, and one socket a run."""
    return [Route(PLOTLY, _plotly), WebSocketRoute("/api/runs/{run}/ws", _socket)]


def chart(run: str, charts: Sequence[Mapping[str, Any]], *, key: str, height: int = 320) -> None:
    """Draws the run's live charts. Each chart: {"title", "unit", "metric"} where metric is "loss" or a live metric's name."""
    data = {"url": f"/api/runs/{run}/ws", "token": gate.token(f"run:{run}"), "plotly": PLOTLY, "charts": list(charts), "height": height}
    _component()(key=key, data=data)


class Tail:
    """Follows one run's rows while anybody listens."""

    watched: dict[str, "Tail"] = {}

    def __init__(self, workspace: Workspace, run: str) -> None:
        self.workspace, self.run = workspace, run
        self.listeners: set[asyncio.Queue[tuple[int, str]]] = set()
        self.last = 0
        self.facts: dict[str, Any] = {}
        self.task: asyncio.Task[None] | None = None

    @classmethod
    async def follow(cls, workspace: Workspace, run: str, after: int) -> AsyncIterator[str]:
        """Payloads: first what is stored after row `after`, then what comes. Ends never; cancel it."""
        tail = cls.watched.setdefault(run, cls(workspace, run))
        queue: asyncio.Queue[tuple[int, str]] = asyncio.Queue(maxsize=1000)
        tail.listeners.add(queue)
        try:
            facts = await asyncio.to_thread(_facts, workspace, run)
            after, rows = await asyncio.to_thread(_everything_after, workspace, run, after)
            yield _encode(after, rows, facts)
            tail.task = tail.task or asyncio.create_task(tail._loop(after))
            while True:
                last, payload = await queue.get()
                if last >= after:
                    yield payload
        finally:
            tail.listeners.discard(queue)

    async def _loop(self, start: int) -> None:
        self.last = max(self.last, start)
        try:
            while self.listeners:
                await self._tick()
                await asyncio.sleep(PERIOD)
        finally:
            self.task = None
            self.watched.pop(self.run, None)

    async def _tick(self) -> None:
        self.last, rows = await asyncio.to_thread(_everything_after, self.workspace, self.run, self.last)
        facts = await asyncio.to_thread(_facts, self.workspace, self.run)
        if not rows and facts == self.facts:
            return
        self.facts = facts
        payload = _encode(self.last, rows, facts)
        for queue in list(self.listeners):
            try:
                queue.put_nowait((self.last, payload))
            except asyncio.QueueFull:
                self.listeners.discard(queue)


Rows = dict[str, tuple[list[float], list[float | None]]]


def _everything_after(workspace: Workspace, run: str, last: int) -> tuple[int, Rows]:
    found: Rows = {}
    while True:
        reached, rows = metrics.after(workspace, run, last)
        for name, step, value, _ in rows:
            steps, values = found.setdefault(name, ([], []))
            steps.append(step)
            values.append(value)
        if reached <= last or not rows:
            return max(last, reached), found
        last = reached


def _facts(workspace: Workspace, run: str) -> dict[str, Any]:
    try:
        found = runs.get(workspace, run)
    except NotFound:
        return {"state": "gone"}
    return {"state": found.state, "attempt": found.attempt, **{name: found.facts.get(name) for name in _SHOWN}}


def _encode(last: int, rows: Rows, facts: Mapping[str, Any]) -> str:
    return json.dumps({"last": last, "rows": rows, "facts": facts}, separators=(",", ":"))


async def _plotly(request: Request) -> FileResponse:
    import plotly  # type: ignore[import-untyped]

    path = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    return FileResponse(path, media_type="text/javascript", headers={"cache-control": "public, max-age=31536000, immutable"})


async def _socket(sock: WebSocket) -> None:
    run = sock.path_params["run"]
    if not gate.allows(sock.headers, sock.query_params, f"run:{run}"):
        return await sock.close(1008)
    await sock.accept()
    after = sock.query_params.get("after", "0")
    send = asyncio.create_task(_pump(sock, run, int(after) if after.isdigit() else 0))
    try:
        while (await sock.receive())["type"] != "websocket.disconnect":
            pass
    finally:
        send.cancel()
        with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
            await send


async def _pump(sock: WebSocket, run: str, after: int) -> None:
    follow = Tail.follow(Workspace.open(), run, after)
    try:
        async for payload in follow:
            await sock.send_text(payload)
    finally:
        await follow.aclose()  # type: ignore[attr-defined]


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
