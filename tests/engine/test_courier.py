"""The courier: each end of a run is told once it can be, in order, across restarts, and never for ever."""

import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.errors import EngineError
from engine.jobs import courier, locks, webhook
from engine.jobs.courier import Courier
from engine.store import db, projects, runs, transitions, webhooks
from engine.store.workspace import Workspace
from tests.engine.receiver import Receiver, receiving
from tests.engine.waiting import AnyPlan, at_work

ADDRESS = "https://hooks.example.com/secret-path"
NOW = (0.0,) * 2


class Told:
    """Takes what is posted, and fails as often as it is asked to."""

    def __init__(self, fails: int = 0) -> None:
        self.fails = fails
        self.tries: list[str] = []
        self.got: list[Mapping[str, Any]] = []

    def __call__(self, address: str, content: Mapping[str, Any]) -> int:
        self.tries.append(content["name"])
        if len(self.tries) <= self.fails:
            raise EngineError("hooks.example.com did not accept it: 500, Internal Server Error.", "Whoever runs it can see there why.")
        self.got.append(content)
        return 200

    @property
    def names(self) -> list[str]:
        return [content["name"] for content in self.got]


def ended(workspace: Workspace, name: str = "A plan", message: str = "The loss became infinite.", project: str | None = None) -> str:
    """A run that has failed."""
    run = runs.add(workspace, AnyPlan(name=name), project=project)
    transitions.claim(workspace, run.id, 0)
    transitions.begin(workspace, run.id, 1, transitions.Identity(4, 5, "a boot"))
    transitions.move(workspace, run.id, 1, "running", "failed", "diverged", message)
    return run.id


def last(workspace: Workspace) -> webhooks.Outcome:
    hook = webhooks.get(workspace)
    assert hook is not None
    return hook.outcomes[0]


def later(workspace: Workspace, seconds: float) -> None:
    """Lets that time go by since the last try."""
    then = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat()
    with db.write(workspace) as database:
        database.execute("UPDATE webhook SET tried = ?", (then,))


def test_it_is_off_until_it_is_switched_on(workspace: Workspace) -> None:
    ended(workspace)
    post = Told()
    assert webhooks.get(workspace) is None
    assert not Courier(workspace, post).step()
    assert post.tries == []


def test_what_ended_before_is_history(workspace: Workspace) -> None:
    ended(workspace, "before")
    webhooks.switch_on(workspace, ADDRESS)
    ended(workspace, "after")
    post = Told()
    one = Courier(workspace, post)
    assert one.step() and not one.step()
    assert post.names == ["after"]


def test_a_run_under_way_when_it_is_switched_on_is_told(workspace: Workspace) -> None:
    run = at_work(workspace)
    webhooks.switch_on(workspace, ADDRESS)
    transitions.succeed(workspace, run.id, 1, {"headline": "Right for 9 of 10.", "label": "Right", "value": 90.0, "unit": "%"}, "m", 1)
    post = Told()
    Courier(workspace, post).step()
    assert post.got[0]["state"] == "succeeded"
    assert post.got[0]["headline"] == "Right for 9 of 10."
    assert post.got[0]["score"] == {"label": "Right", "value": 90.0, "unit": "%"}


def test_what_is_told_holds_no_path_no_quoted_value_and_no_live_text(workspace: Workspace) -> None:
    nasty = "<script>alert(1)</script>\r\n\u202e{{7*7}}"
    project = projects.add(workspace, nasty).id
    webhooks.switch_on(workspace, ADDRESS)
    told = f"'Ann O'Hara' is in row 3, \"x y\" too. See {workspace.path}/runs/r1/log.txt, C:\\Users\\ann\\data.csv and /tmp/a b."
    id = ended(workspace, nasty, told, project)
    post = Told()
    Courier(workspace, post).step()
    (content,) = post.got
    assert content["message"] == "'…' is in row 3, '…' too. See … … and … b."
    assert content["name"] == content["project"] == "<script>alert(1)</script> {{7*7}}"
    assert content["id"].startswith(f"{id}-") and content["run"] == id
    assert set(content) == {"event", "id", "run", "name", "project", "state", "message", "headline", "score", "ended"}
    assert set(courier.trial()) == set(content)


def test_a_failure_is_tried_again_with_growing_waits_and_keeps_the_order(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    ended(workspace, "first")
    ended(workspace, "second")
    post = Told(fails=2)
    one = Courier(workspace, post, waits=(10, 100, 1000))
    assert one.step() and not one.step()
    assert (last(workspace).state, last(workspace).name) == ("waiting", "first")
    later(workspace, 11)
    assert one.step() and not one.step()
    later(workspace, 11)
    assert not one.step()
    later(workspace, 101)
    assert one.step() and one.step() and not one.step()
    assert post.tries == ["first", "first", "first", "second"]
    assert [outcome.state for outcome in webhooks.get(workspace).outcomes] == ["delivered", "delivered"]  # type: ignore[union-attr]


def test_it_is_given_up_with_a_sentence_and_a_line_and_the_next_one_follows(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    ended(workspace, "lost")
    ended(workspace, "next")
    post = Told(fails=3)
    one = Courier(workspace, post, waits=NOW)
    while one.step():
        pass
    assert post.tries == ["lost"] * 3 + ["next"]
    given_up = webhooks.get(workspace).outcomes[1]  # type: ignore[union-attr]
    assert (given_up.state, given_up.name) == ("given up", "lost")
    assert "hooks.example.com did not accept it: 500" in given_up.why
    (line,) = capsys.readouterr().err.splitlines()
    assert "gave up telling" in line and "secret" not in line


def test_the_waits_come_to_about_an_hour() -> None:
    assert list(courier.WAITS) == sorted(courier.WAITS)
    assert 3600 <= sum(courier.WAITS) <= 3900


def test_a_clock_that_was_set_back_delays_nothing(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    ended(workspace)
    one = Courier(workspace, Told(fails=1), waits=(1000,))
    one.step()
    later(workspace, -5000)
    assert one.step()


def test_another_courier_goes_on_where_the_last_one_was(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    for name in ("a", "b", "c"):
        ended(workspace, name)
    post = Told()
    for _ in range(5):
        Courier(workspace, post).step()
    assert post.names == ["a", "b", "c"]


def test_many_couriers_at_once_tell_everything_once_and_in_order(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    names = [f"run {i}" for i in range(12)]
    for name in names:
        ended(workspace, name)
    post = Told()

    def work() -> None:
        one = Courier(workspace, post)
        while len(post.got) < len(names):
            one.step()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert post.names == names


def test_while_another_one_is_telling_it_waits(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    ended(workspace)
    post = Told()
    lock = locks.take(workspace.path / "webhook.lock")
    assert lock is not None
    assert not Courier(workspace, post).step()
    assert post.tries == []


def test_another_address_begins_anew_and_the_same_one_does_not(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    ended(workspace, "kept")
    webhooks.switch_on(workspace, ADDRESS)
    assert len(runs.ended_after(workspace, webhooks.get(workspace).told)) == 1  # type: ignore[union-attr]
    webhooks.switch_on(workspace, "https://other.example/")
    assert not Courier(workspace, Told()).step()


def test_switching_off_while_one_is_on_its_way_leaves_it_off(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    ended(workspace)

    def post(address: str, content: Mapping[str, Any]) -> int:
        webhooks.switch_off(workspace)
        return 200

    assert not Courier(workspace, post).step()
    assert webhooks.get(workspace) is None


def test_a_run_deleted_before_it_was_told_is_not_told(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    runs.delete(workspace, ended(workspace))
    assert not Courier(workspace, Told()).step()


def test_it_knows_whether_something_is_still_to_tell(workspace: Workspace) -> None:
    webhooks.switch_on(workspace, ADDRESS)
    one = Courier(workspace, Told(fails=1), waits=(1000,))
    one.step()
    assert not one.is_at_work
    ended(workspace)
    one.step()
    one.step()
    assert one.is_at_work
    later(workspace, 1001)
    one.step()
    one.step()
    assert not one.is_at_work


def at(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, server: Receiver) -> None:
    monkeypatch.setenv(webhook.VARIABLE, f"127.0.0.1:{server.port}!")
    webhooks.switch_on(workspace, server.url)


def test_a_real_receiver_that_fails_at_first_gets_it_in_the_end(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(500, 302, 200) as server:
        at(workspace, monkeypatch, server)
        id = ended(workspace)
        one = Courier(workspace, waits=NOW)
        while one.step():
            pass
    assert [content["run"] for content in server.got] == [id] * 3
    assert len({content["id"] for content in server.got}) == 1
    assert last(workspace).state == "delivered"


def test_the_thread_tells_and_ends_when_it_is_asked(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courier, "EVERY", 0.02)
    got = threading.Event()

    def post(address: str, content: Mapping[str, Any]) -> int:
        got.set()
        return 200

    webhooks.switch_on(workspace, ADDRESS)
    one = Courier(workspace, post)
    one.start()
    ended(workspace)
    assert got.wait(10)
    one.stop()
    assert not one._thread.is_alive()
    assert last(workspace).state == "delivered"


def test_the_thread_outlives_an_accident(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(courier, "EVERY", 0.01)
    monkeypatch.setattr(courier, "REST", 0.01)
    again = threading.Event()

    def post(address: str, content: Mapping[str, Any]) -> int:
        if not again.is_set():
            again.set()
            raise ZeroDivisionError
        return 200

    webhooks.switch_on(workspace, ADDRESS)
    one = Courier(workspace, post)
    one.start()
    ended(workspace)
    for _ in range(500):
        if (hook := webhooks.get(workspace)) and hook.outcomes:
            break
        threading.Event().wait(0.01)
    one.stop()
    assert last(workspace).state == "delivered"
    assert "ZeroDivisionError" in capsys.readouterr().err
