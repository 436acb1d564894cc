"""Every answer that is offered to a question can be given: the file is read again with it, or the column's text."""

from pathlib import Path
from typing import Any

import pytest

from engine import tables, two_numbers, values
from tests.engine.uploads import read
from tests.hostile import test_csv_structure, test_files, test_values
from tests.hostile.texts import Case, parameters

ASKING = tuple(case for module in (test_files, test_csv_structure, test_values) for case in module.CASES if case.verdict == "Q")


@pytest.mark.parametrize("case", parameters(ASKING))
def test_every_answer_can_be_given(case: Case, tmp_path: Path) -> None:
    found = read(tmp_path, case.make(), case.name)
    for doubt in found.answer.doubts:
        assert len({choice.label for choice in doubt.choices}) == len(doubt.choices) > 1
        for place, choice in enumerate(doubt.choices):
            if choice.options:
                (folder := tmp_path / f"{doubt.key.split(':')[0]}-{place}").mkdir()
                assert doubt.key not in {d.key for d in read(folder, case.make(), case.name, **choice.options).answer.doubts}
                continue
            column = next(column for column in found.answer.columns if column.id == doubt.column)
            asked = column.read_so(_of_one_column(choice.reading))
            read_so = values.read_as(tables.source_column(tmp_path / "source-s.parquet", column.id), asked)
            assert len(read_so.values) == found.answer.rows
            assert (read_so.column == column) == (place == doubt.chosen), f"{doubt.what} {choice.label}"


def _of_one_column(reading: dict[str, Any]) -> dict[str, Any]:
    """Two columns of one cell are read one after the other."""
    return reading | ({"part": "first"} if reading.get("part") == two_numbers.BOTH else {})
