"""How hard the samples are: what a linear model and boosted trees (or raw pixels) reach on rows they never saw.

`python sample_data/judge.py` prints one line a sample. Machines are kept whole: none is both learned from and judged on.
"""

import io
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

HERE = Path(__file__).parent
TEXT = make_column_selector(dtype_exclude="number")
NUMBERS = make_column_selector(dtype_include="number")


def main() -> None:
    judge_table("breast_cancer", "diagnosis")
    judge_table("diabetes_progression", "disease progression", measure="r2")
    judge_table("machine_failure", "failure", group="machine id", leave_out=("timestamp",))
    judge_table("loan_risk", "outcome")
    judge_pictures("steel_defects")
    judge_pictures("digits")


def judge_table(name: str, target: str, group: str = "", leave_out: tuple[str, ...] = (), measure: str = "roc_auc") -> None:
    table = pd.read_csv(HERE / f"{name}.csv")
    y, groups = table[target], table[group] if group else None
    x = table.drop(columns=[target, *leave_out, *([group] if group else [])])
    if measure == "r2":
        folds, linear, trees = KFold(5, shuffle=True, random_state=0), Ridge(), HistGradientBoostingRegressor(max_depth=3)
    else:
        folds = GroupKFold(5) if group else StratifiedKFold(5, shuffle=True, random_state=0)
        linear = LogisticRegression(max_iter=2000)
        trees = HistGradientBoostingClassifier(learning_rate=0.05, max_leaf_nodes=15, max_iter=150, random_state=0)
    spread = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS), (OneHotEncoder(handle_unknown="ignore"), TEXT)
    )
    codes = make_column_transformer((OrdinalEncoder(), TEXT), remainder="passthrough")
    for label, model in (("linear", make_pipeline(spread, linear)), ("trees", make_pipeline(codes, trees))):
        scores = cross_val_score(model, x, y, cv=folds, groups=groups, scoring=measure)
        print(f"{name:22} {label:7} {measure:9} {scores.mean():.3f} ± {scores.std():.3f}")


def judge_pictures(name: str) -> None:
    x, y = read_pictures(HERE / f"{name}.zip")
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300))
    scores = cross_val_score(model, x.reshape(len(x), -1), y, cv=folds)
    print(f"{name:22} {'linear':7} {'accuracy':9} {scores.mean():.3f} ± {scores.std():.3f}")


def read_pictures(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (pictures, height, width) between 0 and 1, and the class folder each lies in."""
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        pixels = [np.asarray(Image.open(io.BytesIO(archive.read(name)))) for name in names]
    return np.stack(pixels) / 255, np.array([name.split("/")[0] for name in names])


if __name__ == "__main__":
    main()
