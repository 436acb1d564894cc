"""A run's measures by step, read from the store once and then only added to: pages ask every second, for every viewer."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field

from engine.store import metrics
from engine.store.runs import Run
from engine.store.workspace import Workspace

Series = dict[str, tuple[list[float], list[float]]]

KEPT = 50
WITHIN = "running_loss"
_known: "OrderedDict[tuple[Workspace, str], _Curves]" = OrderedDict()
_lock = threading.Lock()


@dataclass
class _Curves:
    attempt: int
    last: int = 0
    series: Series = field(default_factory=dict)


def of(workspace: Workspace, run: Run) -> Series:
    """Name -> (steps, values) at whole steps, without what is told within them. Shared: never change it."""
    with _lock:
        curves = _known.get((workspace, run.id))
        if curves is None or curves.attempt != run.begun:
            curves = _known[workspace, run.id] = _Curves(run.begun)
        _known.move_to_end((workspace, run.id))
        while len(_known) > KEPT:
            _known.popitem(last=False)
        _read_on(workspace, run.id, curves)
        return curves.series


def _read_on(workspace: Workspace, run: str, curves: _Curves) -> None:
    while True:
        reached, rows = metrics.after(workspace, run, curves.last)
        for name, step, value, kind in rows:
            if name != WITHIN:
                steps, values = curves.series.setdefault(name, ([], []))
                steps.append(step)
                values.append(float(kind) if value is None else value)
        curves.last = reached
        if not rows:
            return
