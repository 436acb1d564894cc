"""Trees grown side by side: their numbers answer as scikit-learn's forest does, in parts or whole, and broken ones are refused."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier

from engine.errors import EngineError
from engine.learners import LEARNERS
from engine.side_by_side import PRIOR_ROWS, SideBySide
from tests import lessons
from tests.lessons import Heard

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4)).astype(np.float32)
Y = X[:, 0] * X[:, 1] + RNG.normal(0, 0.1, 300)


@pytest.fixture(scope="module")
def regressor() -> ExtraTreesRegressor:
    return ExtraTreesRegressor(20, random_state=0).fit(X, Y)


def test_the_mean_of_the_leaves_is_what_scikit_learn_says(regressor: ExtraTreesRegressor) -> None:
    found = SideBySide.taken_from(regressor, 1)
    rows = RNG.normal(size=(1000, 4)).astype(np.float32)
    assert np.allclose(found.answer(rows)[:, 0], regressor.predict(rows), atol=1e-5)
    assert found.answer(rows[:0]).shape == (0, 1) and found.answer(rows[:1]).shape == (1, 1)


@pytest.mark.parametrize("outputs", [1, 3])
def test_chances_are_drawn_towards_the_usual_and_never_certain(outputs: int) -> None:
    y = np.digitize(Y, [0.0] if outputs == 1 else [-0.5, 0.5])
    forest = RandomForestClassifier(10, random_state=0).fit(X, y)
    said = SideBySide.taken_from(forest, outputs).answer(X)
    assert said.shape == (300, outputs) and ((said > 0) & (said < 1)).all()
    tree = forest.estimators_[0].tree_
    rows, shares = tree.weighted_n_node_samples[:, None], tree.value[:, 0]
    leaf = ((shares * rows + PRIOR_ROWS * shares[:1]) / (rows + PRIOR_ROWS))[tree.apply(X)]
    first = SideBySide.taken_from(forest, outputs, slice(0, 1)).answer(X)
    assert np.allclose(first, leaf[:, 1:] if outputs == 1 else leaf, atol=1e-6)


def test_a_class_without_training_rows_has_no_chance() -> None:
    forest = RandomForestClassifier(5, random_state=0).fit(X, np.where(Y > 0, 3, 1))
    said = SideBySide.taken_from(forest, 4).answer(X)
    assert (said[:, [0, 2]] == 0).all() and np.allclose(said.sum(axis=1), 1, atol=1e-5)


def test_parts_joined_and_cut_are_the_same_trees(regressor: ExtraTreesRegressor) -> None:
    whole = SideBySide.taken_from(regressor, 1)
    joined = SideBySide.joined([SideBySide.taken_from(regressor, 1, part) for part in (slice(0, 3), slice(3, 4), slice(4, 20))])
    assert len(joined) == 20 and (joined.answer(X) == whole.answer(X)).all()
    assert np.allclose(joined.cut(4).answer(X), SideBySide.taken_from(regressor, 1, slice(0, 4)).answer(X))
    assert np.allclose(joined.sums(X, every=True)[:, 3], 4 * joined.cut(4).answer(X), atol=1e-4)


def test_which_trees_are_grown_does_not_depend_on_how_many_at_once() -> None:
    lesson = lessons.lesson(lessons.small("forest"))
    short, long = (LEARNERS.parse({"kind": "forests", "epochs": n}) for n in (3, 50))
    heard = Heard(), Heard()
    for learner, said in zip((short, long), heard, strict=True):
        learner.fit(lesson, said)
    assert heard[0].series("val_loss") == heard[1].series("val_loss")[:3]


def test_stored_numbers_that_form_no_trees_are_refused(regressor: ExtraTreesRegressor, tmp_path: Path) -> None:
    whole = SideBySide.taken_from(regressor, 1)
    whole.save(tmp_path)
    assert (SideBySide.load(tmp_path, 4).answer(X) == whole.answer(X)).all()
    with pytest.raises(EngineError, match="do not form trees"):
        SideBySide.load(tmp_path, 2)
    fields = {name: getattr(whole, name).copy() for name in ("first", "column", "threshold", "left", "right", "value")}
    for name, place, value in (("left", 0, 0), ("right", 0, 10**6), ("first", 0, 1), ("column", 0, -7)):
        broken = {**fields, name: fields[name].copy()}
        broken[name][place] = value
        SideBySide(**broken).save(tmp_path)
        with pytest.raises(EngineError, match="do not form trees"):
            SideBySide.load(tmp_path, 4)


def test_all_trees_are_kept_however_lucky_the_first_was() -> None:
    lesson = lessons.lesson(lessons.small("forest"))
    heard = Heard()
    made = LEARNERS.parse({"kind": "forests", "epochs": 40}).fit(lesson, heard)
    assert len(made.trees) == 40 == heard.known["best"]["epoch"]  # type: ignore[attr-defined]
    assert heard.known["best"]["loss"] == heard.series("val_loss")[-1] > min(heard.series("val_loss"))
