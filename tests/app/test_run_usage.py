"""A run's page: what the training uses and costs, and what it wrote, both read only while they are open."""

import pandas as pd
import pytest

from app import run_usage, usage_charts
from engine.store import db, logs, runs, settings, usage
from engine.store.usage import Sample
from tests.app.conftest import NASTY, Page
from tests.app.test_runs import another, chosen
from tests.app.test_train import at_work, opened, quick_desk
from tests.app.trained import Trained

__all__ = ["quick_desk"]
GPU = [Sample(float(at), 1.0, 1.5, 5 * 10**8, 0.4, 3 * 10**9, None, 200.0) for at in range(1, 11)]


def write(made: Trained, run: str, samples: list[Sample], attempt: int = 1) -> None:
    with db.write(made.workspace) as database:
        usage.add(database, run, attempt, samples)


def unfold(page: Page, part: str, run: str) -> Page:
    page.at.session_state[f"{part}-{run}"] = True
    return page.run()


def said(page: Page) -> str:
    return page.words.replace("\u202f", " ")


def test_a_trained_run_says_what_it_cost(trained: Trained) -> None:
    page = opened(trained)
    assert "Energy, estimated" in page.words and "CO₂" in page.words
    assert not page.at.get("plotly_chart")
    unfold(page, "usage", trained.run)
    assert len(page.at.get("plotly_chart")) == 2
    assert "of one core at 12 W" in said(page) and "€0.29 and 445 g CO₂ per kWh" in said(page)


def test_an_assumption_can_be_changed_and_holds_for_all(trained: Trained) -> None:
    page = unfold(opened(trained), "usage", trained.run)
    page.at.number_input(key="settings-energy.price").set_value(0.5)
    page.at.selectbox(key="settings-energy.currency").set_value("CHF")
    page.run()
    assert settings.get(trained.workspace).price == 0.5
    assert "CHF 0.50 and 445 g" in said(page)
    assert "CHF 0.01" in said(Page("runs"))


def test_while_it_learns_the_charts_are_bars(trained: Trained) -> None:
    run = at_work(trained)
    write(trained, run.id, GPU)
    page = unfold(opened(trained, run), "usage", run.id)
    assert not page.at.get("plotly_chart")
    drawn = said(page)
    assert "Cores at work over time: now 1.5" in drawn and "Graphics card at work over time: now 40 %" in drawn
    assert "Memory of the graphics card over time: now 3 GB, at most 3 GB" in drawn
    assert "measured, whoever else used it" in drawn


def test_a_run_that_was_never_measured_has_no_such_part(trained: Trained) -> None:
    with db.write(trained.workspace) as database:
        database.execute("DELETE FROM usage")
        database.execute("DELETE FROM spent")
    page = opened(trained)
    assert "Energy" not in page.words and all("computer" not in part.label for part in page.at.expander)
    assert run_usage.totals(trained.project) == ""


@pytest.mark.parametrize("samples", [GPU, GPU[:1]])
def test_every_chart_is_drawn_for_ended_runs(samples: list[Sample]) -> None:
    from app import charts, theme

    drawn = usage_charts.of(samples, 4)
    assert [chart.name for chart in drawn] == ["cores", "memory", "gpu", "gpu-memory"]
    for chart in drawn:
        figure = usage_charts.figure(chart, samples, charts.look(dark=True), theme.colours(True))
        assert len(figure.data[0].x) == len(samples) + 1 and figure.data[0].x[0] == 0
    assert usage_charts.table(samples).shape == (len(samples), 6)


def test_the_runs_page_says_what_a_projects_trainings_used(trained: Trained) -> None:
    assert "1 training, " in said(Page("runs")) and "Wh, " in said(Page("runs"))


def test_compared_runs_stand_with_their_energy(trained: Trained) -> None:
    other = runs.get(trained.workspace, another(trained))
    write(trained, other.id, GPU, attempt=0)
    table: pd.DataFrame = chosen(Page("runs"), 0, 1).at.dataframe[1].value
    assert list(table.loc["Energy, estimated"].str.contains("Wh")) == [True, True]


def test_the_log_is_read_only_when_it_is_opened(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    logs.of(trained.workspace, trained.run).write_text(f"--- attempt 1\n{NASTY}\n \x1b[31mred\x1b[0m\rdone\n")
    reads: list[str] = []
    tail = logs.tail
    monkeypatch.setattr(logs, "tail", lambda workspace, run: reads.append(run) or tail(workspace, run))
    page = opened(trained)
    assert reads == [] and not page.at.code
    unfold(page, "log", trained.run)
    assert reads == [trained.run]
    assert page.at.code[0].value == f"--- attempt 1\n{NASTY}\ndone"
    assert "All of it; the log has" in page.words


def test_of_a_long_log_the_end_is_shown(trained: Trained) -> None:
    logs.of(trained.workspace, trained.run).write_text("".join(f"line {i}\n" for i in range(5000)))
    page = unfold(opened(trained), "log", trained.run)
    assert page.at.code[0].value.splitlines() == [f"line {i}" for i in range(4700, 5000)]
    assert "The last 300 lines; the log has 48.9 kB" in said(page)


def test_a_run_that_has_not_begun_wrote_nothing(trained: Trained) -> None:
    page = opened(trained, at_work(trained))
    assert all(part.label != "What the training wrote" for part in page.at.expander)
