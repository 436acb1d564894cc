"""What a column's name suggests: an outcome, an identifier, a group that rows belong to, a time, a weight, a part, what a person is."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from engine import labels
from engine.names import LOOK_ALIKES
from engine.profile import ColumnProfile, Profile
from engine.splits.column import MOST_VALUES, is_plain
from engine.wording import count, number

_OUTCOMES = (
    "target label labels class outcome diagnosis churn churned failure failed default defaulted survived survival species fraud spam "
    "defect attrition stroke readmitted disease progression response fault faulty verdict death mortality malignant relapse fail"
)
_STATES = (
    "ill sick dead died dies alive infected diseased recovered diabetic cancer event positive healthy exited left lost quit resigned "
    "returned cancelled canceled broken broke defective scrapped scrap rejected reject passed late delayed overdue paid repaid bought buys "
    "purchased subscribed clicked converted accepted approved granted hired won sold fraudulent hospitalised hospitalized admitted leak "
    "leaking stopped"
)
_BEFORE = "before previous previously prior past history historic family parent parents ever former earlier first days months years"
_AMOUNTS = (
    "price quality strength result rating risk sales demand yield cost mpg measured consumption emission emissions grade "
    "value revenue score status target output solubility activity efficiency lifetime charges"
)
_CIRCUMSTANCES = "income salary wage wages pay debt"
_GROUPS = (
    "patient subject person participant customer client user household machine device sensor engine unit equipment asset batch lot wafer "
    "plate well site hospital clinic store shop vehicle driver farm plant animal compound scaffold video session account employee student "
    "school panel serial donor family specimen tool line"
)
_WHOLE = "patient subject person participant machine device batch lot wafer donor specimen animal vehicle video engine"
_NUMBERS = "id ids no nr num number code serial uid uuid key"
_PREDICTED = "predicted prediction predictions pred forecast forecasted estimated estimate modelled modeled"
_SMALL = "in of per the a an and or for to by at on log id no number mean value"
_SENSITIVE = (
    "sex gender race ethnicity ethnic religion nationality caste disability disabled foreigner geschlecht sexe sexo genere sesso geslacht "
    "herkunft nationalität staatsangehörigkeit nationalité nacionalidad nazionalità"
)
_MEDICAL = (
    "patient diagnosis disease cholesterol chol bmi tumor tumour glucose insulin cancer stroke malignant symptom symptoms dose therapy "
    "treatment hospital clinic icd biopsy systolic diastolic readmitted"
)
_WEIGHED = "sample sampling survey case final person design post frequency observation instance row population"
SENSITIVE, MEDICAL, WEIGHED = (frozenset(text.split()) for text in (_SENSITIVE, _MEDICAL, _WEIGHED))
WEIGHTS = frozenset({"weight", "weights", "wt", "wgt"})
WHOLE_WEIGHTS = frozenset({"fnlwgt", "pweight", "pwgt", "perwt", "wgt", "sampleweight", "weighting"})
PAIRS = tuple(map(frozenset, (("sexual", "orientation"), ("foreign", "worker"), ("skin", "colour"), ("skin", "color"))))
MOST_KINDS = 30
OUTCOMES, AMOUNTS, GROUPS, WHOLE = (frozenset(text.split()) for text in (_OUTCOMES, _AMOUNTS, _GROUPS, _WHOLE))
STATES, BEFORE, CIRCUMSTANCES = (frozenset(text.split()) for text in (_STATES, _BEFORE, _CIRCUMSTANCES))
NUMBERS, PREDICTED, SMALL = (frozenset(text.split()) for text in (_NUMBERS, _PREDICTED, _SMALL))
TIMES = frozenset({"year", "timestamp", "epoch", "time", "date", "month", "week"})
BIRTHS = frozenset({"birth", "dob", "born", "birthday", "birthdate"})
DATES = BIRTHS | {"date", "day", "datum", "when", "on", "at", "admitted", "discharged", "visit"}
FEWEST_REPEATS, MOST_REPEATS = 1.05, 1000
FEWEST_GROUPS = 3
AN_OUTCOME, A_RESPONSE, AN_AMOUNT, A_CIRCUMSTANCE = 4, 3, 2, 1


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
    if words & OUTCOMES:
        return 0 if words & BEFORE else AN_OUTCOME
    if "y" in words:
        return A_RESPONSE
    return AN_AMOUNT if words & AMOUNTS else A_CIRCUMSTANCE if words & CIRCUMSTANCES else 0


def outcome(column: ColumnProfile, names: Collection[str]) -> int:
    """The same of a column among others of these `names`: with two values, a state such as "ill" or "returned" is an outcome; y beside x
    is a place or a direction."""
    words = words_of(column.name)
    beside = ["x" if word == "y" else word for word in words]
    if "y" in words and len(names) > 2 and any(words_of(name) == beside for name in names):
        return 0
    if column.distinct == 2 and set(words) & STATES and not set(words) & (BEFORE | PREDICTED):
        return AN_OUTCOME
    return outcome_weight(column.name)


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


def part(column: ColumnProfile) -> Candidate | None:
    """The column as one that says which rows are learned from and which are kept unseen; likely if all its values are such words."""
    values = list(labels.counts_of(column))
    if column.type not in ("category", "number") or not 2 <= column.distinct <= MOST_VALUES or len(values) != column.distinct:
        return None
    if is_plain(values):
        return Candidate(column.id, column.name, f"its values are {labels.listed(labels.ordered(values))}", True)
    words = set(words_of(column.name))
    if words & {"split", "fold", "partition", "subset", "set"}:
        return Candidate(column.id, column.name, f"{column.distinct:,} different values", False)
    return None


def weight(column: ColumnProfile) -> Candidate | None:
    """The column as what a row counts; "weight" alone may be a person's, so another word has to say so."""
    words = words_of(column.name)
    is_said = bool(set(words) & WEIGHTS) and bool(set(words) & WEIGHED) or (len(words) == 1 and words[0] in WHOLE_WEIGHTS)
    if column.type != "number" or column.distinct < 2 or column.low is None or column.low < 0 or not is_said:
        return None
    return Candidate(column.id, column.name, "by its name, it says how much a row counts", True)


def is_sensitive(column: ColumnProfile) -> bool:
    """Whether the name says what a person is: the sex, the origin, the faith."""
    words = set(words_of(column.name))
    is_said = bool(words & SENSITIVE) or any(pair <= words for pair in PAIRS)
    return is_said and column.type in ("category", "number") and column.distinct <= MOST_KINDS


def is_medical(profile: Profile) -> bool:
    """Whether the columns speak of patients, where the sex may well matter to the answer."""
    return any(set(words_of(column.name)) & MEDICAL for column in profile.columns)
