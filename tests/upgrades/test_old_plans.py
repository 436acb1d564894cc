"""Plans and drafts written before columns had roles and rows could be divided in more ways: they are read as they were meant."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.state import Draft
from engine import bundle, effort, manifest, split, training
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


def test_an_old_plan_trains_one_model_and_its_bundle_opens(tmp_path: Path) -> None:
    """Plans and bundles written before several models could answer together name no team."""
    plan = Plan.model_validate(json.loads(OLD % ("random", "")) | {"recipe": json.loads(lessons.plan().model_dump_json())["recipe"]})
    assert plan.team is None and effort.of(plan) == "quick"
    made = training.train(plan, lessons.table(), lessons.Heard(), tmp_path / "bundle")
    stored = tmp_path / "bundle" / "plan.json"
    stored.write_text(json.dumps({name: value for name, value in json.loads(stored.read_text()).items() if name != "team"}))
    _sign_again(tmp_path / "bundle")
    again = bundle.load(tmp_path / "bundle")
    assert again.plan.team is None and np.allclose(again.outputs(lessons.table()), made.outputs(lessons.table()), atol=1e-5)


def _sign_again(folder: Path) -> None:
    """The manifest of the folder as it is now."""
    listed = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    listed.pop(manifest.FILE)

    def fill(place: Path) -> None:
        for name, content in listed.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)

    shutil.rmtree(folder)
    manifest.write(folder, fill)
