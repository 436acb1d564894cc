"""The folded part of a run's page that says what it uses of the computer, and what that costs."""

import os

import streamlit as st

from app import pictures, settings_form, spending, theme, usage_charts
from app.parts import rows_of_words
from app.state import workspace
from app.text import md
from app.usage_charts import Chart
from engine import energy, spreadsheets
from engine.store import settings, usage
from engine.store.runs import Run
from engine.store.usage import Sample

EVERY = 3.0
BARS, POINTS, STORED = 60, 400, 20_000
ASSUMED = ("core_watts", "other_watts", "price", "currency", "co2")


def tiles(run: Run) -> list[tuple[str, str, str]]:
    """The run's energy, for the numbers at the top of its page."""
    return spending.tile(usage.spent(workspace(), run.id), settings.get(workspace()))


def totals(project: str | None) -> str:
    """What the trainings of a project, or all of them, have used so far; "" without any."""
    return spending.line(usage.spent_by(workspace(), project), settings.get(workspace()))


def draw(run: Run, active: bool) -> None:
    """Drawn only while it is open: charts that go on while it learns, then the energy with its assumptions."""
    if not usage.spent(workspace(), run.id).runs and not active:
        return
    title = "What the computer does" if active else "What the computer did"
    with st.expander(title, icon=":material/memory:", key=f"usage-{run.id}", on_change="rerun") as part:
        if part.open:
            _now(run.id, active)
            _assumptions(run.id)


def _now(run: str, active: bool) -> None:
    @st.fragment(run_every=EVERY if active else None, key="usage")
    def show() -> None:
        samples = usage.lines(workspace(), run, BARS if active else POINTS)
        if not samples:
            st.caption("The first numbers come a second after it has started.")
            return
        with st.grid(2, min_column_width=260, key="usage-charts", gap="medium"):
            for chart in usage_charts.of(samples, os.cpu_count() or 1):
                with st.container(gap="xxsmall"):
                    _chart(chart, samples, active)
        _energy(run)

    show()


def _chart(chart: Chart, samples: list[Sample], active: bool) -> None:
    """Bars while it learns: a figure drawn anew every few seconds would flicker."""
    if active:
        st.markdown(f"**{chart.title}** :gray[now {chart.now}, at most {chart.most}]")
        st.html(usage_charts.bars(chart, samples))
    else:
        st.markdown(f"**{chart.title}** :gray[at most {chart.most}]")
        colours = theme.colours(st.context.theme.type == "dark")
        pictures.draw(usage_charts.figure(chart, samples, pictures.look(), colours), key=f"usage-{chart.name}")


def _energy(run: str) -> None:
    spent = usage.spent(workspace(), run)
    found = energy.of(spent, settings.get(workspace()))
    st.markdown(f"**Energy** {md(spending.sentence(found))}")
    with st.container(width=640):
        rows_of_words(spending.account(spent, found))


def _assumptions(run: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Change the assumptions", icon=":material/tune:", key="assumptions"):
            st.caption("They hold for every training on this computer, also for those that have ended.")
            settings_form.edit(ASSUMED, "settings-energy")
        st.download_button(
            "Download the numbers",
            lambda: spreadsheets.to_csv(usage_charts.table(usage.lines(workspace(), run, STORED))) or "",
            file_name=f"usage-{run}.csv",
            mime="text/csv",
            key="usage-csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
        )
