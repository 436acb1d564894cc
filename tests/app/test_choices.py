"""One choice leads to the rest being proposed again, except what was set by hand."""

import pytest

from app import choices
from app.state import Draft
from engine import advice, datasets, effort
from engine.errors import EngineError, InvalidPlan
from engine.plan import Plan
from tests.app.conftest import Filled


@pytest.fixture
def data(filled: Filled) -> choices.Data:
    return choices.Data(
        filled.dataset, datasets.table(filled.workspace, filled.dataset), datasets.profile(filled.workspace, filled.dataset)
    )


def plan(draft: Draft) -> Plan:
    return Plan.model_validate(draft.plan)


def test_fresh_data_gets_a_whole_plan(data: choices.Data, filled: Filled) -> None:
    draft = choices.first(data)
    assert draft.target == filled.column("ill")
    assert plan(draft).recipe
    assert filled.column("bill code") not in plan(draft).inputs


def test_a_target_that_cannot_be_predicted_is_refused(data: choices.Data, filled: Filled) -> None:
    with pytest.raises(InvalidPlan):
        choices.target(data, choices.first(data), filled.column("visit"))


def test_a_column_put_in_by_hand_stays_in_order_and_is_still_asked_about(data: choices.Data, filled: Filled) -> None:
    leak = filled.column("bill code")
    draft = choices.column(data, choices.first(data), leak, use=True)
    assert leak in plan(draft).inputs
    assert plan(draft).confirmed == ()
    assert list(plan(draft).inputs) == sorted(plan(draft).inputs)
    assert draft.inputs == {leak: True}


def test_the_recipe_follows_the_columns(data: choices.Data, filled: Filled) -> None:
    draft = choices.first(data)
    kinds = {step.kind for step in plan(draft).recipe}
    assert kinds & {"one_hot", "codes", "fill_categories"}
    without = choices.column(data, draft, filled.column("ward"), use=False)
    assert not {step.kind for step in plan(without).recipe} & {"one_hot", "codes", "fill_categories"}


def test_a_recipe_set_by_hand_stays(data: choices.Data, filled: Filled) -> None:
    draft = choices.first(data)
    own = draft.model_copy(update={"touched": ("recipe",), "plan": plan(draft).model_copy(update={"recipe": ()}).model_dump(mode="json")})
    assert plan(choices.column(data, own, filled.column("age"), use=False)).recipe == ()


def test_answering_the_group_question_keeps_cases_together(data: choices.Data, filled: Filled) -> None:
    patient = filled.column("patient id")
    draft = choices.split(data, choices.first(data), {"group": patient, "time": ""})
    assert (plan(draft).split.method, plan(draft).split.column) == ("group", patient)
    assert patient not in plan(draft).inputs


def test_no_to_both_questions_lets_chance_decide(data: choices.Data, filled: Filled) -> None:
    draft = choices.split(data, choices.first(data), {"group": "", "time": ""})
    assert plan(draft).split.method == "random"


def test_sizes_set_by_hand_survive_another_answer(data: choices.Data, filled: Filled) -> None:
    first = choices.first(data)
    sized = choices.divided(first, plan(first).split.model_copy(update={"test": 0.4}))
    draft = choices.split(data, sized, {"group": "", "time": filled.column("visit")})
    assert (plan(draft).split.method, plan(draft).split.test) == ("time", 0.4)


def test_another_target_forgets_what_was_set_for_the_old_one(data: choices.Data, filled: Filled) -> None:
    draft = choices.column(data, choices.first(data), filled.column("ward"), use=False)
    other = choices.target(data, draft.model_copy(update={"touched": ("recipe",)}), filled.column("age"))
    assert (other.touched, other.inputs) == ((), {})
    assert plan(other).target == filled.column("age")


def test_a_role_said_by_hand_stays_when_something_else_is_predicted(data: choices.Data, filled: Filled) -> None:
    ward, age = filled.column("ward"), filled.column("age")
    draft = choices.role(data, choices.first(data), ward, "sensitive")
    assert ward not in plan(draft).inputs and plan(draft).sensitive == (ward,)
    other = choices.target(data, draft, age)
    assert ward not in plan(other).inputs and plan(other).sensitive == (ward,)


def test_a_sensitive_column_can_be_learned_from_by_choice(data: choices.Data, filled: Filled) -> None:
    ward = filled.column("ward")
    draft = choices.column(data, choices.role(data, choices.first(data), ward, "sensitive"), ward, True)
    assert ward in plan(draft).inputs and plan(draft).sensitive == (ward,)


def test_the_role_of_a_case_divides_the_rows_by_it_and_back(data: choices.Data, filled: Filled) -> None:
    patient, visit = filled.column("patient id"), filled.column("visit")
    draft = choices.first(data)
    assert (plan(draft).split.method, plan(draft).split.column) == ("group", patient)
    by_time = choices.role(data, draft, visit, "time")
    assert (plan(by_time).split.method, plan(by_time).split.column) == ("time", visit)
    assert plan(choices.role(data, by_time, patient, "group")).split.column == patient
    plain = choices.role(data, by_time, visit, "ignored")
    assert plan(plain).split.method == "random" and visit not in plan(plain).inputs


def test_a_weight_is_one_column_at_a_time(data: choices.Data, filled: Filled) -> None:
    age, visit = filled.column("age"), filled.column("visit")
    draft = choices.role(data, choices.first(data), age, "weight")
    assert plan(draft).weight == age and age not in plan(draft).inputs
    assert plan(choices.role(data, draft, age, "input")).weight == ""
    assert age in plan(choices.role(data, draft, age, "input")).inputs
    assert plan(choices.role(data, draft, visit, "identifier")).identifiers == (visit,)


def test_the_target_has_no_other_role(data: choices.Data, filled: Filled) -> None:
    with pytest.raises(EngineError, match="Choose another column to predict first"):
        choices.role(data, choices.first(data), filled.column("ill"), "weight")
    assert choices.role(data, choices.first(data), filled.column("age"), "target").target == filled.column("age")


def with_effort(data: choices.Data, draft: Draft, level: effort.Effort) -> Draft:
    made = effort.apply(plan(draft), data.profile, level, 120.0)
    return draft.model_copy(update={"plan": made.model_dump(mode="json")})


def test_the_effort_stays_when_another_column_is_predicted(data: choices.Data, filled: Filled) -> None:
    best = with_effort(data, choices.first(data), "best")
    after = plan(choices.target(data, best, filled.column("age")))
    assert after.target == filled.column("age")
    assert effort.of(after) == "best" and after.team is not None and after.team.seconds == 120.0


def test_the_ways_of_a_team_follow_the_columns(data: choices.Data, filled: Filled) -> None:
    best = with_effort(data, choices.first(data), "best")
    without = plan(choices.column(data, best, filled.column("ward"), use=False))
    assert without.team is not None and without.team.others
    assert not {step.kind for way in without.team.others for step in way.recipe} & {"one_hot", "codes", "fill_categories"}


def test_a_recipe_set_by_hand_is_that_of_the_own_way_alone(data: choices.Data, filled: Filled) -> None:
    best = with_effort(data, choices.first(data), "best")
    own = best.model_copy(update={"touched": ("recipe",), "plan": plan(best).model_copy(update={"recipe": ()}).model_dump(mode="json")})
    after = plan(choices.column(data, own, filled.column("age"), use=False))
    assert after.recipe == ()
    assert after.team is not None and all(way.recipe for way in after.team.others)


def test_without_more_effort_nothing_is_added(data: choices.Data, filled: Filled) -> None:
    draft = choices.first(data)
    assert plan(draft).team is None
    assert plan(choices.target(data, draft, filled.column("age"))).team is None


def test_a_model_chosen_by_hand_stays_when_a_column_is_read_differently(data: choices.Data) -> None:
    draft = choices.first(data)
    assert plan(draft).architecture.kind != "mlp"
    network = next(
        c.architecture for c in advice.architectures(data.profile, plan(draft).inputs, plan(draft).task) if c.architecture.kind == "mlp"
    )
    network = network.with_(widths=(7, 5))
    own = plan(draft).model_copy(update={"architecture": network, "training": advice.training(data.profile, network).with_(epochs=9)})
    chosen = draft.model_copy(update={"touched": ("architecture", "training"), "plan": own.model_dump(mode="json")})
    again = choices.retyped(data, chosen)
    assert plan(again).architecture == network and plan(again).training.epochs == 9
    assert set(again.touched) >= {"architecture", "training"}
    assert plan(choices.retyped(data, draft)).architecture == plan(draft).architecture
