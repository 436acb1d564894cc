"""The import report of every bad table that is taken: each line counts, shows examples, and its way back works."""

from pathlib import Path

import pytest

from engine import tables, values
from engine.readers import Change
from tests.engine.uploads import Read, read
from tests.hostile import cases, test_csv_structure, test_excel, test_files, test_parquet, test_values, texts
from tests.report_lines import reason

TEXTS = [case for module in (test_files, test_csv_structure, test_values) for case in module.CASES]
BOOKS = [case for module in (test_excel, test_parquet) for case in module.CASES]
TAKEN = [pytest.param(case, id=f"{case.id}-{place}") for place, case in enumerate([*TEXTS, *BOOKS]) if case.verdict != "R"]


@pytest.mark.parametrize("case", TAKEN)
def test_each_line_counts_shows_examples_and_can_be_taken_back(case: texts.Case | cases.Case, tmp_path: Path) -> None:
    found = read(tmp_path, case.make(), case.name)
    for place, change in enumerate(found.answer.changes):
        if reason(change.what):
            continue
        assert change.count and change.examples and all(change.examples), change
        assert change.undo or change.again, change
        if change.undo:
            (folder := tmp_path / str(place)).mkdir()
            assert change.what not in after_undo(found, change, tmp_path, folder, case), change


def after_undo(found: Read, change: Change, at: Path, folder: Path, case: texts.Case | cases.Case) -> set[str]:
    """What is said when the line was taken back."""
    assert change.undo
    if change.undo.options:
        return {line.what for line in read(folder, case.make(), case.name, **change.undo.options).answer.changes}
    column = next(column for column in found.answer.columns if column.id == change.column)
    cells = tables.source_column(at / "source-s.parquet", column.id)
    return {line.what for line in values.read_as(cells, column.read_so(change.undo.reading)).changes}
