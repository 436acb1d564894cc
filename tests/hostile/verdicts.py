"""How a case of bad or hostile pictures is judged."""

import re
from pathlib import Path

import pytest

from engine.errors import UnreadableFile
from tests.engine.uploads import read
from tests.hostile.picture_files import ASKED, REFUSED, Case


def judge(case: Case, folder: Path) -> None:
    """Reads the case as an upload and holds what comes of it against the verdict. Lost files are in the report by name."""
    if case.verdict == REFUSED:
        with pytest.raises(UnreadableFile) as raised:
            read(folder, case.make(), case.name)
        said = f"{raised.value.what} {raised.value.fix}"
        assert re.search(case.words, said), f"{case}: {said}"
        assert raised.value.what.endswith(".") and raised.value.fix.endswith(".")
        return
    found = read(folder, case.make(), case.name)
    asked = "\n".join(f"{doubt.what} {[choice.label for choice in doubt.choices]}" for doubt in found.answer.doubts)
    told = "\n".join(change.words() for change in found.answer.changes)
    assert re.search(case.words, asked if case.verdict == ASKED else told), f"{case}: {asked if case.verdict == ASKED else told}"
    assert case.holds(found), f"{case}: {found.names} {told} {found.table.frame.head()}"
