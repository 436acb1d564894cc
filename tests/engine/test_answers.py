"""The desk's questions, asked without the desk."""

import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from engine import advice, datasets, rehearsal, training
from engine import plan as plans
from engine.errors import EngineError
from engine.jobs import answers, long_answers
from engine.plan import Plan
from engine.store.records import to_json
from engine.store.workspace import Workspace
from tests import lessons
from tests.engine.uploads import classes, packed, picture
from tests.lessons import Heard


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, Plan]:
    """The test table as an uploaded file, and a plan for it."""
    place = tmp_path_factory.mktemp("answers")
    workspace = Workspace.open(place / "workspace")
    table = lessons.table()
    named = table.frame.set_axis([column.name for column in table.columns], axis=1)
    named.to_csv(place / "patients.csv", index=False)
    dataset = datasets.add(workspace, place / "patients.csv", "patients.csv")
    assert [(c.id, c.name, c.type) for c in dataset.columns] == [(c.id, c.name, c.type) for c in table.columns]
    return workspace, lessons.plan().model_copy(update={"dataset": dataset.id})


@pytest.fixture(scope="module")
def bundle(stored: tuple[Workspace, Plan], tmp_path_factory: pytest.TempPathFactory) -> str:
    workspace, plan = stored
    table = datasets.table(workspace, plan.dataset)
    return str(training.train(plan, table, Heard(), tmp_path_factory.mktemp("run") / "bundle").folder)


def dumped(plan: Plan) -> dict[str, Any]:
    return plan.model_dump(mode="json")


@pytest.mark.parametrize("kind", ["mlp", "boosted_trees", "linear"])
def test_layers_follow_the_settings(stored: tuple[Workspace, Plan], kind: str) -> None:
    workspace, plan = stored
    asked = lessons.plan(kind).model_copy(update={"dataset": plan.dataset})
    answer = answers.layers(workspace, dumped(asked))
    assert answer["layers"] and answer["edges"]
    assert to_json(answer)


def test_a_wider_layer_has_more_to_learn(stored: tuple[Workspace, Plan]) -> None:
    workspace, plan = stored
    wide = plan.model_copy(update={"architecture": plan.architecture.with_(widths=(64, 8))})
    narrow, wider = (answers.layers(workspace, dumped(p))["parameters"] for p in (plan, wide))
    assert wider > narrow > 0


@pytest.mark.parametrize("kind", ["mlp", "boosted_trees"])
def test_the_time_is_measured_before_the_click(stored: tuple[Workspace, Plan], kind: str) -> None:
    workspace, plan = stored
    asked = lessons.plan(kind, epochs=40).model_copy(update={"dataset": plan.dataset})
    answer = answers.estimate(workspace, dumped(asked))
    assert 0 < answer["seconds_low"] <= answer["seconds"] <= answer["seconds_high"] < 600
    assert answer["epochs"] == 40 and answer["per_epoch"] > 0 and answer["megabytes"] > 100


def test_the_memory_counts_the_table_beside_what_is_learned(stored: tuple[Workspace, Plan]) -> None:
    workspace, plan = stored
    tried = answers._rehearsed(workspace, plan)
    assert tried.table_bytes > 8 * datasets.get(workspace, plan.dataset).rows
    small, large = (rehearsal.estimate(plan, replace(tried, table_bytes=size))["megabytes"] for size in (0.0, 1e9))
    assert large - small == pytest.approx(1300)


def test_more_epochs_take_longer_without_measuring_again(stored: tuple[Workspace, Plan]) -> None:
    workspace, plan = stored
    long = plan.model_copy(update={"training": plan.training.with_(epochs=1000, patience=0)})
    assert answers.estimate(workspace, dumped(long))["seconds"] > answers.estimate(workspace, dumped(plan))["seconds"]


def test_one_case_is_answered_from_typed_words_and_numbers(stored: tuple[Workspace, Plan], bundle: str) -> None:
    row = {"age": "44", "sugar [mg/dl]": 120, "ward": "east", "admitted": "2020-05-01"}
    answer = answers.predict(stored[0], bundle, [row])
    assert answer["rows"][0]["prediction"] in ("yes", "no") and 0 <= answer["rows"][0]["how sure"] <= 1
    assert answer["problems"] == []
    assert to_json(answer)


def test_what_is_left_empty_counts_as_unknown(stored: tuple[Workspace, Plan], bundle: str) -> None:
    answer = answers.predict(stored[0], bundle, [{"age": None, "ward": ""}])
    assert answer["rows"][0]["prediction"] in ("yes", "no")
    assert "age is not given." in [problem["what"] for problem in answer["problems"]]


def test_a_value_that_cannot_be_read_says_which(stored: tuple[Workspace, Plan], bundle: str) -> None:
    with pytest.raises(EngineError, match="'old' is not a number. Write a number for 'age'"):
        answers.predict(stored[0], bundle, [{"age": "old"}])


def test_an_unknown_column_is_refused(stored: tuple[Workspace, Plan], bundle: str) -> None:
    with pytest.raises(EngineError, match="knows no column 'shoe size'. Its columns are: age, "):
        answers.predict(stored[0], bundle, [{"shoe size": 44}])


def test_a_file_comes_back_with_answers_beside_its_rows(stored: tuple[Workspace, Plan], bundle: str, tmp_path: Path) -> None:
    table = lessons.table(30)
    named = table.frame.set_axis([column.name for column in table.columns], axis=1).drop(columns="ill")
    named.to_csv(tmp_path / "new.csv", index=False)
    answer = answers.predict_file(stored[0], bundle, str(tmp_path / "new.csv"), "new.csv", str(tmp_path / "out.csv"))
    written = pd.read_csv(tmp_path / "out.csv")
    assert answer["rows"] == len(written) == 30 and len(answer["preview"]) == 20
    assert {"age", "prediction", "how sure"} <= set(written.columns)
    assert list(written["age"]) == list(named["age"])
    one = answers.predict(stored[0], bundle, [{k: v for k, v in named.iloc[0].items() if v == v}])
    assert one["rows"][0]["prediction"] == written["prediction"][0]


def test_answers_say_which_row_of_the_file_they_belong_to(stored: tuple[Workspace, Plan], bundle: str, tmp_path: Path) -> None:
    table = lessons.table(30)
    table.frame.set_axis([column.name for column in table.columns], axis=1).to_csv(tmp_path / "new.csv", index=False)
    lines = (tmp_path / "new.csv").read_text().splitlines()
    lines[5] += ",one,too many"
    (tmp_path / "new.csv").write_text("\n".join(lines) + "\n")
    answer = answers.predict_file(stored[0], bundle, str(tmp_path / "new.csv"), "new.csv", str(tmp_path / "out.csv"))
    written = pd.read_csv(tmp_path / "out.csv")
    assert answer["rows"] == 29 and list(written)[0] == "line"
    assert [float(lines[line - 1].split(",")[0]) for line in written["line"]] == list(written["age"])
    assert any("line 6 has 7" in problem["what"] for problem in answer["problems"])


def test_a_file_in_pieces_has_the_same_answers_as_in_one(
    stored: tuple[Workspace, Plan], bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = lessons.table(95)
    named = table.frame.set_axis([column.name for column in table.columns], axis=1).drop(columns="ill")
    admitted = pd.to_datetime(named["admitted"])
    named["admitted"] = admitted.where(named.index != 60, admitted + pd.Timedelta(hours=7))
    named.loc[70, "ward"] = "attic"
    named.to_csv(tmp_path / "new.csv", index=False)
    told: list[tuple[float, str]] = []

    def answered(out: str) -> dict[str, Any]:
        arguments = (stored[0], bundle, str(tmp_path / "new.csv"), "new.csv", str(tmp_path / out))
        return answers.predict_file(*arguments, tell=lambda part, words: told.append((part, words)))

    whole = answered("whole.csv")
    monkeypatch.setattr(answers, "PIECE", 20)
    told.clear()
    pieces = answered("pieces.csv")
    assert (whole["rows"], whole["problems"]) == (pieces["rows"], pieces["problems"])
    assert any("attic" in problem["what"] for problem in pieces["problems"])
    assert [row["prediction"] for row in pieces["preview"]] == [row["prediction"] for row in whole["preview"]]
    assert len(pieces["preview"]) == 20
    one, other = pd.read_csv(tmp_path / "whole.csv"), pd.read_csv(tmp_path / "pieces.csv")
    pd.testing.assert_frame_equal(one, other, rtol=1e-4)
    assert set(other["admitted"].str.len().dropna()) == {len("2020-01-01 07:00:00")}
    assert [part for part, _ in told] == sorted(part for part, _ in told)
    assert [words for _, words in told if words.startswith("Answering")][-2:] == ["Answering: 80 of 95 rows", "Answering: 95 of 95 rows"]


def test_more_rows_need_hardly_more_memory(
    stored: tuple[Workspace, Plan], bundle: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only a column at a time is held whole, and a piece of the rest."""
    monkeypatch.setattr(answers, "PIECE", 4_000)
    row, few, many = "44,120,east,2020-05-01\n", 10_000, 80_000
    peaks = {}
    for rows in (100, few, many):
        (tmp_path / "new.csv").write_text("age,sugar [mg/dl],ward,admitted\n" + row * rows)
        tracemalloc.start()
        answers.predict_file(stored[0], bundle, str(tmp_path / "new.csv"), "new.csv", str(tmp_path / "out.csv"))
        peaks[rows] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len((tmp_path / "out.csv").read_text().splitlines()) == many + 1
    assert peaks[many] - peaks[few] < (many - few) * 100


def test_a_zip_of_pictures_is_answered_in_pieces(workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parts.zip").write_bytes(packed(classes("good", "scratched", each=12)))
    dataset = datasets.add(workspace, tmp_path / "parts.zip", "parts.zip")
    table = datasets.table(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, table, datasets.profile(workspace, dataset.id))
    model = training.train(plans.with_setting(plan, "training.epochs", "1"), table, Heard(), tmp_path / "bundle").folder
    (tmp_path / "new.zip").write_bytes(packed([(f"{i}.png", picture(i)) for i in range(7)]))
    monkeypatch.setattr(answers, "PICTURES", 3)
    told: list[str] = []
    arguments = (workspace, str(model), str(tmp_path / "new.zip"), "new.zip", str(tmp_path / "out.csv"))
    answer = answers.predict_file(*arguments, lambda part, words: told.append(words))
    assert answer["rows"] == len(pd.read_csv(tmp_path / "out.csv")) == 7
    assert {"picture", "prediction"} <= set(answer["preview"][0])
    assert [words for words in told if words.startswith("Answering")][1:] == [f"Answering: {n} of 7 rows" for n in (3, 6, 7)]


def test_dates_are_written_as_exactly_as_they_are_known(stored: tuple[Workspace, Plan], bundle: str, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("age,sugar [mg/dl],ward,admitted\n44,120,east,2020-05-01\n45,110,west,\n")
    answers.predict_file(stored[0], bundle, str(tmp_path / "new.csv"), "new.csv", str(tmp_path / "out.csv"))
    assert [line.split(",")[3] for line in (tmp_path / "out.csv").read_text().splitlines()] == ["admitted", "2020-05-01", ""]


def test_who_breaks_off_leaves_no_half_written_answers(stored: tuple[Workspace, Plan], bundle: str, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("age,sugar [mg/dl],ward,admitted\n44,120,east,2020-05-01\n")

    def tell(part: float, words: str) -> None:
        if words.startswith("Answering"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        answers.predict_file(stored[0], bundle, str(tmp_path / "new.csv"), "new.csv", str(tmp_path / "out.csv"), tell)
    assert [path.name for path in tmp_path.iterdir()] == ["new.csv"]


def test_a_model_asked_for_pictures_only_takes_pictures(stored: tuple[Workspace, Plan], bundle: str, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="This model looks at 0 pictures at once."):
        answers.predict_picture(stored[0], bundle, str(tmp_path / "x.png"))


def test_an_export_is_written_where_asked(stored: tuple[Workspace, Plan], bundle: str, tmp_path: Path) -> None:
    out, place = tmp_path / "model.zip", tmp_path / "place"
    place.mkdir()
    answer = long_answers.export(stored[0], place, lambda part, words: None, bundle, "bundle_zip", str(out))
    assert answer == {"path": str(out)} and out.stat().st_size > 0 and not list(place.iterdir())
