"""A real receiver on 127.0.0.1 that answers as it is told: well, with an error, elsewhere, never, or without end.

The certificate for right.example was made for these tests alone: openssl req -x509 -newkey ec ... -subj /CN=right.example
"""

import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PEM = """-----BEGIN CERTIFICATE-----
MIIBnTCCAUSgAwIBAgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1yaWdodC5l
eGFtcGxlMCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAYMRYwFAYD
VQQDDA1yaWdodC5leGFtcGxlMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEv+Np
cuT8uQhmHU5NLIyNMuLGxlYOm25LTbhiiybY23NLj0u4WSKY+Wq/sjRYNBkg3pSh
dNW3dEsIy7nBSR/vlaN9MHswHQYDVR0OBBYEFOi/NX+jVv+AtY2NkXfnRsk2RmQU
MB8GA1UdIwQYMBaAFOi/NX+jVv+AtY2NkXfnRsk2RmQUMA8GA1UdEwEB/wQFMAMB
Af8wDgYDVR0PAQH/BAQDAgKEMBgGA1UdEQQRMA+CDXJpZ2h0LmV4YW1wbGUwCgYI
KoZIzj0EAwIDRwAwRAIgaYzB9sERAerBT6WA+8XRqZHSCsrt1Uv0djumKytz1a8C
IB8nB17srgyG9fksfxC226h3eOkuILuK892ope5WQv3V
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgBPrK03OAfqtD8YDs
iewyVDjMo4QvbXkh4l0P5m3m/+ihRANCAAS/42ly5Py5CGYdTk0sjI0y4sbGVg6b
bktNuGKLJtjbc0uPS7hZIpj5ar+yNFg0GSDelKF01bd0SwjLucFJH++V
-----END PRIVATE KEY-----
"""


class Receiver(ThreadingHTTPServer):
    """`answers` are used up one after the other (the last one stays); `got` are the bodies that came, `asked` the request lines."""

    daemon_threads = True

    def __init__(self, *answers: int | str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.got: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.closing = threading.Event()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/secret-path?token=secret-token"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is what some tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        self.server.asked.append(self.requestline)
        self.server.got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        answer = self.server.answers.pop(0) if len(self.server.answers) > 1 else self.server.answers[0]
        if isinstance(answer, int):
            self.send_response(answer)
            if answer == 302:
                self.send_header("Location", f"http://127.0.0.1:{self.server.port}/elsewhere")
            self.end_headers()
            return
        getattr(self, f"_{answer}")()

    def _hang(self) -> None:
        self.server.closing.wait(30)

    def _drip(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.closing.wait(0.1):
            self.wfile.write(b"X")

    def _endless_head(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        while not self.server.closing.is_set():
            self.wfile.write(b"X-More: more\r\n")

    def _endless_body(self) -> None:
        self.send_response(200)
        self.end_headers()
        with suppress(OSError):
            while not self.server.closing.is_set():
                self.wfile.write(b"x" * 65536)

    def _endless_waiting(self) -> None:
        while not self.server.closing.is_set():
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _garbage(self) -> None:
        self.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@contextmanager
def receiving(*answers: int | str, certificate: Path | None = None) -> Iterator[Receiver]:
    """The receiver at work; with a certificate it speaks https."""
    server = Receiver(*answers)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()


class Names:
    """A resolver that knows only what it is told, and counts how often it is asked. Each name: its answers, one list a question."""

    def __init__(self, **known: list[list[str]]) -> None:
        self.known = {name.replace("_", "."): answers for name, answers in known.items()}
        self.asked: list[str] = []

    def getaddrinfo(self, host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        self.asked.append(host)
        if host not in self.known:
            raise socket.gaierror(-2, "Name or service not known")
        answers = self.known[host]
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        families = {address: socket.AF_INET6 if ":" in address else socket.AF_INET for address in found}
        return [(family, socket.SOCK_STREAM, 6, "", (a, port, *[0, 0][: 2 * (":" in a)])) for a, family in families.items()]
