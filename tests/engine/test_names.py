"""Names that people give."""

from engine import names


def test_what_is_visible_stays_as_it_is() -> None:
    assert names.clean("<img src=x onerror=alert(1)>") == "<img src=x onerror=alert(1)>"
    assert names.clean("**x** :red[y] $a$") == "**x** :red[y] $a$"


def test_hidden_characters_are_taken_out() -> None:
    assert names.clean("in\u202evoice\u200b\x07\x00") == "invoice"
    assert names.clean("two\nlines\tand  blanks ") == "two lines and blanks"
    assert names.clean("cafe\u0301") == "café"
    assert len(names.clean("x" * 10_000)) == 200


def test_blank_and_double_names_are_mended_and_told() -> None:
    mended, done = names.mend(["a", "", "a", "a (2)", "a"])
    assert mended == ["a", "column 2", "a (3)", "a (2)", "a (4)"]
    assert (1, "Column 2 had no name; it is called 'column 2'.") in done
    assert (2, "Column 3 was called 'a' like another one; it is called 'a (3)' now.") in done


def test_a_blank_never_takes_a_name_that_is_there() -> None:
    assert names.mend(["column 2", ""])[0] == ["column 2", "column 2 (2)"]


def test_what_all_names_of_runs_begin_with_is_left_out() -> None:
    told = ["Churn from 19 columns, team of networks", "Churn from 19 columns, random forest, 5 together"]
    assert names.without_shared(told) == ["team of networks", "random forest, 5 together"]
    assert names.without_shared(told[:1]) == told[:1]
    assert names.without_shared(["same", "same"]) == ["same", "same"]
    assert names.without_shared([]) == []
