"""Numbers that look like "missing" and that a person calls real values: no check doubts them any more."""

import random
from pathlib import Path

import pytest

from engine import checks, datasets, real_values
from engine.plan import Plan
from engine.store.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


def add(workspace: Workspace, code: str) -> str:
    """A dataset whose column 'pulse' has the code in some rows."""
    dice = random.Random(1)
    rows = [f"{i / 4 + dice.random():.2f},{code if i % 60 == 0 else dice.randint(60, 120)},{'ab'[i % 2]}" for i in range(240)]
    path = workspace.path.parent / "file.csv"
    path.write_text("x,pulse,kind\n" + "\n".join(rows) + "\n")
    return datasets.add(workspace, path, "file.csv").id


def doubted(workspace: Workspace, id: str) -> str:
    """What V01 says."""
    any_model = {"architecture": {"kind": "linear"}, "training": {"kind": "gradient"}}
    asked = {"dataset": id, "inputs": ["c0001", "c0002"], "target": "c0003", "task": {"kind": "binary", "positive": "a"}}
    plan = Plan.model_validate({**asked, **any_model})
    real = real_values.of(datasets.get(workspace, id))
    case = checks.Case(plan, datasets.profile(workspace, id), datasets.table(workspace, id), real=real)
    return " ".join(problem.what for problem in checks.search(case) if problem.check == "V01")


@pytest.mark.parametrize("code", ["0", "-999"])
def test_a_number_called_a_real_value_is_not_doubted_again(workspace: Workspace, code: str) -> None:
    id = add(workspace, code)
    (doubt,) = datasets.get(workspace, id).open_doubts
    datasets.settle(workspace, id, doubt.key, 1)
    assert datasets.table(workspace, id).values("c0002").min() == float(code)
    assert real_values.of(datasets.get(workspace, id)) == {"c0002": (float(code),)}
    assert doubted(workspace, id) == ""


def test_a_line_of_the_report_taken_back_answers_its_question(workspace: Workspace) -> None:
    id = add(workspace, "-999")
    (line,) = [change for change in datasets.get(workspace, id).changes if "'-999'" in change.what]
    after = datasets.undo(workspace, id, line)
    assert after.open_doubts == () and after.column("c0002").missing == ()
    assert doubted(workspace, id) == ""


def test_a_number_nobody_spoke_for_is_doubted(workspace: Workspace) -> None:
    id = add(workspace, "-999")
    datasets.retype(workspace, id, "c0002", "number", missing=())
    assert "-999 stands in 4 rows" in doubted(workspace, id)
