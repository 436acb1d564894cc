"""What all tables share: ids, times and JSON."""

import json
import math
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any


def new_id(letter: str) -> str:
    """A new id: one letter for the table and ten hexadecimal digits."""
    return letter + secrets.token_hex(5)


def now() -> str:
    """The time, UTC, as ISO-8601 text with milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def to_json(value: Any) -> str:
    """JSON text every reader takes: NumPy numbers become plain ones, infinities and NaN become null."""
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def is_same_plan(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two plans, as JSON gives them, say the same; their names are left out."""
    return {**one, "name": ""} == {**other, "name": ""}
