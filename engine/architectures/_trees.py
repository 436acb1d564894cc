"""What the architectures of boosted trees share: columns that may push the answer one way only, and their picture."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from engine.architectures.base import Layer, Shapes
from engine.problems import Problem
from engine.spec import param

if TYPE_CHECKING:
    from engine.profile import ColumnProfile, Profile
    from engine.tasks.base import Task

TABULAR = {"number", "category", "date"}


def rising() -> Any:
    """The field of columns that only push the answer up."""
    return param(
        (),
        "More means a higher answer",
        help="Number columns that may only push the answer up: where you know that more of it never lowers the answer, all else equal.",
        empty="No column",
        advanced=True,
    )


def falling() -> Any:
    """The field of columns that only push the answer down."""
    return param(
        (),
        "More means a lower answer",
        help="Number columns that may only push the answer down. For a Yes/No question the answer is the chance of yes.",
        empty="No column",
        advanced=True,
    )


def directions(shapes: Shapes, rising: Sequence[str], falling: Sequence[str]) -> list[int]:
    """1, -1 or 0 (free) for each column of the matrix, numbers first. Of the numbers made of one column the first is its value.

    Others, such as whether it was missing, stay free.
    """
    signs = {**dict.fromkeys(rising, 1), **dict.fromkeys(falling, -1)}
    seen: set[str] = set()
    found = []
    for origin in shapes.origins or ("",) * len(shapes.number):
        found.append(0 if origin in seen else signs.get(origin, 0))
        seen.add(origin)
    return found + [0] * len(shapes.code)


def problems(columns: "Sequence[ColumnProfile]", task: "Task", rising: Sequence[str], falling: Sequence[str]) -> list[Problem]:
    """What of those wishes cannot be had. Columns that are not learned from are passed over."""
    asked = [column for column in columns if column.id in {*rising, *falling}]
    if not asked:
        return []
    if not task.has_direction:
        what = f"With several answers there is no higher or lower one, so '{asked[0].name}' cannot push it one way only."
        return [_stop(asked[0], what, "Take the column out of the settings of the model.")]
    both = [column for column in asked if column.id in rising and column.id in falling]
    unordered = [column for column in asked if column.type != "number"]
    return [
        *(_stop(c, f"'{c.name}' may push the answer up only and down only at once.", "Name it in one of the two settings.") for c in both),
        *(
            _stop(c, f"'{c.name}' is not a number, so there is no more or less of it.", "Take it out of the settings of the model.")
            for c in unordered
        ),
    ]


def takes(profile: "Profile", inputs: Sequence[str]) -> bool:
    """Whether trees can take these inputs."""
    types = {profile.column(id).type for id in inputs}
    return bool(types & TABULAR) and "image" not in types


def sketch(shapes: Shapes, outputs: int, tree: str) -> list[Layer]:
    """The boxes of the diagram."""
    columns = len(shapes.number) + len(shapes.code)
    return [
        Layer("columns", "Input", f"{columns}", 0),
        Layer("trees", "Boosted trees", tree, 0, ("columns",)),
        Layer("sum", "Sum of all trees", f"{outputs}", 0, ("trees",)),
    ]


def _stop(column: "ColumnProfile", what: str, fix: str) -> Problem:
    return Problem(where=column.name, what=what, fix=fix, level="stop", column=column.id)
