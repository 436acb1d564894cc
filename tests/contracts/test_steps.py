"""What every step promises, tested on each file in the folder."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from engine.columns import Column
from engine.profile import ColumnProfile
from engine.steps import STEPS, Step

Array = np.ndarray[Any, Any]
DTYPES = {"number": np.floating, "code": np.integer, "pixels": np.number, "category": np.object_}
ROWS = 60


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of several sizes and modes, one of them broken."""
    place = tmp_path_factory.mktemp("pictures")
    rng = np.random.default_rng(0)
    for i in range(6):
        values = rng.integers(0, 256, (20 + 5 * i, 30, 3), dtype=np.uint8)
        Image.fromarray(values).convert(["RGB", "L", "RGBA", "P", "CMYK", "RGB"][i]).save(place / f"{i}.{'jpg' if i == 4 else 'png'}")
    (place / "broken.png").write_bytes((place / "0.png").read_bytes()[:60])
    return place


def typical(type: str, folder: Path) -> Array:
    """A block of two columns with gaps (for pixels: pictures of three channels)."""
    rng = np.random.default_rng(1)
    if type == "number":
        x = np.column_stack([rng.normal(50, 10, ROWS), rng.exponential(1000, ROWS)])
        x[::7, 0] = np.nan
        return x
    if type in ("category", "text"):
        x = np.column_stack([rng.choice(["red", "green", "blue"], ROWS), rng.choice(["a", "b"], ROWS)]).astype(object)
        x[::9, 1] = None
        return x
    if type == "date":
        start = np.datetime64("2021-03-01T05:00", "ns")
        x = start + rng.integers(0, 700 * 24, (ROWS, 2)).astype("timedelta64[h]")
        x[::8, 0] = np.datetime64("NaT")
        return x
    if type == "image":
        names = [*(f"{i}.{'jpg' if i == 4 else 'png'}" for i in range(6)), "broken.png", "gone.png"]
        return np.array([[str(folder / names[i % len(names)])] for i in range(ROWS)], dtype=object)
    if type == "pixels":
        return rng.integers(0, 256, (ROWS, 8, 8, 3), dtype=np.uint8)
    raise AssertionError(f"No typical block of type '{type}': add one here.")


def without_values(type: str, folder: Path) -> Array:
    """The same block with every value missing."""
    x = typical(type, folder)
    if type == "pixels":
        return np.full_like(x, 128)
    empty: dict[str, Any] = {"number": np.nan, "date": np.datetime64("NaT")}
    x[...] = empty.get(type)
    return x


def never_seen(type: str, folder: Path) -> Array:
    """Rows unlike any in the typical block."""
    if type == "number":
        return np.array([[1e12, -1e12], [np.nan, np.nan], [0, 0]])
    if type in ("category", "text"):
        return np.array([["purple", ""], [None, None], ["<b>", "a = b"]], dtype=object)
    if type == "date":
        return np.array([["1900-01-01", "2100-12-31"], ["NaT", "NaT"], ["2024-02-29T23:59", "1970-01-01"]], dtype="datetime64[ns]")
    if type == "image":
        return np.array([[str(folder / "nowhere.png")], [None], [str(folder)]], dtype=object)
    return np.zeros((3, 8, 8, 3), np.uint8)


def variants(member: type[Step]) -> list[Step]:
    """The step as it comes, and once for each other choice it offers."""
    made = [member()]
    for p in member.params():
        others = [value for value, _ in p.choices] if p.choices else [not p.default] if p.type == "switch" else []
        made += [member(**{p.name: value}) for value in others if value != p.default]
    return made


CASES = [
    pytest.param(step, type, id=f"{step.kind}-{type}-{'-'.join(str(v) for v in step.changed().values()) or 'default'}")
    for member in STEPS.members.values()
    for step in variants(member)
    for type in sorted(member.takes)
]
STEP_CASES = pytest.mark.parametrize(("step", "type"), CASES)
COMPLETING = pytest.mark.parametrize(("step", "type"), [case for case in CASES if "complete" in case.values[0].brings])
SCALING = pytest.mark.parametrize(
    ("step", "type"), [case for case in CASES if "scaled" in case.values[0].brings and case.values[0].gives != "code"]
)


def same(a: Array, b: Array) -> bool:
    return a.dtype == b.dtype and a.shape == b.shape and (bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f")))


@STEP_CASES
def test_learned_state_is_plain_json_and_survives_it_exactly(step: Step, type: str, folder: Path) -> None:
    x = typical(type, folder)
    state = step.fit(x)
    again = json.loads(json.dumps(state, allow_nan=False))
    assert again == state
    assert same(step.apply(x, again), step.apply(x, state))


@STEP_CASES
def test_rows_handed_in_are_never_changed(step: Step, type: str, folder: Path) -> None:
    x = typical(type, folder)
    before = x.copy()
    step.apply(x, step.fit(x))
    assert np.array_equal(x, before, equal_nan=x.dtype.kind in "fM")


@STEP_CASES
def test_labels_agree_with_the_columns_of_the_result(step: Step, type: str, folder: Path) -> None:
    x = typical(type, folder)
    state = step.fit(x)
    labels = [f"column {i}" for i in range(x.shape[1] if x.ndim == 2 else 1)]
    outputs = step.outputs(labels, state)
    result = step.apply(x, state)
    assert len(result) == ROWS
    assert result.ndim == (4 if (step.gives or type) == "pixels" else 2)
    if result.ndim == 2:
        assert result.shape[1] == len(outputs)
    assert all(0 <= source < len(labels) and label.startswith(labels[source]) for label, source in outputs)
    assert len({label for label, _ in outputs}) == len(outputs)


@STEP_CASES
def test_the_result_is_of_the_type_the_step_gives(step: Step, type: str, folder: Path) -> None:
    x = typical(type, folder)
    state = step.fit(x)
    given = step.gives or type
    assert np.issubdtype(step.apply(x, state).dtype, DTYPES[given])
    assert (len(step.levels(state)) == x.shape[1]) is (given == "code")


@STEP_CASES
def test_a_row_is_prepared_alike_alone_and_among_others(step: Step, type: str, folder: Path) -> None:
    """Nothing is learned while applying: what a row becomes depends on training rows and itself only."""
    x = typical(type, folder)
    state = step.fit(x[:40])
    together = step.apply(x, state)
    assert all(same(step.apply(x[i : i + 1], state), together[i : i + 1]) for i in (0, 7, 41, 59))


@STEP_CASES
def test_values_never_seen_are_taken(step: Step, type: str, folder: Path) -> None:
    state = step.fit(typical(type, folder))
    result = step.apply(never_seen(type, folder), state)
    assert len(result) == 3
    assert result.shape[1:] == step.apply(typical(type, folder), state).shape[1:]


@STEP_CASES
@pytest.mark.parametrize("rows", [0, 1])
def test_no_row_and_one_row_are_taken(step: Step, type: str, rows: int, folder: Path) -> None:
    x = typical(type, folder)
    full = step.fit(x)
    assert step.apply(x[:rows], full).shape == (rows, *step.apply(x, full).shape[1:])
    scarce = step.fit(x[:rows])
    json.dumps(scarce, allow_nan=False)
    assert len(step.apply(x, scarce)) == ROWS


@STEP_CASES
def test_columns_without_any_value_are_taken(step: Step, type: str, folder: Path) -> None:
    empty = without_values(type, folder)
    state = step.fit(empty)
    json.dumps(state, allow_nan=False)
    assert len(step.apply(empty, state)) == ROWS
    assert len(step.apply(typical(type, folder), state)) == ROWS


@COMPLETING
def test_a_step_that_completes_leaves_no_gap(step: Step, type: str, folder: Path) -> None:
    state = step.fit(typical(type, folder))
    for x in (typical(type, folder), without_values(type, folder), never_seen(type, folder)):
        result = step.apply(x, state)
        assert not any(value is None for value in result.ravel()) if result.dtype == object else np.isfinite(result).all()


@SCALING
def test_a_step_that_scales_ends_near_zero(step: Step, type: str, folder: Path) -> None:
    x = typical(type, folder)
    result = step.apply(x, step.fit(x))
    assert np.nanmax(np.abs(result), initial=0.0) < 10


@STEP_CASES
def test_a_step_survives_being_stored(step: Step, type: str, folder: Path) -> None:
    assert STEPS.parse(json.loads(step.model_dump_json())) == step


@pytest.mark.parametrize("member", STEPS.members.values(), ids=list(STEPS.members))
def test_a_proposal_is_the_step_and_a_sentence(member: type[Step]) -> None:
    every = [profile("c1", "number", missing=3), profile("c2", "category", missing=2), profile("c3", "date"), profile("c4", "image")]
    wants = frozenset({"number", "code", "pixels", "complete", "scaled"})
    proposed = member.propose(every, wants)
    if proposed is not None:
        step, why = proposed
        assert isinstance(step, member)
        assert why.endswith(".")
        assert why[0].isupper() or why[0].isdigit() or why.startswith("c")


@pytest.mark.parametrize("member", STEPS.members.values(), ids=list(STEPS.members))
def test_nothing_is_proposed_without_columns_for_it(member: type[Step]) -> None:
    assert member.propose([], frozenset({"number", "code", "pixels", "complete", "scaled"})) is None


def profile(id: str, type: Any, missing: int = 0) -> ColumnProfile:
    column = Column(id=id, name=id, type=type)
    return ColumnProfile(column=column, rows=100, missing=missing, distinct=20, low=0, high=90, spread=20, median=4, mean=5)
