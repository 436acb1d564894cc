"""Questions about how a text table is laid out, each with the first lines concerned, and what the answers change."""

from collections.abc import Sequence

from engine.doubts import Choice, Doubt

_SHOWN = 3
_WIDE = 90


def of_encoding(found: str, previews: Sequence[tuple[str, str, str]]) -> Doubt:
    """Which encoding the file has. `previews`: (encoding, its name, some of the text in it), the one in use first."""
    choices = [Choice(label=f"{name}: {text[:_WIDE]}", options={"encoding": encoding}) for encoding, name, text in previews]
    what = "Which of these shows the letters of your file as they should be?"
    return Doubt(key=f"encoding:{found}", what=what, examples=(), choices=tuple(choices))


def of_start(line: int, lines: Sequence[str]) -> Doubt:
    """Whether the lines before `line` are no part of the table."""
    before = [text.strip()[:_WIDE] for text in lines[: line - 1] if text.strip()]
    choices = (
        Choice(label=f"It begins on line {line}: {lines[line - 1].strip()[:_WIDE]}", options={"start": line}),
        Choice(label=f"It begins on line 1: {before[0] if before else ''}", options={"start": 1}),
    )
    return Doubt(key="start", what="Where does the table begin?", examples=tuple(before[:_SHOWN]), choices=choices)


def of_header(named: bool, lines: Sequence[str]) -> Doubt:
    """Whether the first row holds names."""
    values = Choice(label="A row like the others; the columns are called 'column 1', 'column 2' and so on", options={"header": "no"})
    names = Choice(label="The names of the columns", options={"header": "yes"})
    what = f"What is the first row of the table: {lines[0].strip()[:60]}?"
    choices = (names, values) if named else (values, names)
    return Doubt(key="header", what=what, examples=_shown(lines), choices=choices)


def of_delimiter(used: tuple[str, str, Sequence[str]], other: tuple[str, str, Sequence[str]]) -> Doubt:
    """What separates values. Each is (mark, its name, a row taken apart by it)."""
    choices = tuple(
        Choice(label=f"{word.capitalize()}: {'  |  '.join(row)[:_WIDE]}", options={"delimiter": mark}) for mark, word, row in (used, other)
    )
    return Doubt(key="delimiter", what="What separates the values of a row from one another?", choices=choices)


def of_units(rows: Sequence[Sequence[str]]) -> Doubt:
    """Whether the row below the names holds units or second names."""
    choices = (
        Choice(label="It says more about the names, such as units: leave it out", options={"units": "yes"}),
        Choice(label="It is a row of values like the others", options={"units": "no"}),
    )
    return Doubt(key="units", what="What is the second row of the table?", examples=_joined(rows), choices=choices)


def of_extra(row: Sequence[str], names: Sequence[str]) -> Doubt:
    """Which value has no name where each row has one more than there are names."""
    choices = (
        Choice(label=f"The first value: '{row[0][:30]}' has no name, and '{row[1][:30]}' is {names[0][:30]}", options={"extra": "first"}),
        Choice(label=f"The last value: '{row[-1][:30]}' has no name, and '{row[0][:30]}' is {names[0][:30]}", options={"extra": "last"}),
    )
    what = "Each row has one value more than there are names. Which value has no name?"
    return Doubt(key="extra", what=what, examples=_joined([names, row]), choices=choices)


def of_short(count: int, rows: int, examples: Sequence[str]) -> Doubt:
    """What to do with many rows that have too few values."""
    what = f"{count:,} of {rows:,} rows have fewer values than there are columns. What should become of them?"
    choices = (
        Choice(label="Keep them: the values missing are those at their end", options={"short": "fill"}),
        Choice(label="Leave them out", options={"short": "leave out"}),
    )
    return Doubt(key="short", what=what, examples=tuple(examples[:_SHOWN]), choices=choices)


def of_long(count: int, rows: int, examples: Sequence[str]) -> Doubt:
    """What to do with rows that have too many values."""
    have = "row has" if count == 1 else "rows have"
    choices = (
        Choice(label="Leave them out", options={"long": "leave out"}),
        Choice(label="Keep them without the values beyond the last column", options={"long": "cut"}),
    )
    what = f"{count:,} of {rows:,} {have} more values than there are columns. What should become of them?"
    return Doubt(key="long", what=what, examples=tuple(examples[:_SHOWN]), choices=choices)


def of_comments(count: int, examples: Sequence[str]) -> Doubt:
    """Whether lines that begin with # are comments."""
    are = "1 line begins with # and is" if count == 1 else f"{count:,} lines begin with # and are"
    choices = (
        Choice(label="Comments: leave them out", options={"comments": "yes"}),
        Choice(label="Rows like the others", options={"comments": "no"}),
    )
    return Doubt(key="comments", what=f"{are} shorter than a row. What are they?", examples=tuple(examples[:_SHOWN]), choices=choices)


def of_totals(rows: Sequence[Sequence[str]]) -> Doubt:
    """Whether the last rows sum up the others."""
    last = "last row" if len(rows) == 1 else f"last {len(rows)} rows"
    choices = (
        Choice(label="A sum or a note about the table: leave it out", options={"totals": "yes"}),
        Choice(label="Values like the others", options={"totals": "no"}),
    )
    return Doubt(key="totals", what=f"What is in the {last} of the table?", examples=_joined(rows), choices=choices)


def of_turned(width: int, rows: int, top: Sequence[Sequence[str]]) -> Doubt:
    """Whether the cases are the columns."""
    choices = (
        Choice(label="Each row is one, as the table stands", options={"turned": "no"}),
        Choice(label=f"Each column is one: turn the table, so that it has {width - 1:,} rows", options={"turned": "yes"}),
    )
    what = f"The table has {width:,} columns and only {rows:,} rows. Is each row one case, such as a patient, or each column?"
    return Doubt(key="turned", what=what, examples=_joined([row[:5] for row in top]), choices=choices)


def _shown(lines: Sequence[str]) -> tuple[str, ...]:
    return tuple(line.strip()[:_WIDE] for line in lines[:_SHOWN])


def _joined(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    return tuple("  |  ".join(cell.strip()[:24] for cell in row[:8])[:_WIDE] for row in rows[:_SHOWN])
