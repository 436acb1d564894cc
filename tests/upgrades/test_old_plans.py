"""Plans and drafts written before columns had roles and rows could be divided in more ways: they are read as they were meant."""

import json
from typing import Any

import numpy as np
import pytest

from app.state import Draft
from engine import split
from engine.plan import Plan
from engine.split import Split
from tests import lessons

OLD = """{"version": 1, "name": "ill from 4 columns", "dataset": "d0000000000", "target": "c0005",
 "inputs": ["c0001", "c0002", "c0003", "c0004"], "confirmed": ["c0002"], "task": {"kind": "binary", "positive": "yes", "negative": ""},
 "split": {"method": "%s", "column": "%s", "test": 0.25, "validation": 0.15}, "recipe": [{"kind": "fill_numbers"}],
 "architecture": {"kind": "linear"}, "training": {"kind": "gradient", "epochs": 5}, "seed": 3}"""


@pytest.mark.parametrize(("method", "column"), [("random", ""), ("group", "c0003"), ("time", "c0004")])
def test_an_old_split_is_what_it_was(method: str, column: str) -> None:
    plan = Plan.model_validate(json.loads(OLD % (method, column)))
    assert plan.split == Split(method=method, column=column, test=0.25, validation=0.15)
    assert (plan.split.gap, plan.split.mapping, plan.split.outside) == (0.0, {}, "")
    assert (plan.split.folds, plan.split.fold, plan.split.repeat, plan.split.spares_unseen) == (0, 0, 0, False)
    assert (plan.weight, plan.sensitive, plan.identifiers) == ("", (), ())


@pytest.mark.parametrize(
    ("method", "column", "unseen", "steering"),
    [("random", "", 7049, 4830), ("group", "c0003", 9756, 8767), ("time", "c0004", 12570, 5814)],
)
def test_old_plans_divide_the_rows_as_before(method: str, column: str, unseen: int, steering: int) -> None:
    """The sums of the rows' positions say whether they are still the same ones."""
    plan = Plan.model_validate(json.loads(OLD % (method, column)))
    parts = split.assign(plan.split, lessons.table(), plan.target, plan.task, plan.seed)
    assert (int(np.sum(parts.test)), int(np.sum(parts.validation))) == (unseen, steering)


def test_an_old_draft_is_read() -> None:
    old: dict[str, Any] = {"target": "c0005", "answers": {"group": "c0003"}, "touched": ["split"], "inputs": {"c0001": False}}
    assert Draft(**old).roles == {}
