"""The doctor looks whether a workspace and its database are sound, says in words what is not, and mends what can be mended.

What can be mended in one step has `action`: the name of a repair and what it is about. A repair that loses something a person may
want says so and is never done without being asked for.
"""

from collections.abc import Sequence

from engine.errors import EngineError
from engine.problems import Problem
from engine.store import db
from engine.store.doctor import bundles, database, folders, histories, measures, surroundings
from engine.store.doctor.repairs import ABOUT, REPAIR, Repair
from engine.store.workspace import Workspace

__all__ = ["REPAIRS", "Repair", "examine", "mend", "repair_of"]

REPAIRS: dict[str, Repair] = {
    repair.name: repair for module in (surroundings, database, histories, bundles, measures, folders) for repair in module.REPAIRS
}
LEVELS = ("stop", "warn", "info")


def examine(workspace: Workspace) -> list[Problem]:
    """Everything that is wrong, the worst first; an empty list if all is well. Changes nothing."""
    found = [*surroundings.look(workspace), *database.look(workspace)]
    if not any(problem.level == "stop" and problem.where != str(workspace.path) for problem in found):
        for part in (surroundings.look_at_copies, database.look_inside, histories.look, bundles.look, measures.look, folders.look):
            found += part(workspace)
    return sorted(found, key=lambda problem: LEVELS.index(problem.level))


def repair_of(problem: Problem) -> Repair | None:
    """The repair that a problem offers."""
    return REPAIRS.get((problem.action or {}).get(REPAIR, ""))


def mend(workspace: Workspace, problem: Problem) -> str:
    """Does it, and says what was done. Raises EngineError when it is not possible (any more)."""
    repair = repair_of(problem)
    if repair is None:
        raise EngineError(f"{problem.where}: {problem.what}", problem.fix)
    return repair.act(workspace, (problem.action or {}).get(ABOUT, ""))


def mend_all(workspace: Workspace, wanted: Sequence[Problem]) -> list[str]:
    """Does these one after another; a sentence for each. What one repair cannot do, the sentence says, and the others go on."""
    said: list[str] = []
    for problem in wanted:
        try:
            said.append(mend(workspace, problem))
        except (EngineError, OSError, db.DatabaseError) as error:
            said.append(f"{problem.where}: this could not be mended. {error}")
    return said
