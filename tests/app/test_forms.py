"""Every type of field has a widget that gives back a valid spec, and forms follow what is stored."""

from typing import Annotated, Literal

import pytest
import streamlit as st
from pydantic import AfterValidator, model_validator
from streamlit.testing.v1 import AppTest

from app import forms
from engine.spec import Spec, param


def _above(widths: tuple[int, ...]) -> tuple[int, ...]:
    if min(widths) < 1:
        raise ValueError("each must be above 0")
    return widths


Above = Annotated[tuple[int, ...], AfterValidator(_above)]


class Every(Spec):
    """One field of each type."""

    kind: Literal["every"] = "every"
    title = "Every field"

    on: bool = param(False, "Switch")
    whole: int = param(3, "Whole", ge=1, le=9)
    rate: float = param(0.001, "Rate", gt=0, le=1, log=True)
    mood: Literal["calm", "wild"] = param("calm", "Mood", choices={"calm": "Calm", "wild": "Wild"})
    place: Literal["a", "b", "c", "d", "e"] = param("a", "Place")
    note: str = param("", "Note")
    widths: Above = param((64, 32), "Widths")
    only: tuple[str, ...] = param((), "Only these")
    size: int = param(0, "Size", zero="as large as it gets", ge=0, le=100)
    low: float = param(1.0, "Low", unit="%", ge=0, le=100, advanced=True)
    high: float = param(99.0, "High", unit="%", ge=0, le=100, advanced=True)
    depth: int = param(2, "Depth", when={"mood": "wild"})
    fury: int = param(1, "Fury", when={"mood": "wild"}, advanced=True)

    @model_validator(mode="after")
    def _in_order(self) -> "Every":
        if self.low >= self.high:
            raise ValueError("the low value must be below the high one")
        return self


def script() -> None:
    import streamlit as st

    from app import forms

    stored, proposed = st.session_state["stored"], st.session_state.get("proposed")
    st.session_state["stored"] = forms.edit(stored, "form", {"c1": "age", "c2": "**bmi**"}, proposed=proposed)


@pytest.fixture
def page() -> AppTest:
    at = AppTest.from_function(script, default_timeout=30)
    at.session_state["stored"] = Every()
    return at.run()


def small_words(page: AppTest) -> str:
    said = " ".join(element.value for element in (*page.caption, *page.markdown))
    return said.replace(":small[", "").replace("\\", "").replace(":red[:material/error: ", "").replace("]", "")


def stored(page: AppTest) -> Every:
    return page.session_state["stored"]


def test_untouched_widgets_give_the_same_spec(page: AppTest) -> None:
    assert not page.exception
    assert stored(page) == Every()


def test_each_widget_changes_its_field(page: AppTest) -> None:
    page.toggle(key="form.on").set_value(True)
    page.number_input(key="form.whole").set_value(5)
    page.number_input(key="form.rate").set_value(0.01)
    page.segmented_control(key="form.mood").set_value("wild")
    page.selectbox(key="form.place").set_value("d")
    page.text_input(key="form.note").set_value("hi")
    page.text_input(key="form.widths").set_value("128, 64;32")
    page.multiselect(key="form.only").set_value(["c2"])
    page.run()
    assert stored(page) == Every(on=True, whole=5, rate=0.01, mood="wild", place="d", note="hi", widths=(128, 64, 32), only=("c2",))


def test_a_field_that_does_not_matter_is_hidden(page: AppTest) -> None:
    shown = [w.label for w in page.number_input]
    assert "Depth" not in shown
    page.segmented_control(key="form.mood").set_value("wild").run()
    assert "Depth" in [w.label for w in page.number_input]


def test_folded_settings_say_how_many_are_changed(page: AppTest) -> None:
    assert page.expander[0].label == "More settings"
    page.number_input(key="form.low").set_value(5.0).run()
    page.run()
    assert page.expander[0].label == "More settings · 1 changed"


def test_a_changed_setting_that_is_not_shown_is_not_counted() -> None:
    at = AppTest.from_function(script, default_timeout=30)
    at.session_state["stored"] = Every(fury=3)
    assert at.run().expander[0].label == "More settings"
    at.segmented_control(key="form.mood").set_value("wild").run()
    assert at.run().expander[0].label == "More settings · 1 changed"


def test_what_was_proposed_does_not_count_as_changed() -> None:
    at = AppTest.from_function(script, default_timeout=30)
    at.session_state["stored"] = at.session_state["proposed"] = Every(low=5.0, high=90.0)
    assert at.run().expander[0].label == "More settings"
    at.number_input(key="form.low").set_value(1.0).run()
    assert at.run().expander[0].label == "More settings · 1 changed"


def test_what_nothing_stands_for_is_said_as_long_as_it_stands_there(page: AppTest) -> None:
    assert "0: as large as it gets" in small_words(page)
    assert page.number_input(key="form.size").help == "0: as large as it gets."
    page.number_input(key="form.size").set_value(7).run()
    assert "as large as it gets" not in small_words(page)


def test_a_unit_is_part_of_the_label(page: AppTest) -> None:
    assert page.number_input(key="form.low").label == "Low (%)"


def test_what_cannot_be_is_said_and_the_last_good_spec_kept(page: AppTest) -> None:
    page.number_input(key="form.low").set_value(99.5).run()
    assert stored(page) == Every()
    said = " ".join(m.value for m in page.markdown)
    assert "the low value must be below the high one" in said.replace("\\", "")
    assert "The last working settings stay in use" in said
    page.number_input(key="form.low").set_value(2.0).run()
    assert stored(page).low == 2.0


def test_letters_among_whole_numbers_are_said_in_words(page: AppTest) -> None:
    page.text_input(key="form.widths").set_value("64, many").run()
    assert stored(page).widths == (64, 32)
    assert "“64, many” is not a list of whole numbers." in small_words(page)
    assert "Widths takes whole numbers with commas between them, such as 64, 32. Still in use: 64, 32." in small_words(page)


def test_no_number_at_all_is_said_in_words(page: AppTest) -> None:
    page.text_input(key="form.widths").set_value(" ").run()
    assert stored(page).widths == (64, 32)
    assert "No number is given." in small_words(page)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("whole", 1e9, "1,000,000,000 cannot be used. Whole takes a whole number from 1 to 9. Still in use: 3."),
        ("whole", 0.0, "0 cannot be used. Whole takes a whole number from 1 to 9. Still in use: 3."),
        ("whole", 2.5, "2.5 cannot be used. Whole takes a whole number from 1 to 9. Still in use: 3."),
        ("rate", 0.0, "0 cannot be used. Rate takes a number, above 0 and at most 1. Still in use: 0.001."),
        ("low", 100.5, "100.5 cannot be used. Low takes a number from 0 to 100. Still in use: 1 %."),
    ],
)
def test_a_number_out_of_range_is_said_with_the_one_in_use(page: AppTest, field: str, typed: float, said: str) -> None:
    page.number_input(key=f"form.{field}").set_value(typed).run()
    assert stored(page) == Every()
    assert said in small_words(page)


def test_a_field_refused_by_its_own_rule_says_what_stays(page: AppTest) -> None:
    page.text_input(key="form.widths").set_value("0").run()
    said = " ".join(m.value for m in page.markdown).replace("\\", "")
    assert stored(page).widths == (64, 32)
    assert "'Widths' cannot be [0]: each must be above 0." in said and "Still in use: 64, 32." in said


def test_a_change_from_elsewhere_reaches_the_widgets(page: AppTest) -> None:
    page.number_input(key="form.whole").set_value(7).run()
    page.session_state["stored"] = Every(whole=2, widths=(8,))
    page.run()
    assert page.number_input(key="form.whole").value == 2
    assert page.text_input(key="form.widths").value == "8"
    assert stored(page) == Every(whole=2, widths=(8,))


def test_integers_are_read_from_text() -> None:
    assert forms.integers(" 64, 32;16  8 ") == (64, 32, 16, 8)
    with pytest.raises(ValueError, match="“1.5” is not a list of whole numbers"):
        forms.integers("1.5")


def test_when_takes_one_value_or_several() -> None:
    depth = next(p for p in Every.params() if p.name == "depth")
    assert not forms.is_shown(depth, {"mood": "calm"})
    assert forms.is_shown(depth, {"mood": "wild"})
    several = depth.__class__(**{**depth.__dict__, "when": {"mood": ("wild", "calm")}})
    assert forms.is_shown(several, {"mood": "calm"})


def test_a_name_in_markdown_is_not_formatted_in_choices(page: AppTest) -> None:
    assert page.multiselect(key="form.only").options == ["age", "**bmi**"]
    assert st is not None


def test_each_drawing_tells_the_browser_every_value() -> None:
    """The browser may meet a widget only in a later drawing; one without its value would begin at its lowest and send that back."""
    few = {"size": 6, "low": 5.0, "high": 95.0, "depth": 9, "fury": 4}
    chosen = Every(on=True, whole=7, rate=0.5, mood="wild", place="d", note="kept", widths=(8, 4), only=("c2",), **few)
    at = AppTest.from_function(script, default_timeout=30)
    at.session_state["stored"] = chosen
    for _ in range(2):
        at.run()
        assert [w.proto.default for w in at.number_input] == [7, 0.5, 6, 9, 5.0, 95.0, 4]
        assert at.toggle[0].proto.default is True
        assert at.selectbox[0].proto.default == 3
        assert [w.proto.default for w in at.text_input] == ["kept", "8, 4"]
        assert list(at.multiselect[0].proto.default) == [1]
    assert stored(at) == chosen


def test_only_some_fields_are_drawn_and_the_others_keep_their_values() -> None:
    def part() -> None:
        import streamlit as st

        from app import forms

        st.session_state["stored"] = forms.edit(st.session_state["stored"], "form", only=("whole", "note"))

    at = AppTest.from_function(part, default_timeout=30)
    at.session_state["stored"] = Every(whole=5, on=True, low=7.0)
    at.run()
    assert [widget.label for widget in (*at.number_input, *at.toggle, *at.text_input)] == ["Whole", "Note"] and not at.expander
    at.number_input[0].set_value(6).run()
    assert at.session_state["stored"] == Every(whole=6, on=True, low=7.0)
