"""HTML put together from elements: every text in it is escaped, because only `tag` makes markup."""

import html
from collections.abc import Iterable


class Markup(str):
    """Text that is HTML already. Made in this module alone."""

    __slots__ = ()


_EMPTY = frozenset({"meta", "br", "rect", "path", "polyline", "line", "circle"})

Child = str | int | float | None | Iterable["str | Markup"]


def tag(name: str, /, *children: Child, **attributes: str | int | float | None) -> Markup:
    """An element. Children are escaped unless they are elements; `class_` and such lose their underscore, others become dashes."""
    said = "".join(f' {_name(key)}="{html.escape(str(value))}"' for key, value in attributes.items() if value is not None)
    if name in _EMPTY and not children:
        return Markup(f"<{name}{said}>" if name in {"meta", "br"} else f"<{name}{said}/>")
    return Markup(f"<{name}{said}>{''.join(map(_child, children))}</{name}>")


def page(title: str, style: str, *children: Child) -> str:
    """A whole document that loads nothing and runs nothing. `style` is our own."""
    policy = tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'")
    width = tag("meta", name="viewport", content="width=device-width, initial-scale=1")
    head = tag("head", tag("meta", charset="utf-8"), policy, width, tag("title", title), Markup(f"<style>{style}</style>"))
    return f'<!doctype html>\n<html lang="en">{head}{tag("body", *children)}</html>\n'


def _name(key: str) -> str:
    return key.removesuffix("_").replace("_", "-") if key != "viewBox" else key


def _child(child: Child) -> str:
    if isinstance(child, Markup):
        return child
    if child is None:
        return ""
    if isinstance(child, str | int | float):
        return html.escape(str(child))
    return "".join(map(_child, child))
