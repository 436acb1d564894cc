"""`modelwright runs`, and with --compare the leaderboards."""

from pathlib import Path
from typing import Any

from engine import board_words, boards, wording
from engine.boards import Board
from engine.cli import give
from engine.store import disk, sizes
from engine.store import runs as store
from engine.store.runs import Run
from engine.store.workspace import Workspace


def runs(at: Path | None, as_json: bool) -> None:
    """A line a run: id, state, result, bytes, name; then the room they take and what is left."""
    workspace = Workspace.open(at)
    found = store.all(workspace)
    known = sizes.all(workspace)
    room = {run.id: known.get(f"runs/{run.id}") or sizes.bytes_in(workspace.run(run.id)) for run in found}
    if as_json:
        shown = {"id", "name", "state", "reason", "message", "score", "created", "started", "ended"}
        give([run.model_dump(mode="json", include=shown) | {"bytes": room[run.id]} for run in found])
        return
    if not found:
        print("No runs yet. Start one with: modelwright train DATA --target COLUMN")
        return
    for run in found:
        print(f"{run.id}  {run.state:<11}  {_result(run):<24}  {wording.size(room[run.id]):>10}  {run.name}")
    taken, free = wording.size(sum(room.values())), wording.size(disk.free(workspace.path))
    print(f"{wording.count(len(found), 'run')}, {taken}; {free} are free on the disk.")


def compare(at: Path | None, as_json: bool) -> None:
    """A leaderboard for each question that the models answer; runs without a model stand apart at the end, with the reason."""
    workspace = Workspace.open(at)
    found = store.all(workspace)
    shown = [board for asked, runs in boards.questions(found).items() if (board := boards.of(workspace, runs, asked))]
    apart = [(run, why) for board in shown for run, why in board.apart]
    apart += [(run, why) for run in found if (why := boards.reason(workspace, run))]
    shown = [boards.look(workspace, board) for board in shown]
    if as_json:
        give({"boards": [_told(board) for board in shown], "apart": [{"run": run.id, "name": run.name, "why": why} for run, why in apart]})
        return
    if not shown:
        print("No model to compare yet. Train one with: modelwright train DATA --target COLUMN")
    for board in shown:
        _print(board)
    if len(shown) > 1:
        print("Models of different tables above answer different questions, or were judged on different rows: their scores do not compare.")
    for run, why in apart:
        print(f"{run.id}  {run.name or run.id}: {why}")


def _print(board: Board) -> None:
    print(f"{board.asked} {board.data}, {wording.count(board.rows, 'unseen row')}")
    lines = board_words.rows(board)
    names = list(lines[0])
    table = [dict(zip(names, names, strict=True)), *lines]
    wide = {name: max(len(line[name]) for line in table) for name in names}
    for line in table:
        print("  " + "  ".join(line[name].ljust(wide[name]) for name in names).rstrip())
    for said in (board_words.headline(board), board_words.proposal(board), *board_words.warnings(board), board_words.basis(board)):
        if said:
            print(f"  {said}")
    print()


def _told(board: Board) -> dict[str, Any]:
    """The same as plain values, for a program."""
    about = {"question": board.asked, "data": board.data, "target": board.question.target, "measure": board.label, "unit": board.unit}
    lines = [
        {
            "run": line.run.id,
            "place": line.place,
            "name": line.name,
            "score": {"value": line.value, "low": line.low, "high": line.high},
            "beside_best": None if line.gap is None else dict(vars(line.gap)),
            "in_words": board_words.verdict(board, line),
            "only_this_right": line.crossed[0] if line.crossed else None,
            "only_best_right": line.crossed[1] if line.crossed else None,
            "answer_seconds": line.answer_seconds,
            "bytes": line.bytes,
            "seconds": line.seconds,
            "watt_hours": line.watt_hours,
            "models": line.models,
            "is_on_front": line.is_on_front,
        }
        for line in board.lines
    ]
    proposed = board.proposal.id if board.proposal else None
    notes = [board_words.headline(board), board_words.proposal(board), *board_words.warnings(board), board_words.basis(board)]
    sizes = {"better": board.better, "unseen_rows": board.rows, "compared_rows": board.compared, "looks": board.looks, "luck": board.luck}
    return about | sizes | {"proposed": proposed, "notes": [note for note in notes if note], "models": lines}


def _result(run: Run) -> str:
    score = run.score or {}
    return f"{score['label']} {score['value']:.3g} {score.get('unit', '')}".strip() if score.get("value") is not None else run.reason
