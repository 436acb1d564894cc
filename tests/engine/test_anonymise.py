"""Treating personal data: what goes is gone from every file, what stays is treated the same way for good."""

import json
import random
import stat
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from engine import advice, anonymise, dataset_files, datasets, importing, intake, new_rows, quarantine, tables, treating
from engine.columns import Column, Treatment
from engine.datasets import Dataset
from engine.errors import EngineError
from engine.jobs import errands, long_answers
from engine.jobs.keeping import Keeper
from engine.split import Split
from engine.store import backup, db, keys, projects, runs, settings, wiping
from engine.store.workspace import Workspace

ROWS = 80
PATIENTS = [f"PT-{84000 + 7 * i}" for i in range(ROWS // 2)]
FIRST, LAST = ("Ottilie", "Leopold", "Katharina", "Ferdinand"), ("Brandner", "Hochreiter", "Winterstein")
NAMES = [f"{first} {last}" for first in FIRST for last in LAST]


def table() -> str:
    rng = random.Random(3)
    lines = ["patient id,name,email,date of birth,postcode,latitude,note,age,ill"]
    for i in range(ROWS):
        name = NAMES[i % len(NAMES)]
        mail = f"{name.split()[0].lower()}.{i}@hausarzt.example"
        note = f"call back on 0171 55{i:05} soon" if i % 3 == 0 else "feels better today"
        born = f"{1940 + i % 60}-{1 + i % 12:02}-{1 + i % 28:02}"
        place = f"{rng.uniform(47, 54):.5f}"
        lines.append(f"{PATIENTS[i // 2]},{name},{mail},{born},{10100 + 37 * i},{place},{note},{20 + i % 60},{i % 2}")
    return "\n".join(lines) + "\n"


@pytest.fixture(autouse=True)
def _without_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The intake's answers are worked out here: starting its process takes seconds and is tested elsewhere."""
    monkeypatch.setattr(quarantine, "run", lambda request, log, tell=None: intake.answer(request, tell or (lambda done, words: None)))


@pytest.fixture
def dataset(workspace: Workspace, tmp_path: Path) -> Dataset:
    (tmp_path / "clinic.csv").write_text(table(), "utf-8")
    return datasets.add(workspace, tmp_path / "clinic.csv", "clinic.csv")


def column(dataset: Dataset, name: str) -> Column:
    return next(column for column in dataset.columns if column.name == name)


def proposals(workspace: Workspace, dataset: Dataset) -> dict[str, Treatment]:
    return treating.proposed(datasets.profile(workspace, dataset.id).columns)


def holding(workspace: Workspace, value: str) -> list[str]:
    """The files of the workspace that hold this text, as it is or inside a packed table."""
    found = []
    for path in (path for path in sorted(workspace.path.rglob("*")) if path.is_file()):
        packed = json.dumps(pq.read_table(path).to_pydict(), default=str, ensure_ascii=False) if path.suffix == ".parquet" else ""
        if value.encode() in path.read_bytes() or value in packed:
            found.append(path.name)
    return found


def test_the_columns_of_persons_are_flagged_with_a_proposal(workspace: Workspace, dataset: Dataset) -> None:
    named = {c.id: c.name for c in dataset.columns}
    assert {named[id]: how.kind for id, how in proposals(workspace, dataset).items()} == {
        "patient id": "pseudonym",
        "name": "drop",
        "email": "drop",
        "date of birth": "year",
        "postcode": "prefix",
        "latitude": "round",
        "note": "mask",
    }


def test_no_value_of_a_treated_column_is_left_in_any_file(workspace: Workspace, dataset: Dataset, tmp_path: Path) -> None:
    mail = column(dataset, "email")
    datasets.retype(workspace, dataset.id, mail.id, "category")
    datasets.rename_column(workspace, dataset.id, mail.id, "mail")
    projects.add(workspace, "Clinic", dataset.id, {"plan": {"task": {"positive": PATIENTS[3]}}})
    (workspace.uploads / "0123.part").write_bytes((tmp_path / "clinic.csv").read_bytes())
    backup.keep_daily(workspace)
    values = [PATIENTS[3], NAMES[5], "katharina.6@hausarzt.example", "0171 5500030", "1953-02-14"]
    assert all(holding(workspace, value) for value in values)
    anonymise.treat(workspace, dataset.id, proposals(workspace, dataset))
    assert {value: holding(workspace, value) for value in values} == {value: [] for value in values}


def test_the_record_in_the_copies_of_the_database_names_the_files_that_are_there(workspace: Workspace, dataset: Dataset) -> None:
    copy = backup.keep_daily(workspace)
    after = anonymise.treat(workspace, dataset.id, proposals(workspace, dataset))
    assert copy is not None
    with db.reading(copy) as database:
        record = json.loads(db.select(database, "SELECT record FROM datasets")[0]["record"])
    assert (record["source"], record["typed"]) == (after.source, after.typed)
    assert backup.read(copy) is not None


def test_the_same_patient_stays_the_same_group(workspace: Workspace, dataset: Dataset) -> None:
    patient = column(dataset, "patient id").id
    anonymise.treat(workspace, dataset.id, {patient: Treatment(kind="pseudonym")})
    known = list(datasets.table(workspace, dataset.id).values(patient))
    assert len(set(known)) == ROWS // 2
    assert known[0::2] == known[1::2]
    assert not set(known) & set(PATIENTS)


def test_the_key_is_for_its_owner_only_and_stands_nowhere_else(workspace: Workspace, dataset: Dataset) -> None:
    anonymise.treat(workspace, dataset.id, proposals(workspace, dataset))
    assert stat.S_IMODE((keys.file(workspace, keys.PSEUDONYMS)).stat().st_mode) == 0o600
    assert holding(workspace, keys.known(workspace, keys.PSEUDONYMS)) == ["pseudonyms"]


def test_what_is_generalised_keeps_its_use(workspace: Workspace, dataset: Dataset) -> None:
    ids = {name: column(dataset, name).id for name in ("date of birth", "postcode", "latitude", "age")}
    wanted = {**proposals(workspace, dataset), ids["age"]: Treatment(kind="band", size=10)}
    anonymise.treat(workspace, dataset.id, wanted)
    got = datasets.table(workspace, dataset.id, list(ids.values()), rows=3)
    assert list(got.values(ids["date of birth"])) == [1940, 1941, 1942]
    assert list(got.values(ids["postcode"])) == ["10", "10", "10"]
    assert list(got.values(ids["age"])) == ["20 to 29"] * 3
    assert all(round(value, 1) == value for value in got.values(ids["latitude"]))


def test_the_report_says_what_was_done_and_how_often(workspace: Workspace, dataset: Dataset) -> None:
    after = anonymise.treat(workspace, dataset.id, {column(dataset, "name").id: Treatment(kind="drop")})
    assert after.changes[-1].words() == (
        "Column 'name' was left out for good, because it holds personal data; the values before are not kept (80 times)."
    )
    assert [c.name for c in after.columns] == [c.name for c in dataset.columns if c.name != "name"]
    assert [c.id for c in datasets.profile(workspace, dataset.id).columns] == [c.id for c in after.columns]


def test_a_file_to_answer_is_treated_the_same_way(workspace: Workspace, dataset: Dataset, tmp_path: Path) -> None:
    after = anonymise.treat(workspace, dataset.id, proposals(workspace, dataset))
    (tmp_path / "place").mkdir()
    (tmp_path / "new.csv").write_text(table(), "utf-8")
    request = importing.Request(
        path=str(tmp_path / "new.csv"), name="new.csv", folder=str(tmp_path / "place"), source="s", typed="t",
        known=after.columns, key=keys.known(workspace, keys.PSEUDONYMS),
    )  # fmt: skip
    told = new_rows.read(request, lambda done, words: None)
    got = tables.read_table(dataset_files.files(tmp_path / "place", "s", "t")[2], [Column.model_validate(c) for c in told["columns"]])
    assert got.frame.equals(datasets.table(workspace, dataset.id).frame)


def test_pseudonyms_need_the_key_they_were_made_with(workspace: Workspace, dataset: Dataset, tmp_path: Path) -> None:
    after = anonymise.treat(workspace, dataset.id, proposals(workspace, dataset))
    (tmp_path / "new.csv").write_text(table(), "utf-8")
    request = importing.Request(
        path=str(tmp_path / "new.csv"), name="new.csv", folder=str(tmp_path), source="s", typed="t", known=after.columns, key="ab" * 32
    )
    with pytest.raises(EngineError, match="with a key that is not on this computer"):
        new_rows.read(request, lambda done, words: None)


def test_a_treated_dataset_cannot_be_read_again_but_its_types_can_change(workspace: Workspace, dataset: Dataset) -> None:
    born = column(dataset, "date of birth").id
    anonymise.treat(workspace, dataset.id, proposals(workspace, dataset))
    with pytest.raises(EngineError, match="The file is not kept"):
        datasets.reread(workspace, dataset.id, {"header": "no"})
    after = datasets.retype(workspace, dataset.id, born, "category")
    assert after.column(born).treatment == Treatment(kind="year")


def test_the_same_file_again_is_a_dataset_of_its_own(workspace: Workspace, dataset: Dataset, tmp_path: Path) -> None:
    anonymise.treat(workspace, dataset.id, proposals(workspace, dataset))
    assert datasets.add(workspace, tmp_path / "clinic.csv", "clinic.csv").id != dataset.id


def test_with_the_setting_nothing_untreated_is_ever_kept(workspace: Workspace, tmp_path: Path) -> None:
    settings.set(workspace, treat_personal=True)
    (tmp_path / "clinic.csv").write_text(table(), "utf-8")
    dataset = datasets.add(workspace, tmp_path / "clinic.csv", "clinic.csv")
    assert not dataset.has_original
    assert {value: holding(workspace, value) for value in (PATIENTS[3], NAMES[5])} == {PATIENTS[3]: [], NAMES[5]: []}
    assert not [c for c in datasets.profile(workspace, dataset.id).columns if c.personal]
    assert [c.name for c in dataset.columns] == ["patient id", "date of birth", "postcode", "latitude", "note", "age", "ill"]
    assert (tmp_path / "clinic.csv").read_text("utf-8") == table()


def test_the_setting_changes_nothing_where_nobody_is_told_of(workspace: Workspace, tmp_path: Path) -> None:
    settings.set(workspace, treat_personal=True)
    (tmp_path / "parts.csv").write_text("length,width\n" + "".join(f"{i},{i / 3:.2f}\n" for i in range(50)), "utf-8")
    dataset = datasets.add(workspace, tmp_path / "parts.csv", "parts.csv")
    assert dataset.has_original
    assert dataset.changes == ()


def test_nothing_is_treated_twice(workspace: Workspace, dataset: Dataset) -> None:
    born = column(dataset, "date of birth").id
    anonymise.treat(workspace, dataset.id, {born: Treatment(kind="year")})
    with pytest.raises(EngineError, match="was treated already"):
        anonymise.treat(workspace, dataset.id, {born: Treatment(kind="band", size=5)})


def test_what_broke_off_is_finished_later(workspace: Workspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(dataset_files, "shred", dies)
        anonymise.treat(workspace, dataset.id, {column(dataset, "name").id: Treatment(kind="drop")})
    assert holding(workspace, NAMES[5])
    asked: list[str] = []
    monkeypatch.setattr(errands, "start", lambda workspace, key, question: asked.append(question))
    Keeper(workspace).round()
    assert asked == ["finish_treating"]
    long_answers.finish_treating(workspace, workspace.path, lambda part, stage: None)
    assert holding(workspace, NAMES[5]) == []
    assert wiping.left(workspace) == []


def test_what_the_treatments_would_bring_is_reckoned_before(workspace: Workspace, dataset: Dataset) -> None:
    born, mail = column(dataset, "date of birth").id, column(dataset, "email").id
    now, then = anonymise.outlook(workspace, dataset.id, [born], {born: Treatment(kind="year")})
    assert (now.alone, then.alone, then.smallest) == (80, 40, 1)
    assert anonymise.outlook(workspace, dataset.id, [mail], {mail: Treatment(kind="drop")})[1].smallest == ROWS


def test_runs_that_have_seen_the_columns_go_and_others_stay(workspace: Workspace, dataset: Dataset) -> None:
    plan, _ = advice.plan(dataset.id, datasets.table(workspace, dataset.id), datasets.profile(workspace, dataset.id))
    born, age = column(dataset, "date of birth").id, column(dataset, "age").id
    saw = runs.add(workspace, plan.model_copy(update={"inputs": (born, age)}), name="saw")
    blind = runs.add(workspace, plan.model_copy(update={"inputs": (age,), "split": Split()}), name="blind")
    with pytest.raises(EngineError, match="in use by a run"):
        anonymise.treat(workspace, dataset.id, {born: Treatment(kind="year")})
    for run in (saw, blind):
        runs.wish(workspace, run.id, "cancel")
    anonymise.treat(workspace, dataset.id, {born: Treatment(kind="year")})
    assert [run.name for run in runs.all(workspace)] == ["blind"]


def test_an_upload_that_came_in_with_the_setting_leaves_nothing_behind(workspace: Workspace) -> None:
    settings.set(workspace, treat_personal=True)
    upload = workspace.uploads / "taken"
    upload.write_text(table(), "utf-8")
    project = projects.add(workspace, "Clinic")
    long_answers.take_in(workspace, workspace.path, lambda part, stage: None, str(upload), "clinic.csv", project.id)
    assert projects.get(workspace, project.id).dataset
    assert {value: holding(workspace, value) for value in (PATIENTS[3], NAMES[5])} == {PATIENTS[3]: [], NAMES[5]: []}
