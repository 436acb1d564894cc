"""What the checks say on a page: a stop is passed by signing, and only so."""

from engine.plan import Plan
from engine.store import projects
from tests.app.conftest import NASTY, Filled, Page
from tests.app.trained import simple_plan


def plan(filled: Filled) -> Plan:
    return Plan.model_validate(projects.get(filled.workspace, filled.project).draft["plan"])


def test_a_stop_is_passed_only_by_signing_and_can_be_taken_back(filled: Filled) -> None:
    leak, made = filled.column("bill code"), simple_plan(filled.workspace, filled.dataset)
    made = made.model_copy(update={"inputs": (*made.inputs, leak)})
    projects.save(filled.workspace, filled.project, draft={"target": made.target, "plan": made.model_dump(mode="json")})
    page = Page("train", project=filled.project)
    assert page.at.button(key="start").disabled and "“Yes, it is known beforehand.”" in page.words
    place = f"preflight-0-Q01-{leak}"
    page.click(f"sign-do-{place}")
    assert plan(filled).overrides == () and "A signature needs a name." in page.words
    page.at.text_input(key=f"sign-name-{place}").set_value(f"Ada {NASTY}")
    page.click(f"sign-do-{place}")
    (signed,) = plan(filled).overrides
    assert (signed.check, signed.column, signed.name) == ("Q01", leak, f"Ada {NASTY}")
    assert not page.at.button(key="start").disabled and f"Signed: Ada {NASTY}" in page.words
    page.click(next(button.key for button in page.at.button if button.label == "Take it back"))
    assert plan(filled).overrides == () and page.at.button(key="start").disabled
