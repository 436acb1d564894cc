"""Evaluate: the verdict first, then the comparison, charts with their numbers, a threshold to try, and the mistakes."""

from typing import get_args

import pytest
import streamlit as st

from app import charts, check_list, comparison, judgement
from engine import bundle
from engine.panels import Bars, Confusion, Curve, Line, Measure, Mistakes, Scatter, Score, Thresholds, Verdict
from engine.problems import Problem
from engine.store import looks, models, runs
from engine.store.workspace import Workspace
from tests.app.conftest import NASTY, Filled, Page
from tests.app.trained import Trained

LOOK = charts.look(dark=False)
THRESHOLDS = Thresholds(
    title="What if?",
    positive="yes",
    negative="no",
    thresholds=[0.1, 0.27, 0.9],
    true_positive=[9, 6, 1],
    false_positive=[5, 2, 0],
    true_negative=[85, 88, 90],
    false_negative=[1, 4, 9],
    chosen=0.27,
)


def measure(label: str = "Right answers", **more: object) -> Measure:
    return Measure(name="accuracy", label=label, unit="%", model=Score(value=82.5, low=75.9, high=87.6), **more)


def test_without_a_project_the_page_leads_home(empty: Workspace) -> None:
    assert "No project is open" in Page("evaluate").words


def test_without_a_model_the_page_leads_to_training(filled: Filled) -> None:
    page = Page("evaluate", project=filled.project)
    assert "No model yet" in page.words and "Train one first." in page.words


def test_the_verdict_comes_before_everything(trained: Trained) -> None:
    page = Page("evaluate", project=trained.project)
    first = next(markdown.value for markdown in page.at.markdown if markdown.value.startswith("### "))
    score = trained.get().score
    assert score is not None
    assert first.replace("\\", "").replace("\u2060", "") == f"### {score['headline']}"


def test_every_verdict_has_its_word() -> None:
    assert set(judgement.VERDICTS) == set(get_args(Verdict))
    assert judgement.VERDICTS["unclear"][2] == "Cannot be told yet"


def test_the_model_stands_beside_guessing_and_a_simple_formula(trained: Trained) -> None:
    words = Page("evaluate", project=trained.project).words
    assert "This model" in words and "A simple formula (linear)" in words and "Always saying" in words


def test_each_chart_has_its_numbers_behind_it(trained: Trained) -> None:
    page = Page("evaluate", project=trained.project)
    drawn = len(page.at.get("plotly_chart"))
    folded = sum(expander.label == "Show the numbers" for expander in page.at.expander)
    assert drawn >= 4 and folded == drawn


def test_another_threshold_is_told_in_rows(trained: Trained) -> None:
    page = Page("evaluate", project=trained.project)
    page.at.slider[0].set_value(1)
    page.run()
    assert "and misses 0." in page.words
    assert "The model in use says it from" in page.words


def test_a_hostile_column_name_stays_a_name(trained: Trained) -> None:
    page = Page("evaluate", project=trained.project)
    assert any(NASTY in table.value.columns for table in page.at.dataframe)
    assert not any(NASTY in markdown.value for markdown in page.at.markdown)


def test_an_older_model_of_the_project_can_be_chosen(trained: Trained) -> None:
    page = Page("evaluate", project=trained.project)
    assert not page.at.selectbox
    queued = runs.add(trained.workspace, trained.plan(), project=trained.project)
    page = Page("evaluate", project=trained.project, run=queued.id)
    assert "rows it never saw" in page.words and "has not ended yet. This is" in page.words
    runs.wish(trained.workspace, queued.id, "cancel")
    assert "has not ended yet" not in Page("evaluate", project=trained.project).words


def test_what_the_checks_had_said_stands_beside_the_result(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Problem(where="Rows", what="Many rows are nearly the same.", fix="Divide them by case.", level="warn")
    kind = Problem(where="Rows", what="A trifle.", fix="", level="info")
    monkeypatch.setattr(check_list, "found", lambda plan, dataset: [wrong, kind])
    page = Page("evaluate", project=trained.project)
    assert "What the checks had said of the data" in page.words and "Many rows are nearly the same. Divide them by case." in page.words
    assert "A trifle." not in page.words
    flattering = wrong.model_copy(update={"check": "Q04"})
    monkeypatch.setattr(check_list, "found", lambda plan, dataset: [flattering])
    assert check_list.TOO_GOOD in Page("evaluate", project=trained.project).words


@pytest.mark.parametrize(
    ("verdict", "check", "badge"),
    [("good", "Q04", "Good, but flattered"), ("fair", "Q04", "Fair, but flattered"), ("poor", "Q04", "Poor"), ("good", "", "Good")],
)
def test_what_is_flattered_is_not_called_good_alone(
    trained: Trained, monkeypatch: pytest.MonkeyPatch, verdict: str, check: str, badge: str
) -> None:
    wrong = Problem(where="Rows", what="Many rows are nearly the same.", fix="Divide them by case.", level="warn", check=check)
    report = bundle.report(models.folder(trained.workspace, trained.run)).model_copy(update={"verdict": verdict})
    monkeypatch.setattr(check_list, "found", lambda plan, dataset: [wrong])
    monkeypatch.setattr(bundle, "report", lambda folder: report)
    st.cache_data.clear()
    assert f"{badge}]" in Page("evaluate", project=trained.project).words
    st.cache_data.clear()


def test_a_report_that_is_gone_is_said_in_words(trained: Trained) -> None:
    from engine.store import models

    (models.folder(trained.workspace, trained.run) / "report.json").unlink()
    assert "There is no model in" in Page("evaluate", project=trained.project).words


@pytest.mark.parametrize(
    "panel",
    [
        Confusion(title="c", labels=["a", "b", "a very long name that goes on and on"], counts=[[3, 1, 0], [0, 2, 0], [0, 0, 0]]),
        Confusion(title="c", labels=[str(i) for i in range(20)], counts=[[int(i == j) for j in range(20)] for i in range(20)]),
        Curve(title="c", x_label="x", y_label="y", lines=[Line(name="m", x=[0, 1], y=[0, 1], low=[0, 0], high=[1, 1])], point=(0.5, 0.5)),
        Scatter(title="s", x_label="x", y_label="y", x=[1.0, 2.0], y=[1.5, 2.5], rows=[0, 7]),
        Scatter(title="s", x_label="x", y_label="y", x=[], y=[]),
        Bars(title="b", x_label="x", y_label="y", names=["same", "same", NASTY], values=[1.0, 2.0, 3.0]),
    ],
)
def test_every_chart_is_drawn_with_its_numbers(panel: object) -> None:
    assert charts.figure(panel, LOOK).data
    assert charts.numbers(panel).shape[1] >= 2


def test_markup_in_a_chart_is_shown_as_text() -> None:
    figure = charts.figure(Bars(title="b", x_label=NASTY, y_label="y", names=[NASTY], values=[1.0]), LOOK)
    assert "<img" not in figure.to_json().replace("\\u003c", "<")


def test_equal_names_get_bars_of_their_own() -> None:
    figure = charts.figure(Bars(title="b", x_label="x", y_label="y", names=["same", "same"], values=[1.0, 2.0]), LOOK)
    assert len(set(figure.data[0].x)) == 2


def test_a_threshold_is_told_by_what_it_finds_and_what_it_raises() -> None:
    found = " ".join(judgement.outcome(THRESHOLDS, 0.27))
    assert "Finds **6** of the **10** rows" in found and "misses 4" in found
    assert "**2 false alarms** among the 90 rows" in found and "right **75" in found


def test_a_threshold_nothing_reaches_claims_no_precision() -> None:
    panel = THRESHOLDS.model_copy(update={"true_positive": [9, 6, 0], "false_positive": [5, 2, 0], "false_negative": [1, 4, 10]})
    assert len(judgement.outcome(panel, 0.9)) == 2


def test_names_that_meet_stay_apart() -> None:
    panel = Mistakes(title="m", columns=["Row", "age", "age"], rows=[{"row": 1, "truth": "a", "prediction": "b", "values": [9, 1, 2]}])
    assert list(judgement.frame(panel).columns) == ["Row", "Truth", "Answer", "How wrong", "Row (2)", "age", "age (2)"]


def test_the_comparison_escapes_what_a_person_wrote() -> None:
    assert "<img" not in comparison.table([measure(NASTY)], NASTY)


def test_nobody_measured_gets_no_column() -> None:
    assert "simple formula" not in comparison.table([measure(baseline=Score(value=25.0))], "Always saying 'none'")


def test_the_interval_stands_beside_the_value() -> None:
    assert "75.9 to 87.6" in comparison.table([measure()], "guessing")


def test_an_end_that_is_nothing_on_its_scale_is_shown_as_nothing() -> None:
    guessing = Score(value=-0.004, low=-0.0112, high=-9.72e-06)
    assert "-0.0112 to 0<" in comparison.table([measure(baseline=guessing)], "guessing")
    tiny = Score(value=3e-6, low=1e-6, high=5e-6)
    assert "1.00e-06 to 5.00e-06" in comparison.table([measure(baseline=tiny)], "guessing")


def test_a_histogram_stands_on_an_axis_of_numbers() -> None:
    drawn = Bars(title="b", x_label="x, MPa", y_label="Rows", names=["-1 to 0", "0 to 1"], values=[2.0, 3.0], edges=[-1.0, 0.0, 1.0])
    figure = charts.figure(drawn, LOOK)
    assert list(figure.data[0].x) == [-0.5, 0.5] and figure.layout.xaxis.type != "category"
    assert figure.layout.xaxis.title.text == "x, MPa"


def test_long_axis_titles_take_several_lines() -> None:
    name = "False alarms, % of the others called 'malignant'"
    figure = charts.figure(Bars(title="b", x_label=name, y_label=name, names=["a"], values=[1.0]), LOOK)
    for axis in (figure.layout.xaxis, figure.layout.yaxis):
        lines = axis.title.text.split("<br>")
        assert len(lines) == 2 and max(map(len, lines)) <= 36


def test_each_look_at_the_unseen_rows_is_counted_once_and_the_third_warns(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    unseen = trained.get().facts["unseen"]
    page = Page("evaluate", project=trained.project)
    page.run()
    assert looks.count(trained.workspace, trained.dataset, unseen) == 1
    assert "No other model has been looked at on these unseen rows" in page.words
    monkeypatch.setattr(looks, "had_others", lambda workspace, dataset, digest: True)
    assert "but on others of this data" in Page("evaluate", project=trained.project).words
    for other in ("r2", "r3"):
        looks.add(trained.workspace, trained.dataset, unseen, other)
    assert "The unseen rows have been looked at 3 times, with as many models." in page.run().words


def test_what_only_informs_bears_no_warning(trained: Trained) -> None:
    words = Page("evaluate", project=trained.project).words
    assert ":gray[:material/info:] " in words.split("**Good to know**")[1].split("**")[0]
