"""What a person does on the pages, step by step. Each waits until the page shows that it has happened."""

from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import settled

QUESTION = "What should the model predict?"
CURVE = ".js-plotly-plot .scatterlayer .trace"
LEARNED = 240_000
POINTS = "() => document.querySelectorAll('.js-plotly-plot')[0].data.map(line => line.x.length)"
VIEW = """() => {
  const chart = document.querySelectorAll('.js-plotly-plot')[0], shown = chart._fullLayout;
  return {range: shown.xaxis.range.map(Math.round), hidden: chart._fullData.map(line => line.visible), colour: shown.font.color};
}"""


def bring(page: Page, path: Path) -> None:
    """Chooses a file at the drop zone and waits until it is read."""
    choose(page, path)
    expect(page.get_by_text(QUESTION)).to_be_visible(timeout=60_000)
    settled(page)


def choose(page: Page, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(".pick:visible").first.click()
    chooser.value.set_files(path)


def go_on(page: Page, to: str) -> None:
    """Presses Next and waits for the page with that text."""
    page.locator(".st-key-bar-next button").click()
    expect(page.get_by_text(to).first).to_be_visible()
    settled(page)


def press(page: Page, key: str) -> None:
    """Clicks the button with that key."""
    page.locator(f".st-key-{key} button").first.click()


def write(page: Page, label: str, value: str) -> None:
    """Puts a value into a field, as typing and Enter do."""
    field = page.get_by_label(label, exact=True).first
    field.fill(value)
    field.press("Enter")
    settled(page)


def heading(page: Page, text: str) -> Locator:
    return page.get_by_role("heading", name=text, exact=True)


def start(page: Page) -> None:
    """Starts the training and waits for the first points on the chart."""
    expect(heading(page, "Ready to train")).to_be_visible()
    press(page, "start")
    watch(page)


def watch(page: Page) -> None:
    """Waits until a curve is drawn."""
    page.locator(CURVE).first.wait_for(timeout=LEARNED)


def points(page: Page) -> int:
    """How many points the first chart's lines have."""
    return sum(page.evaluate(POINTS))


def grow(page: Page, more: int = 1) -> None:
    """Waits until the chart has more points than now."""
    now = points(page)
    page.wait_for_function(f"() => ({POINTS})().reduce((a, b) => a + b) >= {now + more}", timeout=LEARNED)


def tick(page: Page, *rows: int) -> None:
    """Chooses rows of the first table at their left edge."""
    table = page.locator("[data-testid=stDataFrame] canvas").first
    table.wait_for()
    settled(page)
    box = table.bounding_box()
    assert box is not None
    for row in rows:
        page.mouse.click(box["x"] + 15, box["y"] + 35 + 35 * row + 17)
        settled(page)
