"""How often a model that can know nothing is presented as useful: answers drawn by chance, many times over.

Prints counts. Run: make bench ARGS=tests/bench/test_random_labels.py
"""

from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from engine import advice, effort, profile, training
from engine.columns import Column, Table
from engine.effort import Effort
from engine.tell import Tell
from tests.bench.tables import scaled, show

pytestmark = [pytest.mark.bench, pytest.mark.timeout(7200)]
ROWS, COLUMNS = 300, 6
USEFUL = ("good", "fair")


@pytest.mark.parametrize(("level", "seeds"), [("quick", 100), ("good", 20)])
def test_answers_by_chance_are_never_called_useful(level: Effort, seeds: int, tmp_path: Path) -> None:
    """The number of seeds is printed with what was said of each."""
    seeds = scaled(seeds, 3)
    said = Counter(_verdict(level, seed, tmp_path / str(seed)) for seed in range(seeds))
    counted = [[word, str(times)] for word, times in said.most_common()]
    show(f"Answers by chance, {ROWS} rows, {level}, {seeds} seeds", ["verdict", "times"], counted)
    assert sum(said[word] for word in USEFUL) == 0


def _verdict(level: Effort, seed: int, place: Path) -> str:
    random = np.random.default_rng(seed)
    names = [f"c{i:04d}" for i in range(COLUMNS)]
    frame = pd.DataFrame(random.normal(size=(ROWS, COLUMNS)), columns=names)
    frame["c9999"] = pd.Series(np.where(random.random(ROWS) < 0.5, "yes", "no")).astype("str")
    columns = (*(Column(id=name, name=f"measure {name}", type="number") for name in names), Column(id="c9999", name="ill", type="category"))
    table = Table(columns, frame)
    found = profile.compute(table)
    plan, _ = advice.plan("d1", table, found, "c9999")
    return str(training.train(effort.apply(plan.model_copy(update={"seed": seed}), found, level), table, Tell(), place).report.verdict)
