"""What is suggested from the data, and why."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from engine import advice, guesses, profile, recipe, split
from engine import plan as plans
from engine.columns import Column, Table
from engine.errors import InvalidPlan
from engine.profile import Profile

ROWS = 400
rng = np.random.default_rng(0)
AGE, BMI = rng.normal(50, 10, ROWS), rng.normal(25, 4, ROWS)
ILL = (AGE + rng.normal(0, 8, ROWS) > 55).astype(float)
SITE = rng.choice(["north", "south", "east"], ROWS)


def table(folder: Path | None = None, types: dict[str, Any] | None = None, **columns: Any) -> tuple[Table, Profile]:
    """A table of those columns (their names as ids too) and its statistics."""
    frame = pd.DataFrame({name.replace("_", " "): values for name, values in columns.items()})
    kinds: dict[str, Any] = {"f": "number", "i": "number", "M": "date"}
    made = []
    for name in frame:
        type = (types or {}).get(name) or kinds.get(np.asarray(frame[name]).dtype.kind, "category")
        frame[name] = frame[name].astype({"number": "float64", "date": "datetime64[ns]"}.get(type, "str"))
        made.append(Column(id=name, name=name, type=type))
    rows = Table(tuple(made), frame, folder)
    return rows, profile.compute(rows)


def used(rows: Table, known: Profile, target: str) -> dict[str, bool]:
    return {told.id: told.use for told in advice.inputs(rows, known, target)}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"diagnosis": SITE, "age": AGE, "bmi": BMI}, "diagnosis"),
        ({"house_price": BMI * 1000, "age": AGE, "site": SITE}, "house price"),
        ({"age": AGE, "bmi": BMI, "c": ILL}, "c"),
        ({"age": AGE, "predicted_strength": BMI, "measured_strength": BMI + AGE, "bmi": BMI}, "measured strength"),
        ({"age": AGE, "ill": ILL, "always": np.ones(ROWS)}, "ill"),
        ({"age": AGE, "ill": ILL, "id": np.arange(ROWS)}, "ill"),
        ({"age": AGE, "flow": BMI, "observed_share": [100.0] * (ROWS - 1) + [0.0]}, "flow"),
    ],
    ids=["named", "named amount", "last", "not a prediction", "not a constant", "not an identifier", "not nearly constant"],
)
def test_the_target_is_guessed(columns: dict[str, Any], expected: str) -> None:
    _, known = table(**columns)
    id, why = advice.target(known)
    assert id == expected
    assert f"'{expected}'" in why


PLAIN = {
    "flag": ILL,
    "amount": BMI * 1000,
    "kind": SITE,
    "words": rng.choice(["yes", "no"], ROWS),
    "person": rng.choice(["f", "m"], ROWS),
    "part": rng.choice(["train", "test"], ROWS),
}


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("ill:flag income:amount age:amount site:kind", "ill"),
        ("age:amount ill:flag income:amount", "ill"),
        ("x:amount y:amount ill:flag age:amount", "ill"),
        ("ill:flag y:amount age:amount", "ill"),
        ("age:amount job:kind default:words loan:words y:words", "y"),
        ("x1:amount x2:amount y:amount site:kind", "y"),
        ("x:amount y:amount", "y"),
        ("acc_x:amount acc_y:amount acc_z:amount activity:kind", "activity"),
        ("accX:amount accY:amount accZ:amount lying:flag", "lying"),
        ("carat:amount cut:kind price:amount x:amount y:amount z:amount", "price"),
        ("X:amount Y:amount month:kind temp:amount area:amount", "area"),
        ("age:amount income:amount bought:words", "bought"),
        ("age:amount job:kind income:words", "income"),
        ("age:amount salary:amount left:flag tenure:amount", "left"),
        ("age:amount stroke:flag income:amount site:kind", "stroke"),
        ("heart_disease:flag bmi:amount stroke:flag", "stroke"),
        ("age:amount family_history_of_cancer:words previously_ill:flag dose:amount died:flag", "died"),
        ("prior_default:flag income:amount rate:amount repaid:words", "repaid"),
        ("age:amount late_share:amount delivered_late:words weight:amount", "delivered_late"),
        ("age:amount left_eye:amount right_eye:amount", "right_eye"),
        ("price:amount rooms:amount garage:words", "price"),
        ("median_house_value:amount rooms:amount near:kind", "median_house_value"),
        ("speed:amount quality:amount set:part", "quality"),
        ("age:amount dose:amount sex:person", "dose"),
        ("CreditScore:amount Age:amount Exited:flag", "Exited"),
        ("age:amount predicted_ill:flag ill:flag bmi:amount", "ill"),
        ("Attrition:words Age:amount MonthlyIncome:amount YearsAtCompany:amount", "Attrition"),
    ],
)
def test_the_target_is_guessed_from_a_header(header: str, expected: str) -> None:
    columns = dict(column.split(":") for column in header.split())
    frame = pd.DataFrame({name: PLAIN[kind] for name, kind in columns.items()})
    types = {name: "number" if kind in ("flag", "amount") else "category" for name, kind in columns.items()}
    made = tuple(Column(id=name, name=name, type=type) for name, type in types.items())  # type: ignore[arg-type]
    known = profile.compute(Table(made, frame.astype({name: "float64" if type == "number" else "str" for name, type in types.items()})))
    assert advice.target(known)[0] == expected


def test_free_text_is_never_the_target() -> None:
    texts = [f"message number {i} says {i * 7}" for i in range(ROWS)]
    _, known = table(types={"text": "text"}, type=SITE, text=texts)
    assert advice.target(known)[0] == "type"


def test_data_without_anything_to_predict_is_refused() -> None:
    _, known = table(id=np.arange(ROWS), always=np.ones(ROWS))
    with pytest.raises(InvalidPlan, match="No column here can be predicted."):
        advice.target(known)


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_one_huge_number_among_the_inputs_is_still_scaled() -> None:
    """A spread that became infinite was taken for none, so the network got 1e30 as it was and its loss was not a number."""
    rows, known = table(dose=np.r_[BMI[:-1], 1e300], fate=AGE)
    made, _ = advice.plan("d1", rows, known, "fate", {"task": "regression"})
    assert "scale" in [step.kind for step in made.recipe]
    assert np.abs(recipe.fit(made.recipe, rows, made.inputs).apply(rows)["number"]).max() <= 3


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        (ILL, "binary"),
        (SITE, "multiclass"),
        (AGE, "regression"),
        (rng.integers(1, 5, ROWS), "multiclass"),
        (rng.integers(3, 10, ROWS), "regression"),
        (np.array([0] * 250 + [1] * 80 + [2] * 40 + [3] * 20 + [4] * 10), "binary"),
    ],
    ids=["two values", "words", "amounts", "a few whole numbers", "marks", "none against rare grades"],
)
def test_the_task_is_recognised(target: Any, kind: str) -> None:
    _, known = table(age=AGE, column_2=target)
    assert advice.task(known, "column 2").kind == kind


def test_a_rating_is_predicted_as_steps_in_order() -> None:
    _, known = table(age=AGE, rating=rng.integers(1, 6, ROWS))
    assert advice.task(known, "rating").kind == "ordinal"


def test_words_of_a_usual_scale_are_steps_in_order() -> None:
    _, known = table(age=AGE, damage=rng.choice(["severe", "mild", "moderate"], ROWS), site=SITE)
    assert advice.task(known, "damage").kind == "ordinal"
    assert advice.task(known, "site").kind == "multiclass"


def test_every_task_that_fits_is_offered() -> None:
    _, known = table(age=AGE, grade_of_illness=rng.integers(0, 5, ROWS))
    assert {task.kind for task in advice.tasks(known, "grade of illness")} == {"binary", "multiclass", "ordinal", "regression"}


def test_a_constant_cannot_be_asked_about() -> None:
    _, known = table(age=AGE, same=np.ones(ROWS))
    with pytest.raises(InvalidPlan, match="'same' cannot be predicted: every row has the same value, '1'."):
        advice.task(known, "same")


def test_a_column_whose_type_cannot_be_predicted_says_so() -> None:
    _, known = table(age=AGE, day=pd.date_range("2024-01-01", periods=ROWS))
    with pytest.raises(InvalidPlan, match="'day' cannot be predicted: its type is 'Date or time', and only numbers and categories can be."):
        advice.task(known, "day")


def test_a_last_column_passed_over_is_explained_in_one_sentence() -> None:
    _, known = table(age=AGE, bmi=BMI, site=["north"] * ROWS)
    usual = "Of the columns that can be predicted, 'bmi' is the last, where the answer usually stands."
    assert advice.target(known) == ("bmi", f"{usual} 'site' cannot be predicted: every row has the same value, 'north'.")


def test_a_guessed_target_is_not_blamed_for_constant_columns() -> None:
    rows, known = table(age=AGE, site=["north"] * ROWS)
    with pytest.raises(InvalidPlan) as error:
        advice.plan("d1", rows, known)
    why = "'age' is the only column that can be predicted. 'site' cannot be predicted: every row has the same value, 'north'."
    assert error.value.what == f"{why} But no column is left to learn it from. site is left out: Every row has the same value."


@pytest.mark.parametrize(("rows", "said"), [(1, "There is only 1 row"), (2, "There are only 2 rows"), (19, "There are only 19 rows")])
def test_too_few_rows_are_said_before_anything_else(rows: int, said: str) -> None:
    few, known = table(age=AGE[:rows], ill=ILL[:rows])
    for target in (None, "ill"):
        with pytest.raises(InvalidPlan) as error:
            advice.plan("d1", few, known, target)
        fix = "Add rows and upload the file again."
        assert (error.value.what, error.value.fix) == (f"{said}, and at least 20 are needed to learn anything.", fix)


def test_identifiers_texts_constants_and_many_valued_categories_are_left_out() -> None:
    rows, known = table(
        types={"note": "text"},
        customerID=np.arange(ROWS),
        note=["some words here"] * ROWS,
        always=np.ones(ROWS),
        town=[f"town {'abcdefghij'[i % 10]}{i // 2}" for i in range(ROWS)],
        age=AGE,
        ill=ILL,
    )
    assert used(rows, known, "ill") == {"customerID": False, "note": False, "always": False, "town": False, "age": True}


def test_every_choice_has_a_sentence() -> None:
    rows, known = table(id=np.arange(ROWS), age=AGE, site=SITE, ill=ILL)
    made, reasons = advice.plan("d1", rows, known)
    assert all(reason.rstrip().endswith((".", "?")) for reason in reasons)
    assert any(reason.startswith("id is left out: ") for reason in reasons)
    assert len(reasons) >= 4 + len(made.recipe)


def flag(hits: int) -> np.ndarray[Any, Any]:
    """1 for some of the ill rows only."""
    values = np.zeros(ROWS)
    values[np.flatnonzero(RARE)[:hits]] = 1
    return values


RARE = np.zeros(ROWS)
RARE[rng.permutation(ROWS)[:40]] = 1


def test_a_flag_that_always_means_the_rare_answer_is_left_out_with_a_question() -> None:
    rows, known = table(age=AGE, heat=flag(15), tool=flag(9), failure=RARE)
    heat = next(told for told in advice.inputs(rows, known, "failure") if told.id == "heat")
    assert not heat.use
    assert heat.problem is not None
    assert heat.problem.what == "All 15 rows where this is 1 have failure = 1."
    assert heat.problem.fix == "Is it known before the moment of prediction? If not, leave it out."
    assert heat.problem.action == {"do": "leave out", "column": "heat"}
    assert used(rows, known, "failure")["tool"]


def test_a_code_that_settles_the_answer_is_left_out() -> None:
    code = np.where(ILL == 1, rng.choice(["A1", "A2"], ROWS), rng.choice(["B1", "B2"], ROWS))
    rows, known = table(age=AGE, bmi=BMI, discharge_code=code, ill=ILL)
    (problem,) = advice.suspects(rows, known, "ill")
    assert (problem.column, problem.what) == ("discharge code", "This column alone tells 'ill' almost without a mistake.")


def test_a_number_that_settles_the_answer_and_stands_out_is_left_out() -> None:
    rows, known = table(age=AGE, bmi=BMI, score=ILL * 10 + rng.normal(0, 1, ROWS), ill=ILL)
    assert [problem.column for problem in advice.suspects(rows, known, "ill")] == ["score"]


def test_an_amount_in_other_units_is_left_out() -> None:
    rows, known = table(age=AGE, bmi=BMI, dollars=BMI * 1.1 + rng.normal(0, 0.05, ROWS), euros=BMI)
    assert {problem.column for problem in advice.suspects(rows, known, "euros")} == {"dollars", "bmi"}


def test_another_models_prediction_is_left_out_by_its_name() -> None:
    rows, known = table(age=AGE, ESOL_predicted_log_solubility=BMI, measured_log_solubility=BMI + rng.normal(0, 4, ROWS))
    (problem,) = advice.suspects(rows, known, "measured log solubility")
    assert problem.what == "By its name, this is a prediction of 'measured log solubility'."


def test_honest_columns_are_no_suspects() -> None:
    """Random columns, strong columns, columns of many values, and classes that two columns tell apart equally well."""
    petal = np.concatenate([rng.normal(c, 0.4, 133) for c in (1, 4, 6)])
    species = np.repeat(["a", "b", "c"], 133)
    rows, known = table(length=petal, width=petal / 3 + rng.normal(0, 0.1, 399), species=species)
    assert advice.suspects(rows, known, "species") == []
    for seed in range(20):
        random = np.random.default_rng(seed)
        y = random.random(300) < 0.15
        rows, known = table(
            number=random.normal(size=300),
            town=random.choice([f"t{i}" for i in range(40)], 300),
            flag=(random.random(300) < 0.05).astype(float),
            strong=y + random.normal(0, 0.6, 300),
            y=y.astype(float),
        )
        assert advice.suspects(rows, known, "y") == []


def test_groups_and_times_are_found_for_the_questions() -> None:
    _, known = table(
        machine_id=[f"M{i % 30}" for i in range(ROWS)],
        store=[f"S{i % 12}" for i in range(ROWS)],
        measured_at=pd.date_range("2024-01-01", periods=ROWS),
        date_of_birth=pd.date_range("1950-01-01", periods=ROWS),
        year=rng.integers(2000, 2020, ROWS),
        ill=ILL,
    )
    asked = advice.questions(known, "ill")
    assert [(c.name, c.likely) for c in asked.groups] == [("machine id", True), ("store", False)]
    assert [(c.name, c.likely) for c in asked.times] == [("measured at", True), ("year", False)]
    assert asked.groups[0].why == "30 different values, each in about 13 rows"


def test_rows_of_one_machine_stay_together_unless_told_otherwise() -> None:
    rows, known = table(machine_id=[f"M{i % 30}" for i in range(ROWS)], when=pd.date_range("2024-01-01", periods=ROWS), ill=ILL)
    assert advice.split(rows, known, "ill")[0].column == "machine id"
    assert advice.split(rows, known, "ill", {"group": ""})[0].column == "when"
    assert advice.split(rows, known, "ill", {"time": "when"})[0].method == "time"
    assert advice.split(rows, known, "ill", {"group": "", "time": ""})[0].method == "random"


def test_the_unseen_share_follows_the_rows() -> None:
    rows, known = table(age=AGE, ill=ILL)
    assert advice.split(rows, known, "ill")[0].test == 0.25
    assert advice.split(rows, known.model_copy(update={"rows": 200_000}), "ill")[0].test == 0.1


def test_a_plan_made_at_once_has_nothing_to_stop_it() -> None:
    site = pd.Series(SITE).mask(AGE > 65)
    rows, known = table(
        id=np.arange(ROWS), age=np.where(BMI > 30, np.nan, AGE), site=site, seen=pd.date_range("2024-01-01", periods=ROWS), ill=ILL
    )
    made, _ = advice.plan("d1", rows, known)
    assert made.target == "ill"
    assert made.inputs == ("age", "site", "seen")
    assert [p for p in plans.check(made, known, advice.suspects(rows, known, "ill")) if p.level != "info"] == []
    parts = split.assign(made.split, rows, made.target, made.task, made.seed)
    assert len(parts.test) == 100


def test_what_is_known_of_a_sample_is_followed() -> None:
    rows, known = table(machine_id=[f"M{i % 30}" for i in range(ROWS)], age=AGE, bmi=BMI, ill=np.where(ILL, "No", "Yes"))
    hints = {"target": "ill", "task": "binary", "positive": "No", "group": "machine id", "leave_out": ["bmi"], "sensitive": ["age"]}
    made, reasons = advice.plan("d1", rows, known, hints=hints)
    assert (made.split.method, made.inputs) == ("group", ("age",))
    assert made.task.model_dump()["positive"] == "No"
    assert reasons[0] == "Known for this sample."


def test_a_hint_about_a_column_that_is_not_there_is_refused() -> None:
    rows, known = table(age=AGE, ill=ILL)
    with pytest.raises(InvalidPlan, match="There is no column 'machine'"):
        advice.plan("d1", rows, known, hints={"group": "machine"})


def test_a_task_that_the_column_cannot_have_is_refused_with_those_it_can() -> None:
    rows, known = table(age=AGE, site=SITE)
    with pytest.raises(InvalidPlan) as error:
        advice.plan("d1", rows, known, target="site", hints={"task": "regression"})
    assert str(error.value) == "'site' (category) cannot be predicted as 'regression'. Choose one of: multiclass, binary, ordinal."


def test_data_with_only_free_text_left_is_refused_with_the_reason() -> None:
    rows, known = table(types={"text": "text"}, type=SITE, text=[f"some words {i * 3} and more" for i in range(ROWS)])
    with pytest.raises(InvalidPlan) as error:
        advice.plan("d1", rows, known)
    assert error.value.what.startswith(
        "'type' is the only column that can be predicted. But no column is left to learn it from. text is left out: "
    )


def test_pictures_get_a_network_for_pictures(tmp_path: Path) -> None:
    for i in range(40):
        Image.fromarray(np.full((32, 32, 3), i, np.uint8)).save(tmp_path / f"{i}.png")
    rows, known = table(
        tmp_path, {"picture": "image"}, picture=[f"{i}.png" for i in range(40)], size=rng.normal(size=40), label=["a", "b"] * 20
    )
    made, _ = advice.plan("d1", rows, known)
    assert (made.target, made.inputs, made.architecture.kind) == ("label", ("picture",), "cnn")
    assert [step.kind for step in made.recipe] == ["resize_images", "rescale_pixels"]
    assert made.recipe[0].model_dump()["size"] == 32
    assert [p for p in plans.check(made, known) if p.level == "stop"] == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("customerID", ["customer", "id"]),
        ("median_house_value", ["median", "house", "value"]),
        ("Air temperature [K]", ["air", "temperature", "k"]),
    ],
)
def test_names_are_taken_apart(name: str, words: list[str]) -> None:
    assert guesses.words_of(name) == words
