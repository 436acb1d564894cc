"""The unseen rows as every report has them: who they are, how they could be drawn anew, and the table all contenders stand in."""

from dataclasses import dataclass

from engine import verdicts
from engine.panels import Measure, Scores
from engine.sampling import Sampling
from engine.scoring import Array
from engine.tasks.base import Judged, State


@dataclass(frozen=True)
class Case:
    """Base of a report's rows: the truth `y` of those at `places` among the judged; a task adds what each contender says of them."""

    judged: Judged
    state: State
    places: Array
    y: Array

    @property
    def rows(self) -> int:
        return len(self.y)

    @property
    def sampling(self) -> Sampling:
        return self.judged.sampling(self.places)

    @property
    def groups(self) -> int:
        """How many groups the rows come from, where the split kept groups whole, else 0."""
        return 0 if self.judged.groups is None else self.sampling.units

    @property
    def labels(self) -> list[str]:
        """The possible answers of a task with classes."""
        return list(self.state["labels"])

    def comparison(self, measures: list[Measure], baseline: str) -> Scores:
        """Every measure of the model beside the trivial answer, which is called `baseline`, and a simple formula."""
        return Scores(
            title="How good is it, beside guessing and a simple formula?",
            measures=measures,
            baseline_name=baseline,
            note=verdicts.ranges(self.judged.group_name, self.groups),
        )


def skill_of_error(main: Measure) -> float | None:
    """The share of the trivial answer's error that the model avoids."""
    base, value = main.baseline.value if main.baseline else None, main.model.value
    return None if base is None or value is None or base <= 0 else 1 - value / base
