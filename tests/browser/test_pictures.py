"""A person's whole way with pictures: a zip of two folders, a network for pictures, and its answers about new ones."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from engine.store import runs
from tests.browser import person
from tests.browser.conftest import Served, settled, shoot

pytestmark = pytest.mark.browser
CLASSES = ("stripes", "spots **bold**")


def picture(kind: str, random: np.random.Generator) -> bytes:
    """Grey noise with dark stripes, or with one bright spot."""
    pixels = random.normal(128, 12, (24, 24))
    if kind == CLASSES[0]:
        pixels[:, int(random.integers(3)) :: 4] -= 90
    else:
        y, x = random.integers(4, 16, 2)
        pixels[y : y + 6, x : x + 6] += 100
    file = io.BytesIO()
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def plates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 pictures of each kind, one truncated among them."""
    path = tmp_path_factory.mktemp("files") / "plates.zip"
    random = np.random.default_rng(5)
    with zipfile.ZipFile(path, "w") as archive:
        for kind in CLASSES:
            for number in range(60):
                archive.writestr(f"{kind}/{number:03d}.png", picture(kind, random))
        archive.writestr(f"{CLASSES[0]}/broken.png", picture(CLASSES[0], random)[:120])
    return path


@pytest.fixture(scope="module")
def trained(served: Served, new_page: Callable[[], Page], plates: Path) -> str:
    """The whole way to a trained model, played once; gives the address of its run."""
    page = new_page()
    page.goto(served.url)
    person.bring(page, plates)
    shoot(page, "pictures-data")
    person.go_on(page, "Rows kept aside")
    shoot(page, "pictures-prepare")
    person.go_on(page, "What it looks like")
    expect(page.locator(".mw-net").first).to_contain_text("Convolution", timeout=person.LEARNED)
    person.write(page, "Epochs", "12")
    shoot(page, "pictures-design")
    person.go_on(page, "Ready to train")
    person.start(page)
    expect(person.heading(page, "Trained")).to_be_visible(timeout=person.LEARNED)
    settled(page)
    return page.url


def test_the_truncated_picture_is_named_and_the_others_are_used(trained: str, page: Page, served: Served) -> None:
    page.goto(trained.replace("/train", "/data"))
    page.get_by_text("What was done on import").click()
    expect(page.get_by_text("broken.png").first).to_be_visible()
    (run,) = runs.all(served.workspace)
    assert 119 <= sum(run.facts["rows"].values()) <= 120


def test_the_mistakes_are_shown_as_pictures_or_said_to_be_none(trained: str, page: Page) -> None:
    page.goto(trained.replace("/train", "/evaluate"))
    mistakes = page.locator(".st-key-card-mistakes")
    expect(mistakes).to_be_visible()
    settled(page)
    assert mistakes.locator("img").count() > 0 or "None on the rows it never saw" in mistakes.inner_text()
    assert page.locator(".stMain strong", has_text=re.compile("^bold$")).count() == 0
    shoot(page, "pictures-evaluate")


def test_a_picture_the_model_never_saw_is_answered(trained: str, page: Page) -> None:
    page.goto(trained.replace("/train", "/use"))
    page.locator(".st-key-ask-0 button").click()
    answer = page.locator(".st-key-card-answer")
    expect(answer).to_contain_text("sure:", timeout=person.LEARNED)
    expect(answer.locator("img")).to_be_visible()
    assert answer.get_by_role("heading").inner_text() in CLASSES


def test_an_own_picture_is_answered(trained: str, page: Page, tmp_path: Path) -> None:
    (tmp_path / "new.png").write_bytes(picture(CLASSES[1], np.random.default_rng(77)))
    page.goto(trained.replace("/train", "/use"))
    person.choose(page, tmp_path / "new.png")
    answer = page.locator(".st-key-card-answer")
    expect(answer.get_by_role("heading")).to_have_text(CLASSES[1], timeout=person.LEARNED)
    shoot(page, "pictures-use")


def test_a_file_that_is_no_picture_is_answered_with_a_sentence(trained: str, page: Page, tmp_path: Path) -> None:
    (tmp_path / "words.png").write_text("these are words")
    page.goto(trained.replace("/train", "/use"))
    person.choose(page, tmp_path / "words.png")
    expect(page.locator(".st-key-error-answer")).to_be_visible(timeout=60_000)
    assert "Traceback" not in page.locator(".st-key-error-answer").inner_text()


def test_a_zip_of_pictures_comes_back_with_answers(trained: str, page: Page, tmp_path: Path) -> None:
    random = np.random.default_rng(9)
    with zipfile.ZipFile(tmp_path / "new.zip", "w") as archive:
        for number in range(6):
            archive.writestr(f"{number}.png", picture(CLASSES[number % 2], random))
    page.goto(trained.replace("/train", "/use"))
    page.get_by_role("tab", name="A whole file").click()
    person.choose(page, tmp_path / "new.zip")
    expect(page.get_by_text("6 rows answered")).to_be_visible(timeout=person.LEARNED)
    with page.expect_download() as download:
        person.press(page, "download-answers")
    answers = pd.read_csv(download.value.path())["prediction"]
    assert sum(answer == CLASSES[number % 2] for number, answer in enumerate(answers)) >= 5
