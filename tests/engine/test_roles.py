"""What each column is for: proposed with a reason, and what an older plan says."""

from typing import Any

import numpy as np
import pytest

from engine import advice, roles
from engine.columns import Table
from engine.profile import Profile
from tests.engine.test_advice import AGE, BMI, ILL, ROWS, SITE, rng, table

SEX = rng.choice(["f", "m"], ROWS)


def proposed(rows: Table, known: Profile, target: str) -> dict[str, Any]:
    return {one.id: one for one in advice.roles(rows, known, target)}


def test_every_column_has_a_role_and_a_reason() -> None:
    rows, known = table(
        customerID=np.arange(ROWS),
        gender=SEX,
        tenure=AGE,
        fnlwgt=np.abs(BMI) + 1,
        machine_id=[f"M{i % 30}" for i in range(ROWS)],
        churn=ILL,
    )
    found = proposed(rows, known, "churn")
    said = {id: one.role for id, one in found.items()}
    assert said == {
        "customerID": "identifier",
        "gender": "sensitive",
        "tenure": "input",
        "fnlwgt": "weight",
        "machine id": "group",
        "churn": "target",
    }
    assert all(one.why.endswith(".") for one in found.values())
    assert found["fnlwgt"].why == "By its name it says how much a row counts, not what the row is."


def test_what_a_person_is_stays_in_where_medicine_needs_it() -> None:
    rows, known = table(sex=SEX, cholesterol=BMI, age=AGE, ill=ILL)
    plan, _ = advice.plan("d1", rows, known, "ill")
    assert plan.sensitive == ("sex",) and "sex" in plan.inputs
    assert "Medicine may need that" in proposed(rows, known, "ill")["sex"].why


@pytest.mark.parametrize("name", ["weight", "weight_kg", "race_time", "part_orientation"])
def test_a_look_alike_is_learned_from(name: str) -> None:
    rows, known = table(**{name: BMI}, age=AGE, late=ILL)
    assert proposed(rows, known, "late")[name.replace("_", " ")].role == "input"


def test_a_column_that_names_the_parts_divides_the_rows() -> None:
    parts = np.array(["train", "test", "val"])[rng.choice(3, ROWS, p=[0.6, 0.2, 0.2])]
    rows, known = table(age=AGE, set=parts, ill=ILL)
    plan, reasons = advice.plan("d1", rows, known, "ill")
    assert (plan.split.method, plan.split.column) == ("column", "set")
    assert plan.split.mapping == {"train": "train", "test": "test", "val": "validation"}
    assert plan.inputs == ("age",)
    assert "Your column 'set' says which rows are learned from and which are kept unseen." in reasons
    assert advice.split(rows, known, "ill", {"column": ""})[0].method == "random"


def test_a_column_whose_values_say_nothing_keeps_its_rarest_value_unseen() -> None:
    rows, known = table(age=AGE, site=SITE, ill=ILL)
    mapping = advice.split(rows, known, "ill", {"column": "site"})[0].mapping
    assert sorted(mapping.values()) == ["test", "train", "train"]
    assert mapping[min(["north", "south", "east"], key=SITE.tolist().count)] == "test"


def test_a_role_is_left_for_another_one() -> None:
    rows, known = table(sex=SEX, fnlwgt=np.abs(BMI) + 1, age=AGE, late=ILL)
    plan, _ = advice.plan("d1", rows, known, "late")
    assert (plan.weight, plan.sensitive) == ("fnlwgt", ("sex",))
    bare = roles.without(roles.without(plan, "fnlwgt"), "sex")
    assert (bare.weight, bare.sensitive) == ("", ())
    assert roles.of(bare, ["sex", "fnlwgt", "age", "late"]) == {"sex": "ignored", "fnlwgt": "ignored", "age": "input", "late": "target"}
