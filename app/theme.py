"""The look, from one source: `config.toml` gives Streamlit its theme, and here our own style sheet and charts the same colours."""

import tomllib
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
TOKENS = {
    "accent": "primaryColor",
    "link": "linkColor",
    "back": "backgroundColor",
    "soft": "secondaryBackgroundColor",
    "text": "textColor",
    "muted": "grayColor",
    "border": "borderColor",
    "good": "greenColor",
    "fair": "orangeColor",
    "poor": "redColor",
}
CHARTS = ("training", "unseen")


@cache
def settings() -> dict[str, Any]:
    """Streamlit's options by their dotted names, as `App.run(config=...)` takes them."""
    return dict(_flat(_toml()))


def colours(dark: bool) -> dict[str, str]:
    """Token name -> colour: `accent`, `text`, `muted`, `border`, `good`, `training`, `unseen`..."""
    theme = _toml()["theme"]["dark" if dark else "light"]
    named = {token: theme[option] for token, option in TOKENS.items()}
    return named | dict(zip(CHARTS, theme["chartCategoricalColors"], strict=False))


def lines(dark: bool) -> list[str]:
    """Colours to tell lines apart that mean something else each time, such as compared runs."""
    return list(_toml()["theme"]["dark" if dark else "light"]["chartCategoricalColors"])


@cache
def style_sheet() -> str:
    """Our CSS: each token as `--mw-<token>`, light and dark, followed by `theme.css`."""
    light, dark = colours(False), colours(True)
    tokens = "".join(f"--mw-{name}: light-dark({light[name]}, {dark[name]});" for name in light)
    tokens += f"--mw-logo: url(data:image/svg+xml;base64,{b64encode((HERE / 'icon.svg').read_bytes()).decode()});"
    return f"<style>.stApp {{ {tokens} }}\n{(HERE / 'theme.css').read_text()}</style>"


@cache
def _toml() -> dict[str, Any]:
    return tomllib.loads((HERE / "config.toml").read_text())


def _flat(values: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for name, value in values.items():
        dotted = f"{prefix}{name}"
        pairs += _flat(value, f"{dotted}.") if isinstance(value, dict) else [(dotted, value)]
    return pairs
