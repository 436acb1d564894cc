"""Gradient-boosted trees of the library CatBoost (Prokhorenkova et al. 2018), an optional extra."""

import json
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
import pandas as pd

from engine.architectures import _trees
from engine.architectures.base import Architecture, Layer, Shapes
from engine.boosting import Answer, Array, Grown, Growth, Judged, Rows, chances, shaped
from engine.errors import EngineError
from engine.spec import param

if TYPE_CHECKING:
    from engine.problems import Problem
    from engine.profile import ColumnProfile, Profile
    from engine.tasks.base import Task

TREES = "oblivious_trees"
GOALS = {"value": "RMSE", "chance": "Logloss", "chances": "MultiClass"}


class CatboostTrees(Architecture):
    """Boosted trees that ask the same question on each level, by the library CatBoost: at its best with categories of many values."""

    kind: Literal["catboost_trees"] = "catboost_trees"
    title = "CatBoost trees"
    order = 36
    library: ClassVar[str] = "catboost"
    takes: ClassVar[frozenset[str]] = frozenset({"number", "code"})
    needs: ClassVar[frozenset[str]] = frozenset()
    learner: ClassVar[str] = "boosters"
    is_trees: ClassVar[bool] = True
    nature: ClassVar[str] = "boosted trees"
    in_best: ClassVar[Mapping[int, Mapping[str, Any]]] = {3: {}}

    depth: int = param(6, "Questions in a row", help="Every tree asks so many before it answers.", ge=1, le=12, search=(4, 10))
    l2: float = param(3.0, "Caution (L2)", help="Pulls every answer of a tree towards zero.", ge=0.1, le=1000, search=(1.0, 10.0))
    refined: int = param(
        0, "Steps for each leaf", help="How often the answer of a leaf is refined.", zero="left to CatBoost", ge=0, le=20, advanced=True
    )
    columns: float = param(1.0, "Columns tried at each question", help="The share of columns, drawn at random.", gt=0, le=1, advanced=True)
    rising: tuple[str, ...] = _trees.rising()
    falling: tuple[str, ...] = _trees.falling()

    @classmethod
    def propose(cls, profile: "Profile", inputs: Sequence[str], task: "Task") -> "tuple[Architecture, float, str] | None":
        if not _trees.takes(profile, inputs):
            return None
        return cls(), 0.6, "The right one for categories of many values, and a strong second opinion elsewhere; slower than other trees."

    def problems(self, columns: "Sequence[ColumnProfile]", task: "Task") -> "list[Problem]":
        return _trees.problems(columns, task, self.rising, self.falling)

    def grow(self, shapes: Shapes, rows: Rows, unseen: Rows, growth: Growth, judged: Judged) -> Grown:
        """CatBoost tells its sums to what it takes for a measure, and then asks whether to go on."""
        import catboost

        watching = _Watching(growth, judged)
        model = catboost.CatBoost({**self._settings(shapes, growth), "eval_metric": watching})
        pool = _pool(rows)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*numba.*")
            try:
                model.fit(pool, eval_set=_pool(unseen), callbacks=[watching])
            except catboost.CatBoostError as error:
                if watching.raised is None:
                    raise EngineError(f"CatBoost cannot learn from these rows: {error}.", "Choose another kind of model.") from error
        if watching.raised is not None:
            raise watching.raised
        return _Trees(model, growth.answer, pool=pool)

    @classmethod
    def read(cls, text: str, answer: Answer) -> Grown:
        return _Trees(_model(text), answer, text)

    def sketch(self, shapes: Shapes, outputs: int) -> list[Layer]:
        return _trees.sketch(shapes, outputs, f"{self.depth} questions each")

    def _settings(self, shapes: Shapes, growth: Growth) -> dict[str, Any]:
        signs = _trees.directions(shapes, self.rising, self.falling)
        return {
            "loss_function": GOALS[growth.answer],
            **({"classes_count": growth.outputs} if growth.answer == "chances" else {}),
            **({"leaf_estimation_iterations": self.refined} if self.refined else {}),
            **({"monotone_constraints": signs} if any(signs) else {}),
            "iterations": growth.rounds,
            "learning_rate": growth.rate,
            "depth": self.depth,
            "l2_leaf_reg": self.l2,
            "rsm": self.columns,
            "random_seed": growth.seed,
            "thread_count": growth.threads,
            "use_best_model": False,
            "allow_writing_files": False,
            "logging_level": "Silent",
        }


@dataclass
class _Watching:
    """What CatBoost takes for a measure and asks after each round: first the sums of the training rows come, then those of the others."""

    growth: Growth
    judged: Judged
    said: list[Array] = field(default_factory=list)
    raised: BaseException | None = None

    def __deepcopy__(self, memo: object) -> "_Watching":
        """CatBoost copies its settings; this one has to stay itself."""
        return self

    def is_max_optimal(self) -> bool:
        return False

    def evaluate(self, sums: Sequence[Array], target: Array, weight: Array | None) -> tuple[float, float]:
        self.said.append(np.stack([np.array(part, np.float64) for part in sums], axis=1))
        return 0.0, 1.0

    def get_final_error(self, error: float, weight: float) -> float:
        return error

    def after_iteration(self, info: object) -> bool:
        """Whether to go on. An exception could not pass through the library, so it waits outside."""
        learned, unseen = (_answered(sums, self.growth.answer) for sums in self.said)
        self.said.clear()
        try:
            return not self.judged(learned, unseen)
        except BaseException as error:
            self.raised = error
            return False


def _pool(rows: Rows) -> Any:
    import catboost

    numbers = {f"n{i}": rows.number[:, i] for i in range(rows.number.shape[1])}
    codes = {f"c{i}": rows.code[:, i] for i in range(rows.code.shape[1])}
    return catboost.Pool(pd.DataFrame({**numbers, **codes}), rows.y, cat_features=[*codes], weight=rows.weights)


def _model(text: str) -> Any:
    import catboost

    model = catboost.CatBoost()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        path.write_text(text, "utf-8")
        model.load_model(str(path), format="json")
    if not model.tree_count_:
        raise ValueError("there are none")
    return model


def _answered(sums: Array, answer: Answer) -> Array:
    return shaped(sums if answer == "value" else chances(sums))


@dataclass(frozen=True)
class _Trees:
    """What CatBoost has grown: as it is written or, as long as it is not, with the rows it learned from, which writing takes."""

    model: Any
    answer: Answer
    text: str = ""
    pool: Any = None

    def outputs(self, rows: Rows) -> Array:
        sums = np.asarray(self.model.predict(_pool(rows), prediction_type="RawFormulaVal"))
        return _answered(sums.reshape(len(sums), -1), self.answer)

    def cut(self, rounds: int) -> Grown:
        """CatBoost's own `shrink` fails where some trees have a single leaf, so trees are left out of what is written."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.json"
            self.model.save_model(str(path), format="json", pool=self.pool)
            written = json.loads(path.read_text("utf-8"))
        written[TREES] = written[TREES][:rounds]
        text = json.dumps(written)
        return _Trees(_model(text), self.answer, text)

    def written(self) -> str:
        return self.text
