"""The way out: one small JSON to an address that a person set, and only to hosts that the owner of this computer has listed.

A name is looked up once and the connection goes to the very address found, so that a second answer cannot lead elsewhere. It is
encrypted and checked for that name, follows no redirect, uses no proxy, and reads no more of the answer than its head. What is
refused or fails is an EngineError whose words name the host but never the rest of the address, which is often a secret.
"""

import http.client
import ipaddress
import json
import os
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import engine
from engine.errors import EngineError

VARIABLE = "MODELWRIGHT_WEBHOOK_HOSTS"
MARK = "!"
SECONDS = 10.0
LOOK_UP_SECONDS = 5.0
LONGEST = 2000
MOST_ADDRESSES = 4
PORTS = {"https": 443, "http": 80}
_ENTRY = re.compile(r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:(?P<port>[0-9]{1,5}))?(?P<mark>!?)")
_NAME = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9])?")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Found = tuple[socket.AddressFamily, Any]


@dataclass(frozen=True)
class Host:
    """One entry of the list. Without a port it means the usual ones. `is_own` (marked with `!`): in one's own network or on this
    computer, and http will do."""

    host: str
    port: int | None = None
    is_own: bool = False


@dataclass(frozen=True)
class Target:
    """An address taken apart and allowed."""

    scheme: str
    host: str
    port: int
    path: str
    is_own: bool

    @property
    def label(self) -> str:
        """What may be said of it: the host, and the port where it is not the usual one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def listed() -> list[tuple[str, Host | None]]:
    """The entries of MODELWRIGHT_WEBHOOK_HOSTS as written, each with what it means; None for one that means nothing."""
    written = [entry.strip() for entry in os.environ.get(VARIABLE, "").split(",")]
    return [(entry, _entry(entry.lower())) for entry in written if entry]


def host_of(address: str) -> str:
    """The host of an address as it may be shown, with its port where it is not the usual one; "" if it has none."""
    try:
        return _taken_apart(address).label
    except EngineError:
        return ""


def target(address: str) -> Target:
    """The address, checked against the list. Raises EngineError in words if it cannot be one, or may not be told."""
    return _allowed(_taken_apart(address))


def post(address: str, content: Mapping[str, Any], seconds: float = SECONDS) -> int:
    """Sends the content as JSON, once; the status of the answer, 200 to 299. Raises EngineError for everything else, in words."""
    to = target(address)
    found = _look_up(to)
    try:
        status = _exchange(to, found, json.dumps(content).encode("ascii"), time.monotonic() + seconds)
    except ssl.SSLCertVerificationError as error:
        why = f"{to.label} could not prove that it is {to.host} ({error.verify_message.rstrip('.')})."
        raise EngineError(why, "Nothing was sent. Ask whoever runs it for a valid certificate.") from None
    except TimeoutError:
        raise EngineError(f"{to.label} did not answer within {seconds:.0f} seconds.", "See whether it is running.") from None
    except ConnectionRefusedError:
        raise EngineError(f"Nothing answers at {to.label}.", "See whether the program is running, and the port is right.") from None
    except ssl.SSLError:
        raise EngineError(f"No encrypted connection to {to.label} could be made.", "See whether it speaks https.") from None
    except http.client.HTTPException:
        raise EngineError(f"{to.label} did not answer as a web server does.", "See whether the address is right.") from None
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise EngineError(f"{to.label} cannot be reached ({why}).", "See whether it is running.") from None
    return _judge(to, status)


def _taken_apart(address: str) -> Target:
    if not address.isascii() or not address.isprintable() or set(address) & set(" \\\"<>^`{|}") or len(address) > LONGEST:
        raise EngineError("This is not an address on the web.", "Copy it from the program that is to be told, and paste it here.")
    try:
        parts = urlsplit(address)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        raise EngineError("This is not an address on the web.", "Copy it from the program that is to be told, and paste it here.") from None
    if not port or parts.scheme not in PORTS or not parts.hostname:
        raise EngineError("This is not a whole address.", "It begins with https://, such as https://hooks.example.com/modelwright.")
    if "@" in parts.netloc:
        raise EngineError("The address holds a user name or password.", "Use an address without one; its secret belongs after the host.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, _normal(parts.hostname), port, path, False)


def _entry(text: str) -> Host | None:
    with suppress(ValueError):
        return Host(str(ipaddress.ip_address(text.removesuffix(MARK))), None, text.endswith(MARK))
    match = _ENTRY.fullmatch(text)
    if not match or (match["port"] and not 0 < int(match["port"]) < 65536):
        return None
    host = _normal(match["host"].strip("[]"))
    return Host(host, int(match["port"]) if match["port"] else None, bool(match["mark"])) if _is_host(host) else None


def _normal(host: str) -> str:
    host = host.lower().removesuffix(".")
    with suppress(ValueError):
        return str(ipaddress.ip_address(host))
    return host


def _is_host(host: str) -> bool:
    return bool(_NAME.fullmatch(host)) or ":" in host and _is_literal(host)


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _allowed(wanted: Target) -> Target:
    hosts = [host for _, host in listed() if host and host.host == wanted.host]
    fits = [host for host in hosts if (host.port or PORTS[wanted.scheme]) == wanted.port]
    if not fits:
        fix = f"Whoever looks after this computer can add it to {VARIABLE}."
        raise EngineError(f"{wanted.label} is not among the hosts that this computer may tell.", fix)
    is_own = any(host.is_own for host in fits)
    if wanted.scheme == "http" and not is_own:
        what = "An address that begins with http:// is not encrypted on its way."
        raise EngineError(what, f"Use https://. Within your own network, {wanted.label} can be listed as {wanted.label}{MARK} instead.")
    return Target(wanted.scheme, wanted.host, wanted.port, wanted.path, is_own)


def _look_up(to: Target) -> list[Found]:
    """Where the name leads. Raises EngineError if one of the addresses may not be told: a mixed answer is not to be trusted."""
    answer: queue.SimpleQueue[list[Found] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            rows = socket.getaddrinfo(to.host, to.port, type=socket.SOCK_STREAM)
            answer.put([(family, place) for family, _, _, _, place in rows if family in {socket.AF_INET, socket.AF_INET6}])
        except (OSError, UnicodeError) as error:
            answer.put(error)

    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        found = answer.get(timeout=LOOK_UP_SECONDS)
    except queue.Empty:
        found = []
    if isinstance(found, Exception) or not found:
        raise EngineError(f"The name {to.host} could not be looked up.", "See whether it is right, and this computer has a network.")
    for _, place in found:
        _insist_on_allowed(to, ipaddress.ip_address(str(place[0]).partition("%")[0]))
    return found[:MOST_ADDRESSES]


def _insist_on_allowed(to: Target, address: Address) -> None:
    inner = _inner(address)
    if inner.is_multicast or inner.is_unspecified or inner == ipaddress.IPv4Address("255.255.255.255"):
        raise EngineError(f"{to.host} leads to {address}, which is no single computer.", "Use the address of one.")
    if inner.is_link_local and not (to.is_own and _is_literal(to.host)):
        raise EngineError(f"{to.host} leads to {address}, which computers keep for themselves.", "Use another address of that computer.")
    if to.is_own or (inner.is_global and not inner.is_reserved):
        return
    what = f"{to.host} leads to {address}, which is not on the internet but within a network or on this computer."
    raise EngineError(f"{what} Nothing was sent.", f"If that is meant, it has to be listed as {to.label}{MARK} in {VARIABLE}.")


def _inner(address: Address) -> Address:
    """The IPv4 address that some IPv6 addresses only wrap."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _TRANSLATED:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)


def _exchange(to: Target, found: list[Found], body: bytes, end: float) -> int:
    connected = _connect(found, end)
    if to.scheme == "https":
        context = ssl.create_default_context()
        connected = context.wrap_socket(connected, server_hostname=to.host, do_handshake_on_connect=False)
    late = threading.Event()

    def hang_up() -> None:
        """No receiver gets more than its time by sending a byte now and then."""
        late.set()
        with suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)

    timer = threading.Timer(_left(end), hang_up)
    timer.daemon = True
    timer.start()
    try:
        status = _ask(to, connected, body, end)
    except (OSError, http.client.HTTPException):
        if late.is_set():
            raise TimeoutError from None
        raise
    finally:
        timer.cancel()
        connected.close()
    if late.is_set():
        raise TimeoutError
    return status


def _connect(found: list[Found], end: float) -> socket.socket:
    failed: OSError = OSError()
    for family, place in found:
        connected = socket.socket(family, socket.SOCK_STREAM)
        try:
            connected.settimeout(_left(end))
            connected.connect(place)
            return connected
        except OSError as error:
            connected.close()
            failed = error
    raise failed


def _ask(to: Target, connected: socket.socket, body: bytes, end: float) -> int:
    connected.settimeout(_left(end))
    if isinstance(connected, ssl.SSLSocket):
        connected.do_handshake()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(to.host, to.port, context=connected.context)
    else:
        connection = http.client.HTTPConnection(to.host, to.port)
    connection.auto_open = 0
    connection.sock = connected
    told = {"Content-Type": "application/json", "User-Agent": f"Modelwright/{engine.__version__}", "Connection": "close"}
    connection.request("POST", to.path, body, told)
    return connection.getresponse().status


def _left(end: float) -> float:
    return max(0.01, end - time.monotonic())


def _judge(to: Target, status: int) -> int:
    if 200 <= status < 300:
        return status
    if 300 <= status < 400:
        what = f"{to.label} answered with another address to go to ({status}), and Modelwright does not follow."
        raise EngineError(what, "Find out the address that it leads to, and enter that one.")
    phrase = {code.value: code.phrase for code in HTTPStatus}.get(status, "an unknown answer")
    raise EngineError(f"{to.label} did not accept it: {status}, {phrase}.", "Whoever runs it can see there why.")
