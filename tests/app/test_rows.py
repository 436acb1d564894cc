"""The rows of the data: paged and filtered from the disk, changed by hand, and every change with its way back."""

from typing import Any

import pandas as pd
import pytest

from app import row_edits, row_table, state
from engine import datasets
from engine.store import projects
from tests.app.conftest import NASTY, Filled, Page


@pytest.fixture
def page(filled: Filled) -> Page:
    opened = Page("data", project=filled.project)
    opened.at.segmented_control(key=f"data-tab-{filled.dataset}").set_value("rows")
    return opened.run()


def shown(page: Page) -> pd.DataFrame:
    return page.at.dataframe[-1].value


def wait(filled: Filled, mends: list[dict[str, Any]], drops: list[int]) -> None:
    version = datasets.get(filled.workspace, filled.dataset).version
    draft = projects.get(filled.workspace, filled.project).draft
    edits = {"dataset": filled.dataset, "version": version, "mends": mends, "drops": drops}
    projects.save(filled.workspace, filled.project, draft={**draft, "edits": edits})


def test_fifty_rows_are_shown_with_their_numbers_and_all_can_be_paged_through(page: Page, filled: Filled) -> None:
    first = shown(page)
    assert (first.index.tolist(), list(first.columns)[0]) == ([*range(1, 51)], "drop")
    assert first["c0001"].iloc[3] == "P001" and first["c0002"].iloc[1] == "2024-01-02"
    assert "240 rows" in page.words


def test_rows_are_filtered_by_a_columns_value_range_or_gaps(page: Page, filled: Filled) -> None:
    ward = filled.column("ward")
    page.at.selectbox(key=f"rows-by-{filled.dataset}").set_value(ward).run()
    page.at.multiselect(key=f"rows-is-{ward}").set_value(["north"])
    page.run()
    assert set(shown(page)[ward]) == {"north"}
    age = filled.column("age")
    page.at.selectbox(key=f"rows-by-{filled.dataset}").set_value(age).run()
    page.at.number_input(key=f"rows-from-{age}").set_value(40.0)
    page.at.number_input(key=f"rows-to-{age}").set_value(50.0)
    page.run()
    assert shown(page)[age].astype(float).between(40, 50).all()
    page.at.toggle(key=f"rows-missing-{age}").set_value(True)
    page.run()
    assert shown(page)[age].isna().all() and "of 240 rows" in page.words
    page.click("rows-drop-all")
    assert shown(page)["drop"].all() and "rows to drop**, not written yet" in page.words
    page.click("rows-discard")
    assert not shown(page)["drop"].any() and not page.has("rows-write")


def test_changes_wait_survive_a_reload_are_written_and_taken_back(page: Page, filled: Filled) -> None:
    ward = filled.column("ward")
    wait(filled, [{"row": 2, "column": ward, "value": "attic"}], [0, 1])
    page.run()
    assert shown(page)[ward].iloc[2] == "attic" and shown(page)["drop"].iloc[:3].tolist() == [True, True, False]
    assert "1 cell changed and 2 rows to drop" in page.words
    page.click("rows-write")
    page.until(lambda: "2 changes by hand" in page.words)
    dataset = datasets.get(filled.workspace, filled.dataset)
    assert dataset.rows == 238 and shown(page)[ward].iloc[0] == "attic"
    assert "Row 3 of column 'ward' was changed from" in page.words
    page.click("rows-undo-1")
    page.until(lambda: "1 change by hand" in page.words)
    assert datasets.get(filled.workspace, filled.dataset).rows == 240


def test_letters_typed_into_a_number_are_refused_in_words_and_the_old_value_stays(
    page: Page, filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    age = filled.column("age")
    before = shown(page)[age].iloc[0]
    assert isinstance(before, str) and float(before) > 0
    said: list[str] = []
    monkeypatch.setattr(state, "say_next", lambda text, icon: said.append(text.replace("\\", "")))
    monkeypatch.setattr(state, "draft", lambda: state.Draft())
    kept: list[dict[str, Any]] = []
    monkeypatch.setattr(state, "save_draft", lambda **changes: kept.append(changes["edits"]))
    monkeypatch.setattr(state, "keep", lambda key, value: None)
    monkeypatch.setattr(state, "recall", lambda key, default=None: default)
    monkeypatch.setattr(row_table.st, "session_state", {"grid": {"edited_rows": {0: {age: "forty"}, 1: {age: "41.5"}, 2: {age: None}}}})
    row_table._changed(datasets.get(filled.workspace, filled.dataset), "grid", (0, 1, 2))
    assert "'forty' is not a number." in said[0] and "Row 1 of the column 'age' is as it was." in said[0]
    assert [(one["row"], one["value"]) for one in kept[-1]["mends"]] == [(1, "41.5"), (2, None)]


def test_rows_of_an_older_version_do_not_wait_any_more(page: Page, filled: Filled) -> None:
    wait(filled, [], [0])
    datasets.rename_column(filled.workspace, filled.dataset, filled.column("ward"), "room")
    page.run()
    assert not page.has("rows-write")


def test_what_a_column_cannot_hold_is_said_and_does_not_wait(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = datasets.get(filled.workspace, filled.dataset)
    kept: list[dict[str, Any]] = []
    said: list[str] = []
    monkeypatch.setattr(state, "draft", lambda: state.Draft())
    monkeypatch.setattr(state, "save_draft", lambda **changes: kept.append(changes["edits"]))
    monkeypatch.setattr(state, "say_next", lambda text, icon: said.append(text))
    row_edits.note(dataset, {(0, filled.column("age")): "old", (1, filled.column(NASTY)): 2.5}, {4: True})
    assert "'old' is not a number" in said[0].replace("\\", "")
    assert (kept[-1]["mends"], kept[-1]["drops"]) == ([{"row": 1, "column": filled.column(NASTY), "value": 2.5}], [4])
