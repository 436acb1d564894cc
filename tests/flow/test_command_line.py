"""`modelwright` as a person types it: exit codes, one line a mistake, one JSON object a result."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def modelwright(*words: object, at: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | ({"MODELWRIGHT_WORKSPACE": str(at)} if at else {})
    command = [sys.executable, "-m", "engine.cli", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)


def table(path: Path, rows: int = 240, seed: int = 0) -> Path:
    """Whether 'tall' follows from two numbers and a colour, with a little noise."""
    draw = random.Random(seed)
    lines = ["height,weight,colour,tall"]
    for _ in range(rows):
        height, weight, colour = draw.gauss(170, 10), draw.gauss(70, 9), draw.choice(["red", "blue"])
        lines.append(f"{height:.1f},{weight:.1f},{colour},{'yes' if height + draw.gauss(0, 3) > 172 else 'no'}")
    path.write_text("\n".join(lines))
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("command-line")


@pytest.fixture(scope="module")
def trained(home: Path) -> dict:
    table(home / "people.csv")
    done = modelwright(
        "train", home / "people.csv", "--target", "tall", "--architecture", "mlp",
        "--set", "training.epochs=8", "--set", "architecture.widths=16,8",
        "--seed", 3, "--out", home / "model.zip", "--json", at=home / "workspace",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"stderr": done.stderr}


def test_a_training_ends_in_one_json_object(trained: dict) -> None:
    assert trained["run"].startswith("r")
    accuracy = trained["metrics"]["accuracy"]
    assert accuracy["low"] <= accuracy["value"] <= accuracy["high"]
    assert trained["baseline"]["accuracy"] < accuracy["value"]
    assert trained["seconds"] > 0 and trained["rows"]["test"] > 0
    assert "Epoch 8 of 8" in trained["stderr"]


@pytest.fixture(scope="module")
def team(home: Path) -> dict:
    table(home / "people.csv")
    done = modelwright(
        "train", home / "people.csv", "--target", "tall", "--architecture", "boosted_trees", "--set", "training.epochs=20",
        "--effort", "good", "--minutes", 0.5, "--out", home / "team.zip", "--json", at=home / "workspace",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"stderr": done.stderr}


def test_more_effort_trains_several_models_that_answer_together(team: dict, home: Path) -> None:
    ready = [int(many) for many in re.findall(r"Models ready: (\d+) of", team["stderr"])]
    assert "Up to 30 models are trained" in team["stderr"] and max(ready) >= 2
    done = modelwright("evaluate", home / "team.zip", home / "people.csv", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["metrics"]["accuracy"]["value"] > 70
    done = modelwright("predict", home / "team.zip", home / "people.csv", "--out", home / "answers.csv")
    assert done.returncode == 0 and len((home / "answers.csv").read_text().splitlines()) == 241


def test_a_team_is_taken_away_whole_and_is_no_keras_file(team: dict, home: Path) -> None:
    done = modelwright("export", home / "team.zip", "--kind", "bundle_zip", "--out", home / "again.zip")
    assert done.returncode == 0 and (home / "again.zip").is_file()
    done = modelwright("export", home / "team.zip", "--kind", "keras_file", "--out", home / "team.keras")
    assert done.returncode == 2 and "Take the whole bundle instead." in done.stderr


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--effort", "huge"), "There is no effort 'huge'. Choose one of: quick, good, best."),
        (("--minutes", 2), "Only a training with more effort can be given a time. Add --effort good or --effort best to --minutes."),
    ],
)
def test_an_effort_that_cannot_be_is_refused(asked: tuple[object, ...], said: str, home: Path) -> None:
    table(home / "people.csv")
    done = modelwright("train", home / "people.csv", "--target", "tall", *asked, at=home / "workspace")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, said)


def test_what_the_checks_stop_goes_on_only_with_a_name(home: Path) -> None:
    rows = table(home / "leak.csv").read_text().split("\n")
    told = [rows[0] + ",code", *(f"{row},{'X' if row.endswith('yes') else 'Y'}" for row in rows[1:])]
    (home / "leak.csv").write_text("\n".join(told))
    inputs = '["c0001", "c0002", "c0003", "c0005"]'
    words = ["train", home / "leak.csv", "--target", "tall", "--architecture", "linear", "--set", f"inputs={inputs}"]
    words += ["--set", "training.epochs=1"]
    refused = modelwright(*words, at=home / "leaking")
    assert refused.returncode == 2 and "This column alone tells 'tall'" in refused.stderr and "--sign" in refused.stderr
    done = modelwright(*words, "--sign", "Ada Lovelace", "--out", home / "signed", at=home / "leaking")
    assert done.returncode == 0, done.stderr
    assert "Signed: Ada Lovelace" in (home / "signed" / "card.md").read_text("utf-8")


def test_settings_reach_the_plan(trained: dict, home: Path) -> None:
    plan = json.loads((home / "workspace" / "runs" / trained["run"] / "bundle" / "plan.json").read_text())
    assert plan["architecture"]["widths"] == [16, 8]
    assert (plan["training"]["epochs"], plan["seed"]) == (8, 3)


def test_the_bundle_answers_a_file_without_the_target(trained: dict, home: Path) -> None:
    (home / "new.csv").write_text("colour,weight,height\nred,70,190\nblue,70,150\n")
    done = modelwright("predict", home / "model.zip", home / "new.csv", "--out", home / "answers.csv")
    assert done.returncode == 0, done.stderr
    rows = (home / "answers.csv").read_text().splitlines()
    assert [row.split(",")[rows[0].split(",").index("prediction")] for row in rows[1:]] == ["yes", "no"]


def test_evaluating_on_new_rows_uses_the_same_measures(trained: dict, home: Path) -> None:
    done = modelwright("evaluate", home / "model.zip", table(home / "others.csv", rows=60, seed=9), "--json")
    assert done.returncode == 0, done.stderr
    judged = json.loads(done.stdout)
    assert judged["metrics"].keys() == trained["metrics"].keys()
    assert judged["rows"] == 60


def test_the_same_plan_and_seed_give_the_same_numbers(trained: dict, home: Path) -> None:
    plan = home / "workspace" / "runs" / trained["run"] / "bundle" / "plan.json"
    again = modelwright("train", home / "people.csv", "--plan", plan, "--seed", 3, "--json", at=home / "workspace")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["metrics"] == trained["metrics"]


def test_runs_lists_it(trained: dict, home: Path) -> None:
    found = json.loads(modelwright("runs", "--json", at=home / "workspace").stdout)
    assert trained["run"] in {run["id"] for run in found}


def test_runs_are_compared_with_what_answers_the_same_question(trained: dict, home: Path) -> None:
    more = modelwright(
        "train", home / "people.csv", "--target", "tall", "--architecture", "linear", "--set", "training.epochs=3", "--seed", 3,
        at=home / "workspace",
    )  # fmt: skip
    assert more.returncode == 0, more.stderr
    told = json.loads(modelwright("runs", "--compare", "--json", at=home / "workspace").stdout)
    board = next(board for board in told["boards"] if trained["run"] in {line["run"] for line in board["models"]})
    assert [line["place"] for line in board["models"]][0] == 1 and board["models"][0]["beside_best"] is None
    for line in board["models"][1:]:
        assert line["beside_best"]["is_paired"] and line["beside_best"]["low"] <= line["beside_best"]["value"]
        assert line["answer_seconds"] > 0 and line["models"] == 1
    shown = modelwright("runs", "--compare", at=home / "workspace").stdout
    assert "the best" in shown and "Beside the best" in shown and "Compared on the same" in shown


def test_comparing_in_an_empty_workspace_says_how_to_begin(tmp_path: Path) -> None:
    done = modelwright("runs", "--compare", at=tmp_path / "none")
    assert done.returncode == 0 and "No model to compare yet." in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("train", "missing.csv"), "missing.csv"),
        (("train", "people.csv", "--target", "shoe size"), "There is no column 'shoe size'"),
        (("train", "people.csv", "--target", "tall", "--set", "training.epoch=5"), "There is no setting 'training.epoch'"),
        (("train", "people.csv", "--target", "tall", "--set", "training.epochs=-1"), "'Epochs' cannot be -1. Give a whole number"),
        (("train", "people.csv", "--target", "tall", "--set", "training.epochs=abc"), "'Epochs' cannot be 'abc'."),
        (("train", "people.csv", "--plan", "new-without.csv"), "'new-without.csv' is not a plan."),
        (("train", "people.csv", "--target", "tall", "--architecture", "cnn"), "cannot learn from these columns"),
        (("train", "people.csv", "--target", "tall", "--architecture", "magic"), "There is no architecture called 'magic'"),
        (("train", "people.csv", "--task", "regression", "--target", "colour"), "colour"),
        (("predict", "people.csv", "people.csv", "--out", "x.csv"), "not a model"),
        (("train", "people.csv", "--target", "tall", "--set", "training.epochs=99999999999"), "'Epochs' cannot be 99,999,999,999."),
        (("train", "people.csv", "--target", "tall", "--out", "people.csv"), "exists and is not a model"),
        (("predict", "model.zip", "people.csv", "--out", "no/such/answers.csv"), "There is no folder 'no/such'"),
        (("evaluate", "model.zip", "new-without.csv"), "tall"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_two(trained: dict, home: Path, words: tuple[str, ...], said: str) -> None:
    (home / "new-without.csv").write_text("colour,weight,height\nred,70,190\n" * 3)
    done = subprocess.run(
        [sys.executable, "-m", "engine.cli", *words], capture_output=True, text=True, timeout=120, cwd=home,
        env=os.environ | {"MODELWRIGHT_WORKSPACE": str(home / "workspace"), "PYTHONPATH": str(Path(__file__).parents[2])},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    last = done.stderr.strip().splitlines()[-1]
    assert said in last and "Traceback" not in done.stderr


def test_help_needs_neither_tensorflow_nor_pandas() -> None:
    code = "import sys; from engine import cli; print([m for m in ('tensorflow', 'keras', 'pandas', 'streamlit') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60).stdout.strip() == "[]"


def test_cross_validation_says_mean_interval_and_difference(home: Path) -> None:
    table(home / "people.csv")
    settings = ["--architecture", "linear", "--set", "training.epochs=3"]
    words = ["crossvalidate", home / "people.csv", "--target", "tall", "--folds", 2, *settings]
    done = modelwright(*words, "--json", at=home / "folds")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert [score["name"] for score in told["scores"]] == ["Part 1", "Part 2"]
    assert told["low"] < told["mean"] < told["high"] and told["said"] in done.stderr and told["needed"] in done.stderr


def test_tuning_leaves_the_best_model_judged_once(home: Path) -> None:
    table(home / "people.csv")
    words = ["tune", home / "people.csv", "--target", "tall", "--architecture", "linear", "--set", "training.epochs=3"]
    done = modelwright(*words, "--trainings", 2, "--out", home / "best.zip", "--json", at=home / "tuned")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (home / "best.zip").is_file() and told["finished"] == 2 and told["rows"]["test"] > 0
    assert not told["best_plan"]["split"]["spares_unseen"]


def test_what_cannot_be_turned_round_is_said_before_anything_is_trained(home: Path) -> None:
    table(home / "people.csv")
    done = modelwright("crossvalidate", home / "people.csv", "--target", "tall", "--each-group", at=home / "folds")
    assert done.returncode == 2 and "Each case can be left out only where rows are divided by case." in done.stderr
