"""One of the experts' usual tools on one table, in whatever environment has it: its answers for the unseen rows, and its seconds.

Called by quality.py: python experts.py TOOL ROWS.pkl OUT.npz SECONDS. TOOL is linear, hgb, catboost, lightgbm, xgboost or autogluon.
Each at its defaults. Knows nothing of the product.
"""

import pickle
import sys
import tempfile
import time
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")


def main() -> None:
    tool, path, out, seconds = sys.argv[1:5]
    with open(path, "rb") as file:
        told = pickle.load(file)  # made a moment ago by quality.py itself
    told["train"], told["test"] = pd.DataFrame(told["train"]), pd.DataFrame(told["test"])
    train, test, target, is_class = told["train"], told["test"], told["target"], told["is_class"]
    y = train[target]
    if is_class:
        classes = np.unique(y.astype(str))
        y = (y.astype(str) == classes[1]).astype(int)
    x, unseen = train.drop(columns=target), test.drop(columns=target)
    began = time.perf_counter()
    said = TOOLS[tool](x, y, unseen, is_class, float(seconds))
    np.savez(out, said=np.asarray(said, float), seconds=time.perf_counter() - began)


def words(x: pd.DataFrame) -> list[str]:
    return [c for c in x.columns if not pd.api.types.is_numeric_dtype(x[c])]


def _asked(model, unseen, is_class):
    return model.predict_proba(unseen)[:, 1] if is_class else model.predict(unseen)


def linear(x, y, unseen, is_class, seconds):
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    names = words(x)
    numbers = [c for c in x.columns if c not in names]
    prepared = make_column_transformer(
        (make_pipeline(SimpleImputer(add_indicator=True), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore", min_frequency=3), names),
    )
    model = make_pipeline(prepared, LogisticRegression(max_iter=2000) if is_class else Ridge())
    return _asked(model.fit(x, y), unseen, is_class)


def hgb(x, y, unseen, is_class, seconds):
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    x, unseen = _categories(x, unseen)
    made = HistGradientBoostingClassifier if is_class else HistGradientBoostingRegressor
    model = made(categorical_features="from_dtype", random_state=0)
    return _asked(model.fit(x, y), unseen, is_class)


def lightgbm(x, y, unseen, is_class, seconds):
    from lightgbm import LGBMClassifier, LGBMRegressor

    x, unseen = _categories(x, unseen)
    names = [f"c{i}" for i in range(x.shape[1])]
    model = (LGBMClassifier if is_class else LGBMRegressor)(random_state=0, verbose=-1, n_jobs=2)
    return _asked(model.fit(x.set_axis(names, axis=1), y), unseen.set_axis(names, axis=1), is_class)


def xgboost(x, y, unseen, is_class, seconds):
    from xgboost import XGBClassifier, XGBRegressor

    x, unseen = _categories(x, unseen)
    names = [f"c{i}" for i in range(x.shape[1])]
    model = (XGBClassifier if is_class else XGBRegressor)(random_state=0, enable_categorical=True, n_jobs=2)
    return _asked(model.fit(x.set_axis(names, axis=1), y), unseen.set_axis(names, axis=1), is_class)


def catboost(x, y, unseen, is_class, seconds):
    from catboost import CatBoostClassifier, CatBoostRegressor

    names = words(x)
    x, unseen = x.copy(), unseen.copy()
    for frame in (x, unseen):
        frame[names] = frame[names].fillna("missing").astype(str)
    model = (CatBoostClassifier if is_class else CatBoostRegressor)(
        verbose=0, random_seed=0, cat_features=names, thread_count=2, allow_writing_files=False
    )
    return _asked(model.fit(x, y), unseen, is_class)


def autogluon(x, y, unseen, is_class, seconds):
    from autogluon.tabular import TabularPredictor

    frame = x.assign(__target__=y.to_numpy())
    with tempfile.TemporaryDirectory() as place:
        kind, metric = ("binary", "roc_auc") if is_class else ("regression", "root_mean_squared_error")
        predictor = TabularPredictor("__target__", problem_type=kind, eval_metric=metric, path=place, verbosity=0)
        predictor.fit(frame, time_limit=seconds, presets="medium_quality", num_cpus=2, num_gpus=0)
        return predictor.predict_proba(unseen)[1] if is_class else predictor.predict(unseen)


def _categories(x, unseen):
    x, unseen = x.copy(), unseen.copy()
    for name in words(x):
        levels = pd.CategoricalDtype(sorted(x[name].dropna().astype(str).unique()))
        x[name], unseen[name] = x[name].astype(str).astype(levels), unseen[name].astype(str).astype(levels)
    return x, unseen


TOOLS = {"linear": linear, "hgb": hgb, "catboost": catboost, "lightgbm": lightgbm, "xgboost": xgboost, "autogluon": autogluon}

if __name__ == "__main__":
    main()
