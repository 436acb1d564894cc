"""Eight rows followed through a training: which, what is told of them, when, and at what cost."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import examples, training
from engine.examples import Examples
from tests import lessons
from tests.lessons import Heard


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 100.0
        monkeypatch.setattr(examples.time, "monotonic", lambda: self.now)


class Counting(Heard):
    """Counts what is told of the examples."""

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[int | None] = []
        self.before: list[str] = []

    def facts(self, values: Any) -> None:
        super().facts(values)
        self.before += list(values)
        if "examples_now" in values:
            self.steps.append(values["examples_now"]["step"])


def test_classes_are_spread_even_when_one_is_rare() -> None:
    task, _ = lessons.tasks()["binary"]
    y = np.zeros(1000, np.float32)
    y[[17, 400, 999, 3]] = 1
    chosen = examples.choose(task, y, seed=1)
    assert len(set(chosen)) == 8 and y[chosen].sum() == 4


def test_many_classes_give_one_row_each() -> None:
    task, _ = lessons.tasks()["multiclass"]
    y = np.repeat(np.arange(30), 5)
    assert len(set(y[examples.choose(task, y, seed=1)])) == 8


def test_numbers_are_spread_from_low_to_high() -> None:
    task, _ = lessons.tasks()["regression"]
    y = np.random.default_rng(0).normal(size=400)
    shown = y[examples.choose(task, y, seed=1)]
    assert list(shown) == sorted(shown) and shown[0] < np.quantile(y, 0.125) and shown[-1] > np.quantile(y, 0.875)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_the_seed_alone_chooses(kind: str) -> None:
    task, raw = lessons.tasks()[kind]
    y = task.encode(raw, task.fit(raw))
    first, again, other = (examples.choose(task, y, seed).tolist() for seed in (4, 4, 5))
    assert first == again != other


def test_few_rows_are_all_shown() -> None:
    task, _ = lessons.tasks()["binary"]
    assert sorted(examples.choose(task, np.array([0.0, 1.0, 0.0]), seed=0)) == [0, 1, 2]


@pytest.mark.parametrize(("target", "kind"), [("c0005", "mlp"), ("c0001", "mlp"), ("c0005", "boosted_trees")])
def test_a_training_tells_its_examples_and_ends_with_the_kept_model(target: str, kind: str, tmp_path: Path) -> None:
    heard, table, plan = Counting(), lessons.table(), lessons.plan(kind, target)
    made = training.train(plan, table, heard, tmp_path / "bundle")
    told, now = heard.known["examples"], heard.known["examples_now"]
    assert len(told["rows"]) == len(now["answers"]) == 8 and 2 <= len(told["columns"]) <= 3
    assert heard.steps[0] == 1 and heard.steps[-1] is None
    assert heard.before.index("examples") < heard.before.index("metrics")
    rows = np.array([row["row"] - 1 for row in told["rows"]])
    assert not set(rows) & set(training.split.assign(plan.split, table, target, plan.task, plan.seed).train)
    names = {column.name: column.id for column in table.columns}
    for i, column in enumerate(told["columns"]):
        cells = table.frame[names[column["name"]]].iloc[rows]
        assert [v is None for v in (row["values"][i] for row in told["rows"])] == cells.isna().tolist()
    answers = made.predict(table.take(rows))["prediction"]
    if target == "c0005":
        assert [a["said"] for a in now["answers"]] == answers.tolist()
        assert [a["truth"] for a in now["answers"]] == table.values(target)[rows].tolist()
        assert all(a["is_right"] == (a["said"] == a["truth"]) for a in now["answers"])
    else:
        assert [float(a["said"]) for a in now["answers"]] == pytest.approx(answers.tolist(), abs=1.0)
        assert [float(a["truth"]) for a in now["answers"]] == pytest.approx(table.values(target)[rows].tolist(), abs=0.05)
        assert all(a["is_right"] is None and ("too" in a["note"] or "exactly" in a["note"]) for a in now["answers"])


def followed() -> Examples:
    task, raw = lessons.tasks()["binary"]
    state = task.fit(raw)
    return Examples(task, state, np.arange(8), task.encode(raw, state), {})


def test_answers_are_told_at_most_twice_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, heard = Clock(monkeypatch), Counting()
    shown = followed()
    for step in range(1, 101):
        shown.follow(step, lambda: np.full((8, 1), 0.7), heard)
        clock.now += 0.1
    assert 16 <= len(heard.steps) <= 21


def test_a_slow_model_is_asked_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, heard = Clock(monkeypatch), Counting()
    shown, began, spent = followed(), clock.now, 0.0

    def ask() -> Any:
        nonlocal spent
        clock.now += 0.2
        spent += 0.2
        return np.full((8, 1), 0.7)

    for step in range(1, 4001):
        shown.follow(step, ask, heard)
        clock.now += 0.1
    assert spent <= 0.0101 * (clock.now - began) + 0.2
