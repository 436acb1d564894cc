"""Which rows are learned from, which steer training, and which are kept unseen for the judgement."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict

from engine.spec import param

Array = np.ndarray[Any, Any]


class Split(BaseModel):
    """How rows are divided. `column` is the group or time column's id for those methods, else ""."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    method: Literal["random", "group", "time"] = param("random", "How rows are divided")
    column: str = param("", "By column")
    test: float = param(0.2, "Rows never seen in training", ge=0.05, le=0.5)
    validation: float = param(0.15, "Rows that steer training", ge=0.05, le=0.4)


@dataclass(frozen=True)
class Parts:
    """Row positions, disjoint, each ascending."""

    train: Array
    validation: Array
    test: Array
