"""The shapes a report is made of: a short closed list. The app knows how to draw each, and nothing else."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Verdict = Literal["good", "fair", "poor", "unclear"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Score(_Frozen):
    """A measure with its 95 % interval. `low` and `high` are None when the rows are too few to say."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Measure(_Frozen):
    """One row of the comparison: a measure in words, for the model, the trivial answer and a linear model.

    With the unit "%" the values run from 0 to 100.
    """

    name: str
    label: str
    help: str = ""
    unit: str = ""
    better: Literal["higher", "lower"] = "higher"
    model: Score
    baseline: Score | None = None
    linear: Score | None = None


class Scores(_Frozen):
    """The comparison table: "How good is it, beside guessing and a simple formula?"."""

    kind: Literal["scores"] = "scores"
    title: str
    measures: list[Measure]
    baseline_name: str
    note: str = ""


class Confusion(_Frozen):
    """Counts of truth (rows) against answer (columns)."""

    kind: Literal["confusion"] = "confusion"
    title: str
    labels: list[str]
    counts: list[list[int]]
    note: str = ""


class Line(_Frozen):
    """One line of a Curve; `dashed` for references such as guessing. `low` and `high` are a 95 % band around `y`, or empty."""

    name: str
    x: list[float]
    y: list[float]
    dashed: bool = False
    low: list[float] = []
    high: list[float] = []


class Curve(_Frozen):
    """A curve such as ROC, precision-recall or calibration, with the point in use marked."""

    kind: Literal["curve"] = "curve"
    title: str
    x_label: str
    y_label: str
    lines: list[Line]
    point: tuple[float, float] | None = None
    point_label: str = ""
    note: str = ""


class Thresholds(_Frozen):
    """What would happen at each threshold: true and false, positive and negative counts; the chosen one is `chosen`."""

    kind: Literal["thresholds"] = "thresholds"
    title: str
    positive: str
    negative: str
    thresholds: list[float]
    true_positive: list[int]
    false_positive: list[int]
    true_negative: list[int]
    false_negative: list[int]
    chosen: float
    note: str = ""


class Scatter(_Frozen):
    """Predicted (`y`) against true (`x`) values, with the diagonal. `rows` are the points' rows in the dataset (0-based)."""

    kind: Literal["scatter"] = "scatter"
    title: str
    x_label: str
    y_label: str
    x: list[float]
    y: list[float]
    rows: list[int] = []
    note: str = ""


class Bars(_Frozen):
    """Counts or shares by name, or a histogram: the names are then ranges, and `edges` the numbers they lie between (one more)."""

    kind: Literal["bars"] = "bars"
    title: str
    x_label: str
    y_label: str
    names: list[str]
    values: list[float]
    edges: list[float] = []
    note: str = ""


class Mistakes(_Frozen):
    """The worst mistakes. `columns` are the user's names of the inputs.

    Each row has "row" (1-based in the dataset), "truth", "prediction", "detail" (how wrong, in words) and "values" (one for each of
    `columns`, None where missing). For pictures it also has "image", the file name relative to the dataset's files.
    """

    kind: Literal["mistakes"] = "mistakes"
    title: str
    columns: list[str]
    rows: list[dict[str, Any]]
    note: str = ""


class Notes(_Frozen):
    """Sentences a reader should know; warnings, unless they only inform."""

    kind: Literal["notes"] = "notes"
    title: str
    lines: list[str]
    is_warning: bool = True


Panel = Annotated[Scores | Confusion | Curve | Thresholds | Scatter | Bars | Mistakes | Notes, Field(discriminator="kind")]


class Report(_Frozen):
    """A judged model: the headline in words, its verdict, the main measure, and the panels in order.

    `rows_validation` steered and never taught; `rows_both` are those among `rows_training` that steered too: before they taught, or
    another model of a team.
    """

    headline: str
    detail: str
    verdict: Verdict
    main: Measure
    panels: list[Panel]
    rows_training: int = 0
    rows_validation: int = 0
    rows_both: int = 0
    rows_test: int = 0

    def score(self) -> dict[str, Any]:
        """What a run keeps of it, for lists of runs."""
        return {
            "label": self.main.label,
            **self.main.model.model_dump(),
            "unit": self.main.unit,
            "better": self.main.better,
            "baseline": self.main.baseline.value if self.main.baseline else None,
            "headline": self.headline,
            "verdict": self.verdict,
        }
