"""Two files become one dataset: columns by name, rows by key, and everything lost or different is counted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import combining, datasets, intake, matching, quarantine
from engine.combining import Append, Join
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.store.workspace import Workspace

PATIENTS = "patient,age,ward\n" + "".join(f"P{i:03d},{20 + i % 60},{'north' if i % 3 else 'south'}\n" for i in range(100))
LABS = "patient,sodium,ward\n" + "".join(f"P{i:03d},{130 + i % 15},lab {i % 2}\n" for i in range(80, 160))


@pytest.fixture(autouse=True)
def _read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(request: dict[str, Any], log: Path, on_progress: Callable[[float, str], None] | None = None) -> dict[str, Any]:
        return dict(json.loads(json.dumps(intake.answer(json.loads(json.dumps(request)), on_progress or (lambda done, words: None)))))

    monkeypatch.setattr(quarantine, "run", run)


def added(workspace: Workspace, text: str, name: str) -> Dataset:
    path = workspace.uploads / "upload"
    path.write_text(text)
    dataset = datasets.add(workspace, path, name)
    path.unlink()
    return dataset


def quiet(part: float, words: str) -> None:
    pass


def values(workspace: Workspace, dataset: Dataset, name: str) -> list[Any]:
    table = datasets.table(workspace, dataset.id)
    return list(table.values(table.named(name).id))


def said(dataset: Dataset) -> str:
    return " ".join(change.words() for change in dataset.changes)


def test_rows_are_put_below_each_other_by_the_names_of_their_columns(workspace: Workspace) -> None:
    first = added(workspace, "age,ill\n" + "30,1\n40,0\n" * 10, "may.csv")
    second = added(workspace, "Ill,age,extra\n" + "0,50,x\n1,60,y\n" * 5, "june.csv")
    new = combining.combine(workspace, first.id, second.id, Append(), quiet)
    assert [c.name for c in new.columns] == ["age", "ill", "extra", "from file"]
    assert values(workspace, new, "age")[18:24] == [30, 40, 50, 60, 50, 60]
    assert values(workspace, new, "ill")[20:22] == [0, 1]
    assert values(workspace, new, "extra")[19:21] == [None, "x"]
    assert values(workspace, new, "from file")[19:21] == ["may.csv", "june.csv"]
    assert "The 10 rows of 'june.csv' were put below the 20 rows of 'may.csv'" in said(new)
    assert "Only 'june.csv' has 1 column; in the rows of 'may.csv' nothing stands there: extra" in said(new)
    assert new.file_name == "may and june" and datasets.reread(workspace, new.id, {}).rows == 30
    assert "'Ill' in 'june.csv' was taken for 'ill'" in said(new)
    assert not [*workspace.uploads.iterdir()]


def test_dates_written_differently_are_each_read_their_own_way(workspace: Workspace) -> None:
    first = added(workspace, "day,y\n" + "25/12/2023,1\n02/01/2024,2\n" * 10, "europe.csv")
    second = added(workspace, "day,y\n" + "12/25/2023,1\n01/02/2024,2\n" * 10, "america.csv")
    new = combining.combine(workspace, first.id, second.id, Append(), quiet)
    days = [str(day)[:10] for day in values(workspace, new, "day")]
    assert days == ["2023-12-25", "2024-01-02"] * 20
    assert "'day' is written differently in the two files; each was read in its own way" in said(new)


def test_decimal_commas_and_points_do_not_mix(workspace: Workspace) -> None:
    first = added(workspace, "x;y\n" + "1,5;1\n2,25;2\n" * 10, "comma.csv")
    second = added(workspace, "x,y\n" + "3.5,1\n1234.125,2\n" * 10, "point.csv")
    new = combining.combine(workspace, first.id, second.id, Append(), quiet)
    assert sorted(set(values(workspace, new, "x"))) == [1.5, 2.25, 3.5, 1234.125]


def test_a_type_chosen_before_stays(workspace: Workspace) -> None:
    first = added(workspace, "code,y\n" + "1,1\n2,2\n" * 10, "a.csv")
    first = datasets.retype(workspace, first.id, "c0001", "category")
    second = datasets.retype(workspace, added(workspace, "code,y\n" + "3,1\n4,2\n" * 10, "b.csv").id, "c0001", "category")
    new = combining.combine(workspace, first.id, second.id, Append(), quiet)
    assert new.columns[0].type == "category"


def test_another_type_in_the_second_file_is_said(workspace: Workspace) -> None:
    first = added(workspace, "age,y\n" + "30,1\n40,2\n" * 10, "a.csv")
    second = added(workspace, "age,y\n" + "young,1\nold,2\n" * 10, "b.csv")
    new = combining.combine(workspace, first.id, second.id, Append(), quiet)
    assert "'age' is Number in 'a.csv' and Category in 'b.csv': check that both mean the same" in said(new)
    assert "'age' was Number before and is Category now" in said(new)


@pytest.mark.parametrize(("keep", "rows"), [("all", 100), ("matched", 20)])
def test_a_join_counts_what_finds_no_match(workspace: Workspace, keep: Any, rows: int) -> None:
    first, second = added(workspace, PATIENTS, "patients.csv"), added(workspace, LABS, "labs.csv")
    new = combining.combine(workspace, first.id, second.id, Join(keys=(("c0001", "c0001"),), keep=keep), quiet)
    assert new.rows == rows
    assert [c.name for c in new.columns] == ["patient", "age", "ward", "sodium", "ward (labs)"]
    patients, sodium = values(workspace, new, "patient"), values(workspace, new, "sodium")
    assert [(p, s) for p, s in zip(patients, sodium, strict=True) if p == "P085"] == [("P085", 130 + 85 % 15)]
    assert f"by 'patient': 100 rows before, {rows} after" in said(new)
    lost = next(change for change in new.changes if "without a match" in change.what)
    assert (lost.count, lost.examples[0], lost.loses) == (80, "P000", keep == "matched")
    unused = next(change for change in new.changes if "were not used" in change.what)
    assert (unused.count, unused.examples[0]) == (60, "P100")


def test_keys_that_repeat_on_the_right_are_refused_or_the_first_is_taken(workspace: Workspace) -> None:
    first = added(workspace, PATIENTS, "patients.csv")
    second = added(workspace, LABS + "P085,999,again\n", "labs.csv")
    key = (("c0001", "c0001"),)
    with pytest.raises(EngineError, match="1 key of 'labs' stand in more than one row: P085"):
        combining.combine(workspace, first.id, second.id, Join(keys=key), quiet)
    new = combining.combine(workspace, first.id, second.id, Join(keys=key, repeats="first"), quiet)
    assert new.rows == 100
    assert 999 not in values(workspace, new, "sodium")
    assert "the first row of each was taken (1 time): P085" in said(new)


def test_numbers_as_keys_are_compared_by_value_and_blank_keys_match_nothing(workspace: Workspace) -> None:
    first = added(workspace, "id,x\n" + "".join(f"{i},{i}\n" for i in range(30)) + ",5\n", "a.csv")
    second = added(workspace, "id,z\n" + "".join(f"{i}.0,{i}\n" for i in range(30)) + ",7\n", "b.csv")
    sides = combining.side(workspace, first.id), combining.side(workspace, second.id)
    found = matching.match(*sides, [("c0001", "c0001")])
    assert (found.matched, found.blank, found.repeated, found.unused) == (30, 1, 0, 1)


def test_two_keys_together(workspace: Workspace) -> None:
    first = added(workspace, "who,day,x\n" + "".join(f"P{i // 5},{i % 5},{i}\n" for i in range(50)), "a.csv")
    second = added(workspace, "who,day,z\n" + "".join(f"P{i // 5},{i % 5},{i * 2}\n" for i in range(50)), "b.csv")
    keys = (("c0001", "c0001"), ("c0002", "c0002"))
    new = combining.combine(workspace, first.id, second.id, Join(keys=keys), quiet)
    assert values(workspace, new, "z") == [i * 2 for i in range(50)]


def test_a_key_is_suggested_by_name_or_else_by_its_values(workspace: Workspace) -> None:
    first, second = added(workspace, PATIENTS, "patients.csv"), added(workspace, LABS, "labs.csv")
    sides = combining.side(workspace, first.id), combining.side(workspace, second.id)
    assert matching.suggest(*sides)[0] == ("c0001", "c0001")
    other = added(workspace, LABS.replace("patient,", "subject,").replace(",ward", ",room"), "other.csv")
    assert matching.suggest(sides[0], combining.side(workspace, other.id))[0] == ("c0001", "c0001")


def test_keys_that_differ_only_in_capitals_or_leading_zeros_are_counted(workspace: Workspace) -> None:
    first, second = added(workspace, PATIENTS, "patients.csv"), added(workspace, LABS.replace("P", "p"), "labs.csv")
    found = matching.match(combining.side(workspace, first.id), combining.side(workspace, second.id), [("c0001", "c0001")])
    assert (found.matched, found.nearly) == (0, 20)
    with pytest.raises(EngineError, match="No row of 'patients' has a key that is also in 'labs'"):
        combining.combine(workspace, first.id, second.id, Join(keys=(("c0001", "c0001"),)), quiet)
