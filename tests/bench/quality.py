"""How good the product's models are beside the experts' usual tools, on public tables with one fixed split (80/20, seed 0).

Prints a table: ROC AUC for Yes/No questions, root mean squared error for numbers, seconds, largest memory.
Run: make bench-quality DATA=folder ARGS="--effort quick good --sets heart concrete"; DATA holds a folder a set.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine import advice, datasets, training
from engine.store import workspace as workspaces
from engine.tasks._spans import in_units
from engine.tell import Tell

Array = np.ndarray[Any, Any]
SEED = 0
_HEART = ["age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal", "num"]
_PIMA = ["pregnancies", "glucose", "pressure", "skin", "insulin", "bmi", "pedigree", "age", "diabetes"]
_LEAKS = ["UDI", "Product ID", "TWF", "HDF", "PWF", "OSF", "RNF"]


@dataclass(frozen=True)
class Case:
    """A table to learn from: how it is read, what is predicted, and the score that counts."""

    name: str
    read: Callable[[Path], pd.DataFrame]
    target: str
    is_class: bool


def _heart(data: Path) -> pd.DataFrame:
    frame = pd.read_csv(data / "heart_cleveland/processed.cleveland.data", names=_HEART, na_values="?")
    frame["num"] = np.where(frame["num"] > 0, "yes", "no")
    return frame


def _pima(data: Path) -> pd.DataFrame:
    frame = pd.read_csv(data / "pima_diabetes/pima-indians-diabetes.csv", names=_PIMA)
    hidden = ["glucose", "pressure", "skin", "insulin", "bmi"]
    frame[hidden] = frame[hidden].replace(0, np.nan)
    return frame


def _german(data: Path) -> pd.DataFrame:
    path = data / "german_credit/german.csv"
    first = path.read_text().splitlines()[0]
    frame = pd.read_csv(path, header=None, sep="," if "," in first else r"\s+", engine="python")
    return frame.set_axis([f"a{i}" for i in range(1, frame.shape[1] + 1)], axis=1)


def _wine(data: Path) -> pd.DataFrame:
    kinds = [pd.read_csv(data / f"wine_quality/winequality-{kind}.csv", sep=";").assign(colour=kind) for kind in ("red", "white")]
    return pd.concat(kinds, ignore_index=True)


def _telco(data: Path) -> pd.DataFrame:
    frame = pd.read_csv(data / "telco_churn/Telco-Customer-Churn.csv").drop(columns="customerID")
    frame["TotalCharges"] = pd.to_numeric(frame["TotalCharges"], errors="coerce")
    return frame


def _esol(data: Path) -> pd.DataFrame:
    frame = pd.read_csv(data / "esol/delaney-processed.csv")
    return frame.drop(columns=["ESOL predicted log solubility in mols per litre", "Compound ID", "smiles"])


CASES = (
    Case("heart", _heart, "num", True),
    Case("pima", _pima, "diabetes", True),
    Case("german", _german, "a21", True),
    Case("telco", _telco, "Churn", True),
    Case("ai4i", lambda data: pd.read_csv(data / "ai4i2020/ai4i2020.csv", encoding="utf-8-sig").drop(columns=_LEAKS), "Machine failure", True),
    Case("concrete", lambda data: pd.read_csv(data / "concrete/concrete.csv"), "strength", False),
    Case("california", lambda data: pd.read_csv(data / "california_housing/housing.csv"), "median_house_value", False),
    Case("wine", _wine, "quality", False),
    Case("esol", _esol, "measured log solubility in mols per litre", False),
)


@dataclass(frozen=True)
class Rows:
    """A case with its rows divided: all that is learned from first, then the last `unseen` rows."""

    case: Case
    frame: pd.DataFrame
    unseen: int

    @property
    def train(self) -> pd.DataFrame:
        return self.frame.iloc[: -self.unseen]

    @property
    def test(self) -> pd.DataFrame:
        return self.frame.iloc[-self.unseen :]


def rows(case: Case, data: Path, seed: int = SEED) -> Rows:
    """The fixed 80/20 split; kept in proportion by class."""
    from sklearn.model_selection import train_test_split

    frame = case.read(data)
    frame = frame[frame[case.target].notna()]
    kept = frame[case.target] if case.is_class else None
    train, test = train_test_split(frame, test_size=0.2, random_state=seed, stratify=kept)
    return Rows(case, pd.concat([train, test], ignore_index=True), len(test))


def score(case: Case, truth: Array, said: Array) -> float:
    """ROC AUC of the chance of the second class in order, or the root mean squared error."""
    from sklearn.metrics import roc_auc_score

    if case.is_class:
        return float(roc_auc_score(truth == np.unique(truth)[1], said))
    return float(np.sqrt(np.mean((truth.astype(float) - said) ** 2)))


class Silent(Tell):
    """Hears everything and wishes nothing."""

    def metrics(self, step: float, values: Any) -> Any:
        return "go on"

    def stage(self, text: str, done: float | None = None) -> Any:
        return "go on"

    def facts(self, values: Any) -> None:
        return None


def ours(given: Rows, change: Callable[[Any, Any], Any]) -> Array:
    """The chance of the second class, or the number, for the unseen rows, by the product's whole line. `change` makes the plan from (plan, profile)."""
    with tempfile.TemporaryDirectory() as place:
        space = workspaces.Workspace.open(Path(place) / "space")
        path = Path(place) / "rows.csv"
        given.frame.to_csv(path, index=False)
        dataset = datasets.add(space, path, path.name)
        table, profile = datasets.table(space, dataset.id), datasets.profile(space, dataset.id)
        target = next(column.id for column in profile.columns if column.name == given.case.target)
        plan, _ = advice.plan(dataset.id, table, profile, target)
        plan = _everything(plan, profile, given)
        plan = change(plan, profile)
        made = training.train(plan, table, Silent(), Path(place) / "bundle", outside=given.unseen)
        outputs = made.outputs(table.take(np.arange(len(table) - given.unseen, len(table))))
    return _said(made, outputs, given)


def _everything(plan: Any, profile: Any, given: Rows) -> Any:
    """All columns are learned from, as the other tools do, and the question is the case's own."""
    from engine.split import Split
    from engine.tasks import TASKS

    kind = "binary" if given.case.is_class else "regression"
    task = TASKS.get(kind).offer(profile.column(plan.target))
    if given.case.is_class:
        second = str(np.unique(given.frame[given.case.target].astype(str))[1])
        task = task.with_(positive=second)
    inputs = tuple(column.id for column in profile.columns if column.id != plan.target and column.type != "text")
    return plan.model_copy(update={"inputs": inputs, "task": task, "split": Split(outside="d0000000001", validation=0.2), "weight": ""})


def set_for(plan: Any, profile: Any, kind: str, **settings: Any) -> Any:
    """The plan with that architecture as the product would set it, and some settings of it changed."""
    from engine.architectures import ARCHITECTURES

    proposed = ARCHITECTURES.get(kind).propose(profile, plan.inputs, plan.task)
    assert proposed is not None
    architecture = proposed[0].with_(**settings)
    steps = tuple(step for step, _ in advice.recipe(profile, plan.inputs, architecture))
    return plan.model_copy(update={"architecture": architecture, "recipe": steps, "training": advice.training(profile, architecture)})


def _said(made: Any, outputs: Array, given: Rows) -> Array:
    if given.case.is_class:
        return outputs[:, 0]
    return in_units(outputs, made.state)
