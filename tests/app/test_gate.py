"""Strangers are refused: by host, by origin, by token; and every answer carries the security headers."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from app import gate
from engine.store.workspace import Workspace


async def _hello(request: object) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def _echo(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("hello")


@pytest.fixture
def client() -> TestClient:
    routes = [Route("/", _hello, methods=["GET", "POST"]), WebSocketRoute("/ws", _echo)]
    return TestClient(Starlette(routes=routes, middleware=[Middleware(gate.Gate)]), base_url="http://127.0.0.1:8501")


@pytest.mark.parametrize("host", ["127.0.0.1:8501", "localhost", "[::1]:8501", "192.168.1.20:8501", "LOCALHOST:1"])
def test_own_addresses_may_enter(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"host": host}).text == "hello"


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8501", "localhost.evil.example", "a@127.0.0.1", "", "127.0.0.1/x", "[::1"])
def test_foreign_hosts_are_refused_with_a_sentence(client: TestClient, host: str) -> None:
    answer = client.get("/", headers={"host": host})
    assert (answer.status_code, answer.text[:32]) == (403, "This address is not served here.")


def test_a_listed_name_may_enter(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELWRIGHT_HOSTS", "models.example, other.example")
    assert client.get("/", headers={"host": "models.example:80"}).status_code == 200
    assert client.get("/", headers={"host": "third.example"}).status_code == 403


def test_a_foreign_page_may_not_write(client: TestClient) -> None:
    assert client.post("/", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post("/", headers={"origin": "http://127.0.0.1:9999"}).status_code == 403
    assert client.post("/", headers={"origin": "null"}).status_code == 403
    assert client.post("/", headers={"origin": "http://127.0.0.1:8501"}).status_code == 200


def test_a_foreign_page_may_not_open_a_socket(client: TestClient) -> None:
    with pytest.raises(WebSocketDisconnect) as refused, client.websocket_connect("/ws", headers={"origin": "http://evil.example"}):
        pass
    assert refused.value.code == 1008
    with client.websocket_connect("/ws", headers={"origin": "http://127.0.0.1:8501", "host": "127.0.0.1:8501"}) as socket:
        assert socket.receive_text() == "hello"


def test_every_answer_forbids_other_sources(client: TestClient) -> None:
    headers = client.get("/").headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe-eval" not in headers["content-security-policy"]
    assert "http" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


def test_a_token_is_for_its_subject_only() -> None:
    ours = {"host": "127.0.0.1:8501"}
    assert gate.allows(ours, {"token": gate.token("run:r1")}, "run:r1")
    assert gate.allows({**ours, "authorization": f"Bearer {gate.token('run:r1')}"}, {}, "run:r1")
    assert not gate.allows(ours, {"token": gate.token("run:r2")}, "run:r1")
    assert not gate.allows(ours, {"token": gate.token("run:r1") + "x"}, "run:r1")
    assert not gate.allows(ours, {}, "run:r1")


def test_a_good_token_does_not_excuse_a_foreign_host_or_origin() -> None:
    query = {"token": gate.token("run:r1")}
    assert not gate.allows({"host": "evil.example"}, query, "run:r1")
    assert not gate.allows({"host": "127.0.0.1:8501", "origin": "http://evil.example"}, query, "run:r1")
    assert not gate.allows({"host": "127.0.0.1:8501"}, query, "run:r1", method="PUT")


def test_a_token_grows_old(monkeypatch: pytest.MonkeyPatch) -> None:
    token = gate.token("uploads")
    assert gate.token("uploads") == token
    real = gate.time.time
    monkeypatch.setattr(gate.time, "time", lambda: real() + gate.TOKEN_LIVES + gate.TOKEN_STAYS_EQUAL + 1)
    assert not gate.allows({"host": "127.0.0.1"}, {"token": token}, "uploads")


def test_a_page_goes_on_with_the_app_that_is_started_next(empty: Workspace) -> None:
    token = gate.token("run:r1")
    gate._signer_of.cache_clear()
    assert gate.allows({"host": "127.0.0.1"}, {"token": token}, "run:r1")
    (key,) = (empty.path / "keys").iterdir()
    assert (key.stat().st_mode & 0o777, key.stat().st_size) == (0o600, 64)


def test_a_token_of_another_workspace_is_refused(empty: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = gate.token("run:r1")
    monkeypatch.setenv("MODELWRIGHT_WORKSPACE", str(tmp_path / "another"))
    assert not gate.allows({"host": "127.0.0.1"}, {"token": token}, "run:r1")


def test_with_no_room_for_its_key_the_app_still_knows_its_own_pages(empty: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(gate.keys, "made", full)
    assert gate.allows({"host": "127.0.0.1"}, {"token": gate.token("run:r1")}, "run:r1")
