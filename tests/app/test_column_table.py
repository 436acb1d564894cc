"""The columns' table: what a change of a cell does, and what each line says."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import column_table
from engine import datasets
from engine.columns import Column
from engine.profile import ColumnProfile
from engine.store import projects
from engine.store.workspace import Workspace
from tests.app.conftest import Filled, Page


def script() -> None:
    import streamlit as st

    from app import column_table, state
    from engine import datasets

    st.query_params["project"] = st.session_state["which"]
    dataset = datasets.get(state.workspace(), state.current_project().dataset)
    st.session_state["columns"] = {"edited_rows": st.session_state["cells"]}
    column_table._changed(dataset, "columns", tuple(column.id for column in dataset.columns))
    st.write(state.said())


def change(filled: Filled, row: int, **cells: object) -> str:
    Page("data", project=filled.project)
    at = AppTest.from_function(script, default_timeout=30)
    at.session_state["which"], at.session_state["cells"] = filled.project, {row: cells}
    at.run()
    assert not at.exception, at.exception[0].message
    return " ".join(str(json.value) for json in at.json)


def types(filled: Filled) -> dict[str, str]:
    return {column.name: column.type for column in datasets.get(filled.workspace, filled.dataset).columns}


def test_unticking_a_column_takes_it_out(filled: Filled) -> None:
    change(filled, 2, use=False)
    plan = projects.get(filled.workspace, filled.project).draft["plan"]
    assert filled.column("age") not in plan["inputs"]


def test_the_target_cannot_be_an_input(filled: Filled) -> None:
    assert "This column is what the model should predict" in change(filled, 6, use=True)


def test_another_type_is_read_from_the_text_again(filled: Filled) -> None:
    change(filled, 2, type="Category")
    assert types(filled)["age"] == "category"
    change(filled, 2, type="Number")
    assert types(filled)["age"] == "number"


def test_values_that_are_no_numbers_are_said_at_once(filled: Filled) -> None:
    assert "no numbers count as missing" in change(filled, 3, type="Number")


def test_a_new_name_is_kept_and_a_taken_one_refused(filled: Filled) -> None:
    change(filled, 2, name="years")
    assert "years" in types(filled)
    assert "another column called" in change(filled, 2, name="ward")
    assert "years" in types(filled)


@pytest.mark.parametrize(("bins", "shown"), [(10, 10), (16, 16), (30, 15), (40, 14)])
def test_the_small_distribution_keeps_every_row(bins: int, shown: int) -> None:
    counts = tuple(range(1, bins + 1))
    column = Column(id="c1", name="x", type="number")
    profile = ColumnProfile(column=column, rows=sum(counts), missing=0, distinct=9, edges=tuple(range(bins + 1)), counts=counts)
    bars = column_table.bars(profile)
    assert (len(bars), sum(bars)) == (shown, sum(counts))


def test_what_is_worth_knowing_stands_below_the_table_in_full(filled: Filled) -> None:
    page = Page("data", project=filled.project)
    assert "Worth knowing about single columns" in page.words
    said = "<dt>patient id</dt><dd>Left out: It names whom a row belongs to, and says nothing about a new one. There are 80 different"
    assert said in page.words
    marks = dict(zip(*(page.at.dataframe[0].value[name] for name in ("name", "note")), strict=True))
    assert (marks["patient id"], marks["ill"], marks["age"]) == ("Left out", "Predicted", "")


def test_what_is_asked_above_the_table_is_not_said_again(filled: Filled) -> None:
    assert "<dt>bill code</dt>" not in Page("data", project=filled.project).words


def test_columns_with_the_same_to_know_share_a_line(empty: Workspace, tmp_path: Path) -> None:
    rows = "".join(f"{i % 7},x,x,{i % 2}\n" for i in range(60))
    (tmp_path / "same.csv").write_text("dose,<b>one</b>,two,ill\n" + rows)
    dataset = datasets.add(empty, tmp_path / "same.csv", "same.csv")
    page = Page("data", project=projects.add(empty, "Same", dataset.id).id)
    assert "<dt>&lt;b&gt;one&lt;/b&gt; and two</dt><dd>Left out: Every row has the same value." in page.words


def test_another_role_is_kept_in_the_plan(filled: Filled) -> None:
    change(filled, 3, role="Sensitive")
    plan = projects.get(filled.workspace, filled.project).draft["plan"]
    assert plan["sensitive"] == [filled.column("ward")] and filled.column("ward") not in plan["inputs"]
    page = Page("data", project=filled.project)
    roles = dict(zip(*(page.at.dataframe[0].value[name] for name in ("name", "role")), strict=True))
    assert (roles["ward"], roles["patient id"], roles["ill"], roles["age"]) == (
        "Sensitive", "Case, kept together", "Predicted", "Learned from",
    )  # fmt: skip
