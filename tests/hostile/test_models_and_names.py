"""Sections G and H of the catalogue: models and code from strangers, and names that are meant to do something."""

import io
import json
import pickle
import re
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt

from app.text import JOINER, html, md, plot_text, short
from engine import bundle, datasets, manifest, names, network
from engine.architectures import ARCHITECTURES
from engine.errors import EngineError, UnreadableFile
from engine.exporters import EXPORTERS
from engine.learners import LEARNERS
from engine.readers import READERS
from engine.spreadsheets import cell
from engine.steps import STEPS
from engine.store import projects, runs
from engine.store.workspace import Workspace
from engine.tasks import TASKS
from tests.engine.uploads import packed, read
from tests.engine.waiting import AnyPlan

CATALOGUE = {
    "G01": "a foreign network is refused as an upload, and never built from a description that holds anything but Keras's own layers",
    "G02": "HDF5, SavedModel, pickle, joblib and NumPy files are refused",
    "G03": "weights come in only inside a whole model, whose files have to have their sums",
    "G04": "a model changed on the disk is refused; its sums are not signed, so that a model can be used on another computer",
    "G05": "a packed model is taken out with nothing pointing outside; projects cannot be imported",
    "G06": "not offered: no formula can be typed, and nothing evaluates text",
    "G07": "not offered: no pattern can be typed",
    "H01": "HTML in a name",
    "H02": "Plotly's own HTML in a class",
    "H03": "Markdown and Streamlit's directives in a name",
    "H04": "formulas for KaTeX in a name",
    "H05": "names that programs use themselves",
    "H06": "SQL in a name",
    "H07": "templates in a name",
    "H08": "invisible and reordering characters in a name",
    "H09": "line ends and terminal codes in a name",
    "H10": "a name of 10,000 characters",
    "H11": "a spreadsheet formula as a name",
    "H12": "a value called like one of our own words",
    "H13": "two projects of one name",
}
HTML_NAMES = ("<img src=x onerror=alert(1)>", "<script>alert(1)</script>", '"><svg onload=alert(1)>', "<a href='javascript:alert(1)'>x</a>")
MARKDOWN = ("**bold**", "[x](http://evil)", "![](http://track/1.png)", ":red[hot]", ":material/home:", "`code`", "# head", "| a | b |")
KATEX = ("$x^2$", r"$$\href{javascript:alert(1)}{x}$$", r"\(x\)")
INTERNAL = ("__class__", "constructor", "__proto__", "self", "index", "columns", "count", "a.b", "a[0]", "a:Q", "c0002", "source")


def test_no_case_of_the_catalogue_is_left_out() -> None:
    assert sorted(CATALOGUE) == [f"G{n:02d}" for n in range(1, 8)] + [f"H{n:02d}" for n in range(1, 14)]


# --- G: models and code


def keras_file(*classes: tuple[str, str]) -> bytes:
    layers = [{"module": module, "class_name": name, "config": {}} for module, name in classes]
    config = {"module": "keras", "class_name": "Functional", "config": {"layers": layers}}
    return packed([("config.json", json.dumps(config).encode()), ("metadata.json", b"{}"), ("model.weights.h5", b"\x89HDF\r\n")])


def array() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([{"a": 1}], object), allow_pickle=True)
    return out.getvalue()


MODELS: list[tuple[str, str, Callable[[], bytes], str]] = [
    ("G01", "model.keras", lambda: keras_file(("keras.layers", "Lambda")), "a Keras model, not data"),
    ("G02", "model.h5", lambda: b"\x89HDF\r\n\x1a\n" + bytes(600), "an HDF5 file"),
    ("G02", "model.pkl", lambda: pickle.dumps({"weights": list(range(500))}), "a Python pickle"),
    ("G02", "model.joblib", lambda: pickle.dumps(np.arange(300)), "a Python pickle"),
    ("G02", "data.npy", array, "a NumPy array"),
    ("G02", "saved.zip", lambda: packed([("saved_model.pb", b"\x08\x01"), ("variables/variables.index", b"x")]), "without any picture"),
    ("G05", "project.zip", lambda: packed([("project.json", b'{"plan": 1}'), ("plan.json", b"{}")]), "tables in it|without any picture"),
]


@pytest.mark.parametrize(("id", "name", "make", "words"), MODELS, ids=[f"{m[0]}-{m[1]}" for m in MODELS])
def test_a_model_is_no_data_and_is_refused(id: str, name: str, make: Callable[[], bytes], words: str, tmp_path: Path) -> None:
    assert id in CATALOGUE
    with pytest.raises(UnreadableFile, match=words):
        read(tmp_path, make(), name)


@pytest.mark.parametrize(
    "layer", [("keras.layers", "Lambda"), ("keras.layers", "TFSMLayer"), ("os", "system"), ("builtins", "eval"), ("keras.src.ops", "x")]
)
def test_a_network_with_anything_foreign_in_it_is_not_built(layer: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "model.keras").write_bytes(keras_file(layer))
    with pytest.raises(EngineError, match="was not made here"):
        network.read(tmp_path / "model.keras")


def packed_model(files: dict[str, bytes]) -> bytes:
    return packed([(manifest.FILE, b'{"version": 1, "files": {}}'), *files.items()])


@pytest.mark.parametrize("name", ["../evil.txt", "/evil.txt", "a/../../evil.txt", "..\\evil.txt"])
def test_a_packed_model_cannot_write_outside_its_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "model.zip").write_bytes(packed_model({name: b"x"}))
    with pytest.raises(EngineError, match="points outside"):
        bundle.unpack(tmp_path / "model.zip", tmp_path / "inside")
    assert [path.name for path in tmp_path.rglob("*evil*")] == []


def test_a_packed_model_with_a_link_or_a_password_is_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "model.zip", "w") as archive:
        archive.writestr(manifest.FILE, b"{}")
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(EngineError, match="holds a link"):
        bundle.unpack(tmp_path / "model.zip", tmp_path / "inside")
    locked = bytearray(packed_model({"a": b"x" * 40}))
    for at in (m.start() for m in re.finditer(rb"PK\x01\x02", bytes(locked))):
        locked[at + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(bytes(locked))
    with pytest.raises(EngineError, match="password"):
        bundle.unpack(tmp_path / "locked.zip", tmp_path / "inside")


def test_a_packed_model_that_is_damaged_is_refused_with_a_sentence(tmp_path: Path) -> None:
    content = bytearray(packed_model({"a": bytes(range(256)) * 40}))
    content[120:160] = b"\xff" * 40
    (tmp_path / "model.zip").write_bytes(bytes(content))
    with pytest.raises(EngineError, match="cannot be opened"):
        bundle.unpack(tmp_path / "model.zip", tmp_path / "inside")


@pytest.mark.parametrize("how", ["changed", "added", "removed", "link"])
def test_a_model_changed_on_the_disk_is_refused(how: str, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    manifest.write(folder, lambda place: [(place / name).write_bytes(b"1234") for name in ("model.weights.h5", "plan.json")] and None)
    manifest.check(folder)
    weights = folder / "model.weights.h5"
    if how == "changed":
        weights.write_bytes(b"1235")
    elif how == "added":
        (folder / "more.py").write_text("x")
    else:
        weights.rename(tmp_path / "elsewhere")
        if how == "link":
            weights.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(EngineError, match="not as it was written"):
        bundle.load(folder)


def test_no_formula_and_no_pattern_can_be_typed() -> None:
    from tests.test_rules import calls

    evaluated = [place for place, call in calls("app", "engine") if getattr(call.func, "attr", "") in ("eval", "query")]
    assert evaluated == []
    families = (ARCHITECTURES, EXPORTERS, LEARNERS, READERS, STEPS, TASKS)
    fields = [field.name for family in families for member in family.members.values() for field in member.params()]
    assert not [name for name in fields if any(word in name for word in ("regex", "pattern", "formula", "expression"))]


# --- H: names and text


@pytest.mark.parametrize("text", [*HTML_NAMES, *MARKDOWN, *KATEX])
def test_a_name_is_shown_and_does_nothing(text: str) -> None:
    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(md(text))
    assert set(re.findall(r"<(\w+)", shown)) == {"p"}
    assert not re.search(r"(?<!\\)[$`]|:(red|material)", md(text))
    assert "<" not in html(text) and '"' not in html(text) and "<" not in plot_text(text)


@pytest.mark.parametrize("name", [*INTERNAL, '"; DROP TABLE runs;--', "{0.__class__}", "%s %d", "{{7*7}}", *HTML_NAMES, *MARKDOWN, *KATEX])
def test_a_column_of_any_name_is_read_and_keeps_it(name: str, tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": range(30), name: [i / 2 for i in range(30)]})
    found = read(tmp_path, frame.to_csv(index=False))
    assert found.names == ["x", " ".join(name.split())]
    assert found.values(found.names[1])[3] == 1.5 and [column.id for column in found.answer.columns] == ["c0001", "c0002"]


@pytest.mark.parametrize("name", ['"; DROP TABLE projects;--', "{0.__class__}", "%s", *HTML_NAMES, *KATEX])
def test_a_project_of_any_name_goes_into_the_store_and_comes_back(name: str, workspace: Workspace) -> None:
    made = projects.add(workspace, name)
    assert projects.get(workspace, made.id).name == name
    assert projects.save(workspace, made.id, name=name[::-1]).name == names.clean(name[::-1])


HIDDEN = "\u202efdp.exe\u200b \u2066a\x00b\ufeff\r\nc \x1b[31mred"


def test_what_hides_or_reorders_text_is_taken_out_of_every_name(workspace: Workspace, tmp_path: Path) -> None:
    project = projects.add(workspace, HIDDEN)
    renamed = projects.save(workspace, project.id, name=HIDDEN + "2")
    found = read(tmp_path, f'x,"{HIDDEN.replace(chr(0), "")}"\n' + "".join(f"{i},{i}\n" for i in range(30)))
    for name in (project.name, renamed.name, found.names[1], names.clean(HIDDEN)):
        assert name.isprintable() and "\u202e" not in name and "\u2066" not in name and "\x1b" not in name, repr(name)


def test_the_name_of_a_run_is_cleaned_too(workspace: Workspace) -> None:
    run = runs.add(workspace, AnyPlan(), name=HIDDEN)
    assert run.name == names.clean(HIDDEN)
    assert runs.rename(workspace, run.id, HIDDEN + "2").name == names.clean(HIDDEN + "2")


def test_a_name_without_end_is_cut_where_it_is_kept_and_where_it_is_shown(workspace: Workspace, tmp_path: Path) -> None:
    long = "x" * 10_000
    found = read(tmp_path, f"a,{long}\n" + "".join(f"{i},{i}\n" for i in range(30)))
    assert len(found.names[1]) == names.LONGEST == len(projects.add(workspace, long).name)
    assert len(short(long, 40)) == 40
    assert len(short("\U0001f600" * 10_000, 60)) == 60


def test_a_formula_as_a_name_is_text_in_every_file() -> None:
    assert cell('=HYPERLINK("http://evil","x")').startswith("'=")


@pytest.mark.parametrize("word", ["(missing)", "__missing__", "unknown", "other", "nan"])
def test_a_category_called_like_one_of_our_words_stays_apart_from_it(word: str) -> None:
    values = np.array([word] * 10 + ["b"] * 10 + ["rare"] + [None] * 10, object).reshape(-1, 1)
    fill, one_hot = STEPS.get("fill_categories")(), STEPS.get("one_hot")()
    filled = fill.apply(values, fill.fit(values))
    assert len({*filled[:10, 0]} & {*filled[21:, 0]}) == 0
    state = one_hot.fit(filled)
    coded, labels = one_hot.apply(filled, state), [label for label, _ in one_hot.outputs(["c"], state)]
    assert len(set(labels)) == len(labels) == coded.shape[1]
    assert not (coded[0] == coded[25]).all() and not (coded[0] == coded[20]).all()


def test_two_projects_of_one_name_are_two(workspace: Workspace) -> None:
    first, second = projects.add(workspace, "Study"), projects.add(workspace, "Study")
    assert first.id != second.id
    projects.delete(workspace, first.id)
    assert projects.get(workspace, second.id).name == "Study"


def test_a_file_of_a_dangerous_name_gets_a_place_of_our_own(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("a,b\n" + "".join(f"{i},{i * 2}\n" for i in range(30)))
    made = datasets.add(workspace, tmp_path / "x", "../../\u202eevil\n<b>.csv")
    assert made.file_name == "evil <b>.csv" and workspace.dataset(made.id).parent == workspace.datasets
    shutil.rmtree(workspace.dataset(made.id))


def test_joiners_do_not_reach_what_is_kept() -> None:
    assert JOINER not in names.clean(f"a{JOINER}b")


def test_templates_in_names_are_not_filled_in() -> None:
    words: dict[str, Any] = {"x": "{0.__class__}"}
    error = EngineError(f"There is no column '{words['x']}'.", "%s {0}")
    assert str(error) == "There is no column '{0.__class__}'. %s {0}"
