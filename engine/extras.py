"""Libraries that are not always installed: whether one is there, and what to say where it is not. Imports none of them."""

from functools import cache
from importlib.util import find_spec

from engine.errors import EngineError


@cache
def is_there(library: str) -> bool:
    """Whether it can be imported."""
    return find_spec(library) is not None


def lacking(library: str, title: str) -> EngineError:
    """What to say of something that cannot be used without that library."""
    return EngineError(
        f"'{title}' needs the library {library}, which is not installed on the computer that Modelwright runs on.",
        f"Have it installed there (python -m pip install {library}) and start Modelwright again.",
    )


def need(library: str, title: str) -> None:
    """Raises that EngineError if the library is not there."""
    if library and not is_there(library):
        raise lacking(library, title)
