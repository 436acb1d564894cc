"""The way out: where it may lead, what is refused, and what is made of each answer. Against a real server on 127.0.0.1."""

import json
import socket
import time
from pathlib import Path

import pytest

from engine.errors import EngineError
from engine.jobs import webhook
from tests.engine.receiver import PEM, Names, receiving

BODY = {"event": "test", "name": "<b>Ward</b>\r\nX-Evil: 1 \u2028 \U0001f600 \"'); DROP TABLE runs"}


def allow(monkeypatch: pytest.MonkeyPatch, *hosts: object) -> None:
    monkeypatch.setenv(webhook.VARIABLE, ",".join(map(str, hosts)))


def resolve(monkeypatch: pytest.MonkeyPatch, **known: list[list[str]]) -> Names:
    names = Names(**known)
    monkeypatch.setattr(socket, "getaddrinfo", names.getaddrinfo)
    return names


def refused(address: str) -> str:
    """What is said when the address is refused before anything is sent."""
    with pytest.raises(EngineError) as error:
        webhook.post(address, BODY, seconds=2)
    return str(error.value)


def test_it_arrives_as_it_was_given_and_hostile_text_stays_data(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(200) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}!")
        assert webhook.post(server.url, BODY) == 200
        assert server.got == [BODY]
        assert server.asked == ["POST /secret-path?token=secret-token HTTP/1.1"]


@pytest.mark.parametrize("status", [201, 202, 204])
def test_any_well_is_well(monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    with receiving(status) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}!")
        assert webhook.post(server.url, BODY) == status


def test_nothing_is_allowed_unless_it_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(webhook.VARIABLE, raising=False)
    names = resolve(monkeypatch)
    said = refused("https://hooks.example.com/x")
    assert said.startswith("hooks.example.com is not among the hosts that this computer may tell.") and webhook.VARIABLE in said
    assert names.asked == []


@pytest.mark.parametrize(
    "address",
    [
        "https://hooks.example.com.evil.example/x",
        "https://evil.example/hooks.example.com",
        "https://xhooks.example.com/",
        "https://hooks.example.com:8443/",
        "https://hooks.example.com@evil.example/",
        "https://evil.example#@hooks.example.com/",
        "https://evil.example\\@hooks.example.com/",
        "http://hooks.example.com/",
        "ftp://hooks.example.com:443/",
        "file:///etc/passwd",
        "//hooks.example.com/",
        "hooks.example.com",
        "https:///x",
        "https://[::1/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com/\r\nX-Evil: 1",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/é",
        "https://hooks.example.com/" + "x" * 2000,
    ],
)
def test_an_address_that_is_only_like_a_listed_one_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    allow(monkeypatch, "hooks.example.com")
    with pytest.raises(EngineError):
        webhook.target(address)


@pytest.mark.parametrize(
    "address", ["https://hooks.example.com", "https://HOOKS.example.com.:443/x?y=1#z", "https://hooks.example.com:8443/"]
)
def test_a_listed_host_is_allowed_at_its_ports(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    allow(monkeypatch, " Hooks.Example.com ", "hooks.example.com:8443")
    assert webhook.target(address).host == "hooks.example.com"


def test_http_is_for_ones_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, "hooks.example.com:80")
    assert "not encrypted" in refused("http://hooks.example.com/")


def test_an_entry_that_means_nothing_is_known_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, "https://hooks.example.com", "::1!", "[::1]:8080!", "a.example:0", "", "10.0.0.1")
    assert [host for _, host in webhook.listed()] == [
        None,
        webhook.Host("::1", None, True),
        webhook.Host("::1", 8080, True),
        None,
        webhook.Host("10.0.0.1", None, False),
    ]


PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1",
           "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1",
           "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_leads_into_a_network_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    allow(monkeypatch, "hooks.example.com")
    resolve(monkeypatch, hooks_example_com=[["8.8.8.8", address]])
    assert "hooks.example.com leads to" in refused("https://hooks.example.com/")


@pytest.mark.parametrize("address", ["224.0.0.1", "0.0.0.0", "169.254.169.254", "::ffff:169.254.169.254", "fe80::1"])
def test_some_addresses_are_refused_even_of_a_marked_name(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    allow(monkeypatch, "hooks.example.com!")
    resolve(monkeypatch, hooks_example_com=[[address]])
    assert "hooks.example.com leads to" in refused("https://hooks.example.com/")


def test_an_unmarked_literal_address_is_refused_with_the_way_to_allow_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(200) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}")
        said = refused(server.url.replace("http:", "https:"))
        assert f"listed as 127.0.0.1:{server.port}! in {webhook.VARIABLE}" in said
        assert server.got == []


@pytest.mark.parametrize("written", ["2130706433", "0x7f000001", "127.1", "017700000001", "localhost"])
def test_other_ways_to_write_this_computer_need_the_mark_too(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    allow(monkeypatch, written)
    assert "leads to" in refused(f"https://{written}/")


def test_a_name_is_looked_up_once_and_that_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second look would lead to a port where nobody listens: what DNS rebinding does."""
    with receiving(200) as server:
        allow(monkeypatch, f"rebound.example:{server.port}!")
        names = resolve(monkeypatch, rebound_example=[["127.0.0.1"], ["127.0.0.2"]])
        assert webhook.post(f"http://rebound.example:{server.port}/", BODY) == 200
        assert names.asked == ["rebound.example"]


def test_a_name_nobody_knows_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, "hooks.example.com")
    resolve(monkeypatch)
    assert "The name hooks.example.com could not be looked up." in refused("https://hooks.example.com/")


def test_a_look_up_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    allow(monkeypatch, "hooks.example.com")
    monkeypatch.setattr(webhook, "LOOK_UP_SECONDS", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(2) or [])
    began = time.monotonic()
    assert "could not be looked up" in refused("https://hooks.example.com/")
    assert time.monotonic() - began < 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (500, "did not accept it: 500, Internal Server Error."),
        (404, "did not accept it: 404, Not Found."),
        (799, "did not accept it: 799, an unknown answer."),
        (302, "answered with another address to go to (302), and Modelwright does not follow."),
        ("garbage", "did not answer as a web server does."),
        ("endless_head", "did not answer as a web server does."),
        ("hang", "did not answer within 1 seconds."),
        ("drip", "did not answer within 1 seconds."),
        ("endless_waiting", "did not answer within 1 seconds."),
    ],
)
def test_each_answer_has_its_words(monkeypatch: pytest.MonkeyPatch, answer: int | str, said: str) -> None:
    with receiving(answer) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}!")
        began = time.monotonic()
        with pytest.raises(EngineError) as error:
            webhook.post(server.url, BODY, seconds=1)
        assert f"127.0.0.1:{server.port} {said}" in str(error.value)
        assert "secret" not in str(error.value) + repr(error.value.__cause__)
        assert time.monotonic() - began < 3
        assert len(server.got) == 1


def test_a_redirect_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(302, 200) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}!")
        refused(server.url)
        assert len(server.asked) == 1


def test_an_endless_body_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving("endless_body") as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}!")
        began = time.monotonic()
        assert webhook.post(server.url, BODY, seconds=5) == 200
        assert time.monotonic() - began < 2


def test_nobody_listening_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        allow(monkeypatch, f"127.0.0.1:{port}!")
        assert f"Nothing answers at 127.0.0.1:{port}." in refused(f"http://127.0.0.1:{port}/")


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The certificate of right.example, which this computer trusts."""
    file = tmp_path / "right.pem"
    file.write_text(PEM)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return file


def test_https_is_checked_for_the_name(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    with receiving(200, certificate=certificate) as server:
        allow(monkeypatch, f"right.example:{server.port}!", f"wrong.example:{server.port}!", f"127.0.0.1:{server.port}!")
        resolve(monkeypatch, right_example=[["127.0.0.1"]], wrong_example=[["127.0.0.1"]], **{"127_0_0_1": [["127.0.0.1"]]})
        assert webhook.post(f"https://right.example:{server.port}/", BODY) == 200
        for other in ("wrong.example", "127.0.0.1"):
            said = refused(f"https://{other}:{server.port}/")
            assert f"could not prove that it is {other}" in said and "Nothing was sent." in said
        assert server.got == [json.loads(json.dumps(BODY))]


def test_a_certificate_nobody_trusts_is_refused(monkeypatch: pytest.MonkeyPatch, certificate: Path) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with receiving(200, certificate=certificate) as server:
        allow(monkeypatch, f"right.example:{server.port}!")
        resolve(monkeypatch, right_example=[["127.0.0.1"]])
        assert "could not prove that it is right.example" in refused(f"https://right.example:{server.port}/")
        assert server.got == []


def test_https_to_a_server_without_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(200) as server:
        allow(monkeypatch, f"127.0.0.1:{server.port}!")
        assert f"No encrypted connection to 127.0.0.1:{server.port}" in refused(server.url.replace("http:", "https:"))


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving(200) as server, receiving(200) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        allow(monkeypatch, f"127.0.0.1:{server.port}!")
        webhook.post(server.url, BODY)
        assert (len(server.got), len(proxy.got)) == (1, 0)
