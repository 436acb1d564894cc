"""A doubt is a question that the data raises and only its owner can answer: the likelier choice is applied already, the others are one
click away."""

import json
from typing import Any

from pydantic import BaseModel, ConfigDict, field_validator


class Choice(BaseModel):
    """One answer. `options` are reader options to read the file again with; `reading` are Column fields to read the column anew with."""

    model_config = ConfigDict(frozen=True)

    label: str
    options: dict[str, Any] = {}
    reading: dict[str, Any] = {}

    @field_validator("options", "reading")
    @classmethod
    def _as_stored(cls, given: dict[str, Any]) -> dict[str, Any]:
        """As it comes back from the store."""
        return {name: json.loads(json.dumps(value)) for name, value in given.items()}


class Doubt(BaseModel):
    """One plain question, with the person's own rows as `examples`, and the choices, of which `chosen` is applied.

    `key` names the question, the same whenever this file is read, so that it is asked once. `column` is the id of the column it is about.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    what: str
    examples: tuple[str, ...] = ()
    choices: tuple[Choice, ...]
    chosen: int = 0
    column: str | None = None

    def labelled(self, label: str) -> int | None:
        """The place of the choice with that label, if there is one."""
        return next((place for place, choice in enumerate(self.choices) if choice.label == label), None)


def after_reading(fresh: list[Doubt], before: tuple[Doubt, ...], settled: dict[str, str], options: dict[str, Any]) -> tuple[Doubt, ...]:
    """The doubts of a file that was read again: the fresh ones, and answered ones that did not come up any more because they were.

    Answers that the new `options` overrule are left out.
    """
    keys = {doubt.key for doubt in fresh}
    kept = [doubt for doubt in before if doubt.key in settled and doubt.key not in keys and _holds(doubt, settled, options)]
    return (*fresh, *(doubt.model_copy(update={"chosen": doubt.labelled(settled[doubt.key])}) for doubt in kept))


def options_of(doubts: tuple[Doubt, ...], settled: dict[str, str]) -> dict[str, Any]:
    """The reader options that the answers given so far amount to."""
    found: dict[str, Any] = {}
    for doubt in doubts:
        if (place := doubt.labelled(settled.get(doubt.key, ""))) is not None:
            found |= doubt.choices[place].options
    return found


def answered_by(doubts: tuple[Doubt, ...], column: str | None, undo: Choice) -> tuple[str, int] | None:
    """(key, place of the choice) of the question about the column that taking a line back so amounts to answering, if there is one."""
    found = ((doubt, place) for doubt in doubts for place, choice in enumerate(doubt.choices) if choice.reading == undo.reading)
    return next(((doubt.key, place) for doubt, place in found if doubt.column == column and undo.reading), None)


def _holds(doubt: Doubt, settled: dict[str, str], options: dict[str, Any]) -> bool:
    place = doubt.labelled(settled[doubt.key])
    return place is not None and all(options.get(name) == value for name, value in doubt.choices[place].options.items())
