"""What a column's name suggests: an outcome, an identifier, a group that rows belong to, a time."""

import re
from dataclasses import dataclass

from engine.names import LOOK_ALIKES
from engine.profile import ColumnProfile
from engine.wording import count, number

_OUTCOMES = (
    "target label labels class outcome diagnosis churn churned failure failed default defaulted survived survival species fraud spam "
    "defect attrition stroke readmitted disease progression response fault verdict y died death mortality malignant relapse"
)
_AMOUNTS = (
    "price quality strength result rating risk sales demand yield cost salary income mpg measured consumption emission emissions grade "
    "value revenue score status target output solubility activity efficiency lifetime"
)
_GROUPS = (
    "patient subject person participant customer client user household machine device sensor engine unit equipment asset batch lot wafer "
    "plate well site hospital clinic store shop vehicle driver farm plant animal compound scaffold video session account employee student "
    "school panel serial donor family specimen tool line"
)
_WHOLE = "patient subject person participant machine device batch lot wafer donor specimen animal vehicle video engine"
_NUMBERS = "id ids no nr num number code serial uid uuid key"
_PREDICTED = "predicted prediction predictions pred forecast forecasted estimated estimate modelled modeled"
_SMALL = "in of per the a an and or for to by at on log id no number mean value"
OUTCOMES, AMOUNTS, GROUPS, WHOLE = (frozenset(text.split()) for text in (_OUTCOMES, _AMOUNTS, _GROUPS, _WHOLE))
NUMBERS, PREDICTED, SMALL = (frozenset(text.split()) for text in (_NUMBERS, _PREDICTED, _SMALL))
TIMES = frozenset({"year", "timestamp", "epoch", "time", "date", "month", "week"})
BIRTHS = frozenset({"birth", "dob", "born", "birthday", "birthdate"})
DATES = BIRTHS | {"date", "day", "datum", "when", "on", "at", "admitted", "discharged", "visit"}
FEWEST_REPEATS, MOST_REPEATS = 1.05, 1000
FEWEST_GROUPS = 3
AN_OUTCOME, AN_AMOUNT = 4, 2


@dataclass(frozen=True)
class Candidate:
    """A column that may be the answer to a question, and why; `likely` when it is worth assuming."""

    id: str
    name: str
    why: str
    likely: bool


def words_of(name: str) -> list[str]:
    """The words of a name: "customerID" is customer, id; "median_house_value" is median, house, value."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    return re.findall(r"[^\W\d_]+|\d+", spaced.lower())


def outcome_weight(name: str) -> int:
    """How much the name sounds like something one wants to know: 0 to 4, negative for another model's guess."""
    words = set(words_of(name))
    if words & PREDICTED:
        return -AN_OUTCOME
    return AN_OUTCOME if words & OUTCOMES else AN_AMOUNT if words & AMOUNTS else 0


def is_prediction_of(name: str, target: str) -> bool:
    """Whether the name says that it is a guess at the target: "ESOL predicted log solubility" for "measured log solubility"."""
    words = set(words_of(name))
    return bool(words & PREDICTED) and bool((words & set(words_of(target))) - SMALL - PREDICTED)


def group(column: ColumnProfile) -> Candidate | None:
    """The column as something several rows belong to (a patient, a machine), if its name and its repeats say so."""
    if column.name == LOOK_ALIKES and column.distinct:
        return Candidate(column.id, column.name, f"{count(column.distinct, 'set')} of pictures that look nearly the same", True)
    words = words_of(column.name)
    there = column.rows - column.missing
    repeats = there / column.distinct if column.distinct else 0.0
    if column.type in ("date", "image") or column.distinct < FEWEST_GROUPS or not FEWEST_REPEATS <= repeats <= MOST_REPEATS:
        return None
    if column.type == "number" and not column.whole:
        return None
    is_number = bool(set(words) & NUMBERS)
    if not is_number and not set(words) & GROUPS:
        return None
    likely = is_number and bool(set(words) & GROUPS) or (len(words) == 1 and words[0] in WHOLE)
    why = f"{column.distinct:,} different values, each in about {number(repeats, 2)} rows"
    return Candidate(column.id, column.name, why, likely)


def time(column: ColumnProfile) -> Candidate | None:
    """The column as the time of a row."""
    words = set(words_of(column.name))
    if column.distinct < FEWEST_GROUPS or words & BIRTHS:
        return None
    if column.type == "date":
        return Candidate(column.id, column.name, "a date in each row", column.distinct >= 10 and column.missing < 0.2 * column.rows)
    if column.type == "number" and words & TIMES and column.whole:
        return Candidate(column.id, column.name, "a number that may count time", False)
    return None
