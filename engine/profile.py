"""Statistics of a typed table, computed once at upload and shown everywhere."""

from pydantic import BaseModel, ConfigDict

from engine.columns import Column, ColumnType
from engine.errors import NotFound
from engine.problems import Problem


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ColumnProfile(_Frozen):
    """One column's statistics.

    `distinct` counts different non-missing values. `edges` (bins + 1) and `counts` (bins) are the distribution of numbers and
    dates (edges as seconds since 1970); `top` the commonest (value, count) of the other types, at most 20. `low`, `high`,
    `mean`, `median`, `spread` (standard deviation) and `quantiles` (1, 5, 25, 75, 95, 99 %) are of numbers; for dates `low` and
    `high` are seconds since 1970. `whole` says that all numbers are whole. `sizes` (width, height, count) are of pictures.
    """

    column: Column
    rows: int
    missing: int
    distinct: int
    edges: tuple[float, ...] = ()
    counts: tuple[int, ...] = ()
    top: tuple[tuple[str, int], ...] = ()
    low: float | None = None
    high: float | None = None
    mean: float | None = None
    median: float | None = None
    spread: float | None = None
    quantiles: tuple[float, ...] = ()
    whole: bool = False
    sizes: tuple[tuple[int, int, int], ...] = ()
    identifier: bool = False
    problems: tuple[Problem, ...] = ()

    @property
    def id(self) -> str:
        return self.column.id

    @property
    def name(self) -> str:
        return self.column.name

    @property
    def type(self) -> ColumnType:
        return self.column.type


class Profile(_Frozen):
    """A table's statistics. `problems` are about the table as a whole (duplicate rows, few rows)."""

    rows: int
    columns: tuple[ColumnProfile, ...]
    duplicates: int = 0
    problems: tuple[Problem, ...] = ()

    def column(self, id: str) -> ColumnProfile:
        """The statistics of that column. Raises NotFound."""
        for column in self.columns:
            if column.id == id:
                return column
        raise NotFound(f"There is no column '{id}' in this dataset.", "Choose one of its columns.")
