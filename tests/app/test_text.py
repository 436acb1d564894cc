"""A person's own text is shown exactly and never comes to life."""

import re

import pytest
from markdown_it import MarkdownIt

from app.text import JOINER, html, md, plot_text, short

NASTY = [
    "<img src=x onerror=alert(1)>",
    "**bold** _it_ `code` ~~gone~~",
    "[link](javascript:alert(1))",
    "# heading",
    "1. list",
    "- list",
    "| a | b |",
    "$x^2$",
    "a\n\nb",
    "&lt;b&gt;",
    "back\\slash",
    "> quote",
]


@pytest.mark.parametrize("text", NASTY)
def test_markdown_shows_the_text_and_nothing_else(text: str) -> None:
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(md(text)).strip()
    assert set(re.findall(r"<(\w+)", rendered)) == {"p"}
    shown = (
        rendered.removeprefix("<p>")
        .removesuffix("</p>")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", '"')
        .replace("&amp;", "&")
    )
    assert shown.replace(JOINER, "") == " ".join(text.split())


@pytest.mark.parametrize("text", [":red[x]", ":material/home:", ":smile:", "https://example.org", "mail@example.org", "www.example.org"])
def test_directives_icons_and_addresses_are_broken_up(text: str) -> None:
    assert JOINER in md(text)
    assert not re.search(r":(red|material|smile|//)|@example|www\\?\.", md(text).replace("\\", ""))


def test_ordinary_words_stay_readable() -> None:
    assert md("Age at visit: 42") == "Age at visit: 42"


def test_html_is_safe_inside_attributes_too() -> None:
    assert html("\"><script>'") == "&quot;&gt;&lt;script&gt;&#x27;"


def test_plotly_markup_is_shown_as_text() -> None:
    assert plot_text("<b>x</b> & <a href='y'>") == "&lt;b&gt;x&lt;/b&gt; &amp; &lt;a href='y'&gt;"


def test_long_text_is_cut_with_an_ellipsis() -> None:
    assert short("x" * 50, 10) == "x" * 9 + "…"
    assert short("short", 10) == "short"
