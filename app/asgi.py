"""The server: Streamlit's pages, our own routes, the gate around both, and what runs beside them."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from app import live, redrawing, state, uploads
from app.gate import Gate
from engine.errors import EngineError
from engine.jobs import desk, errands, supervisor
from engine.store import db
from engine.store.workspace import Workspace, notice

COLLECT_EVERY = 60
WATCH_EVERY = 5
SWEEP_EVERY = 3600
PATIENCE = 5.0
log = logging.getLogger("modelwright.app")


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[None]:
    """Starts what the pages rely on: the supervisor of runs, the warm desk, and the housekeeping."""
    workspace = Workspace.at()
    await _watch_supervisor()
    _log_to(workspace.logs / "app.log")
    desk.for_workspace(workspace).warm()
    gc.freeze()
    tasks = [
        asyncio.create_task(_every(COLLECT_EVERY, _collect)),
        asyncio.create_task(_every(WATCH_EVERY, _watch_supervisor)),
        asyncio.create_task(_every(SWEEP_EVERY, _sweep)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task
        await asyncio.to_thread(desk.for_workspace(workspace).close)


def _log_to(path: Path) -> None:
    """What goes wrong is written down, for whoever is asked for help."""
    lines = RotatingFileHandler(path, maxBytes=1_000_000, backupCount=2, delay=True)
    lines.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.getLogger("modelwright").addHandler(lines)


async def _every(seconds: float, act: Callable[[], Awaitable[None]]) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            await act()
        except Exception:
            log.exception("Housekeeping failed; it is tried again in %s seconds", seconds)


async def _collect() -> None:
    """Streamlit's own collection after each rerun is off (it costs 50 ms each time), so it is done here."""
    gc.collect()


async def _watch_supervisor() -> None:
    """A workspace that cannot be used is left alone; the pages say what to do about it."""
    with suppress(EngineError):
        await asyncio.to_thread(lambda: supervisor.ensure(state.workspace()))


async def _sweep() -> None:
    workspace = Workspace.at()
    await asyncio.to_thread(uploads.sweep, workspace.uploads)
    await asyncio.to_thread(errands.sweep, workspace)


def _on_error(error: Exception) -> bool:
    """What nobody else has caught, from a page or from a click: the details go to the log, the reader gets a sentence."""
    from app import parts

    log.error("A page failed", exc_info=error)
    notice(Workspace.at(), error)
    if isinstance(error, EngineError):
        parts.error_box(error, "uncaught")
    elif db.is_busy(error):
        parts.busy_page()
    else:
        parts.broken_page()
    return True


db.wait_at_most(PATIENCE)
redrawing.install()
app = st.App(
    Path(__file__).with_name("main.py"),
    routes=[*uploads.routes(), *live.routes()],
    middleware=[Middleware(Gate)],
    lifespan=lifespan,
    on_script_error=_on_error,
)
