"""Starting the app: a free port, a plain sentence when there is none, settings Streamlit knows, a theme one can read."""

import re
import socket
from itertools import product

import pytest
from streamlit import config

from app import launch, theme
from engine.errors import EngineError


def test_a_port_in_use_is_said_with_a_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EngineError) as refused:
            launch._port("127.0.0.1", port)
    assert refused.value.what == f"Port {port} is already in use on 127.0.0.1."
    assert refused.value.fix == "Stop the other program, or choose another port with --port."


def test_without_a_wish_the_next_free_port_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setattr(launch, "PORT", taken.getsockname()[1])
        assert launch._port("127.0.0.1", None) > launch.PORT


def test_every_setting_is_one_that_streamlit_knows() -> None:
    assert [name for name in theme.settings() if name not in config._config_options_template] == []


def test_what_must_be_off_is_off() -> None:
    settings = theme.settings()
    assert settings["runner.postScriptGC"] is False
    assert settings["browser.gatherUsageStats"] is False
    assert settings["client.showErrorDetails"] == "none"
    assert settings["server.enableStaticServing"] is False


def test_no_font_or_picture_comes_from_elsewhere() -> None:
    assert "//" not in re.sub(r"url\(data:[^)]*\)", "", theme.style_sheet())
    assert not [value for value in theme.settings().values() if "//" in str(value)]


@pytest.mark.parametrize(("dark", "token"), list(product([False, True], ["text", "muted", "link", "good", "fair", "poor"])))
def test_words_are_readable_on_both_backgrounds(dark: bool, token: str) -> None:
    colours = theme.colours(dark)
    assert min(_contrast(colours[token], colours[back]) for back in ("back", "soft")) >= 4.5


@pytest.mark.parametrize(("dark", "token"), list(product([False, True], ["accent", "training", "unseen"])))
def test_lines_and_buttons_stand_out(dark: bool, token: str) -> None:
    colours = theme.colours(dark)
    assert _contrast(colours[token], colours["back"]) >= 3


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
