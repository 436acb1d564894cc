"""The network as a picture: boxes in the order of the computation, with shapes and the numbers to learn."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.text import html

_STYLE = """<style>
.mw-net{display:flex;align-items:center;gap:6px;overflow-x:auto;padding:4px 2px 10px}
.mw-net .rank{display:flex;flex-direction:column;gap:8px}
.mw-net .layer{border:1px solid rgba(128,128,128,.35);border-radius:8px;padding:8px 12px;min-width:108px;max-width:190px}
.mw-net .kind{font-weight:600;font-size:.85rem;white-space:nowrap}
.mw-net .shape,.mw-net .learned{font-size:.76rem;opacity:.75;font-variant-numeric:tabular-nums;white-space:nowrap}
.mw-net .bar{height:4px;border-radius:2px;margin-top:6px;background:rgba(128,128,128,.2)}
.mw-net .bar i{display:block;height:4px;border-radius:2px;background:var(--mw-accent,#6366f1)}
.mw-net .arrow{opacity:.5;flex:none}
</style>"""


def network(layers: Sequence[Mapping[str, Any]], accent: str) -> str:
    """HTML of the network. Each layer: name, kind, shape, parameters, inputs (names of the layers before it)."""
    total = max(1, sum(int(layer["parameters"]) for layer in layers))
    ranks = _ranks(layers)
    columns = ["".join(_box(layer, total) for layer in rank) for rank in ranks]
    body = '<span class="arrow" aria-hidden="true">→</span>'.join(f'<div class="rank">{column}</div>' for column in columns)
    label = "The network: " + ", then ".join(html(layer["kind"]) for rank in ranks for layer in rank)
    return f'{_STYLE}<div class="mw-net" role="img" aria-label="{label}" style="--mw-accent:{html(accent)}">{body}</div>'


def _box(layer: Mapping[str, Any], total: int) -> str:
    count = int(layer["parameters"])
    learned = f"{count:,} numbers to learn" if count else "nothing to learn"
    share = round(100 * count / total)
    return (
        f'<div class="layer"><div class="kind">{html(layer["kind"])}</div><div class="shape">{html(layer["shape"])}</div>'
        f'<div class="learned">{learned}</div><div class="bar"><i style="width:{share}%"></i></div></div>'
    )


def _ranks(layers: Sequence[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """Layers grouped by their distance from the inputs, so that parallel branches stand above each other."""
    depth: dict[str, int] = {}
    for layer in layers:
        depth[layer["name"]] = 1 + max((depth.get(name, -1) for name in layer.get("inputs", ())), default=-1)
    ranks: list[list[Mapping[str, Any]]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for layer in layers:
        ranks[depth[layer["name"]]].append(layer)
    return ranks
