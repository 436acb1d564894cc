"""The upload route: pieces arrive in order, a broken upload goes on where it stopped, strangers and nonsense are refused."""

import os
import time
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from app import gate, state, uploads

ID = "0123456789abcdef" * 2
URL = f"/api/uploads/{ID}"
HOST = "http://127.0.0.1:8501"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    monkeypatch.setenv("MODELWRIGHT_WORKSPACE", str(tmp_path / "workspace"))
    return TestClient(
        Starlette(routes=uploads.routes()), base_url=HOST, headers={"origin": HOST, "authorization": f"Bearer {gate.token('uploads')}"}
    )


def put(client: TestClient, body: bytes, offset: int, total: int) -> tuple[int, dict[str, object]]:
    answer = client.put(f"{URL}?offset={offset}&total={total}", content=body)
    return answer.status_code, answer.json()


def test_pieces_become_the_file(client: TestClient) -> None:
    assert client.get(URL).json() == {"offset": 0}
    assert put(client, b"hello ", 0, 11) == (200, {"offset": 6})
    assert put(client, b"world", 6, 11) == (200, {"offset": 11})
    assert uploads.path_of(ID).read_bytes() == b"hello world"


def test_a_piece_out_of_order_is_told_where_to_go_on(client: TestClient) -> None:
    put(client, b"hello ", 0, 11)
    assert put(client, b"world", 0, 11) == (409, {"offset": 6})
    assert put(client, b"d", 10, 11) == (409, {"offset": 6})
    assert uploads.path_of(ID).read_bytes() == b"hello "


def test_after_a_break_the_rest_is_enough(client: TestClient) -> None:
    put(client, b"hello ", 0, 11)
    again = client.get(URL).json()["offset"]
    assert put(client, b"hello world"[again:], again, 11) == (200, {"offset": 11})


def test_more_than_announced_is_refused(client: TestClient) -> None:
    assert put(client, b"hello world", 0, 5)[0] == 400
    assert not uploads.path_of(ID).exists()


def test_a_thrown_away_upload_is_gone(client: TestClient) -> None:
    put(client, b"hello", 0, 11)
    client.delete(URL)
    assert client.get(URL).json() == {"offset": 0}
    assert not uploads.path_of(ID).exists()


@pytest.mark.parametrize("id", ["x" * 32, "..%2f..%2fworkspace.db", "0" * 31, "0" * 33, "A" * 32])
def test_only_our_own_ids_become_paths(client: TestClient, id: str) -> None:
    assert client.get(f"/api/uploads/{id}").status_code == 404


@pytest.mark.parametrize("name", ["", ".", "..", "/etc/passwd", "0" * 31 + "/"])
def test_a_path_is_made_of_an_id_only(client: TestClient, name: str) -> None:
    with pytest.raises(ValueError, match="Not an upload's id"):
        uploads.path_of(name)


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": ""},
        {"authorization": "Bearer nonsense"},
        {"origin": "http://evil.example"},
        {"host": "evil.example"},
        {"authorization": f"Bearer {gate.token('run:r1')}"},
    ],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_strangers_are_refused(client: TestClient, headers: dict[str, str], method: str) -> None:
    put(client, b"hello", 0, 11)
    answer = client.request(method, f"{URL}?offset=5&total=11", headers=headers, content=b"x" if method == "PUT" else None)
    assert (answer.status_code, answer.json()["what"]) == (403, "This page is too old to upload.")
    assert uploads.path_of(ID).read_bytes() == b"hello"


def test_a_file_beyond_the_limit_is_refused_in_words(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGEST_FILE", 10)
    status, said = put(client, b"hello", 0, 11)
    assert (status, said["what"]) == (413, "The file has 11\u202fbytes; the most is 10\u202fbytes.")


def test_a_full_disk_is_said_in_words(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "KEEP_FREE", 10**18)
    status, said = put(client, b"hello", 0, 11)
    assert (status, said["fix"]) == (507, "Make room on the disk, then choose the file again.")


def test_the_page_is_believed_only_when_the_file_is_there(client: TestClient) -> None:
    put(client, b"hello", 0, 5)
    told = {"id": ID, "name": "../../x/data.csv", "bytes": 5}
    assert uploads._finished(told) == uploads.Upload(ID, "data.csv", uploads.path_of(ID), 5)
    assert uploads._finished({**told, "bytes": 6}) is None
    assert uploads._finished({**told, "id": "../x"}) is None
    assert uploads._finished({"id": ID}) is None


def test_forgotten_uploads_are_swept(client: TestClient) -> None:
    put(client, b"hello", 0, 11)
    folder = state.workspace().uploads
    assert uploads.sweep(folder) == 0
    os.utime(uploads.path_of(ID), (time.time() - 2 * uploads.STALE_AFTER,) * 2)
    assert uploads.sweep(folder) == 1
    assert not uploads.path_of(ID).exists()
