"""What names a row stands beside its answer and its mistake, and lets a file be judged by whole cases."""

import csv
import json
from pathlib import Path

import pytest

from engine import advice, bundle, profile, training
from engine.architectures import ARCHITECTURES
from engine.bundle import Bundle
from engine.command_line import using
from engine.jobs import answers
from engine.panels import Mistakes
from engine.store.workspace import Workspace
from tests import patients
from tests.lessons import Heard


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    table = patients.table(60)
    known = profile.compute(table)
    plan, _ = advice.plan("d1", table, known, "c0007")
    trees = ARCHITECTURES.parse({"kind": "boosted_trees"})
    recipe = tuple(step for step, _ in advice.recipe(known, plan.inputs, trees))
    changes = {"architecture": trees, "recipe": recipe, "training": advice.training(known, trees).with_(epochs=3)}
    return training.train(plan.model_copy(update=changes), table, Heard(), tmp_path_factory.mktemp("run") / "bundle")


def test_answers_to_a_file_keep_the_columns_that_name_its_rows(made: Bundle, workspace: Workspace, tmp_path: Path) -> None:
    rows = patients.frame(5, seed=2).drop(columns="ill")
    rows["patient id"] = [f"new/{i}" for i in range(len(rows))]
    rows.to_csv(tmp_path / "new.csv", index=False)
    answers.predict_file(workspace, str(made.folder), str(tmp_path / "new.csv"), "new.csv", str(tmp_path / "out.csv"))
    with (tmp_path / "out.csv").open() as file:
        found = list(csv.DictReader(file))
    assert [row["patient id"] for row in found] == rows["patient id"].tolist()
    assert all(row["prediction"] in ("yes", "no") for row in found)


def test_a_file_without_them_is_answered_all_the_same(made: Bundle, workspace: Workspace, tmp_path: Path) -> None:
    patients.frame(5, seed=2).drop(columns=["ill", "patient id"]).to_csv(tmp_path / "new.csv", index=False)
    got = answers.predict_file(workspace, str(made.folder), str(tmp_path / "new.csv"), "new.csv", str(tmp_path / "out.csv"))
    assert got["rows"] == 30 and "patient id" not in got["preview"][0]


def test_mistakes_are_shown_with_whose_row_it_is(made: Bundle) -> None:
    mistakes = next(panel for panel in made.report.panels if isinstance(panel, Mistakes))
    assert mistakes.columns[0] == "patient id"
    assert all(str(row["values"][0]).startswith("P") for row in mistakes.rows)


def test_a_file_with_the_cases_is_judged_by_whole_cases(
    made: Bundle, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(using, "_import_quietly", lambda: None)
    later = patients.frame(30, seed=5)
    later.to_csv(tmp_path / "later.csv", index=False)
    later.drop(columns="patient id").to_csv(tmp_path / "bare.csv", index=False)
    said = "Here each row counts for itself"
    using.evaluate(made.folder, tmp_path / "later.csv", as_json=False)
    assert said not in capsys.readouterr().err
    using.evaluate(made.folder, tmp_path / "bare.csv", as_json=False)
    assert said in capsys.readouterr().err


def test_a_model_made_before_there_were_such_columns_has_none(made: Bundle, tmp_path: Path) -> None:
    assert [column.name for column in bundle.beside(made.folder)] == ["patient id"]
    (tmp_path / "plan.json").write_text(json.dumps({}))
    assert bundle.beside(tmp_path) == ()
