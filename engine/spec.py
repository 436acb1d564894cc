"""A Spec is one choice a user makes: its fields are at once the form, the validation, the storage and the documentation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

FieldType = Literal["switch", "integer", "number", "choice", "text", "columns", "integers"]


@dataclass(frozen=True)
class Param:
    """One field of a spec, as a form, a command line or a document needs it.

    `choices` are (value, label) pairs. `when` names other fields and the values at which this one matters.
    `search` is (low, high) or a list of values a tuner may try.
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
    **limits: Any,
) -> Any:
    """Declare a field of a spec. `limits` are pydantic's ge, gt, le, lt. `log` asks for a logarithmic scale."""
    shown: dict[str, Any] = {
        "label": label,
        "help": help,
        "unit": unit,
        "choices": tuple((choices or {}).items()),
        "advanced": advanced,
        "when": when,
        "search": search,
        "log": log,
    }
    return Field(default, json_schema_extra={"param": shown}, **limits)


class Spec(BaseModel):
    """Base of everything a user chooses. Members set `kind` (a Literal with a default) and `title`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str
    title: ClassVar[str] = ""
    order: ClassVar[int] = 50

    @classmethod
    def description(cls) -> str:
        """The first line of the docstring: one sentence shown to the user."""
        return (cls.__doc__ or "").strip().split("\n")[0]

    @classmethod
    def params(cls) -> list[Param]:
        """The fields in order, without `kind`."""
        return [_param(name, info) for name, info in cls.model_fields.items() if name != "kind"]

    def changed(self) -> dict[str, Any]:
        """The fields whose value differs from the default."""
        return {p.name: getattr(self, p.name) for p in self.params() if getattr(self, p.name) != p.default}

    def with_(self, **changes: Any) -> Self:
        """A validated copy with some fields changed."""
        return type(self).model_validate({**self.model_dump(), **changes})


def _param(name: str, info: FieldInfo) -> Param:
    extra = info.json_schema_extra
    shown: Any = extra.get("param", {}) if isinstance(extra, dict) else {}
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
    )


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
