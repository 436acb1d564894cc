"""What every test shares: a quiet TensorFlow on the CPU, a workspace of its own, and the browser."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from engine.store.workspace import Workspace

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow", "MODELWRIGHT_SPARE": "0"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def pytest_configure() -> None:
    """Set before any test module is imported, so that worker processes started by tests inherit it too."""
    os.environ.update(QUIET)


@pytest.fixture(scope="session", autouse=True)
def _never_the_users_workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test that forgets to name a workspace writes into a temporary one, not into the home folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODELWRIGHT_WORKSPACE", str(tmp_path_factory.mktemp("default-workspace")))
        yield


@pytest.fixture(scope="module", autouse=True)
def _collects_little() -> None:
    """Streamlit and Keras look for garbage in the whole process at every page and every network: not in all that was there before."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _no_connection_outlives_its_test() -> Iterator[None]:
    """Two thousand workspaces in one process would otherwise take more open files than many a system allows."""
    yield
    from engine.store import db

    db.let_go()


@pytest.fixture
def workspace(tmp_path: Path) -> "Workspace":
    """An empty workspace, migrated and ready."""
    from engine.store.workspace import Workspace

    return Workspace.open(tmp_path / "workspace")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium. A missing browser is a failure, never a silent skip."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail("The browser tests need Chromium, and none was found. Install it, or run: make test CHROMIUM=/path/to/chromium")
    return found
