"""Small pictures carry their meaning in words and never let a name out of its place."""

from app import sketches
from engine.columns import Column
from engine.profile import ColumnProfile

NASTY = '<img src=x onerror=alert(1)>"'


def test_bars_are_as_high_as_their_values() -> None:
    drawn = sketches.columns([1, 4, 0], ["one", "four", "none"], "Ages")
    assert drawn.count("<i ") == 3
    assert 'title="four" style="height:100.00%"' in drawn
    assert 'title="one" style="height:25.00%"' in drawn
    assert 'aria-label="Ages"' in drawn


def test_rows_sum_up_the_rest() -> None:
    drawn = sketches.rows([("a", 60), ("b", 30)], 100, "Kinds")
    assert "10 others" in drawn
    assert "60\u202f%" in drawn


def test_a_hostile_name_stays_text_everywhere() -> None:
    column = Column(id="c1", name=NASTY, type="category")
    profile = ColumnProfile(column=column, rows=3, missing=0, distinct=1, top=((NASTY, 3),))
    drawn = (
        sketches.distribution(profile)
        + sketches.legend([sketches.Piece(NASTY, 1, "plain", NASTY)])
        + sketches.tiles([(NASTY, NASTY, NASTY)])
    )
    drawn += sketches.ribbon([sketches.Piece(NASTY, 1, "plain")], NASTY)
    assert "<img" not in drawn
    assert 'alert(1)>"' not in drawn


def test_dates_are_told_as_dates() -> None:
    column = Column(id="c1", name="day", type="date")
    profile = ColumnProfile(column=column, rows=2, missing=0, distinct=2, edges=(0.0, 86400.0, 172800.0), counts=(1, 1))
    assert "01 Jan 1970 to 02 Jan 1970: 1 row" in sketches.distribution(profile)


def test_a_column_without_values_says_so() -> None:
    profile = ColumnProfile(column=Column(id="c1", name="x", type="number"), rows=2, missing=2, distinct=0)
    assert "No values to draw" in sketches.distribution(profile)
