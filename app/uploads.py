"""Files on their way to disk: a drop zone on the page and a route that takes a file in pieces and can go on after a break.

Nothing is held in memory but one piece; a finished upload is a file in the workspace's uploads folder.
"""

import asyncio
import os
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute, Route

from app import component, gate, words

KINDS = "CSV, Excel, OpenOffice, Parquet, JSON, Stata, NumPy, ARFF or plain text, also zipped"
"""What tables can be dropped, in words."""
PASTED = "Pasted table"
URL = "/api/uploads/"
SUBJECT = "uploads"
PIECE = 8_000_000
LARGEST_PIECE = 64_000_000
LARGEST_FILE = 20_000_000_000
KEEP_FREE = 500_000_000
STALE_AFTER = 24 * 3600
_ID = re.compile(r"[0-9a-f]{32}")
_busy: set[str] = set()


@dataclass(frozen=True)
class Upload:
    """A finished upload: the file on disk, and what the person called it."""

    id: str
    name: str
    path: Path
    bytes: int


def routes() -> list[BaseRoute]:
    """GET says how much has arrived, PUT adds a piece, DELETE throws the upload away."""
    return [Route(f"{URL}{{id}}", _handle, methods=["GET", "PUT", "DELETE"])]


def drop_zone(
    key: str,
    on_done: Callable[[Upload], None],
    title: str = "Drop a file here",
    hint: str = "",
    button: str = "Choose a file",
    primary: bool = False,
) -> None:
    """The place to drop a file on. `on_done` is called once, as a callback, when it has arrived."""
    import streamlit as st

    def arrived() -> None:
        told = st.session_state[key].done
        upload = _finished(told) if told else None
        if upload:
            on_done(upload)

    data = {
        "url": URL,
        "token": gate.token(SUBJECT),
        "title": title,
        "hint": hint,
        "button": button,
        "primary": primary,
        "piece": _piece(),
        "accept": "",
    }
    component.named("drop_zone")(key=key, data=data, on_done_change=arrived)


def sweep(folder: Path, older_than: float = STALE_AFTER) -> int:
    """Removes uploads nobody went on with. Returns how many."""
    old = [path for path in folder.glob("*.part") if time.time() - path.stat().st_mtime > older_than and path.stem not in _busy]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def pasted(text: str) -> Upload:
    """Text from the clipboard as if it had been dropped as a file."""
    id = token_hex(16)
    path = path_of(id)
    path.write_text(text, "utf-8", newline="")
    return Upload(id, PASTED, path, path.stat().st_size)


def path_of(id: str) -> Path:
    """Where the upload with that id lies. Raises ValueError for anything that is not an id of ours."""
    from app import state

    if not _ID.fullmatch(id):
        raise ValueError("Not an upload's id.")
    return state.workspace().uploads / f"{id}.part"


async def _handle(request: Request) -> JSONResponse:
    id = request.path_params["id"]
    if not gate.allows(request.headers, request.query_params, SUBJECT, request.method):
        return _no(403, "This page is too old to upload.", "Reload it and try again.")
    if not _ID.fullmatch(id):
        return _no(404, "There is no such upload.", "Choose the file again.")
    path = path_of(id)
    if request.method == "DELETE":
        await asyncio.to_thread(path.unlink, missing_ok=True)
        return JSONResponse({"offset": 0})
    if request.method == "GET":
        return JSONResponse({"offset": _size(path)})
    return await _put(request, id, path)


async def _put(request: Request, id: str, path: Path) -> JSONResponse:
    offset, total = (_number(request.query_params.get(name)) for name in ("offset", "total"))
    length = _number(request.headers.get("content-length"))
    if offset is None or total is None or length is None or offset + length > total:
        return _no(400, "The upload does not add up.", "Choose the file again.")
    refused = _too_much(path, total, length)
    if refused:
        return refused
    if id in _busy or offset != _size(path):
        return JSONResponse({"offset": _size(path)}, status_code=409)
    _busy.add(id)
    try:
        await _append(request, path, length)
    except ClientDisconnect:
        return JSONResponse({"offset": _size(path)}, status_code=409)
    except OSError as error:
        return _no(507, f"The file could not be written: {error.strerror}.", "Make room on the disk, then choose the file again.")
    finally:
        _busy.discard(id)
    return JSONResponse({"offset": _size(path)})


async def _append(request: Request, path: Path, length: int) -> None:
    """Writes as it comes, a megabyte at a time; never more than was announced."""
    waiting = bytearray()
    written = 0
    with path.open("ab") as file:
        async for block in request.stream():
            waiting += block[: length - written - len(waiting)]
            if len(waiting) >= 1_000_000:
                await asyncio.to_thread(file.write, bytes(waiting))
                written += len(waiting)
                waiting.clear()
        await asyncio.to_thread(file.write, bytes(waiting))


def _too_much(path: Path, total: int, length: int) -> JSONResponse | None:
    if total > LARGEST_FILE:
        return _no(413, f"The file has {words.size(total)}; the most is {words.size(LARGEST_FILE)}.", "Take a part of it.")
    if length > LARGEST_PIECE:
        return _no(400, "The piece is too large.", "Choose the file again.")
    free = shutil.disk_usage(path.parent).free
    missing = total - _size(path)
    if free - missing < KEEP_FREE:
        return _no(
            507,
            f"The disk has {words.size(free)} left, and this file needs {words.size(missing)}.",
            "Make room on the disk, then choose the file again.",
        )
    return None


def _no(status: int, what: str, fix: str) -> JSONResponse:
    return JSONResponse({"what": what, "fix": fix}, status_code=status, headers={"x-modelwright": "1", "connection": "close"})


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() and len(text) < 16 else None


def _piece() -> int:
    """Bytes a request; smaller behind a proxy that refuses large bodies."""
    return int(os.environ.get("MODELWRIGHT_UPLOAD_PIECE", PIECE))


def _finished(told: Any) -> Upload | None:
    """The upload the page reports, if the file is really there in full."""
    try:
        id, name, expected = str(told["id"]), str(told["name"])[:255], int(told["bytes"])
        path = path_of(id)
    except (KeyError, TypeError, ValueError):
        return None
    return Upload(id, Path(name.replace("\\", "/")).name or "file", path, expected) if _size(path) == expected else None
