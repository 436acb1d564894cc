"""What the tests of the pages share: an empty workspace, and one with a table read into it, opened by the app."""

import gc
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from app import meanwhile
from engine import datasets
from engine.jobs import errands
from engine.store import projects
from engine.store.workspace import Workspace
from tests.app.trained import Trained, train

ROOT = Path(__file__).parents[2]
NASTY = "<img src=x onerror=alert(1)>"
HELD = """
import sys, time
from pathlib import Path
held = Path(sys.argv.pop(1))
while held.exists():
    time.sleep(0.02)
from engine.jobs import errands
sys.exit(errands.main())
"""


@dataclass(frozen=True)
class Filled:
    """A workspace with a project and its dataset."""

    workspace: Workspace
    project: str
    dataset: str

    def column(self, name: str) -> str:
        return next(column.id for column in datasets.get(self.workspace, self.dataset).columns if column.name == name)


def rows(n: int = 240) -> pd.DataFrame:
    """Patients with visits, a leak, gaps, an id, a hostile name and a date."""
    random = np.random.default_rng(7)
    age = random.integers(20, 90, n).astype(float)
    ill = (age / 90 + random.normal(0, 0.25, n) > 0.75).astype(int)
    age[random.random(n) < 0.06] = np.nan
    return pd.DataFrame(
        {
            "patient id": [f"P{i // 3:03d}" for i in range(n)],
            "visit": pd.date_range("2024-01-01", periods=n, freq="D").strftime("%Y-%m-%d"),
            "age": age,
            "ward": random.choice(["north", "south", "east"], n),
            NASTY: random.normal(0, 1, n).round(3),
            "bill code": np.where(ill == 1, "X9", "A1"),
            "ill": ill,
        }
    )


@pytest.fixture(scope="session")
def _read_once(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    folder = tmp_path_factory.mktemp("filled")
    workspace = Workspace.open(folder / "workspace")
    rows().to_csv(folder / "clinic.csv", index=False)
    dataset = datasets.add(workspace, folder / "clinic.csv", "clinic.csv")
    project = projects.add(workspace, f"Clinic {NASTY}", dataset.id)
    return Filled(workspace, project.id, dataset.id)


@pytest.fixture
def filled(_read_once: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Filled:
    """A copy of the filled workspace, which the app uses."""
    shutil.copytree(_read_once.workspace.path, tmp_path / "workspace")
    monkeypatch.setenv("MODELWRIGHT_WORKSPACE", str(tmp_path / "workspace"))
    return Filled(Workspace.open(tmp_path / "workspace"), _read_once.project, _read_once.dataset)


@pytest.fixture(scope="session")
def trained_once(_read_once: Filled, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A workspace with a trained model, for tests that change nothing in it."""
    folder = tmp_path_factory.mktemp("trained") / "workspace"
    shutil.copytree(_read_once.workspace.path, folder)
    made = train(Workspace.open(folder), _read_once.project, _read_once.dataset)
    gc.freeze()
    return made


@pytest.fixture
def trained(trained_once: Trained, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """A copy of the workspace with a trained model, which the app uses."""
    made = trained_once.copied(tmp_path / "workspace")
    monkeypatch.setenv("MODELWRIGHT_WORKSPACE", str(made.workspace.path))
    return made


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page drawn once is drawn with all that is worked out beside it, however busy the computer is."""
    monkeypatch.setattr(meanwhile, "PATIENCE", 30.0)


@pytest.fixture
def empty(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """An empty workspace, which the app uses."""
    monkeypatch.setenv("MODELWRIGHT_WORKSPACE", str(workspace.path))
    return workspace


@pytest.fixture
def let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Errands wait at their very start until this is called, so that what a page shows meanwhile does not hang on their speed."""
    held = tmp_path / "held-errands"
    held.touch()
    monkeypatch.setitem(errands.start.__kwdefaults__, "program", (sys.executable, "-c", HELD, held))
    return partial(held.unlink, missing_ok=True)


class Page:
    """The app on one of its pages, as a person would have it open."""

    def __init__(self, view: str, **query: str) -> None:
        self.at = AppTest.from_file(ROOT / "app" / "main.py", default_timeout=30)
        for name, value in query.items():
            self.at.query_params[name] = value
        self.at.switch_page(f"views/{view}.py").run()
        assert not self.at.exception, self.at.exception[0].message

    def run(self) -> "Page":
        self.at.run()
        assert not self.at.exception, self.at.exception[0].message
        return self

    def click(self, key: str) -> "Page":
        self.at.button(key=key).click()
        return self.run()

    def until(self, holds: Callable[[], bool], seconds: float = 120.0) -> "Page":
        """Draws the page again and again, as its own timer does in a browser, until that holds."""
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, f"Waited in vain; the page says: {self.words[-2000:]}"
            time.sleep(0.2)
            self.run()
        return self

    @property
    def words(self) -> str:
        """Everything said on the page, with Markdown's escapes taken out."""
        kinds = (self.at.markdown, self.at.caption, self.at.header, self.at.subheader, self.at.title, self.at.toast, self.at.get("html"))
        said = " ".join(str(getattr(e, "value", "") or getattr(e.proto, "body", "")) for kind in kinds for e in kind)
        return said.replace("\\", "").replace("\u2060", "")

    def has(self, key: str) -> bool:
        return any(button.key == key for button in self.at.button)


@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[type[Page]]:
    yield Page
