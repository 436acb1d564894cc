"""What a process writes into its log. A log that takes nothing, as on a full disk, costs the line and never what is at work."""

import sys
import traceback
from contextlib import suppress


def say(text: str) -> None:
    """Adds a line."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def trace(error: BaseException) -> None:
    """Adds where an error came from."""
    with suppress(OSError):
        traceback.print_exception(error)
        sys.stderr.flush()
