"""Which versions are at work: for a bundle, the doctor and a report."""

import importlib.metadata
import platform
from collections.abc import Sequence

from engine import __version__


def installed(libraries: Sequence[str]) -> dict[str, str]:
    """The versions of Modelwright, Python and those libraries that are installed."""
    found = {"modelwright": __version__, "python": platform.python_version()}
    for library in libraries:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
