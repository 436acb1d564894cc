"""The leaderboard on the Runs page: of ticked runs, of all that answer one question, in the address, and with little to compare."""

import pandas as pd
import pytest

from app import board_chart, charts
from engine import boards
from engine.store import runs
from engine.store.workspace import Workspace
from tests import judged, lessons
from tests.app.conftest import NASTY, Page
from tests.app.test_runs import chosen


def four(workspace: Workspace) -> list[str]:
    """Three good models with a hostile name among them, and a poor one; the newest first."""
    right = judged.right(0.9, 1)
    made = [judged.run(workspace, right, name, answer_seconds=took) for name, took in ((NASTY, 0.2), ("fast", 0.002), ("third", 0.02))]
    made.append(judged.run(workspace, judged.right(0.5, 2), "poor"))
    return [run.id for run in reversed(made)]


def board_in(page: Page) -> pd.DataFrame:
    return next(element.value for element in page.at.dataframe if "In words" in element.value)


def test_ticked_runs_are_put_in_order_and_stand_in_the_address(empty: Workspace) -> None:
    ids = four(empty)
    page = chosen(Page("runs"), 0, 2, 3)
    assert list(board_in(page)["Model"]) == ["fast", NASTY, "poor"]
    assert list(board_in(page)["Place"]) == ["1", "1", "3"]
    assert "1 other cannot be told apart from it; 1 is behind by more than luck." in page.words
    assert page.at.query_params["compare"] == ",".join([ids[0], ids[2], ids[3]])


def test_the_address_brings_the_comparison_back(empty: Workspace) -> None:
    ids = four(empty)
    page = Page("runs", compare=f"{ids[1]},{ids[3]},r-gone")
    assert sorted(board_in(page)["Model"]) == sorted(["third", NASTY])


def test_an_address_of_runs_that_are_all_gone_compares_nothing(empty: Workspace) -> None:
    four(empty)
    page = Page("runs", compare="rgone,ralso")
    assert "compare" not in page.at.query_params and all("In words" not in e.value for e in page.at.dataframe)


def test_all_models_of_one_question_are_compared_by_one_choice(empty: Workspace) -> None:
    four(empty)
    judged.run(empty, judged.right(0.9, 1), "other", plan=lessons.plan().model_copy(update={"target": "c0003"}))
    page = Page("runs")
    (key,) = [asked.key for asked, found in boards.questions(runs.all(empty)).items() if len(found) == 4]
    page.at.selectbox(key="board-question").set_value(key)
    page.run()
    assert len(board_in(page)) == 4 and page.at.query_params["compare"] == key
    assert "It predicts another column: 'ward'" in page.words
    again = Page("runs", compare=key)
    assert len(board_in(again)) == 4 and again.at.get("plotly_chart")


def test_what_is_as_good_and_faster_is_proposed_and_can_be_opened(empty: Workspace) -> None:
    right = judged.right(0.9, 1)
    slightly = right.copy()
    slightly[right.argmax()] = False
    judged.run(empty, right, "slow", answer_seconds=0.2)
    fast = judged.run(empty, slightly, "fast", answer_seconds=0.01)
    page = chosen(Page("runs"), 0, 1)
    assert "“fast” is as good, as far as 200 unseen rows can tell, and 20 times faster. It could" in page.words
    assert page.click("board-open").at.query_params["run"] == fast.id


def test_a_look_at_the_board_is_a_look_at_the_unseen_rows(empty: Workspace) -> None:
    four(empty)
    page = chosen(Page("runs"), 0, 1, 2)
    assert "looked at 3 times" in page.words
    assert "looked at 4 times" in chosen(page, 0, 1, 2, 3).words


def test_one_model_among_those_ticked_needs_no_table(empty: Workspace) -> None:
    judged.run(empty, judged.right(0.9, 1), "only")
    runs.add(empty, lessons.plan(), name="waits")
    page = chosen(Page("runs"), 0, 1)
    assert "“only” is the only model here that can be judged on these rows." in page.words and "It has not ended yet." in page.words
    assert all("In words" not in element.value for element in page.at.dataframe)


def test_runs_without_a_model_have_no_board(empty: Workspace) -> None:
    for name in ("a", "b"):
        runs.add(empty, lessons.plan(), name=name)
    page = chosen(Page("runs"), 0, 1)
    assert "leads" not in page.words and not page.at.selectbox


def test_two_hundred_runs_make_one_page(empty: Workspace) -> None:
    for i in range(200):
        judged.run(empty, judged.right(0.8, i, 60), f"m{i}")
    (asked,) = boards.questions(runs.all(empty))
    page = Page("runs", compare=asked.key)
    assert len(board_in(page)) == 200


def test_older_models_are_compared_by_ranges_and_not_drawn(empty: Workspace) -> None:
    for i in range(2):
        judged.run(empty, judged.right(0.8, i), f"new{i}")
    judged.run(empty, judged.right(0.8, 3), "old", keeps=False, answer_seconds=None)
    page = chosen(Page("runs"), 0, 1, 2)
    assert "One model of an earlier version kept no answers on the unseen rows" in page.words
    assert "One older model is not in it: its answers were not timed." in page.words


@pytest.mark.parametrize("dark", [False, True])
def test_the_chart_tells_each_model_in_words_and_draws_the_front(empty: Workspace, dark: bool) -> None:
    four(empty)
    board = boards.of(empty, runs.all(empty))
    assert board is not None
    drawn = board_chart.figure(board, charts.look(dark))
    told = [words for trace in drawn.data for words in (trace.customdata if trace.customdata is not None else ())]
    assert len(told) == 4 and NASTY not in " ".join(told)
    fast = next(words for words in told if "<b>fast</b>" in words)
    assert "Right answers: " in fast and "one answer takes 2 ms" in fast
    assert list(drawn.data[0].x) == [2.0]
    assert [name for trace in drawn.data[1:] for name in trace.text] == ["fast", "", "", ""]
    table = board_chart.numbers(board)
    assert list(table["Nothing beats it in both"]) == ["yes", "no", "no", "no"]
