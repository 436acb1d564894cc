"""What a network has learned for the values of a category, taken into another model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import embeddings, recipe, recipe_check, training
from engine.architectures import ARCHITECTURES
from engine.bundle import Bundle
from engine.bundle import load as load_bundle
from engine.columns import Column, Table
from engine.plan import Plan
from engine.profile import compute
from engine.steps import STEPS
from engine.team import Team, Way
from tests import lessons
from tests.lessons import Heard

PLACES = [f"place {i:02d}" for i in range(30)]


def _table() -> Table:
    """The answer follows from the place: half of the places are high, half low."""
    rng = np.random.default_rng(0)
    at = rng.integers(0, 30, 1500)
    frame = pd.DataFrame(
        {
            "c0001": rng.normal(size=1500),
            "c0002": pd.Series(np.array(PLACES, object)[at]).astype("str"),
            "c0003": np.where(at % 2 == 0, 10.0, 20.0) + rng.normal(size=1500),
        }
    )
    kinds = {"c0001": "number", "c0002": "category", "c0003": "number"}
    return Table(tuple(Column(id=id, name=f"column {id}", type=kind) for id, kind in kinds.items()), frame)  # type: ignore[arg-type]


def _plan(kind: str = "mlp") -> Plan:
    steps = tuple(STEPS.parse({"kind": kind}) for kind in ("fill_numbers", "scale", "codes"))
    changes = {"target": "c0003", "inputs": ("c0001", "c0002"), "recipe": steps}
    base = lessons.plan(kind, target="c0002")
    learning = base.training.with_(epochs=40, learning_rate=0.02)
    return base.model_copy(update={**changes, "training": learning})


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return training.train(_plan(), _table(), Heard(), tmp_path_factory.mktemp("made") / "bundle")


def test_a_bundle_keeps_a_few_numbers_for_each_value(made: Bundle) -> None:
    found = embeddings.read(made.folder)
    assert [one.column for one in found] == ["c0002"]
    assert set(found[0].vectors) == set(PLACES)
    assert {len(vector) for vector in found[0].vectors.values()} == {len(found[0].rest)} and 2 <= len(found[0].rest) <= 8
    assert load_bundle(made.folder).plan == made.plan


def test_values_that_behave_alike_are_near_each_other(made: Bundle) -> None:
    vectors = embeddings.read(made.folder)[0].vectors
    high, low = (np.array([vectors[place] for i, place in enumerate(PLACES) if i % 2 == odd]) for odd in (1, 0))
    apart = np.linalg.norm(high.mean(axis=0) - low.mean(axis=0))
    assert apart > 1.5 * np.linalg.norm(high - high.mean(axis=0), axis=1).mean()


def test_another_model_learns_from_the_numbers(made: Bundle, tmp_path: Path) -> None:
    step = embeddings.read(made.folder)[0].step("run-1")
    plan = _plan("boosted_trees").model_copy(
        update={"recipe": (step,), "training": lessons.learner(ARCHITECTURES.get("boosted_trees")(), epochs=60, learning_rate=0.1)}
    )
    assert not [p for p in recipe_check.check(plan.recipe, compute(_table()).columns[:2], frozenset({"number"})) if p.level == "stop"]
    again = training.train(plan, _table(), Heard(), tmp_path / "again")
    assert again.report.verdict == "good"
    assert load_bundle(again.folder).plan == plan == Plan.model_validate_json(plan.model_dump_json())
    assert embeddings.read(again.folder) == []


def test_values_never_seen_and_gaps_get_the_numbers_of_rare_ones(made: Bundle) -> None:
    learned = embeddings.read(made.folder)[0]
    step = learned.step("run-1")
    said = step.apply(np.array([["nowhere"], [None], [PLACES[3]]], object), {})
    assert said.tolist() == [[*learned.rest], [*learned.rest], [*learned.vectors[PLACES[3]]]]


def test_the_step_without_numbers_is_stopped_and_offered_by_nothing() -> None:
    empty = STEPS.parse({"kind": "embed_values"})
    columns = compute(_table()).columns[:2]
    found = recipe_check.check((empty,), columns, frozenset({"number"}))
    assert any(p.level == "stop" and "nothing to put" in p.what for p in found)
    assert not any("embed_values" in str(p.action) for p in recipe_check.check((), columns, frozenset({"number"})))


def test_only_a_training_with_the_same_unseen_rows_gives_them(made: Bundle) -> None:
    assert embeddings.are_for(made.plan, _plan("boosted_trees"))
    assert not embeddings.are_for(made.plan, made.plan.model_copy(update={"seed": 7}))


def test_a_team_gives_those_of_its_best_network(tmp_path: Path) -> None:
    plan = _plan("boosted_trees")
    way = Way(recipe=_plan().recipe, architecture=ARCHITECTURES.get("mlp")(widths=(16,)), training=_plan().training)
    plan = plan.model_copy(update={"recipe": _plan().recipe, "team": Team(folds=2, others=(way,))})
    made = training.train(plan, _table(), Heard(), tmp_path / "team")
    networks = sum(single.learner == "gradient" for single in made.answers.singles)
    assert [one.column for one in embeddings.read(made.folder)] == (["c0002"] if networks else [])


def test_it_prepares_as_any_step_does(made: Bundle) -> None:
    step = embeddings.read(made.folder)[0].step("run-1")
    fitted = recipe.fit((step,), _table(), ("c0002",))
    assert fitted.shapes.number[0] == "column c0002 (1)" and len(fitted.shapes.number) == len(step.rest)
