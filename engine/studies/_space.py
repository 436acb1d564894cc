"""What can be tried: every field of the architecture and the training that declares a range, and nothing else."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.plan import Plan
from engine.spec import Param, Spec

PARTS = ("architecture", "training")


@dataclass(frozen=True)
class Dimension:
    """One field: its path in the plan, and what may be tried. `values` are those of a list, in order; else it is a range."""

    path: str
    param: Param
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0

    @property
    def is_log(self) -> bool:
        return self.param.log

    @property
    def is_whole(self) -> bool:
        return self.param.type == "integer"

    def near(self, value: Any) -> Any:
        """The value that can be tried and is nearest to this one."""
        value = plain(value)
        if not self.values:
            kept = min(max(float(value), self.low), self.high)
            return int(round(kept)) if self.is_whole else kept
        if value in self.values:
            return value
        sizes = [_size(other) for other in self.values]
        return self.values[int(np.argmin([abs(size - _size(value)) for size in sizes]))]


def space(plan: Plan) -> list[Dimension]:
    """The dimensions of that plan, in the order of its fields. A field that does not matter with these choices is left out."""
    found = []
    for part in PARTS:
        spec: Spec = getattr(plan, part)
        for param in spec.params():
            if param.search and all(_is_met(getattr(spec, other), wanted) for other, wanted in (param.when or {}).items()):
                found.append(_dimension(f"{part}.{param.name}", param))
    return found


def values(plan: Plan, rows: int) -> dict[str, Any]:
    """Where a plan stands in its space, with what it leaves to the program filled in for so many training rows."""
    meant = {"architecture": plan.architecture, "training": plan.training.meant(rows)}
    found = {}
    for dimension in space(plan):
        part, name = dimension.path.split(".")
        found[dimension.path] = dimension.near(getattr(meant[part], name))
    return found


def with_values(plan: Plan, chosen: Mapping[str, Any]) -> Plan:
    """The plan with these values; what comes out is checked like any plan."""
    data = plan.model_dump(mode="json")
    for path, value in chosen.items():
        part, name = path.split(".")
        data[part][name] = value
    return Plan.model_validate(data)


def plain(value: Any) -> Any:
    """As it stands in JSON."""
    return json.loads(json.dumps(value)) if isinstance(value, (tuple, list)) else value


def _dimension(path: str, param: Param) -> Dimension:
    """(low, high) is a range for a field that holds a number; anything else is a list."""
    search: Sequence[Any] = param.search or ()
    is_range = param.type in ("integer", "number") and isinstance(search, tuple) and len(search) == 2
    if is_range:
        return Dimension(path, param, low=float(search[0]), high=float(search[1]))
    return Dimension(path, param, values=tuple(plain(value) for value in search))


def _is_met(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, (tuple, list, set, frozenset)) else bool(value == wanted)


def _size(value: Any) -> float:
    """On a scale where twice is as far as half; of a list of sizes all of them together."""
    if isinstance(value, (list, tuple)):
        return float(np.sum(np.log2(np.maximum(np.array(value, float), 1e-9))))
    return float(np.log2(max(float(value), 1e-9))) if isinstance(value, (int, float)) else 0.0
