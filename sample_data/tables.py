"""The four sample tables: two taken from scikit-learn, two simulated. Every simulated cause is written out here."""

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer, load_diabetes

MACHINES = 60
READINGS = 134
MACHINE_ROWS = 8000
LOANS = 5000


def breast_cancer() -> pd.DataFrame:
    """569 tumours, 30 measurements of cell nuclei, and the diagnosis."""
    source = load_breast_cancer(as_frame=True)
    table = source.data.rename(columns=lambda name: name.replace(" error", " standard error"))
    table["diagnosis"] = np.where(source.target == 0, "malignant", "benign")
    return table


def diabetes_progression() -> pd.DataFrame:
    """442 patients, ten measurements at the start, and how far the disease had progressed a year later."""
    source = load_diabetes(as_frame=True, scaled=False)
    names = {
        "age": "age (years)",
        "sex": "sex (code)",
        "bmi": "body mass index (kg/m²)",
        "bp": "blood pressure (mmHg)",
        "s1": "total cholesterol (mg/dL)",
        "s2": "LDL cholesterol (mg/dL)",
        "s3": "HDL cholesterol (mg/dL)",
        "s4": "total to HDL cholesterol (ratio)",
        "s5": "triglycerides (log)",
        "s6": "blood sugar (mg/dL)",
    }
    table = source.data.rename(columns=names)
    table["sex (code)"] = table["sex (code)"].map({1.0: "code 1", 2.0: "code 2"})
    table["disease progression"] = source.target
    return table.round(4)


def machine_failure(seed: int = 11) -> pd.DataFrame:
    """Readings of 60 machines every four hours, and whether each failed before its next reading."""
    rng = np.random.default_rng(seed)
    plant = _plant(rng)
    wear, bearing, fault_from = rng.uniform(0, 190, MACHINES), np.zeros(MACHINES), np.full(MACHINES, 1e9)
    shifts = []
    for shift in range(READINGS):
        reading = _reading(rng, plant, shift, wear, bearing)
        failed = rng.random(MACHINES) < _failure_chance(reading, plant)
        shifts.append(reading.assign(failure=np.where(failed, "Yes", "No")))
        fault_from = np.where(rng.random(MACHINES) < 0.010, np.minimum(fault_from, shift), fault_from)
        bearing = np.where(fault_from <= shift, bearing + rng.gamma(2.0, 0.16, MACHINES), 0.0)
        repaired = failed | (bearing > rng.uniform(2.5, 6.0, MACHINES))
        fault_from[repaired], bearing[repaired] = 1e9, 0.0
        changed = failed | (wear > rng.uniform(185, 255, MACHINES))
        wear = np.where(changed, 0.0, wear + rng.gamma(4.0, 3.2, MACHINES))
    table = pd.concat(shifts, ignore_index=True)
    kept = np.sort(rng.choice(len(table), MACHINE_ROWS, replace=False))
    table = table.iloc[kept].sort_values(["timestamp", "machine id"], ignore_index=True)
    return _with_sensor_dropouts(table, rng)


def _plant(rng: np.random.Generator) -> pd.DataFrame:
    """What stays the same about each machine; none of it is in the file."""
    return pd.DataFrame(
        {
            "name": [f"M{number:03d}" for number in 101 + np.arange(MACHINES)],
            "minute": rng.integers(0, 60, MACHINES),
            "rest vibration": rng.lognormal(0.45, 0.22, MACHINES),
            "torque offset": rng.normal(0, 2.0, MACHINES),
            "pump": rng.normal(4.2, 0.18, MACHINES),
            "weakness": rng.normal(0, 1.0, MACHINES),
        }
    )


def _reading(rng: np.random.Generator, plant: pd.DataFrame, shift: int, wear: np.ndarray, bearing: np.ndarray) -> pd.DataFrame:
    hours = 4 * shift + rng.normal(0, 0.15, MACHINES)
    hall = 22 + 3.5 * np.sin(2 * np.pi * (hours - 9) / 24) + 2.5 * np.sin(2 * np.pi * hours / 400)
    air = hall + rng.normal(0, 0.7, MACHINES)
    speed = 1380 + rng.gamma(1.8, 95, MACHINES) - 60 * (rng.random(MACHINES) < 0.25)
    torque = 40 + plant["torque offset"] - 0.042 * (speed - 1540) + rng.normal(0, 7.5, MACHINES)
    torque = np.clip(torque + 0.02 * (wear - 100), 5, None)
    coolant = plant["pump"] + rng.normal(0, 0.22, MACHINES) - (rng.random(MACHINES) < 0.05) * rng.gamma(2, 0.4, MACHINES)
    process = air + 9 + 0.07 * (torque - 40) + 1.6 * (4.2 - coolant) + rng.normal(0, 0.7, MACHINES)
    vibration = plant["rest vibration"] * np.exp(rng.normal(0, 0.12, MACHINES)) + 0.003 * wear + bearing
    minutes = np.round(hours * 60 + plant["minute"]).astype(int)
    return pd.DataFrame(
        {
            "timestamp": pd.Timestamp("2024-03-04 06:00") + pd.to_timedelta(minutes, unit="min"),
            "machine id": plant["name"],
            "product grade": rng.choice(["low", "medium", "high"], MACHINES, p=[0.55, 0.3, 0.15]),
            "air temperature (°C)": air.round(1),
            "process temperature (°C)": process.round(1),
            "rotational speed (rpm)": speed.round().astype(int),
            "torque (Nm)": torque.round(1),
            "vibration (mm/s)": vibration.round(2),
            "tool wear (min)": wear.round().astype(int),
            "coolant pressure (bar)": coolant.clip(0.3).round(2),
        }
    )


def _failure_chance(reading: pd.DataFrame, plant: pd.DataFrame) -> np.ndarray:
    """Five independent causes. The last one, and each machine's weakness, leave no trace in the sensors."""
    torque, speed, wear = (reading[name] for name in ("torque (Nm)", "rotational speed (rpm)", "tool wear (min)"))
    limit = reading["product grade"].map({"low": 11300, "medium": 12100, "high": 12900})
    heat = reading["process temperature (°C)"] - reading["air temperature (°C)"]
    power = torque * speed * 2 * np.pi / 60
    weak = plant["weakness"]
    causes = (
        0.85 * _step((torque * wear - limit) / 450 + 0.5 * weak),
        0.75 * _step((heat - 11.6) / 0.3 + 0.4 * weak) * _step((1405 - speed) / 12),
        0.80 * (_step((2850 - power) / 130) + _step((power - 9700) / 150)),
        0.70 * _step((reading["vibration (mm/s)"] - 4.4) / 0.22 + 0.4 * weak) * _step((speed - 1480) / 30),
        0.0016 * np.exp(0.5 * weak),
    )
    return 1 - np.prod([1 - np.clip(cause, 0, 1) for cause in causes], axis=0)


def _with_sensor_dropouts(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Old pressure sensors go silent for days at a time; single vibration readings get lost."""
    old = rng.choice(table["machine id"].unique(), 18, replace=False)
    for machine in old:
        rows = table.index[table["machine id"] == machine]
        start, length = rng.integers(0, len(rows) - 40), rng.integers(15, 40)
        table.loc[rows[start : start + length], "coolant pressure (bar)"] = np.nan
    table.loc[rng.random(len(table)) < 0.012, "vibration (mm/s)"] = np.nan
    return table


def loan_risk(seed: int = 23) -> pd.DataFrame:
    """Loans of invented people, and whether each was repaid. Two unfair differences between women and men are built in."""
    rng = np.random.default_rng(seed)
    people = _applicants(rng)
    trouble = _trouble(people)
    chance = _step(trouble + rng.normal(0, 0.3, LOANS))
    people["outcome"] = np.where(rng.random(LOANS) < chance, "default", "repaid")
    new_in_job = people["years employed"] < 2
    people.loc[rng.random(LOANS) < np.where(new_in_job, 0.10, 0.025), "yearly income (€)"] = np.nan
    people.loc[rng.random(LOANS) < 0.05, "years employed"] = np.nan
    people.loc[rng.random(LOANS) < 0.012, "housing"] = np.nan
    return people


def _applicants(rng: np.random.Generator) -> pd.DataFrame:
    women = rng.random(LOANS) < 0.46
    age = np.clip(19 + rng.gamma(2.6, 8.2, LOANS), 19, 78).round()
    employed = np.clip((age - 19) * rng.beta(1.3, 2.2, LOANS), 0, 42)
    region = rng.choice(["North", "Coast", "Capital", "Hills", "South"], LOANS, p=[0.22, 0.17, 0.28, 0.12, 0.21])
    regional = pd.Series(region).map({"North": 0.0, "Coast": 0.04, "Capital": 0.16, "Hills": -0.08, "South": -0.12})
    income = np.exp(10.33 + regional + 0.016 * np.minimum(employed, 25) + rng.normal(0, 0.36, LOANS) - 0.14 * women)
    purpose = rng.choice(["car", "home repair", "furniture", "education", "business", "other debts"], LOANS,
                         p=[0.27, 0.2, 0.18, 0.1, 0.11, 0.14])
    size = pd.Series(purpose).map({"car": 9.3, "home repair": 9.0, "furniture": 8.1, "education": 8.8, "business": 9.6, "other debts": 9.1})
    amount = np.exp(size + 0.35 * (np.log(income) - 10.4) + rng.normal(0, 0.5, LOANS))
    owns = _step((age - 42) / 9 + (np.log(income) - 10.4))
    housing = np.where(rng.random(LOANS) < owns, "own", np.where(rng.random(LOANS) < 0.8, "rent", "with family"))
    months = np.clip(np.round(amount / income * 70 * np.exp(rng.normal(0, 0.35, LOANS)) / 6) * 6, 6, 84)
    return pd.DataFrame(
        {
            "age (years)": age.astype(int),
            "sex": np.where(women, "female", "male"),
            "region": region,
            "yearly income (€)": (income / 100).round() * 100,
            "years employed": employed.round(1),
            "housing": housing,
            "existing loans": rng.poisson(0.9, LOANS),
            "late payments (last 2 years)": rng.poisson(rng.gamma(0.55, 1.1, LOANS)),
            "loan purpose": purpose,
            "loan amount (€)": ((amount / 50).round() * 50).astype(int),
            "term (months)": months.astype(int),
        }
    )


def _trouble(people: pd.DataFrame) -> pd.Series:
    """The log-odds of a default. The line with `sex` is the built-in injustice: same finances, more defaults recorded."""
    burden = people["loan amount (€)"] / people["term (months)"] * 12 / people["yearly income (€)"]
    late = people["late payments (last 2 years)"]
    young_job = np.exp(-people["years employed"] / 2.5)
    return (
        -4.6
        + 7.5 * np.clip(burden, 0, 0.9)
        + 1.2 * np.log1p(late)
        + 1.6 * np.log1p(late) * np.log1p(people["existing loans"])
        + 1.4 * young_job
        + 1.6 * young_job * (people["loan purpose"] == "business")
        + 0.7 * (people["loan purpose"] == "other debts")
        + 1.1 * np.clip((26 - people["age (years)"]) / 7, 0, 1)
        - 0.8 * (people["housing"] == "own")
        - 0.6 * np.log(people["yearly income (€)"] / 32000)
        + 0.6 * (people["sex"] == "female")
    )


def _step(x: pd.Series) -> pd.Series:
    """A smooth step from 0 to 1."""
    return 1 / (1 + np.exp(-x))
