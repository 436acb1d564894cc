"""A viewer without a browser: it speaks the page's protocol with a running app, so that twenty of them cost little."""

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

_TOKEN = re.compile(rb"run:r[0-9a-z]+\.[\w-]+\.[\w-]+")
LONGEST = 120.0


class Tab:
    """One page of the app, open. `timers` are the parts of it that ask to be drawn again, with their seconds."""

    def __init__(self, url: str, page: str, **query: str) -> None:
        self.url, self.page, self.query = url, page, urlencode(query)
        self.timers: dict[str, float] = {}
        self.token = ""
        self.bytes = 0
        self._hash = ""
        self._line: ClientConnection | None = None

    async def __aenter__(self) -> "Tab":
        """Opens it; nothing is drawn before the first `draw`."""
        address = self.url.replace("http", "ws", 1) + "/_stcore/stream"
        self._line = await connect(address, origin=self.url, subprotocols=["streamlit", "tab"], max_size=None)  # type: ignore[arg-type]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._line:
            await self._line.close()

    async def draw(self, part: str = "") -> float:
        """Has the page, or that part of it, drawn; the seconds until the script has ended and all of it has come."""
        assert self._line
        if not part:
            self.timers = {}
        began = time.perf_counter()
        await self.ask(part)
        async with asyncio.timeout(LONGEST):
            while not self._take(await self._line.recv()):
                pass
        return time.perf_counter() - began

    async def ask(self, part: str = "", hash: str = "", is_click: bool = False, button: str = "") -> None:
        """Only asks for that, on the page with that hash if it is another one, and does not wait for what comes.

        `button` is the id of one that is pressed.
        """
        assert self._line
        wish = self._wish(part)
        wish.rerun_script.is_auto_rerun &= not is_click
        if button:
            wish.rerun_script.widget_states.widgets.add(id=button, trigger_value=True)
        if hash:
            wish.rerun_script.page_script_hash, wish.rerun_script.page_name = hash, ""
        await self._line.send(bytes(wish.SerializeToString()))

    async def said(self, quiet: float) -> list[ForwardMsg]:
        """What comes until nothing has come for `quiet` seconds."""
        assert self._line
        messages: list[ForwardMsg] = []
        with suppress(TimeoutError):
            while True:
                messages.append(ForwardMsg.FromString(await asyncio.wait_for(self._line.recv(decode=False), quiet)))
        return messages

    async def watch(self) -> None:
        """Draws its parts as often as they ask, as an open tab does. Ends when it is cancelled."""
        due = {part: time.monotonic() + every for part, every in self.timers.items()}
        while due:
            part = min(due, key=lambda part: due[part])
            await asyncio.sleep(max(0.0, due[part] - time.monotonic()))
            await self.draw(part)
            due[part] = max(due[part] + self.timers[part], time.monotonic())

    async def listen(self, run: str) -> None:
        """Follows the run's curves through the socket that the page opens for them. Ends when it is cancelled."""
        address = f"{self.url.replace('http', 'ws', 1)}/api/runs/{run}/ws?after=0&token={self.token}"
        async with connect(address, origin=self.url, max_size=None) as line:  # type: ignore[arg-type]
            async for _ in line:
                pass

    def _wish(self, part: str) -> BackMsg:
        wish = BackMsg()
        state = wish.rerun_script
        state.query_string, state.page_script_hash = self.query, self._hash
        state.page_name = "" if self._hash or self.page == "home" else self.page
        state.fragment_id, state.is_auto_rerun = part, bool(part)
        return wish

    def _take(self, raw: Any) -> bool:
        """Notes what a message says; True when the page is complete."""
        self.bytes += len(raw)
        message = ForwardMsg.FromString(raw)
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._hash = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "auto_rerun":
            self.timers[message.auto_rerun.fragment_id] = message.auto_rerun.interval
        elif kind == "delta":
            self.token = next(_tokens(raw), self.token)
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN


def _tokens(raw: bytes) -> Iterator[str]:
    return (found.group().decode() for found in _TOKEN.finditer(raw))
