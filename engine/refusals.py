"""Why a value cannot stand in a setting: what came, and what may stand there. The checking library's own words never reach a person."""

import json
import math
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from engine.spec import Param, params_of
from engine.wording import number

_SHOWN = 4
_NEEDED = {
    "int": "a whole number",
    "float": "a number",
    "string": "text",
    "tuple": "a list",
    "bool": "true or false",
    "model": "its settings, one by one",
}


def words(model: type[BaseModel], error: ValidationError) -> tuple[str, str]:
    """(what is wrong, how to mend it) of settings that `model` refused, for all of them at once."""
    found = error.errors()
    unknown = [str(e["loc"][-1]) for e in found if e["type"] == "extra_forbidden"]
    said = [_one(model, e) for e in found if e["type"] != "extra_forbidden"]
    if unknown:
        at = next(_place(model, e["loc"])[0] for e in found if e["type"] == "extra_forbidden")
        shown = ", ".join(f"'{name}'" for name in unknown[:_SHOWN])
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        said.append((f"'{_title(at)}' has no setting {shown}{more}.", f"It has: {', '.join(at.model_fields)}."))
    return " ".join(what for what, _ in said), " ".join(dict.fromkeys(fix for _, fix in said if fix))


def value(given: Any) -> str:
    """What was given, in words: 'abc' in quotes, 1,000,000,000 in full, "nothing" for a missing one."""
    if given is None:
        return "nothing"
    if isinstance(given, int | float) and not isinstance(given, bool) and math.isfinite(given):
        return number(given, 12)
    return f"'{given}'" if isinstance(given, str) else json.dumps(given, default=str)


def _one(model: type[BaseModel], error: ErrorDetails) -> tuple[str, str]:
    inner, param, name = _place(model, error["loc"])
    if error["type"] == "value_error":
        reason = error["msg"].removeprefix("Value error, ").rstrip(".")
        return (f"'{name}' cannot be {value(error['input'])}: {reason}." if param else f"'{_title(inner)}' cannot be set so: {reason}."), ""
    needed = param.allowed if param else _NEEDED.get(error["type"].split("_")[0], "another value")
    if error["type"] == "literal_error" and not param:
        needed = f"one of: {error['ctx']['expected']}"
    return f"'{name}' cannot be {value(error['input'])}.", f"Give {needed}."


def _place(model: type[BaseModel], path: tuple[int | str, ...]) -> tuple[type[BaseModel], Param | None, str]:
    """The model and the declared field a complaint is about, and what the field is called."""
    for at in path:
        declared = next((p for p in params_of(model) if p.name == at), None)
        if declared:
            return model, declared, declared.label
        inner = model.model_fields[str(at)].annotation if at in model.model_fields else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)) or at == path[-1]:
            return model, None, str(at)
        model = inner
    return model, None, _title(model)


def _title(model: type[BaseModel]) -> str:
    return getattr(model, "title", "") or model.__name__.lower()
