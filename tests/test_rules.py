"""The rules of the code base that a reader could break without noticing."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import get_args

import pytest

from engine.columns import COLUMN_TYPES, ColumnType
from engine.panels import Panel
from engine.spec import FieldType

ROOT = Path(__file__).parents[1]
HEAVY = {"tensorflow", "keras", "torch", "jax"}
DRIVERS = {"sqlite3", "pysqlite3", "sqlite_utils", "apsw"}
POISONABLE = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal", "skops"}
ESCAPING = {"md", "plot_text", "html"}
OWN_WORDS = {"name", "file_name", "what", "fix", "where", "message", "headline"}
SHOWN = {"body", "label", "help", "placeholder", "title"}
SINKS = {
    "badge",
    "button",
    "caption",
    "checkbox",
    "download_button",
    "error",
    "expander",
    "form_submit_button",
    "header",
    "html",
    "info",
    "link_button",
    "markdown",
    "metric",
    "multiselect",
    "number_input",
    "page_link",
    "pills",
    "popover",
    "radio",
    "segmented_control",
    "select_slider",
    "selectbox",
    "slider",
    "status",
    "subheader",
    "success",
    "text_input",
    "title",
    "toast",
    "toggle",
    "warning",
    "write",
}
MEGABYTES_IN_GIT = 2
LINES_IN_A_MODULE = 400
LINES_IN_A_BODY = 60


@cache
def tracked() -> tuple[Path, ...]:
    """The files of the repository as they are in the working tree: what git tracks, less what was just removed."""
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file())


def modules(*folders: str) -> list[Path]:
    return sorted(p for p in tracked() if p.suffix == ".py" and p.relative_to(ROOT).parts[0] in folders)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imported(path: Path) -> list[tuple[int, str]]:
    """(line, full module name) of every import in the file, also inside functions."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.append((node.lineno, node.module))
        elif isinstance(node, ast.Call) and _called(node) in {"import_module", "__import__"} and node.args:
            first = node.args[0]
            found += [(node.lineno, first.value)] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []
    return found


def imports_of(names: set[str], *folders: str, but: set[str] = frozenset()) -> list[str]:
    """Where the folders import one of those top-level modules, as `file:line name`."""
    return [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in modules(*folders)
        if str(path.relative_to(ROOT)) not in but
        for line, name in imported(path)
        if name.split(".")[0] in names
    ]


def calls(*folders: str) -> list[tuple[str, ast.Call]]:
    return [(f"{p.relative_to(ROOT)}:{n.lineno}", n) for p in modules(*folders) for n in ast.walk(tree(p)) if isinstance(n, ast.Call)]


def _called(node: ast.Call) -> str:
    """The last name of what is called: `markdown` for `st.markdown(...)`."""
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def is_page(path: Path) -> bool:
    """Whether Streamlit runs the file as a script: importing it would draw it."""
    return path.parent.name == "views" or path.relative_to(ROOT) == Path("app/main.py")


def unescaped(node: ast.AST) -> list[str]:
    """The attributes in an expression that hold a person's own words and are not inside an escaping function."""
    if isinstance(node, ast.Lambda) or (isinstance(node, ast.Call) and _called(node) in ESCAPING):
        return []
    own = [ast.unparse(node)] if isinstance(node, ast.Attribute) and node.attr in OWN_WORDS else []
    return own + [found for child in ast.iter_child_nodes(node) for found in unescaped(child)]


def test_the_engine_knows_no_user_interface() -> None:
    assert imports_of({"streamlit", "plotly"}, "engine") == []
    assert imports_of({"app"}, "engine", but={"engine/cli.py"}) == []


def test_one_module_imports_a_sqlite_driver() -> None:
    assert imports_of(DRIVERS, "app", "engine", "sample_data", but={"engine/store/db.py"}) == []


def test_what_is_imported_is_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *(one for extra in project["optional-dependencies"].values() for one in extra)]
    asked = {re.split(r"[^\w-]", requirement)[0].replace("_", "-").lower() for requirement in wanted}
    own = {"app", "engine", *sys.stdlib_module_names}
    used = {name.split(".")[0] for p in modules("app", "engine") for _, name in imported(p)} - own
    absent = {"pynvml": ["nvidia-ml-py"], **{name: [name] for name in ("catboost", "lightgbm", "xgboost")}}
    sources = {**absent, **packages_distributions()}
    assert {name for name in used if not asked & {d.replace("_", "-").lower() for d in sources.get(name, [])}} == set()


def test_writes_never_begin_deferred() -> None:
    assert [place for place, call in calls("app", "engine") if _called(call) == "atomic"] == []


def test_heavy_libraries_come_only_through_lazy() -> None:
    assert imports_of(HEAVY, "engine", but={"engine/lazy.py"}) == []


def test_the_app_uses_no_learning_library() -> None:
    assert imports_of(HEAVY | {"sklearn", "scipy"}, "app") == []
    assert [f"{p.name}:{line}" for p in modules("app") for line, name in imported(p) if name == "engine.lazy"] == []


@pytest.mark.parametrize("package", ["engine", "app"])
def test_importing_everything_leaves_tensorflow_out(package: str) -> None:
    names = [".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for p in modules(package) if not is_page(p)]
    program = f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\nprint(sorted({HEAVY!r} & set(sys.modules)))"
    if package == "engine":
        program += "\nassert 'streamlit' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr[-3000:]


def test_nothing_is_pickled() -> None:
    assert imports_of(POISONABLE, "app", "engine", "sample_data") == []


def test_no_process_is_forked_from_a_page() -> None:
    assert imports_of({"multiprocessing"}, "app", "engine") == []


def test_no_text_is_run_as_code() -> None:
    bare = [place for place, call in calls("app", "engine") if isinstance(call.func, ast.Name) and call.func.id in {"eval", "exec"}]
    shell = [place for place, call in calls("app", "engine", "tests") for k in call.keywords if k.arg == "shell" and _is_true(k.value)]
    assert bare + shell == []


def test_no_raw_html_is_allowed_on_a_page() -> None:
    assert [place for place, call in calls("app") for k in call.keywords if k.arg == "unsafe_allow_html" and not _is_false(k.value)] == []


def test_a_persons_words_reach_a_page_only_escaped() -> None:
    drawn = [(place, call) for place, call in calls("app") if isinstance(call.func, ast.Attribute) and call.func.attr in SINKS]
    shown = [(place, part) for place, call in drawn for part in [*call.args[:1], *(k.value for k in call.keywords if k.arg in SHOWN)]]
    assert [f"{place} {words}" for place, part in shown for words in unescaped(part)] == []


def test_the_rule_of_escaping_sees_what_it_should() -> None:
    assert unescaped(ast.parse('f"**{column.name}** has {count}"')) == ["column.name"]
    assert unescaped(ast.parse('f"**{md(column.name)}** has {count}"')) == []


def test_every_panel_is_drawn() -> None:
    panels = {panel.__name__ for panel in get_args(get_args(Panel)[0])}
    known = {alias.name for p in modules("app") for n in ast.walk(tree(p)) if isinstance(n, ast.ImportFrom) for alias in n.names}
    assert panels - known == set()


def test_every_type_of_field_has_a_widget() -> None:
    from app import forms

    assert set(forms._WIDGETS) == set(get_args(FieldType))


def test_every_type_of_column_has_a_name() -> None:
    assert set(COLUMN_TYPES) == set(get_args(ColumnType))


def test_no_module_grows_past_its_limit() -> None:
    lines = {str(p.relative_to(ROOT)): len(p.read_text("utf-8").splitlines()) for p in modules("app", "engine", "tests", "sample_data")}
    assert {name: n for name, n in lines.items() if n > LINES_IN_A_MODULE} == {}


def test_no_function_grows_past_a_screen() -> None:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [(p, n) for p in modules("app", "engine", "sample_data") for n in ast.walk(tree(p)) if isinstance(n, kinds)]
    assert [f"{p.relative_to(ROOT)}:{n.lineno} {n.name}" for p, n in found if n.end_lineno - n.body[0].lineno >= LINES_IN_A_BODY] == []


def test_no_file_names_a_registry_or_a_machine() -> None:
    hosts = ["py" + "pi.org", "python" + "hosted.org", "--index" + "-url", "--find" + "-links"]
    folders = [rf"(?<![\w.~]){re.escape('/' + name)}(?![\w-])" for name in ("work", "root", "home", "opt/wheels")]
    pattern = re.compile("|".join([*map(re.escape, hosts), *folders]))
    texts = {p: p.read_bytes().decode("utf-8", "ignore") for p in tracked() if p.suffix not in {".png", ".zip", ".parquet"}}
    assert {f"{p.relative_to(ROOT)}: {m[0]}" for p, text in texts.items() for m in pattern.finditer(text)} == set()


def test_git_holds_no_large_file() -> None:
    assert [str(p.relative_to(ROOT)) for p in tracked() if p.stat().st_size > MEGABYTES_IN_GIT * 2**20] == []


def _is_true(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def _is_false(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is False
