"""Pairs, drift along the rows, and the report to pass on: what is there is found, chance is not, and nothing in the file comes to life."""

import re
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from engine import drift, markup, pairs, profile, profile_report
from engine.columns import Column, Table
from engine.readers import Change
from engine.store.datasets import Dataset

NASTY = "<img src=x onerror=alert(1)>\"'&"


def table(n: int = 1200, seed: int = 3) -> Table:
    random = np.random.default_rng(seed)
    height = random.normal(170, 10, n)
    ward = random.choice(["north", "south", "east"], n)
    site = np.where(np.arange(n) < n // 2, "old", "new")
    frame = {
        "c0001": height,
        "c0002": -2 * height + random.normal(0, 8, n),
        "c0003": pd.Series(ward).astype("str"),
        "c0004": np.where(ward == "north", 5.0, 1.0) + random.normal(0, 1, n),
        "c0005": pd.Series(site).astype("str"),
        "c0006": random.normal(0, 1, n),
        "c0007": pd.Series(random.choice(["a", "b"], n)).astype("str"),
        "c0008": np.where((np.arange(n) > n // 2) & (random.random(n) < 0.5), np.nan, random.normal(0, 1, n)),
        "c0009": np.cumsum(random.integers(0, 3, n)).astype(float),
        "c0010": pd.Series([f"secret person {i}" for i in range(n)]).astype("str"),
    }
    kinds = {"c0003": "category", "c0005": "category", "c0007": "category", "c0010": "text"}
    names = dict(zip(frame, ["height", "weight", "ward", "stay", "site", "noise", "coin", "gaps", "order", NASTY], strict=True))
    columns = tuple(Column(id=id, name=names[id], type=kinds.get(id, "number")) for id in frame)  # type: ignore[arg-type]
    return Table(columns, pd.DataFrame(frame))


def test_columns_that_go_together_are_found_and_others_are_not() -> None:
    some = table()
    found = {(one.first, one.second): one for one in pairs.strongest(some, [c.id for c in some.columns], most=20)}
    assert found["c0001", "c0002"].falls and found["c0001", "c0002"].strength > 0.7
    assert found["c0003", "c0004"].strength > 0.6
    assert not any({"c0006", "c0007"} & set(pair) for pair in found)


def test_two_categories_and_columns_that_say_the_same() -> None:
    some = table()
    frame = some.frame.assign(c0007=some.frame["c0003"].str.upper(), c0006=some.frame["c0001"] ** 3)
    found = {(one.first, one.second): one for one in pairs.strongest(Table(some.columns, frame), [c.id for c in some.columns])}
    assert found["c0003", "c0007"].is_same and found["c0001", "c0006"].is_same
    words = profile_report.pair_words(found["c0003", "c0007"], {c.id: c.name for c in some.columns})
    assert words == "“ward” and “coin” say practically the same."


@pytest.mark.parametrize("seed", range(5))
def test_independent_columns_never_drift(seed: int) -> None:
    random = np.random.default_rng(seed)
    numbers = {f"c{i:04d}": random.normal(0, 1, 400) for i in range(20)}
    frame = pd.DataFrame(numbers | {"w": pd.Series(random.choice(["a", "b", "c"], 400)).astype("str")})
    columns = tuple(Column(id=id, name=id, type="category" if id == "w" else "number") for id in frame)
    assert drift.along(Table(columns, frame), list(frame)) == []


def test_what_changes_along_the_file_is_found() -> None:
    some = table()
    found = {one.column: one for one in drift.along(some, [c.id for c in some.columns])}
    assert set(found) == {"c0005", "c0008", "c0009"}
    assert found["c0005"].value in ("old", "new") and found["c0005"].size == 1.0
    assert found["c0008"].is_missing and found["c0008"].along[0] == 0 and found["c0008"].along[-1] > 0.3
    assert found["c0009"].is_sorted
    assert profile_report.drift_words(found["c0009"], "order") == "The file is in the order of “order”."


@pytest.mark.parametrize(("start", "step"), [(1, 1), (0, 10), (5000, -1), (0.5, 0.25)])
def test_a_running_number_does_not_drift(start: float, step: float) -> None:
    columns = (Column(id="c0001", name="id", type="number"),)
    assert drift.along(Table(columns, pd.DataFrame({"c0001": start + step * np.arange(600.0)})), ["c0001"]) == []


def test_few_rows_and_empty_columns_tell_nothing() -> None:
    few = table(60)
    assert drift.along(few, ["c0009"]) == []
    empty = Table((Column(id="c0001", name="a", type="number"),), pd.DataFrame({"c0001": np.full(300, np.nan)}))
    assert drift.along(empty, ["c0001"]) == [] and pairs.strongest(empty, ["c0001"]) == []


def report(some: Table) -> str:
    told = (Change(what=f"Lines of {NASTY} were left out.", examples=("a private cell",)),)
    dataset = Dataset(
        id="d1", name=NASTY, file_name=NASTY, bytes=1, sha256="", rows=len(some), columns=some.columns, reader={}, changes=told,
        created="2026-01-01T00:00:00Z", source="a", typed="b",
    )  # fmt: skip
    ids = [column.id for column in some.columns]
    found = profile_report.Found(together=pairs.strongest(some, ids), drifts=drift.along(some, ids))
    return profile_report.write(dataset, profile.compute(some), found, "c0003")


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_nothing_in_the_report_runs_or_is_loaded() -> None:
    page = _Elements()
    page.feed(report(table()))
    assert {tag for tag, _ in page.found} & {"script", "img", "iframe", "link", "a", "object", "form", "image", "use"} == set()
    assert not any(key.startswith("on") or key in ("src", "href", "style") for _, attributes in page.found for key in attributes)
    assert NASTY in page.text
    assert re.search(r"https?:|url\(|@import", report(table())) is None
    policy = next(attributes for _, attributes in page.found if attributes.get("http-equiv"))
    assert policy["content"].startswith("default-src 'none'")


def test_the_report_says_what_was_found_and_quotes_no_rare_value() -> None:
    said = report(table())
    assert "“height” rises" in said and "to be predicted" in said and "Does the data change along the file?" in said
    assert "secret person" not in said and "a private cell" not in said


def test_the_report_quotes_nothing_of_a_person_however_often_it_stands_there() -> None:
    some = table()
    people = np.random.default_rng(0).choice(["Anna Meyer", "Ben Schulz", "Clara Rossi", "David Novak"], len(some))
    columns = tuple(c.model_copy(update={"name": "patient name"}) if c.id == "c0007" else c for c in some.columns)
    named = Table(columns, some.frame.assign(c0007=pd.Series(people).astype("str")))
    told = report(named)
    assert "patient name" in told and "seems to hold personal data: names of persons" in told
    assert "Meyer" not in told and "Schulz" not in told


def test_every_text_is_escaped_and_only_elements_are_markup() -> None:
    assert markup.tag("b", NASTY, title=NASTY) == markup.tag("b", str(NASTY), title=str(NASTY))
    assert "<img" not in markup.tag("p", [NASTY, markup.tag("i", NASTY)], class_=NASTY)
    assert markup.tag("p", "a", markup.tag("br"), None, 3) == "<p>a<br>3</p>"
