"""Prepare: what happens to the columns before a model sees them, and which rows are kept aside."""

from app import parts, recipe_cards, split_card, state


def page() -> None:
    """The steps, then the split; both proposed already."""
    parts.head(
        "Prepare",
        "Models read only complete, comparable numbers. These steps bring your columns there; each is proposed for a reason you can see.",
    )
    if not parts.need_plan():
        return
    dataset, plan = state.current_dataset(), state.current_plan()
    if dataset is None or plan is None:
        parts.empty(":material/table_chart:", "The data is gone", "The dataset of this project was deleted.", "Go to Data", "data")
        return
    state.mark_seen("prepare")
    recipe_cards.cards(dataset, plan)
    split_card.card(dataset, plan)
    parts.step_bar("prepare")


page()
