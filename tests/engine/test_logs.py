"""A run's log: read from its end, and as a terminal would leave it."""

from pathlib import Path

import pytest

from engine.store import logs
from engine.store.workspace import Workspace


def written(workspace: Workspace, content: bytes) -> Workspace:
    path = logs.of(workspace, "r1")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return workspace


def test_no_log_reads_as_an_empty_one(workspace: Workspace) -> None:
    assert logs.tail(workspace, "r1") == logs.Tail("", 0, True)


def test_a_short_log_is_shown_whole(workspace: Workspace) -> None:
    assert logs.tail(written(workspace, b"one\ntwo\n\n"), "r1") == logs.Tail("one\ntwo", 9, True)


def test_only_the_end_of_a_large_log_is_read(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    written(workspace, b"".join(b"line %07d\n" % i for i in range(800_000)))
    reads: list[int] = []
    opened = Path.open

    def counting(self: Path, *how: str) -> object:
        return _Counting(opened(self, *how), reads)

    monkeypatch.setattr(Path, "open", counting)
    tail = logs.tail(workspace, "r1", lines=3, most=1000)
    assert tail == logs.Tail("line 0799997\nline 0799998\nline 0799999", 10_400_000, False)
    assert reads == [1000]


def test_a_cut_first_line_is_left_out_and_a_cut_letter_does_no_harm(workspace: Workspace) -> None:
    written(workspace, "ä".encode() * 50 + b"\nlast")
    assert logs.tail(workspace, "r1", most=20).text == "last"
    written(workspace, "ä".encode() * 50)
    assert logs.tail(workspace, "r1", most=21).text == "�" + "ä" * 10


def test_of_a_progress_bar_the_last_state_is_left() -> None:
    assert logs.plain("\r  1/10 loss 9\r  2/10 loss 8\r 10/10 loss 1\r") == " 10/10 loss 1"


def test_a_progress_bar_of_megabytes_without_a_line_end_is_one_line(workspace: Workspace) -> None:
    written(workspace, b"".join(b"\r%d/9 [====>....]" % i for i in range(200_000)))
    assert logs.tail(workspace, "r1").text == "199999/9 [====>....]"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("\x1b[1;31mred\x1b[0m and \x1b[2Kplain", "red and plain"),
        ("\x1b]0;title\x07after", "after"),
        ("a\x00b\x08c\x7fd\x9be", "abcde"),
        ("tab\tstays", "tab\tstays"),
        ("right\u202eleft", "rightleft"),
        ("half \x1b", "half"),
        ("<script>alert(1)</script> **bold**", "<script>alert(1)</script> **bold**"),
        ("x" * 600, "x" * 500 + "…"),
    ],
)
def test_what_would_break_the_page_is_taken_out(line: str, left: str) -> None:
    assert logs.plain(line) == left


class _Counting:
    """A file that notes how much is asked of it."""

    def __init__(self, file: object, reads: list[int]) -> None:
        self._file, self._reads = file, reads

    def __enter__(self) -> "_Counting":
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()  # type: ignore[attr-defined]

    def seek(self, *where: int) -> int:
        return self._file.seek(*where)  # type: ignore[attr-defined,no-any-return]

    def read(self, size: int = -1) -> bytes:
        self._reads.append(size)
        return self._file.read(size)  # type: ignore[attr-defined,no-any-return]
