"""One escaping function per place where a person's own text is shown: Markdown, charts, HTML."""

import html as _html
import re

JOINER = "\u2060"
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$\"'&=^])")
_SPACE = re.compile(r"[ \t\r\n\f\v\x1c-\x1f\x85\u2028\u2029]+")
_SPEAKS = re.compile(r"(:|@|\bwww|\bhttps?)(?=\S)", re.IGNORECASE)


def md(value: object) -> str:
    """For Markdown, labels and captions: shows the text exactly, on one line; no format, link, icon or HTML in it comes to life.

    An invisible joiner after `:` keeps directives such as `:red[...]`, emoji codes and web addresses plain.
    """
    plain = _SPACE.sub(" ", str(value)).strip()
    return _PUNCTUATION.sub(r"\\\1", _SPEAKS.sub(rf"\1{JOINER}", plain))


def plot_text(value: object) -> str:
    """For Plotly, which reads some HTML in titles, names and hovers."""
    return _html.escape(_SPACE.sub(" ", str(value)).strip(), quote=False)


def html(value: object) -> str:
    """For HTML, also inside attributes."""
    return _html.escape(_SPACE.sub(" ", str(value)).strip(), quote=True)


def short(value: object, length: int = 40) -> str:
    """Cut to `length` characters with an ellipsis. Escape afterwards, never before."""
    plain = _SPACE.sub(" ", str(value)).strip()
    return plain if len(plain) <= length else plain[: length - 1].rstrip() + "…"
