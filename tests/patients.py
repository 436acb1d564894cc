"""Patients with several visits each: what a visit measures hardly changes from visit to visit, and only part of it tells the illness."""

import numpy as np
import pandas as pd

from engine.columns import Column, Table

VISITS = 6


def frame(patients: int = 120, seed: int = 0) -> pd.DataFrame:
    """A row a visit: who, when, age, three blood values that are a patient's own, and whether the patient is ill."""
    rng = np.random.default_rng(seed)
    age = rng.integers(30, 80, patients)
    own = rng.normal(0, 1, (patients, 3))
    ill = 0.06 * (age - 55) + rng.normal(0, 1.2, patients) > 0
    who = np.repeat(np.arange(patients), VISITS)
    visits = rng.permutation(len(who))
    rows = pd.DataFrame(
        {
            "patient id": [f"P{i:03d}" for i in who],
            "visit": pd.date_range("2024-01-01", periods=len(who)).strftime("%Y-%m-%d"),
            "age": age[who],
            **{f"blood {name}": (own[who, i] + rng.normal(0, 0.02, len(who))).round(3) for i, name in enumerate("abc")},
            "ill": np.where(ill[who], "yes", "no"),
        }
    )
    return rows.iloc[visits].reset_index(drop=True)


def table(patients: int = 120, seed: int = 0) -> Table:
    """The same, typed; ids are c0001 and on."""
    found = frame(patients, seed)
    types = ["category", "date", "number", "number", "number", "number", "category"]
    columns = tuple(Column(id=f"c{i + 1:04d}", name=name, type=types[i]) for i, name in enumerate(found))  # type: ignore[arg-type]
    typed = {"category": "str", "date": "datetime64[ns]", "number": "float64"}
    frame_ = pd.DataFrame({c.id: found[c.name].astype(typed[c.type]) for c in columns})
    return Table(columns, frame_)
