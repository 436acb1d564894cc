"""Section I of the catalogue and the exports: files to predict on that are not as expected, and what is not offered at all."""

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from engine import datasets, split, spreadsheets, training
from engine.architectures import ARCHITECTURES
from engine.cli import app as command_line
from engine.columns import COLUMN_TYPES, Column, ColumnType, Table
from engine.errors import InvalidPlan, UnreadableFile
from engine.jobs import answers
from engine.plan import Plan
from engine.readers import READERS
from engine.split import Split
from engine.steps import STEPS
from engine.store.workspace import Workspace
from engine.tasks import TASKS
from tests import lessons
from tests.engine.uploads import read
from tests.lessons import Heard

DANGEROUS = ("=cmd|' /C calc'!A0", "+1+cmd", "-2+3+cmd", "@SUM(A1)", "\t=1+1", "\r=1+1")
CATALOGUE = {
    "I01": "the split by time goes by the moments, whatever the order of the rows",
    "I02": "not offered: no column type, step or task for series, so nothing is resampled",
    "I03": "not offered: no windows over a series; too few moments for a split by time are refused",
    "I04": "not offered: no series, so no entities in them",
    "I05": "the split by time keeps the later rows unseen",
    "I06": "not offered: molecules are text, which no model takes in",
    "I07": "not offered: molecules are text",
    "I08": "not offered: no service answers rows over the network",
    "I09": "not offered: no service answers rows over the network",
    "I10": "columns are matched by name, in any order, and a missing one is named",
    "I11": "rows the model was made from are told",
}


@dataclass(frozen=True)
class Made:
    """A workspace with a model of boosted trees whose every name and category is a formula."""

    workspace: Workspace
    bundle: str


def rows(seed: int = 0, many: int = 120) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    size = rng.normal(size=many).round(4)
    kinds = np.array(["=cmd|' /C calc'!A0", "+1+cmd", "@SUM(A1)"])[rng.integers(0, 3, many)]
    wrong = np.where(size + (kinds == "+1+cmd") + rng.normal(0, 0.3, many) > 0.4, "=bad", "-good-")
    return pd.DataFrame({"=size": size, "@kind": kinds, "result": wrong})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    place = tmp_path_factory.mktemp("predictions")
    workspace = Workspace.open(place / "workspace")
    rows().to_csv(place / "parts.csv", index=False)
    dataset = datasets.add(workspace, place / "parts.csv", "parts.csv")
    plan: Plan = lessons.plan("boosted_trees").model_copy(
        update={"dataset": dataset.id, "target": "c0003", "inputs": ("c0001", "c0002"), "task": TASKS.get("binary")(positive="=bad")}
    )
    plan = plan.model_copy(update={"recipe": tuple(STEPS.get(kind)() for kind in ("fill_categories", "one_hot"))})
    folder = training.train(plan, datasets.table(workspace, dataset.id), Heard(), place / "bundle").folder
    return Made(workspace, str(folder))


def answered(made: Made, frame: pd.DataFrame, place: Path, name: str = "new.csv") -> tuple[dict[str, Any], str]:
    frame.to_csv(place / name, index=False)
    told = answers.predict_file(made.workspace, made.bundle, str(place / name), name, str(place / "out.csv"))
    return told, (place / "out.csv").read_text("utf-8")


def test_no_case_of_the_catalogue_is_left_out() -> None:
    assert sorted(CATALOGUE) == [f"I{number:02d}" for number in range(1, 12)]


def test_answers_to_a_file_hold_no_formula(made: Made, tmp_path: Path) -> None:
    _, written = answered(made, rows(1, 30), tmp_path)
    cells = [cell for row in csv.reader(io.StringIO(written)) for cell in row]
    assert {"'=size", "'@kind", "'=bad", "'-good-"} <= set(cells)
    assert [cell for cell in cells if cell[:1] in tuple("=@+\t\r")] == []
    negative = [float(cell) for cell in cells if cell[:1] == "-"]
    assert negative and min(negative) == rows(1, 30)["=size"].min()


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert spreadsheets.cell(text) == f"'{text}"


@pytest.mark.parametrize("value", ["-5", "+1.5e3", "-1,5", "-3 %", "plain", "", "a=b", -5, 2.5, None])
def test_numbers_and_plain_text_stay_as_they_are(value: Any) -> None:
    assert spreadsheets.cell(value) == value


def test_every_csv_of_the_product_is_written_by_one_function() -> None:
    from tests.test_rules import ROOT, calls

    raw = [place for place, call in calls("app", "engine") if getattr(call.func, "attr", "") in ("to_csv", "to_excel", "writerow")]
    assert all(place.startswith(("engine/spreadsheets.py", "engine/jobs/answers.py", "app/run_usage.py")) for place in raw), raw
    for file in ("engine/jobs/answers.py", "app/run_usage.py"):
        assert (ROOT / file).read_text().count("to_csv(") == (ROOT / file).read_text().count("spreadsheets.to_csv(")


def test_columns_in_another_order_and_spelling_are_found_and_told(made: Made, tmp_path: Path) -> None:
    frame = rows(2, 20).rename(columns={"=size": " =SIZE "})[["@kind", " =SIZE "]].assign(more=1)
    told, _ = answered(made, frame, tmp_path)
    assert told["rows"] == 20
    assert any("was taken for '=size'" in problem["what"] for problem in told["problems"])


def test_a_column_that_is_missing_is_named_with_those_there_are(made: Made, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="has no column '@kind', which the model needs.*it has '=size'"):
        answered(made, rows(2, 20)[["=size"]], tmp_path)


def test_values_of_another_type_count_as_missing_and_are_told(made: Made, tmp_path: Path) -> None:
    frame = rows(2, 20)
    frame["=size"] = ["big" if i == 4 else size for i, size in enumerate(frame["=size"])]
    told, _ = answered(made, frame, tmp_path)
    assert any("not a number and counts as missing: row 5 ('big')" in problem["what"] for problem in told["problems"])


def test_rows_the_model_was_made_from_are_told(made: Made, tmp_path: Path) -> None:
    told, _ = answered(made, rows(), tmp_path)
    assert [problem["what"] for problem in told["problems"] if "made from" in problem["what"]] == [
        "120 rows of this file are also in the data the model was made from."
    ]


def test_rows_it_never_saw_are_not_taken_for_those_it_was_made_from(made: Made, tmp_path: Path) -> None:
    told, _ = answered(made, rows(3, 40), tmp_path)
    assert not any("made from" in problem["what"] for problem in told["problems"])


def dated(days: list[int]) -> Table:
    columns = (Column(id="c0001", name="when", type="date"), Column(id="c0002", name="y", type="number"))
    when = pd.Timestamp("2024-01-01") + pd.to_timedelta(days, unit="D")
    return Table(columns, pd.DataFrame({"c0001": when.astype("datetime64[ns]"), "c0002": np.arange(len(days), dtype=float)}))


def test_unsorted_and_repeated_moments_are_divided_by_time() -> None:
    days = [day // 2 for day in np.random.default_rng(0).permutation(100)]
    parts = split.assign(Split(method="time", column="c0001"), dated(days), "c0002", TASKS.get("regression")(), 0)
    at = np.array(days)
    assert at[parts.train].max() < at[parts.validation].min() and at[parts.validation].max() < at[parts.test].min()


def test_a_constant_time_divides_nothing() -> None:
    with pytest.raises(InvalidPlan, match="only 1 different moment"):
        split.assign(Split(method="time", column="c0001"), dated([3] * 50), "c0002", TASKS.get("regression")(), 0)


def test_series_and_molecules_are_not_offered(tmp_path: Path) -> None:
    assert not {"series", "molecule"} & ({*COLUMN_TYPES} | {*get_args(ColumnType)})
    kinds = {*STEPS.members, *TASKS.members, *ARCHITECTURES.members, *READERS.members}
    assert not [kind for kind in kinds if any(word in kind for word in ("series", "resampl", "window", "forecast", "smiles", "molecul"))]
    smiles = ["CC(=O)Oc1ccccc1C(=O)O", "nan", "C1=CC", "[Na+].[Cl-]", "C>>O", "*CC"]
    text = "molecule,y\n" + "".join(f"{smiles[i % 6]}{'C' * i},{i}\n" for i in range(40))
    assert read(tmp_path, text).types[0] in ("text", "category")


def test_no_service_for_rows_is_offered() -> None:
    done = CliRunner().invoke(command_line, ["serve", "model.zip"])
    assert done.exit_code == 2 and "No such command" in done.output
    from tests.test_rules import modules

    routes = [line for path in modules("app") for line in path.read_text().splitlines() if "Route(" in line]
    assert routes and not [line for line in routes if "predict" in line]
