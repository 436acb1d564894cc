"""Heavy libraries, imported on first use: `from engine.lazy import keras` costs nothing until an attribute is read."""

import importlib
import logging
import os
from types import ModuleType
from typing import Any


class _Lazy:
    def __init__(self, name: str) -> None:
        self._name = name
        self._module: ModuleType | None = None

    def __getattr__(self, attribute: str) -> Any:
        if self._module is None:
            os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
            self._module = importlib.import_module(self._name)
            logging.getLogger("tensorflow").setLevel(logging.ERROR)  # Else each model of a team is warned of as a function traced anew.
        return getattr(self._module, attribute)


keras: Any = _Lazy("keras")
tensorflow: Any = _Lazy("tensorflow")
