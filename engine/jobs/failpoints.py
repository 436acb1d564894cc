"""Named places at which a process can be made to die, so that tests can see what is left: MODELWRIGHT_FAILPOINT=name[:n].

The process ends at the n-th time it comes by, as if it had been killed. Without the variable this costs one comparison.
"""

import os

VARIABLE = "MODELWRIGHT_FAILPOINT"
CODE = 137
_NAME, _, _TIMES = os.environ.get(VARIABLE, "").partition(":")
_left = int(_TIMES or 1)


def reach(name: str) -> None:
    """A place where everything may end."""
    global _left
    if name != _NAME or not name:
        return
    _left -= 1
    if _left <= 0:
        os._exit(CODE)
