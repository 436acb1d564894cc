"""Libraries that are not always installed: whether one is there, and what to say where it is not. Imports none of them."""

import ctypes
import sys
from functools import cache
from importlib.util import find_spec

from engine.errors import EngineError

SHARED = {"lightgbm": ("libgomp.so.1", "libgomp1")}
"""What a library takes from a Linux system without bringing it along, and the package of Debian and Ubuntu that has it."""


@cache
def is_there(library: str) -> bool:
    """Whether it can be imported."""
    return _is_installed(library) and _can_load(library)


def lacking(library: str, title: str) -> EngineError:
    """What to say of something that cannot be used without that library."""
    if _is_installed(library) and not _can_load(library):
        file, package = SHARED[library]
        return EngineError(
            f"'{title}' needs {file}, which the system of the computer that Modelwright runs on does not have.",
            f"Have it installed there (on Debian and Ubuntu: apt-get install {package}) and start Modelwright again.",
        )
    return EngineError(
        f"'{title}' needs the library {library}, which is not installed on the computer that Modelwright runs on.",
        f"Have it installed there (python -m pip install {library}) and start Modelwright again.",
    )


def need(library: str, title: str) -> None:
    """Raises that EngineError if the library is not there."""
    if library and not is_there(library):
        raise lacking(library, title)


def _is_installed(library: str) -> bool:
    return find_spec(library) is not None


def _can_load(library: str) -> bool:
    if sys.platform != "linux" or library not in SHARED:
        return True
    try:
        ctypes.CDLL(SHARED[library][0])
    except OSError:
        return False
    return True
