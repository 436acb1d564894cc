"""Use: a form with one sensible widget a column, an answer with how sure, files, and the model to take away."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from app import answer_card, case_form, taking
from app.uploads import Upload
from engine.columns import Column
from engine.form import FormField
from engine.jobs import desk, errands
from engine.store import models
from engine.store.workspace import Workspace
from tests.app.conftest import NASTY, Filled, Page
from tests.app.trained import Trained
from tests.flow.watching import until

AGE = FormField(id="c1", name="age", type="number", low=18, high=88, median=51.4, whole=True)
DOSE = FormField(id="c2", name="dose", type="number", low=0.001, high=0.042, median=0.01234567)
DAY = FormField(id="c3", name="day", type="date", low=0, high=86400 * 400, median=86400 * 200)
WARD = FormField(id="c4", name="ward", type="category", choices=["north", "south"], common="north")
NOTE = FormField(id="c5", name="note", type="text")


@pytest.fixture(scope="module")
def _asked_once(trained_once: Trained, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    made = trained_once.copied(tmp_path_factory.mktemp("used") / "workspace")
    desk.for_workspace(made.workspace).ask("warm", timeout=300.0)
    yield made
    desk.for_workspace(made.workspace).close()


@pytest.fixture
def used(_asked_once: Trained, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """A trained workspace whose desk stays for all tests here."""
    monkeypatch.setenv("MODELWRIGHT_WORKSPACE", str(_asked_once.workspace.path))
    return _asked_once


def opened(made: Trained) -> Page:
    return Page("use", project=made.project)


def test_without_a_project_the_page_leads_home(empty: Workspace) -> None:
    assert "No project is open" in Page("use").words


def test_without_a_model_the_page_leads_to_training(filled: Filled) -> None:
    assert "No model yet" in Page("use", project=filled.project).words


def test_a_typical_case_is_answered_at_once_with_how_sure(used: Trained) -> None:
    page = opened(used)
    assert "The model's answer for ill" in page.words
    assert "sure: **" in page.words
    assert 'aria-label="The chance of each answer"' in page.words


def test_each_column_has_one_sensible_widget(used: Trained) -> None:
    page = opened(used)
    kinds = ("number_input", "selectbox", "date_input", "button_group")
    names = [widget.label.replace("\\", "") for kind in kinds for widget in page.at.get(kind)]
    assert {"age", "ward", "visit", NASTY} <= set(names)
    assert "bill code" not in names


def test_another_value_gives_another_answer(used: Trained) -> None:
    page = opened(used)
    field = next(widget for widget in page.at.number_input if widget.label == "age")
    field.set_value(20)
    young = page.run().words
    field = next(widget for widget in page.at.number_input if widget.label == "age")
    field.set_value(88)
    assert young != page.run().words


def test_an_unusual_value_is_remarked(used: Trained) -> None:
    page = opened(used)
    next(widget for widget in page.at.number_input if widget.label == "age").set_value(400)
    assert "age is 400, but the training rows went from" in page.run().words


def test_an_empty_field_means_not_known(used: Trained) -> None:
    page = opened(used)
    next(widget for widget in page.at.number_input if widget.label == "age").set_value(None)
    assert "The model's answer for ill" in page.run().words


def test_rows_it_never_saw_can_be_tried(used: Trained) -> None:
    page = opened(used)
    before = [widget.value for widget in page.at.number_input]
    page.click("case-sample")
    assert [widget.value for widget in page.at.number_input] != before
    page.click("case-typical")
    assert [widget.value for widget in page.at.number_input] == before


@pytest.mark.parametrize("verdict", ["poor", "unclear"])
def test_a_poor_model_is_not_recommended(used: Trained, monkeypatch: pytest.MonkeyPatch, verdict: str) -> None:
    from engine.store import runs

    poor = used.get().model_copy(update={"score": {"verdict": verdict, "headline": "No better than always saying no.", "value": 0.5}})
    monkeypatch.setattr(runs, "all", lambda *args, **more: [poor])
    monkeypatch.setattr(runs, "get", lambda *args, **more: poor)
    words = opened(used).words
    assert "Think twice before using it." in words and "No better than always saying no." in words


def test_a_model_that_is_gone_is_said_in_words(trained: Trained) -> None:
    shutil.rmtree(models.folder(trained.workspace, trained.run))
    assert "There is no model in" in Page("use", project=trained.project).words


def given(made: Trained, name: str, text: str) -> Upload:
    path = made.workspace.uploads / f"{name}.part"
    path.write_text(text)
    return Upload("0" * 32, name, path, path.stat().st_size)


def answering(made: Trained, upload: Upload) -> Page:
    """The page after that file was dropped: the drop zone itself is a browser's."""
    taking._answer(made.get(), models.folder(made.workspace, made.run), upload)
    return opened(made)


def test_a_whole_file_is_answered_and_found_again_in_another_session(used: Trained, let_go: Callable[[], None]) -> None:
    upload = given(used, "new.csv", f"age,ward,visit,{NASTY}\n30,north,2024-02-01,0.5\n80,south,2024-03-01,-0.5\n")
    page = answering(used, upload)
    assert "Answering new.csv" in page.words
    key = taking.file_key(used.get())
    assert page.has(f"cancel-{key}")
    let_go()
    page.until(lambda: "2 rows answered" in page.words)
    assert not upload.path.exists()
    errand = errands.find(used.workspace, key)
    assert errand is not None
    lines = (errand.folder / "answers.csv").read_text().splitlines()
    assert "prediction" in lines[0] and len(lines) == 3 and "2024-02-01" in lines[1]
    again = opened(used)
    again.at.session_state["use-tabs"] = "A whole file"
    assert "2 rows answered" in again.run().words
    errands.forget(used.workspace, key)


def test_a_file_without_the_columns_is_refused_in_words(used: Trained) -> None:
    page = answering(used, given(used, "other.csv", "a,b\n1,2\n3,4\n"))
    page.until(lambda: "The file has no column" in page.words and "'age'" in page.words)
    page.click(f"close-{taking.file_key(used.get())}")
    assert "The file has no column" not in page.words


def test_answering_can_be_cancelled(used: Trained, let_go: Callable[[], None]) -> None:
    upload = given(used, "long.csv", "age,ward,visit\n30,north,2024-02-01\n")
    page = answering(used, upload)
    page.click(f"cancel-{taking.file_key(used.get())}")
    let_go()
    assert "The file was not answered; nothing was kept." in page.words
    assert "Answering" not in page.words
    until(lambda: errands.all(used.workspace) == [] and not list((used.workspace.path / "errands").iterdir()), "it ends")
    assert not upload.path.exists()


def test_the_model_is_prepared_for_taking_away(used: Trained, let_go: Callable[[], None]) -> None:
    page = opened(used)
    page.at.session_state["use-tabs"] = "Take it away"
    page.run().click("prepare-bundle_zip")
    assert "Preparing the file" in page.words and not page.has("prepare-bundle_zip")
    again = opened(used)
    assert "Preparing the file" in again.words
    let_go()
    again.until(lambda: "Preparing the file" not in again.words)
    made = used.workspace.run(used.run) / "model-bundle_zip.zip"
    assert made.stat().st_size > 0
    assert any(button.key == "download-bundle_zip" for button in again.at.get("download_button"))


def test_whole_numbers_stay_whole_and_others_keep_the_digits_that_matter() -> None:
    assert case_form.typical(AGE) == 51
    assert case_form.typical(DOSE) == 0.01235
    assert case_form.decimals(DOSE) == 5


def test_only_a_number_that_is_always_0_or_1_is_asked_by_two_buttons() -> None:
    smokes = FormField(id="c6", name="smokes", type="number", low=0, high=1, median=0.5, whole=True)
    assert case_form.is_flag(smokes) and case_form.typical(smokes) in (0, 1)
    assert not case_form.is_flag(smokes.model_copy(update={"whole": False}))
    assert not case_form.is_flag(AGE)


def test_typical_values_fit_their_widgets() -> None:
    assert case_form.typical(DAY) == date(1970, 7, 20)
    assert case_form.typical(WARD) == "north"
    assert case_form.typical(NOTE) == ""
    assert case_form.typical(FormField(id="c", name="x", type="number")) is None


@pytest.mark.parametrize(("chance", "told"), [(0.99, "Very sure"), (0.85, "Fairly sure"), (0.7, "Not very sure"), (0.3, "Hardly sure")])
def test_how_sure_is_said_in_words(chance: float, told: str) -> None:
    assert answer_card.sureness(chance) == told


def test_many_answers_are_cut_and_counted() -> None:
    drawn = answer_card.bars({f"class {i}": i / 100 for i in range(12)}, "class 11")
    assert drawn.count("mw-row\"") == answer_card.MOST and "and 4 more" in drawn
    assert "<img" not in answer_card.bars({NASTY: 1.0}, NASTY)


def test_a_number_is_said_with_its_unit() -> None:
    target = Column(id="c", name="strength", type="number", unit="MPa")
    assert answer_card.said(35.123, target.unit) == "35.1\u202fMPa"
    assert answer_card.said("yes", "") == "yes"


def test_only_a_known_kind_of_picture_is_sent_to_the_browser() -> None:
    assert not any(b"<svg".startswith(magic) or b"%PDF".startswith(magic) for magic in taking.KINDS)
