"""Starts the app from a program: `serve(workspace, host, port)`."""

import os
import socket
import sys
import threading
import time
import urllib.request
import webbrowser
from pathlib import Path

from app import theme
from engine.errors import Damaged, EngineError
from engine.store.workspace import VARIABLE, Workspace

PORT = 8501
TRIES = 20


def serve(workspace: Path | None = None, host: str = "127.0.0.1", port: int | None = None, open_browser: bool | None = None) -> None:
    """Serves the app until it is interrupted. Prints its address and opens it where there is a display.

    Without a `port` the first free one from 8501 is taken. A damaged database is dealt with on the page. Raises EngineError when the
    wanted port is in use or the workspace cannot be used.
    """
    try:
        os.environ[VARIABLE] = str(Workspace.open(workspace).path)
    except Damaged as error:
        print(f"{error.what} The page offers the newest sound copy.", file=sys.stderr, flush=True)
        os.environ[VARIABLE] = str(Workspace.at(workspace).path)
    chosen = _port(host, port)
    url = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{chosen}"
    print(f"Modelwright is at {url}  (Ctrl+C stops it; trainings go on)", flush=True)
    if host not in {"127.0.0.1", "localhost", "::1"}:
        print(f"It listens on {host}: everyone who can reach this computer can use it and see its data.", file=sys.stderr, flush=True)
    if _has_display() if open_browser is None else open_browser:
        threading.Thread(target=_open_when_ready, args=(url,), daemon=True).start()

    from app.asgi import app

    app.run(config=theme.settings() | {"server.address": host, "server.port": chosen})


def _port(host: str, wanted: int | None) -> int:
    for port in [wanted] if wanted else range(PORT, PORT + TRIES):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return port
    taken = f"Port {wanted} is" if wanted else f"The ports {PORT} to {PORT + TRIES - 1} are"
    raise EngineError(f"{taken} already in use on {host}.", "Stop the other program, or choose another port with --port.")


def _has_display() -> bool:
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_when_ready(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            webbrowser.open(url)
            return
