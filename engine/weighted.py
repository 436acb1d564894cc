"""The judgement with every unseen row counting as much as a column of weights says, as rows of a survey must to speak for all people.

It stands beside the judgement that counts each row once. A row is put in as many times as its weight says; all its copies are drawn
together for the intervals, so that they are as wide as the rows really allow.
"""

import numpy as np

from engine.panels import Report, Score, Scores
from engine.tasks.base import Array, Judged, State, Task

MOST_ROWS, COPIES = 20_000, 20


def beside(report: Report, task: Task, judged: Judged, state: State, weights: Array, name: str) -> Report:
    """The report with a second table of measures behind the first; `weights` (rows,) are those of the judged rows, 1 on average."""
    plain = next((panel for panel in report.panels if isinstance(panel, Scores)), None)
    if plain is None:
        return report
    rows = copies(weights)
    together = rows if judged.groups is None else judged.groups[rows]

    def of(outputs: Array | None) -> dict[str, Score]:
        if outputs is None:
            return {}
        whole = np.repeat(outputs, len(weights), axis=0) if len(outputs) == 1 else outputs
        return task.scores(whole[rows], judged.y[rows], state, groups=together)

    model, baseline, linear = (of(outputs) for outputs in (judged.outputs, judged.baseline, judged.linear))
    measures = [
        measure.model_copy(
            update={
                "model": model[measure.name],
                "baseline": baseline.get(measure.name) if measure.baseline else None,
                "linear": linear.get(measure.name) if measure.linear else None,
            }
        )
        for measure in plain.measures
        if measure.name in model
    ]
    note = (
        f"Here every unseen row counts as much as '{name}' says, as it did in training. If these are weights of a survey or a sample, this "
        "is what to expect for all it stands for, and the table to go by; the headline counts each row once."
    )
    panel = Scores(title=f"How good is it, counted by '{name}'?", measures=measures, baseline_name=plain.baseline_name, note=note)
    place = report.panels.index(plain) + 1
    return report.model_copy(update={"panels": [*report.panels[:place], panel, *report.panels[place:]]})


def copies(weights: Array) -> Array:
    """(copies,) the position of each copy: every row as many times as its weight says, rounded so that the sum stays right.

    About twenty copies a row, fewer of many rows, so that there are at most 20,000.
    """
    total = min(MOST_ROWS, COPIES * len(weights))
    ends = np.rint(np.cumsum(weights.astype(np.float64)) / float(weights.sum(dtype=np.float64)) * total).astype(np.int64)
    return np.repeat(np.arange(len(weights)), np.diff(ends, prepend=0))
