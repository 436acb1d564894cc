"""The straight line from a plan and a table to a judged bundle."""

from pathlib import Path

import numpy as np
import pytest

from engine import training
from engine.errors import Diverged, InvalidPlan
from engine.learners import Cancelled
from tests import lessons
from tests.lessons import Heard


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[training.Bundle, Heard]:
    heard = Heard()
    plan = lessons.plan(epochs=30, learning_rate=0.01)
    return training.train(plan, lessons.table(), heard, tmp_path_factory.mktemp("run") / "bundle"), heard


def test_a_table_with_gaps_words_and_dates_becomes_a_judged_model(made: tuple[training.Bundle, Heard]) -> None:
    report = made[0].report
    assert report.rows_training + report.rows_validation + report.rows_test == 240
    assert report.main.model.value > report.main.baseline.value
    assert report.main.linear is not None and report.headline


def test_the_trivial_answer_is_told_before_the_first_epoch(made: tuple[training.Bundle, Heard]) -> None:
    known = made[1].known
    assert set(known["baseline"]) == {"loss", "accuracy", "auc"} and known["baseline"]["auc"] == 0.5
    assert known["metrics"][0] == {"name": "accuracy", "label": "Right answers", "unit": "%", "better": "higher"}
    assert known["rows"] == {"train": 156, "validation": 36, "test": 48}
    assert known["seconds"] > 0 and known["parameters"] > 0


def test_stages_are_told_in_order(made: tuple[training.Bundle, Heard]) -> None:
    stages = [stage for stage in made[1].stages if not stage.startswith(("Epoch", "No better"))]
    assert stages == [
        "Dividing the rows",
        "Preparing the rows",
        "Building the network",
        "Learning",
        "Comparing with a simple formula",
        "Judging on rows it has never seen",
        "Looking whether more rows would help",
        "Timing one answer",
        "Packing the model",
    ]


@pytest.mark.parametrize("kind", ["mlp", "boosted_trees"])
def test_the_same_plan_twice_gives_identical_weights(kind: str, tmp_path: Path) -> None:
    plan = lessons.plan(kind, epochs=4)
    pair = [training.train(plan, lessons.table(), Heard(), tmp_path / name) for name in ("one", "two")]
    files = [sorted(p.name for p in bundle.folder.iterdir() if p.suffix in (".keras", ".npz")) for bundle in pair]
    assert files[0] == files[1] and files[0]
    outputs = [bundle.outputs(lessons.table()) for bundle in pair]
    assert (outputs[0] == outputs[1]).all()
    assert pair[0].report == pair[1].report


def test_another_seed_gives_another_model(tmp_path: Path) -> None:
    plan = lessons.plan(epochs=2)
    pair = [training.train(p, lessons.table(), Heard(), tmp_path / str(p.seed)) for p in (plan, plan.model_copy(update={"seed": 9}))]
    assert (pair[0].outputs(lessons.table()) != pair[1].outputs(lessons.table())).any()


def test_unseen_rows_teach_nothing(tmp_path: Path) -> None:
    """Whatever stands in the test rows, the model and its preparation stay the same."""
    plan, table = lessons.plan(epochs=2), lessons.table()
    before = training.train(plan, table, Heard(), tmp_path / "before")
    test = np.setdiff1d(np.arange(240), _learned(plan, table))
    changed = table.frame.copy()
    changed.loc[test, "c0002"] = 1e6
    after = training.train(plan, lessons.Table(table.columns, changed), Heard(), tmp_path / "after")
    assert before.fitted.to_json() == after.fitted.to_json()
    assert (before.outputs(table) == after.outputs(table)).all()


def test_numbers_are_judged_in_the_users_unit(tmp_path: Path) -> None:
    heard = Heard()
    bundle = training.train(lessons.plan(target="c0001", epochs=3), lessons.table(), heard, tmp_path / "bundle")
    assert 5 < heard.known["baseline"]["mean_absolute_error"] < 30
    assert 15 < bundle.predict(lessons.table())["prediction"].mean() < 85


def test_a_cancelled_training_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        training.train(lessons.plan(epochs=50), lessons.table(), Heard("cancel"), tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_a_loss_without_a_number_says_which_learning_rate_to_try(tmp_path: Path) -> None:
    plan = lessons.plan(target="c0001", epochs=60, optimiser="gd", learning_rate=100.0, clip=0.0, schedule="constant", patience=0)
    with pytest.raises(Diverged) as error:
        training.train(plan, lessons.table(), Heard(), tmp_path / "bundle")
    assert error.value.what.startswith("The loss became ")
    assert error.value.fix == "Lower the learning rate from 100 to 10."


def test_a_learner_that_does_not_fit_the_architecture_is_refused(tmp_path: Path) -> None:
    plan = lessons.plan().model_copy(update={"architecture": lessons.small("boosted_trees")})
    with pytest.raises(InvalidPlan, match="'Boosted trees' is not trained by 'Gradient descent'"):
        training.train(plan, lessons.table(), Heard(), tmp_path / "bundle")


def test_a_linear_model_that_cannot_be_fitted_does_not_fail_the_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr("engine.rivals.flat", refuse)
    bundle = training.train(lessons.plan("boosted_trees"), lessons.table(), Heard(), tmp_path / "bundle")
    assert bundle.report.main.linear is None


def _learned(plan: training.Plan, table: lessons.Table) -> np.ndarray:
    from engine import split

    parts = split.assign(plan.split, table, plan.target, plan.task, plan.seed)
    return np.concatenate([parts.train, parts.validation])


def test_rows_kept_together_are_judged_together(tmp_path: Path) -> None:
    from engine.split import Split

    plan = lessons.plan("linear").model_copy(update={"split": Split(method="group", column="c0003")})
    report = training.train(plan, lessons.table(), Heard(), tmp_path / "bundle").report
    assert report.headline.startswith("Too few groups to judge: the ")
    assert any("Only 1 different value of 'ward'" in line for panel in report.panels if panel.kind == "notes" for line in panel.lines)
