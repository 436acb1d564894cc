"""The socket behind the curves: who may listen, what comes first, what follows, and when it ends."""

import json
import time
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from app import gate, live
from engine.store import metrics, transitions
from engine.store.workspace import Workspace
from tests.engine.waiting import SOMEBODY, at_work


@pytest.fixture
def client(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("MODELWRIGHT_WORKSPACE", str(workspace.path))
    live.Tail.watched.clear()
    with TestClient(Starlette(routes=live.routes()), base_url="http://127.0.0.1:8501") as opened:
        yield opened


def address(run: str, after: int = 0, subject: str | None = None, attempt: int = 1) -> str:
    return f"/api/runs/{run}/ws?after={after}&attempt={attempt}&token={gate.token(subject or f'run:{run}')}"


def listen(client: TestClient, url: str, **headers: str):
    return client.websocket_connect(url, headers={"host": "127.0.0.1:8501", "origin": "http://127.0.0.1:8501"} | headers)


def heard(sock) -> dict:
    return json.loads(sock.receive_text())


def test_history_comes_first_then_what_is_new(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    with listen(client, address(run.id)) as sock:
        first = heard(sock)
        assert first["rows"] == {"loss": [[1.0], [0.5]]}
        metrics.add(workspace, run.id, 1, 2.0, {"loss": 0.4})
        following = heard(sock)
        while not following["rows"]:
            following = heard(sock)
        assert following["rows"] == {"loss": [[2.0], [0.4]]}
        assert following["last"] > first["last"]


def test_a_viewer_that_was_cut_off_gets_only_what_it_missed(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    last, _ = metrics.after(workspace, run.id)
    metrics.add(workspace, run.id, 1, 2.0, {"loss": 0.4})
    with listen(client, address(run.id, after=last)) as sock:
        assert heard(sock)["rows"] == {"loss": [[2.0], [0.4]]}


def rows_heard(sock) -> dict:
    """The next message with rows in it."""
    message = heard(sock)
    while not message["rows"]:
        message = heard(sock)
    return message["rows"]


def test_a_viewer_that_joins_later_misses_and_repeats_nothing(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    with listen(client, address(run.id)) as one:
        heard(one)
        metrics.add(workspace, run.id, 1, 2.0, {"loss": 0.4})
        with listen(client, address(run.id)) as two:
            steps = heard(two)["rows"]["loss"][0]
            metrics.add(workspace, run.id, 1, 3.0, {"loss": 0.3})
            while len(steps) < 3:
                steps += rows_heard(two)["loss"][0]
            assert steps == [1.0, 2.0, 3.0]


def go_on(workspace: Workspace, run: str, at: float) -> None:
    """Another attempt begins at that step."""
    assert transitions.move(workspace, run, 1, "running", "interrupted")
    assert transitions.move(workspace, run, 1, "interrupted", "queued")
    assert transitions.claim(workspace, run, 1) == 2
    assert transitions.begin(workspace, run, 2, SOMEBODY, transitions.Resumption(at))


def test_an_attempt_that_goes_on_is_told_whole_without_gap_or_repetition(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    for step in (1.0, 2.0, 3.0):
        metrics.add(workspace, run.id, 1, step, {"loss": 1 / step})
    with listen(client, address(run.id)) as sock:
        assert heard(sock)["rows"]["loss"][0] == [1.0, 2.0, 3.0]
        go_on(workspace, run.id, 2.0)
        metrics.add(workspace, run.id, 2, 3.0, {"loss": 0.25})
        shown = [[1.0, 2.0, 3.0], [1.0, 0.5, 1 / 3]]
        while shown[1][-1] != 0.25:
            message = heard(sock)
            told = message["rows"].get("loss", [[], []])
            shown = told if message["is_whole"] else [before + more for before, more in zip(shown, told, strict=True)]
        assert shown == [[1.0, 2.0, 3.0], [1.0, 0.5, 0.25]]
        assert message["facts"]["attempt"] == 2


def test_an_attempt_that_starts_anew_takes_the_old_rows_away(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    with listen(client, address(run.id)) as sock:
        heard(sock)
        go_on(workspace, run.id, 0.0)
        message = heard(sock)
        while not message["is_whole"]:
            message = heard(sock)
        assert (message["rows"], message["facts"]["attempt"]) == ({}, 2)


def test_a_claim_alone_takes_nothing_from_the_picture(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    with listen(client, address(run.id)) as sock:
        heard(sock)
        assert transitions.move(workspace, run.id, 1, "running", "interrupted")
        assert transitions.move(workspace, run.id, 1, "interrupted", "queued")
        assert transitions.claim(workspace, run.id, 1) == 2
        message = heard(sock)
        while message["facts"]["state"] != "starting":
            message = heard(sock)
        assert not message["is_whole"] and message["facts"]["attempt"] == 1


def test_a_viewer_that_was_away_while_it_went_on_gets_everything(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    metrics.add(workspace, run.id, 1, 2.0, {"loss": 0.4})
    last, _ = metrics.after(workspace, run.id)
    go_on(workspace, run.id, 1.0)
    with listen(client, address(run.id, after=last, attempt=1)) as sock:
        first = heard(sock)
        assert first["is_whole"] and first["rows"] == {"loss": [[1.0], [0.5]]}


def test_the_socket_closes_for_good_when_the_run_ends(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    with listen(client, address(run.id)) as sock:
        heard(sock)
        assert transitions.move(workspace, run.id, 1, "running", "failed", "diverged", "It diverged.")
        while heard(sock)["facts"]["state"] != "failed":
            pass
        with pytest.raises(WebSocketDisconnect) as closed:
            sock.receive_text()
        assert closed.value.code == live.OVER


def test_an_ended_run_sends_its_history_and_closes(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
    assert transitions.move(workspace, run.id, 1, "running", "cancelled")
    with listen(client, address(run.id)) as sock:
        assert heard(sock)["rows"] == {"loss": [[1.0], [0.5]]}
        with pytest.raises(WebSocketDisconnect):
            sock.receive_text()
    assert run.id not in live.Tail.watched


def test_a_run_that_is_gone_says_so(client: TestClient, workspace: Workspace) -> None:
    with listen(client, address("r0000000000")) as sock:
        assert heard(sock)["facts"]["state"] == "gone"


def test_a_long_history_is_thinned_for_drawing_and_keeps_its_spike(workspace: Workspace) -> None:
    run = at_work(workspace)
    points = [transitions.Point("running_loss", step / 10, 9.0 if step == 7777 else 0.5) for step in range(20_000)]
    transitions.report(workspace, run.id, 1, points, {})
    steps, values = live.read(workspace, run.id, 0, 1).rows["running_loss"]
    assert len(steps) <= live.MOST_POINTS + 2
    assert max(values) == 9.0


def test_two_viewers_see_the_same(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    with listen(client, address(run.id)) as one, listen(client, address(run.id)) as two:
        heard(one), heard(two)
        metrics.add(workspace, run.id, 1, 1.0, {"loss": 0.5})
        for sock in (one, two):
            message = heard(sock)
            while not message["rows"]:
                message = heard(sock)
            assert message["rows"] == {"loss": [[1.0], [0.5]]}


def test_not_a_number_arrives_as_a_gap(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    metrics.add(workspace, run.id, 1, 1.0, {"loss": float("nan")})
    with listen(client, address(run.id)) as sock:
        assert heard(sock)["rows"] == {"loss": [[1.0], [None]]}


def test_facts_that_change_are_told_without_new_rows(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    with listen(client, address(run.id)) as sock:
        assert heard(sock)["facts"]["best"] is None
        transitions.report(workspace, run.id, 1, [], {"best": {"epoch": 3, "value": 0.2}})
        message = heard(sock)
        while not message["facts"]["best"]:
            message = heard(sock)
        assert message["facts"]["best"]["epoch"] == 3


@pytest.mark.parametrize("headers", [{"origin": "http://evil.example"}, {"host": "evil.example", "origin": "http://evil.example"}])
def test_strangers_are_refused(client: TestClient, workspace: Workspace, headers: dict[str, str]) -> None:
    run = at_work(workspace)
    with pytest.raises(WebSocketDisconnect), listen(client, address(run.id), **headers):
        pass


def test_a_token_for_another_run_is_refused(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    with pytest.raises(WebSocketDisconnect), listen(client, address(run.id, subject="run:other")):
        pass


def test_the_chart_library_comes_from_the_installed_wheel(client: TestClient) -> None:
    answer = client.get(live.PLOTLY)
    assert answer.status_code == 200 and b"extendTraces" in answer.content


def test_nobody_listening_leaves_nothing_behind(client: TestClient, workspace: Workspace) -> None:
    run = at_work(workspace)
    with listen(client, address(run.id)) as sock:
        heard(sock)
    for _ in range(40):
        if run.id not in live.Tail.watched:
            break
        client.get("/nothing")
        time.sleep(0.05)
    assert run.id not in live.Tail.watched
