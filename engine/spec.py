"""A Spec is one choice a user makes: its fields are at once the form, the validation, the storage and the documentation."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from engine import extras
from engine.wording import number

FieldType = Literal["switch", "integer", "number", "choice", "text", "columns", "integers"]
_MAY_STAND: dict[FieldType, str] = {
    "switch": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "text": "text",
    "columns": "a list of columns",
    "integers": "whole numbers with commas between them, such as 64, 32",
}


@dataclass(frozen=True)
class Param:
    """One field of a spec, as a form, a command line or a document needs it.

    `choices` are (value, label) pairs. `when` names other fields and the values at which this one matters.
    `search` is (low, high) or a list of values a tuner may try. `empty` says what it means when no column is chosen.
    `is_above` and `is_below` say that `low` and `high` themselves are out. `zero` is what 0 stands for, where that is no amount.
    """

    name: str
    label: str
    type: FieldType
    default: Any
    help: str = ""
    unit: str = ""
    low: float | None = None
    high: float | None = None
    choices: tuple[tuple[Any, str], ...] = ()
    advanced: bool = False
    when: Mapping[str, Any] | None = None
    search: Sequence[Any] | None = None
    log: bool = False
    empty: str = ""
    is_above: bool = False
    is_below: bool = False
    zero: str = ""

    @property
    def allowed(self) -> str:
        """What may stand here, in words: "a whole number from 1 to 100,000"."""
        if self.type == "choice":
            return f"one of: {', '.join(str(value) for value, _ in self.choices)}"
        return f"{_MAY_STAND[self.type]}{self._range()}"

    def takes(self, value: float) -> bool:
        """Whether a number may stand here by itself, whatever the other fields hold."""
        too_low = self.low is not None and (value <= self.low if self.is_above else value < self.low)
        too_high = self.high is not None and (value >= self.high if self.is_below else value > self.high)
        return math.isfinite(value) and not too_low and not too_high and (self.type != "integer" or value == int(value))

    def _range(self) -> str:
        if self.low is not None and self.high is not None and not self.is_above and not self.is_below:
            return f" from {number(self.low, 12)} to {number(self.high, 12)}"
        ends = [
            *([f"{'above' if self.is_above else 'at least'} {number(self.low, 12)}"] if self.low is not None else []),
            *([f"{'below' if self.is_below else 'at most'} {number(self.high, 12)}"] if self.high is not None else []),
        ]
        return f", {' and '.join(ends)}" if ends else ""


def param(
    default: Any,
    label: str,
    *,
    help: str = "",
    unit: str = "",
    choices: Mapping[Any, str] | None = None,
    advanced: bool = False,
    when: Mapping[str, Any] | None = None,
    search: Sequence[Any] | None = None,
    log: bool = False,
    empty: str = "Every fitting column",
    zero: str = "",
    **limits: Any,
) -> Any:
    """Declare a field of a spec. `limits` are pydantic's ge, gt, le, lt. `log` asks for a logarithmic scale.
    `zero` says what 0 stands for, where that is no amount; the help ends with it."""
    shown: dict[str, Any] = {
        "label": label,
        "help": f"{help} 0: {zero}.".strip() if zero else help,
        "unit": unit,
        "choices": tuple((choices or {}).items()),
        "advanced": advanced,
        "when": when,
        "search": search,
        "log": log,
        "empty": empty,
        "zero": zero,
    }
    return Field(default, json_schema_extra={"param": shown}, **limits)


class Spec(BaseModel):
    """Base of everything a user chooses. Members set `kind` (a Literal with a default) and `title`.

    `library` is one that has to be installed for it, besides those that always are.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    title: ClassVar[str] = ""
    order: ClassVar[int] = 50
    library: ClassVar[str] = ""

    @classmethod
    def description(cls) -> str:
        """The first line of the docstring: one sentence shown to the user."""
        return (cls.__doc__ or "").strip().split("\n")[0]

    @classmethod
    def is_there(cls) -> bool:
        """Whether it can be used here: always, unless it needs a library that is not installed."""
        return not cls.library or extras.is_there(cls.library)

    @classmethod
    def params(cls) -> list[Param]:
        """The fields that a person may set, in order: those declared by `param`."""
        return params_of(cls)

    def changed(self) -> dict[str, Any]:
        """The fields whose value differs from the default."""
        return {p.name: getattr(self, p.name) for p in self.params() if getattr(self, p.name) != p.default}

    def with_(self, **changes: Any) -> Self:
        """A validated copy with some fields changed."""
        return type(self).model_validate({**self.model_dump(), **changes})


def params_of(model: type[BaseModel]) -> list[Param]:
    """The fields of any model that were declared by `param`, in order."""
    return [_param(name, info) for name, info in model.model_fields.items() if "param" in _extra(info)]


def _param(name: str, info: FieldInfo) -> Param:
    shown: Any = _extra(info).get("param", {})
    limits = {k: getattr(m, k) for m in info.metadata for k in ("ge", "gt", "le", "lt") if getattr(m, k, None) is not None}
    choices = shown.get("choices") or tuple((v, str(v)) for v in _literals(info.annotation))
    default = info.get_default(call_default_factory=True)
    return Param(
        name=name,
        label=shown.get("label", ""),
        type=_type(info.annotation, bool(choices)),
        default=None if default is PydanticUndefined else default,
        help=shown.get("help", ""),
        unit=shown.get("unit", ""),
        low=limits.get("ge", limits.get("gt")),
        high=limits.get("le", limits.get("lt")),
        choices=choices,
        advanced=shown.get("advanced", False),
        when=shown.get("when"),
        search=shown.get("search"),
        log=shown.get("log", False),
        empty=shown.get("empty", ""),
        zero=shown.get("zero", ""),
        is_above="gt" in limits,
        is_below="lt" in limits,
    )


def _extra(info: FieldInfo) -> dict[str, Any]:
    return info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}


def _literals(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) is Literal else ()


def _type(annotation: Any, has_choices: bool) -> FieldType:
    if has_choices:
        return "choice"
    if get_origin(annotation) is tuple:
        return "integers" if get_args(annotation)[0] is int else "columns"
    plain: dict[Any, FieldType] = {bool: "switch", int: "integer", float: "number", str: "text"}
    if annotation not in plain:
        raise TypeError(f"A spec field of type {annotation!r} has no widget; use one of {get_args(FieldType)}.")
    return plain[annotation]
