"""What every line of the import report promises: how often, up to three examples, and an undo or a way to read the file differently."""

import pytest

from tests.report_lines import NEEDS_NO_WAY_BACK, OWN, Site, reason, sites

SITES = tuple(sites())


@pytest.mark.parametrize("site", SITES, ids=str)
def test_a_line_counts_shows_examples_and_has_a_way_back(site: Site) -> None:
    if site.file.name in OWN or reason(site.says):
        return
    assert {"count", "examples"} <= site.gives and site.gives & {"undo", "again"}, site.says


def test_no_line_is_excused_that_does_not_exist() -> None:
    assert len(SITES) > 60 and {site.file.name for site in SITES} >= set(OWN)
    said = " ".join(site.says for site in SITES).replace("*", "x")
    excused = [part for pattern in NEEDS_NO_WAY_BACK for part in pattern.split("|")]
    import re

    assert [part for part in excused if not re.search(part, said) and "olumn .* " not in part] == []
