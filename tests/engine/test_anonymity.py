"""How well people hide among each other: counted, with the column that gives most away."""

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import anonymity, profile, values
from engine.columns import Column, Table, Treatment


def test_rows_alone_and_the_smallest_group_are_counted() -> None:
    found = anonymity.measure({"sex": ["f", "f", "f", "m", "m", "m"], "town": ["a", "a", "b", "a", "a", "a"]})
    assert (found.rows, found.groups, found.smallest, found.alone, found.few) == (6, 3, 1, 1, 6)
    assert (found.telling, found.alone_without) == ("town", 0)


def test_missing_values_are_alike() -> None:
    assert anonymity.measure({"town": [None, None, np.nan]}).smallest == 3


def test_a_coarser_column_never_sets_more_rows_apart() -> None:
    born = [f"{1950 + i % 40}-0{1 + i % 9}-1{i % 9}" for i in range(200)]
    texts = pa.array(born, pa.large_string())
    column = values.read(texts, "c0001", "born").column
    years = anonymity.treated(texts, column, Treatment(kind="year"))
    assert years is not None
    assert anonymity.measure({"born": born}).smallest == 1
    assert anonymity.measure({"born": years}).smallest == 5


def test_facts_that_others_may_know_are_chosen() -> None:
    import pandas as pd

    names = {"c0001": "Alter", "c0002": "sex", "c0003": "torque"}
    frame = pd.DataFrame({"c0001": [20.0, 30.0, 40.0] * 9, "c0002": ["f", "m", "f"] * 9, "c0003": np.arange(27.0)}).astype({"c0002": "str"})
    columns = tuple(Column(id=id, name=name, type="category" if name == "sex" else "number") for id, name in names.items())
    assert anonymity.known_to_others(profile.compute(Table(columns, frame)).columns) == ["c0001", "c0002"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=1, max_size=40))
@settings(max_examples=50, deadline=None)
def test_it_counts_as_a_plain_count_does(rows: list[tuple[str, int]]) -> None:
    found = anonymity.measure({"a": [row[0] for row in rows], "b": [row[1] for row in rows]})
    sizes = [rows.count(row) for row in set(rows)]
    assert (found.groups, found.smallest, found.alone) == (len(sizes), min(sizes), sizes.count(1))
