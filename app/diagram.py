"""The model as a picture: one line a layer, as wide as what flows through it, with the numbers it has to learn. Knows no Streamlit."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from app import words
from app.text import html

Layers = Sequence[Mapping[str, Any]]

SIZES = re.compile(r"\d+( x \d+)*")
NARROWEST, UNKNOWN = 7.0, 64.0


def network(layers: Layers, answer: str = "") -> str:
    """HTML of the model, its inputs at the top. Each layer: name, kind, shape, parameters, inputs (names of the layers before it)."""
    total = max(1, sum(int(layer["parameters"]) for layer in layers))
    widest = max([_values(layer["shape"]) or 1 for layer in layers] or [1])
    kinds = {layer["name"]: layer["kind"] for layer in layers}
    rows = "".join(_row(layer, layers[i - 1] if i else None, total, widest, kinds) for i, layer in enumerate(layers))
    label = f"The model, from its inputs to its answer: {', then '.join(html(layer['kind']) for layer in layers)}"
    end = f'<div class="mw-layer mw-answer"><span></span><b>{html(answer)}</b><span></span></div>' if answer else ""
    return f'<div class="mw-net" role="img" aria-label="{label}">{rows}{end}</div>'


def _row(layer: Mapping[str, Any], before: Mapping[str, Any] | None, total: int, widest: int, kinds: Mapping[str, str]) -> str:
    learned = int(layer["parameters"])
    follows = before is not None and before["name"] in layer["inputs"]
    joins = [kinds[name] for name in layer["inputs"] if name in kinds] if len(layer["inputs"]) > 1 else []
    note = f" of {html(words.listing(joins))}" if joins else ""
    share = learned / total
    told = f"{learned:,} numbers to learn, {words.share(share)} of all" if learned else "nothing to learn"
    bar = f'<i style="width:{_width(layer["shape"], widest):.1f}%;opacity:{0.45 + 0.55 * math.sqrt(share):.2f}"></i>'
    style = f"mw-layer{' mw-follows' if follows else ''}{'' if learned or not layer['inputs'] else ' mw-plain'}"
    return (
        f'<div class="{style}" title="{html(told)}">'
        f"<span><b>{html(layer['kind'])}</b>{note}</span>"
        f'<span class="mw-flow">{bar}<em>{html(layer["shape"])}</em></span>'
        f"<span>{words.count(learned) if learned else ''}</span></div>"
    )


def _width(shape: str, widest: int) -> float:
    """Per cent of the room: logarithmic, so that 1 and 100,000 values fit on one picture."""
    values = _values(shape)
    if values is None:
        return UNKNOWN
    return NARROWEST + (100 - NARROWEST) * math.log1p(values - 1) / math.log1p(max(1, widest - 1))


def _values(shape: str) -> int | None:
    """How many numbers flow there: "32 x 32 x 16" is 16384; None for a shape in other words."""
    return math.prod(int(size) for size in shape.split(" x ")) if SIZES.fullmatch(shape) else None
