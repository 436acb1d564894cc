"""Lines of the import report about single columns: what each says, and that taking it back and taking that back again is exact."""

from pathlib import Path

import pytest

from engine import datasets, values
from engine.readers import Change
from engine.store.datasets import Dataset
from engine.store.workspace import Workspace

NUMBERS = ["1.5", "", "  ", "4"] * 10
WORDS = ["red", " blue ", "", "green"] * 10
DAYS = ["03/15/2024", "", "03/16/2024", "03/17/2024"] * 10


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


def add(workspace: Workspace, cells: list[str]) -> Dataset:
    path = workspace.path.parent / "file.csv"
    path.write_text("x\ty\n" + "".join(f"{cell}\t{i}\n" for i, cell in enumerate(cells)))
    return datasets.add(workspace, path, "file.csv")


def line(dataset: Dataset, words: str) -> Change:
    return next(change for change in dataset.changes if words in change.what)


@pytest.mark.parametrize(
    ("cells", "label", "become"),
    [
        (NUMBERS, "Count them as 0", 0.0),
        (WORDS, "Count them as a value of their own", "(blank)"),
        (DAYS, "Keep the column as text", "(blank)"),
    ],
)
def test_blank_cells_can_count_as_a_value_and_as_missing_again(workspace: Workspace, cells: list[str], label: str, become: object) -> None:
    before = add(workspace, cells)
    told = line(before, "Blank cells in column 'x' count as missing")
    assert told.count == sum(not cell.strip() for cell in cells)
    assert told.examples[0].endswith(": blank → missing")
    assert told.undo and told.undo.label.startswith(label) and told.undo.options == {}
    after = datasets.undo(workspace, before.id, told)
    read = datasets.table(workspace, before.id).values("c0001")
    assert {read[i] for i, cell in enumerate(cells) if not cell.strip()} == {become}
    back = datasets.undo(workspace, before.id, line(after, "Blank cells in column 'x' count as '"))
    assert line(back, "Blank cells in column 'x' count as missing").count == told.count
    assert values.parse_one("", after.column("c0001")) == become and values.parse_one("", back.column("c0001")) is None


def test_blanks_around_values_can_be_kept_and_taken_away_again(workspace: Workspace) -> None:
    before = add(workspace, WORDS)
    told = line(before, "were taken away")
    assert (told.count, told.examples[0]) == (10, "row 2: ' blue ' → 'blue'")
    after = datasets.undo(workspace, before.id, told)
    assert set(datasets.table(workspace, before.id).frame["c0001"].dropna()) == {"red", " blue ", "green"}
    back = datasets.undo(workspace, before.id, line(after, "belong to the values"))
    assert (back.column("c0001"), line(back, "were taken away")) == (before.column("c0001"), told)


@pytest.mark.parametrize(
    ("cells", "words", "count", "example"),
    [
        (["1,5", "2,25", "3,125"] * 8 + ["4"], "a comma as decimal mark", 24, "row 1: '1,5' → 1.5"),
        (["1,234.5", "2,250.75", "12"] * 8, "a comma between thousands", 16, "row 1: '1,234.5' → 1234.5"),
        (["50%", "12.5%", "3%"] * 8, "'%' around the numbers", 24, "row 1: '50%' → 50"),
        (["$1,250.50", "$3", "NA"] * 8, "'$' around the numbers", 16, "row 1: '$1,250.50' → 1250.5"),
        (["15.03.2024", "16.03.2024", "17.03.2024"] * 8, "were read as day.month.year", 24, "row 1: '15.03.2024' → 2024-03-15"),
        (["2024-03-15T12:00:00+02:00", "2024-03-16T12:00:00+02:00"] * 12, "universal time", 24, "→ 2024-03-15 10:00:00"),
        (["01234", "00501", "10001"] * 8, "leading zeros", 24, "01234"),
    ],
)
def test_every_line_counts_and_shows_before_and_after(
    workspace: Workspace, cells: list[str], words: str, count: int, example: str
) -> None:
    told = line(add(workspace, cells), words)
    assert told.count == count and example in told.examples[0] and 0 < len(told.examples) <= 3 and told.undo
