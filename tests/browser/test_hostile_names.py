"""A project in which every name wants to do something: on no page does one come to life, and nothing leaves the computer."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Page

from engine import advice, datasets
from engine.learners import LEARNERS
from engine.store import projects, runs
from tests.browser.conftest import Served, settled, shoot, until

pytestmark = pytest.mark.browser
LIVE = "<img src=x onerror=alert(1)>"
PROJECT = f"**P** {LIVE} $x^2$ [go](http://evil.invalid/p)"
FILE = '=HYPERLINK("http:evil.invalid") <b>f<b>.csv'
RUN = "=cmd|x :red[run] ![](http://track.invalid/run.png) <script>alert(1)</script>"
NUMBERS = (LIVE, "$$\\href{javascript:alert(1)}{x}$$", "![](http://track.invalid/1.png)", "__proto__")
CATEGORY = ':material/home: [l](javascript:alert(1)) {0.__class__} "; DROP TABLE runs;--'
TARGET = "<a href='javascript:alert(1)'>which</a> %{x} {{7*7}}"
CLASSES = ("<b>bold</b> <a href='http://evil.invalid/c'>c</a>", "=1+1 :red[hot] $y$ `z`")
PAGES = ("home", "data", "prepare", "design", "train", "evaluate", "use", "runs", "workspace")
ALIVE = """() => {
  const found = [];
  const look = root => {
    const one = (what, nodes) => { for (const node of nodes) found.push(`${what}: ${node.outerHTML.slice(0, 160)}`) };
    one('picture', root.querySelectorAll("img[onerror], img[src='x'], img[src*='track.invalid'], [src*='evil.invalid']"));
    one('link', root.querySelectorAll("a[href*='evil.invalid'], a[href^='javascript'], .js-plotly-plot a"));
    one('script', [...root.querySelectorAll('script')].filter(node => node.textContent.includes('alert')));
    one('formula', root.querySelectorAll('.katex'));
    one('bold in a chart', [...root.querySelectorAll('.js-plotly-plot tspan')].filter(node => /bold/.test(node.getAttribute('style'))
      && node.textContent.includes('bold')));
    one('format', [...root.querySelectorAll('strong, b, em, code')].filter(n => ['P', 'bold', 'z'].includes(n.textContent.trim())));
    one('colour', [...root.querySelectorAll('.stMarkdownColoredText')].filter(n => ['run', 'hot'].includes(n.textContent.trim())));
    for (const node of root.querySelectorAll('*')) if (node.shadowRoot) look(node.shadowRoot);
  };
  look(document);
  return found;
}"""


@pytest.fixture(scope="module")
def opened(served: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The query that opens the project and its trained run."""
    workspace, path = served.workspace, tmp_path_factory.mktemp("files") / "upload.csv"
    table().to_csv(path, index=False)
    dataset = datasets.add(workspace, path, FILE)
    rows, profile = datasets.table(workspace, dataset.id), datasets.profile(workspace, dataset.id)
    plan, _ = advice.plan(dataset.id, rows, profile, hints={"target": TARGET})
    proposed = advice.architectures(profile, plan.inputs, plan.task)
    model = next(choice.architecture for choice in proposed if choice.architecture.kind == "linear")
    steps = tuple(step for step, _ in advice.recipe(profile, plan.inputs, model))
    learner = LEARNERS.parse({"kind": "gradient", "epochs": 4, "patience": 0})
    plan = plan.model_copy(update={"architecture": model, "recipe": steps, "training": learner})
    draft = {"target": plan.target, "plan": plan.model_dump(mode="json")}
    project = projects.add(workspace, PROJECT, dataset.id, draft=draft)
    run = runs.add(workspace, plan, project=project.id, name=RUN)
    until(lambda: runs.get(workspace, run.id).is_done, 120, "the training ends")
    assert runs.get(workspace, run.id).state == "succeeded", runs.get(workspace, run.id).message
    yield f"?project={project.id}&run={run.id}"


def table(rows: int = 240) -> pd.DataFrame:
    random = np.random.default_rng(3)
    frame = pd.DataFrame({name: random.normal(size=rows).round(4) for name in NUMBERS})
    frame[CATEGORY] = random.choice(["<svg onload=alert(1)>", "@SUM(A1)", "# head"], rows)
    frame[TARGET] = np.where(frame.iloc[:, 0] + random.normal(0, 0.6, rows) > 0, *CLASSES)
    return frame


def test_no_name_comes_to_life_on_any_page(served: Served, opened: str, page: Page) -> None:
    dialogs: list[str] = []
    elsewhere: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda sent: None if sent.url.startswith((served.url, "data:", "blob:")) else elsewhere.append(sent.url))
    shown = ""
    for name in PAGES:
        page.goto(f"{served.url}/{name}{opened}")
        page.locator(".stMain [data-testid=stVerticalBlock]").first.wait_for()
        settled(page)
        page.evaluate("() => document.querySelectorAll('details:not([open]) > summary').forEach(node => node.click())")
        settled(page)
        assert page.evaluate(ALIVE) == [], name
        assert page.locator("[data-testid=stException]").count() == 0, name
        shown += page.locator("body").inner_text()
        shoot(page, f"hostile-{name}")
    assert (dialogs, elsewhere) == ([], [])
    for words in (LIVE, CLASSES[0], TARGET, "**P**", ":red[run]"):
        assert words in shown.replace("\u2060", ""), f"{words} is nowhere to be read"


def test_the_look_for_living_names_sees_one(page: Page, served: Served) -> None:
    page.goto(served.url)
    page.locator(".stMain").wait_for()
    page.evaluate("() => document.body.insertAdjacentHTML('beforeend', '<p><a href=\"javascript:alert(1)\">x</a></p>')")
    assert len(page.evaluate(ALIVE)) == 1
