"""What is special about trees: columns may push the answer one way only, and a library that grows them may not be there."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine import bundle, extras, profile, training
from engine import plan as plans
from engine.architectures import ARCHITECTURES, Architecture
from engine.architectures.base import Shapes
from engine.errors import EngineError
from engine.learners import LEARNERS, Inputs, Lesson, Model
from engine.problems import stops
from engine.registry import Family
from engine.tasks import TASKS
from tests import lessons
from tests.lessons import Heard

TREES = [kind for kind in ARCHITECTURES.members if "rising" in ARCHITECTURES.get(kind).model_fields]
LIBRARIES = [kind for kind, member in ARCHITECTURES.known.items() if member.library]
HERE = [kind for kind in LIBRARIES if ARCHITECTURES.get(kind).is_there()]
SUGAR, AGE = "c0002", "c0001"


def memorised(kind: str, task: str, **wishes: object) -> tuple[Model, Inputs]:
    """Trees that have learned 400 rows by heart: the answer rises with the sugar, under far more noise; and those rows."""
    rng = np.random.default_rng(4)
    number, code = rng.normal(size=(400, 2)).astype(np.float32), rng.integers(0, 4, (400, 1)).astype(np.int32)
    signal = number[:, 1] + rng.normal(0, 2, 400)
    asked = TASKS.parse({"kind": task, **({"positive": "yes"} if task == "binary" else {})})
    y = signal if task == "regression" else np.where(signal > 0, "yes", "no").astype(object)
    state, inputs = asked.fit(y), {"number": number, "code": code}
    shapes = Shapes(("age", "sugar"), (("ward", 4),), origins=(AGE, SUGAR))
    free = {"smallest": 1} if "smallest" in ARCHITECTURES.get(kind).model_fields else {}
    architecture = ARCHITECTURES.parse({"kind": kind, **free, **wishes})
    rows = inputs, asked.encode(y, state)
    learner = lessons.learner(architecture, epochs=40, learning_rate=0.2, patience=0)
    return learner.fit(Lesson(architecture, asked, state, shapes, *rows, *rows, seed=0), Heard()), inputs


def steps(model: Model, inputs: Inputs) -> np.ndarray:
    """What each answer changes by while the sugar of a row goes from far below to far above what was seen."""
    grid = np.array([-1e6, *np.linspace(-3, 3, 40), 1e6], np.float32)
    rows = np.repeat(np.arange(25), len(grid))
    many = {name: x[rows].copy() for name, x in inputs.items()}
    many["number"][:, 1] = np.tile(grid, 25)
    return np.diff(model.predict(many).reshape(25, -1), axis=1)


@pytest.mark.parametrize("task", ["binary", "regression"])
@pytest.mark.parametrize("kind", TREES)
def test_a_column_may_push_the_answer_one_way_only(kind: str, task: str) -> None:
    free, rising, falling = (steps(*memorised(kind, task, **wish)) for wish in ({}, {"rising": [SUGAR]}, {"falling": [SUGAR]}))
    assert free.min() < -0.01 and free.max() > 0.01
    assert rising.min() >= -1e-6 and rising.max() > 0.01
    assert falling.max() <= 1e-6


def test_only_the_value_of_a_column_has_a_direction_not_whether_it_was_missing() -> None:
    from engine.architectures import _trees

    shapes = Shapes(("age", "sugar", "sugar (was missing)"), (("ward", 3),), origins=("c0001", "c0002", "c0002"))
    assert _trees.directions(shapes, ["c0002"], ["c0001"]) == [-1, 1, 0, 0]
    assert _trees.directions(Shapes(("age",)), ["c0002"], []) == [0]


def test_a_fitted_recipe_says_where_its_numbers_come_from(tmp_path: Path) -> None:
    from engine import recipe

    plan, table = lessons.plan("boosted_trees"), lessons.table()
    fitted = recipe.fit(plan.recipe, table, plan.inputs)
    assert fitted.shapes.origins == fitted.origins["number"] and len(fitted.shapes.origins) == len(fitted.shapes.number)
    assert recipe.Fitted.from_json(json.loads(json.dumps(fitted.to_json()))) == fitted


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({"rising": (SUGAR,), "falling": (SUGAR,)}, "'sugar [mg/dl]' may push the answer up only and down only at once."),
        ({"falling": ("c0003",)}, "'ward' is not a number, so there is no more or less of it."),
        ({"rising": (SUGAR,), "falling": ("c9999",)}, None),
    ],
)
def test_a_wish_that_cannot_be_had_stops_in_words(wishes: dict[str, object], said: str | None) -> None:
    plan = lessons.plan("boosted_trees")
    plan = plan.model_copy(update={"architecture": plan.architecture.with_(**wishes)})
    found = [problem.what for problem in stops(plans.check(plan, profile.compute(lessons.table())))]
    assert found == ([said] if said else [])


def test_several_answers_have_no_higher_one() -> None:
    known, several = profile.compute(lessons.table()), TASKS.get("multiclass")()
    (problem,) = ARCHITECTURES.parse({"kind": "boosted_trees", "rising": [SUGAR]}).problems([known.column(SUGAR)], several)
    assert problem.level == "stop" and problem.what.startswith("With several answers there is no higher or lower one")


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "is_there", lambda library: False)


def test_what_needs_a_missing_library_is_not_offered_but_known(nothing_installed: None) -> None:
    family: Family[Architecture] = Family("engine.architectures", Architecture, "architecture")
    assert not set(LIBRARIES) & set(family.members) and set(LIBRARIES) <= set(family.known)
    assert len(LIBRARIES) == 3 and family.parse({"kind": "lightgbm_trees", "leaves": 7}).leaves == 7  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", LIBRARIES)
def test_a_model_whose_library_is_missing_says_how_to_install_it(kind: str, nothing_installed: None, tmp_path: Path) -> None:
    member = ARCHITECTURES.get(kind)
    (tmp_path / "booster.json").write_text(json.dumps({"architecture": kind, "answer": "chance"}))
    with pytest.raises(EngineError, match=f"'{member.title}' needs the library {member.library}.*python -m pip install {member.library}"):
        LEARNERS.get("boosters").load(tmp_path)


def test_a_library_that_lacks_a_part_of_the_system_is_not_offered_and_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "SHARED", {"json": ("libnot_there.so.7", "libnot-there7")})
    monkeypatch.setattr(extras.sys, "platform", "linux")
    assert not extras.is_there.__wrapped__("json") and extras.is_there.__wrapped__("csv")
    with pytest.raises(EngineError, match="'Some trees' needs libnot_there.so.7.*apt-get install libnot-there7"):
        extras.is_there.cache_clear()
        extras.need("json", "Some trees")


def test_a_training_whose_library_is_missing_stops_before_it_starts(nothing_installed: None) -> None:
    plan = lessons.plan("lightgbm_trees")
    (problem,) = stops(plans.check(plan, profile.compute(lessons.table())))
    assert problem.where == "Model" and "python -m pip install lightgbm" in problem.fix


def test_looking_at_the_models_imports_no_boosting_library() -> None:
    libraries = {ARCHITECTURES.get(kind).library for kind in LIBRARIES}
    asked = f"import sys; from engine.architectures import ARCHITECTURES as a; a.members; print({libraries} & {{*sys.modules}})"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.strip() == "set()"


def made(kind: str, folder: Path) -> bundle.Bundle:
    return training.train(lessons.plan(kind, epochs=20), lessons.table(), Heard(), folder / "bundle")


@pytest.mark.parametrize("kind", HERE)
def test_a_bundle_travels(kind: str, tmp_path: Path) -> None:
    found = made(kind, tmp_path)
    again = bundle.load(found.folder)
    assert np.allclose(again.outputs(lessons.table()), found.outputs(lessons.table()), atol=1e-6)
    about = json.loads((found.folder / "versions.json").read_text())
    assert ARCHITECTURES.get(kind).library in about


@pytest.mark.parametrize("kind", HERE)
def test_a_bundle_whose_library_is_missing_says_so(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = made(kind, tmp_path).folder
    monkeypatch.setattr(extras, "is_there", lambda library: False)
    with pytest.raises(EngineError, match="which is not installed on the computer"):
        bundle.load(folder)


@pytest.mark.parametrize("kind", HERE)
def test_trees_that_are_none_are_refused_in_words(kind: str, tmp_path: Path) -> None:
    (tmp_path / "booster.json").write_text(json.dumps({"architecture": kind, "answer": "chance"}))
    (tmp_path / "booster_trees.json").write_text('{"lightgbm": "tree"}')
    with pytest.raises(EngineError, match="trees of this model cannot be read: .*Use a bundle that Modelwright wrote."):
        LEARNERS.get("boosters").load(tmp_path)


@pytest.mark.parametrize("kind", HERE)
def test_the_same_seed_gives_the_same_answers_and_rows_count_by_their_weight(kind: str) -> None:
    from dataclasses import replace

    lesson = lessons.lesson(lessons.small(kind))
    y = np.random.default_rng(0).integers(0, 2, 180).astype(np.float32)
    lesson = replace(lesson, train_y=y, validation=lesson.train, validation_y=np.ones(180, np.float32))
    learner = lessons.learner(lesson.architecture, epochs=20, patience=0)
    heavy = replace(lesson, train_weights=np.where(lesson.train_y > 0, 5.0, 0.2).astype(np.float32))
    first, again, weighed = (learner.fit(one, Heard()).predict(lesson.validation) for one in (lesson, lesson, heavy))
    assert (first == again).all() and weighed.mean() > first.mean() + 0.05


@pytest.mark.parametrize("kind", HERE)
def test_counting_rare_answers_more_leaves_chances_honest(kind: str, tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(6000, 2)).astype(np.float32)
    y = np.where(rng.random(6000) < 0.1 + 0.05 * (x[:, 0] > 1), "yes", "no").astype(object)
    task = TASKS.parse({"kind": "binary", "positive": "yes", "rare": "balanced"})
    state, encoded = task.fit(y), task.encode(y, task.fit(y))
    parts = ({"number": x[:4000]}, encoded[:4000], {"number": x[4000:]}, encoded[4000:])
    lesson = Lesson(ARCHITECTURES.get(kind)(), task, state, Shapes(("a", "b"), origins=("c0001", "c0002")), *parts, 0)
    model = LEARNERS.parse({"kind": "boosters", "epochs": 30}).fit(lesson, Heard())
    said = model.predict({"number": x[4000:]})
    assert said.mean() == pytest.approx(encoded[4000:].mean(), abs=0.03)
    model.save(tmp_path)
    assert np.allclose(LEARNERS.get("boosters").load(tmp_path).predict({"number": x[4000:]}), said, atol=1e-6)


def test_a_library_that_learns_squared_misses_only_refuses_others_in_words() -> None:
    table = lessons.table()
    column = profile.compute(table).column("c0002")
    task = TASKS.parse({"kind": "regression", "ranges": True})
    found = [problem for problem in task.problems(column, LEARNERS.get("boosters").losses) if problem.level == "stop"]
    assert found and "cannot learn ranges by quantiles" in found[0].what and found[0].fix
