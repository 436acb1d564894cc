"""How good the product's models are beside the experts' usual tools, on public tables with one fixed split (80/20, seed 0).

Prints a table: ROC AUC for Yes/No questions, root mean squared error for numbers, seconds, largest memory; and what each gains over
always giving the same answer, on average. Each runs in a process of its own.
Run: make bench-quality DATA=folder ARGS="--ours quick good --sets heart concrete --tools catboost=python autogluon=python"; DATA holds
a folder a set, and a tool may name the Python of an environment that has it.
"""

import argparse
import os
import pickle
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine import advice, datasets, training
from engine.store import workspace as workspaces
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


def _machines(data: Path) -> pd.DataFrame:
    return pd.read_csv(data / "ai4i2020/ai4i2020.csv", encoding="utf-8-sig").drop(columns=_LEAKS)


CASES = (
    Case("heart", _heart, "num", True),
    Case("pima", _pima, "diabetes", True),
    Case("german", _german, "a21", True),
    Case("telco", _telco, "Churn", True),
    Case("ai4i", _machines, "Machine failure", True),
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
    """What the product's whole line says of the unseen rows: the chance of the second class, or the number.

    `change` makes the plan from (plan, profile).
    """
    with tempfile.TemporaryDirectory() as place:
        space = workspaces.Workspace.open(Path(place) / "space")
        path = Path(place) / "rows.csv"
        given.frame.to_csv(path, index=False)
        dataset = datasets.add(space, path, path.name)
        table, profile = datasets.table(space, dataset.id), datasets.profile(space, dataset.id)
        target = next(column.id for column in profile.columns if column.name == given.case.target)
        plan, _ = advice.plan(dataset.id, table, profile, target)
        plan = change(_everything(plan, profile, given), profile)
        made = training.train(plan, table, Silent(), Path(place) / "bundle", outside=given.unseen)
        outputs = made.outputs(table.take(np.arange(len(table) - given.unseen, len(table))))
    return outputs[:, 0] if given.case.is_class else outputs[:, 0] * made.state["spread"] + made.state["mean"]


def set_for(plan: Any, profile: Any, kind: str, **settings: Any) -> Any:
    """The plan with that architecture as the product would set it, and some settings of it changed."""
    from engine.architectures import ARCHITECTURES

    proposed = ARCHITECTURES.get(kind).propose(profile, plan.inputs, plan.task)
    assert proposed is not None
    architecture = proposed[0].with_(**settings)
    steps = tuple(step for step, _ in advice.recipe(profile, plan.inputs, architecture))
    return plan.model_copy(update={"architecture": architecture, "recipe": steps, "training": advice.training(profile, architecture)})


def _everything(plan: Any, profile: Any, given: Rows) -> Any:
    """All columns are learned from, as the other tools do, and the question is the case's own."""
    from engine.split import Split
    from engine.tasks import TASKS

    kind = "binary" if given.case.is_class else "regression"
    task = TASKS.get(kind).offer(profile.column(plan.target))
    assert task is not None
    if given.case.is_class:
        task = task.with_(positive=str(np.unique(given.frame[given.case.target].astype(str))[1]))
    inputs = tuple(column.id for column in profile.columns if column.id != plan.target and column.type != "text")
    return plan.model_copy(update={"inputs": inputs, "task": task, "split": Split(outside="d0000000001", validation=0.2), "weight": ""})


def _one(name: str, level: str, data: Path, seconds: float, seed: int, out: Path) -> None:
    """One training of the product, and what it took."""
    from engine import effort

    case = next(case for case in CASES if case.name == name)
    given = rows(case, data, seed)

    def change(plan: Any, profile: Any) -> Any:
        own = advice.architectures(profile, plan.inputs, plan.task)[0].architecture.kind
        return effort.apply(set_for(plan, profile, own), profile, level, seconds if level == "best" else 0.0)  # type: ignore[arg-type]

    began = time.perf_counter()
    said = ours(given, change)
    spent = time.perf_counter() - began
    np.savez(out, said=said, seconds=spent, memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _expert(tool: str, python: str, given: Rows, seconds: float, out: Path) -> str:
    """ "" or what went wrong."""
    told = {name: {c: _plain(part[c]) for c in part} for name, part in (("train", given.train), ("test", given.test))}
    path = out.with_suffix(".rows")
    path.write_bytes(pickle.dumps({**told, "target": given.case.target, "is_class": given.case.is_class}))
    call = [python, str(Path(__file__).with_name("experts.py")), tool, str(path), str(out), str(seconds)]
    done = subprocess.run(call, capture_output=True, text=True, check=False)
    return done.stderr.strip().splitlines()[-1][:80] if done.returncode else ""


def _plain(column: Any) -> Array:
    return column.astype(object).to_numpy() if str(column.dtype) in ("str", "string") else column.to_numpy()


def _gain(case: Case, truth: Array, score: float) -> float:
    """How much of the way from always the same answer (0) to none wrong (1)."""
    return 2 * score - 1 if case.is_class else 1 - score / float(np.std(truth.astype(float)))


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--data", type=Path, required=True)
    asked.add_argument("--sets", nargs="*", default=[case.name for case in CASES])
    asked.add_argument("--ours", nargs="*", default=["quick", "good", "best"])
    asked.add_argument("--tools", nargs="*", default=[f"{tool}={sys.executable}" for tool in ("linear", "hgb")])
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--seed", type=int, default=SEED)
    asked.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    told = asked.parse_args()
    if told.one:
        _one(told.one[0], told.one[1], told.data, told.seconds, told.seed, Path(told.one[2]))
        return
    gains: dict[str, list[float]] = {}
    for case in (case for case in CASES if case.name in told.sets):
        given = rows(case, told.data, told.seed)
        truth = given.test[case.target].to_numpy()
        for name in [*told.tools, *told.ours]:
            tool, _, python = name.partition("=")
            with tempfile.TemporaryDirectory() as place:
                out = Path(place) / "out.npz"
                if python:
                    wrong = _expert(tool, python, given, told.seconds, out)
                else:
                    again = [sys.executable, "-m", "tests.bench.quality", "--data", str(told.data), "--seconds", str(told.seconds)]
                    call = [*again, "--seed", str(told.seed), "--one", case.name, tool, str(out)]
                    done = subprocess.run(call, capture_output=True, text=True, check=False)
                    wrong = done.stderr.strip().splitlines()[-1][:80] if done.returncode else ""
                if wrong:
                    print(f"{case.name:11s} {tool:10s} {wrong}", flush=True)
                    continue
                found = np.load(out)
                value = score(case, truth, found["said"])
                gains.setdefault(tool, []).append(_gain(case, truth, value))
                memory = f"{float(found['memory']):6.0f} MB" if "memory" in found else ""
                print(f"{case.name:11s} {tool:10s} {value:10.4f} {float(found['seconds']):7.1f} s {memory}", flush=True)
    print(f"\nOn average, of the way from a guess to no mistake (load {os.getloadavg()[0]:.1f}):")
    for tool, several in sorted(gains.items(), key=lambda item: -np.mean(item[1])):
        print(f"  {tool:10s} {np.mean(several):.4f}  ({len(several)} sets)")


if __name__ == "__main__":
    main()
