"""Who may talk to our routes: the right host, the same origin, and a token that only our own pages hand out."""

import ipaddress
import os
import re
import secrets
import time
from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import EngineError
from engine.store import keys
from engine.store.workspace import Workspace

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
TOKEN_STAYS_EQUAL = 3600
TOKEN_LIVES = 24 * 3600
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


class _HourlySigner(TimestampSigner):
    """Signs with the hour, so that a page drawn twice within it carries the same token and its component is left alone."""

    def get_timestamp(self) -> int:
        return int(time.time()) // TOKEN_STAYS_EQUAL * TOKEN_STAYS_EQUAL


@cache
def _signer_of(path: Path) -> _HourlySigner:
    """The workspace's: a page that was open when the app ended goes on with the app that is started next. On a full disk: this app's."""
    try:
        key = bytes.fromhex(keys.made(Workspace(path), keys.PAGE))
    except (OSError, EngineError):
        key = secrets.token_bytes(32)
    return _HourlySigner(key, salt="page")


def _signer() -> _HourlySigner:
    from app import state

    return _signer_of(state.workspace().path)


def token(subject: str) -> str:
    """A token a page gives its component for one subject such as "uploads" or "run:r1a2b3c4d5e". Good for a day, equal within an hour."""
    return _signer().sign(subject).decode()


def allows(headers: Mapping[str, str], query: Mapping[str, str], subject: str, method: str = "GET") -> bool:
    """Whether a request to one of our routes may pass. The token comes as `?token=` or as `Authorization: Bearer`."""
    given = query.get("token") or headers.get("authorization", "").removeprefix("Bearer ")
    return host_allowed(headers.get("host")) and origin_allowed(headers, method) and _is_for(given, subject)


def host_allowed(host: str | None) -> bool:
    """Localhost, any plain address, or a name listed in MODELWRIGHT_HOSTS. A stranger's name pointing here is refused (DNS rebinding)."""
    name = _hostname(host)
    if name is None:
        return False
    listed = {entry.strip().lower() for entry in os.environ.get("MODELWRIGHT_HOSTS", "").split(",") if entry.strip()}
    return name == "localhost" or name in listed or _is_address(name)


def origin_allowed(headers: Mapping[str, str], method: str) -> bool:
    """A given Origin must be our own host; without one only reading is allowed."""
    origin = headers.get("origin")
    if origin is None:
        return method in SAFE_METHODS
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower()


def security_headers() -> dict[str, str]:
    """Nothing is loaded from or sent to elsewhere; scripts are files of ours, or the ones inside Streamlit's own page, known by hash."""
    page = Path(streamlit.__file__).with_name("static") / "index.html"
    inline = _INLINE.findall(page.read_text("utf-8")) if page.exists() else []
    hashes = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in inline)
    policy = (
        f"default-src 'self'; script-src 'self' blob: {hashes}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self' blob:; frame-ancestors 'none'; "
        "object-src 'none'; base-uri 'self'; form-action 'self'"
    )
    return {
        "content-security-policy": policy,
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


class Gate:
    """ASGI middleware around everything, Streamlit included: refuses foreign hosts and origins, adds security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.headers = security_headers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            return await self.app(scope, receive, send)
        if not _may_enter(scope):
            return await _refuse(scope, receive, send)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _may_enter(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    is_socket = scope["type"] == "websocket"
    method = "GET" if is_socket else scope["method"]
    has_origin = "origin" in headers
    must_match = is_socket or method not in SAFE_METHODS
    return host_allowed(headers.get("host")) and (not (must_match and has_origin) or origin_allowed(headers, method))


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008})
        return
    body = b"This address is not served here. Open the app by the address it printed when it started."
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
    await send({"type": "http.response.body", "body": body})


def _is_for(given: str, subject: str) -> bool:
    try:
        return _signer().unsign(given, max_age=TOKEN_LIVES).decode() == subject
    except (BadSignature, UnicodeDecodeError):
        return False


def _hostname(host: str | None) -> str | None:
    try:
        parts = urlsplit(f"//{host or ''}")
        return None if parts.username is not None or parts.path else parts.hostname and parts.hostname.lower().rstrip(".")
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
