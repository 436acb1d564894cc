"""A problem as one sentence, where no table names its column."""

from engine.problems import Problem


def test_a_problem_alone_names_its_column_once() -> None:
    zero = Problem(where="ash", what="0 stands in 5 rows.", fix="Count it as missing.", column="c0001")
    assert zero.sentence == "ash: 0 stands in 5 rows. Count it as missing."
    named = zero.model_copy(update={"what": "'ash' only numbers the rows.", "fix": ""})
    assert named.sentence == "'ash' only numbers the rows."
    assert zero.model_copy(update={"column": None, "where": "Rows"}).sentence.startswith("0 stands")
