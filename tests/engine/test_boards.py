"""Leaderboards of runs: what is compared with what, what stands apart and why, and how it is said."""

import shutil

import numpy as np
import pytest

from engine import board_words, boards
from engine.plan import Plan
from engine.store import looks, models, runs
from engine.store.workspace import Workspace
from tests import judged, lessons


def named(board: boards.Board | None) -> dict[str, int]:
    assert board is not None
    return {line.name: line.place for line in board.lines}


def three(workspace: Workspace) -> tuple[str, str, str]:
    """A slow one that is best, a fast one nearly as good, and a bad one."""
    best = judged.right(0.9, 1)
    nearly = best.copy()
    nearly[np.flatnonzero(best)[:2]] = False
    made = [
        judged.run(workspace, best, "slow", answer_seconds=0.2),
        judged.run(workspace, nearly, "fast", answer_seconds=0.01),
        judged.run(workspace, judged.right(0.6, 3), "bad", answer_seconds=0.02),
    ]
    return tuple(run.id for run in made)


def board_of(workspace: Workspace) -> boards.Board:
    board = boards.of(workspace, runs.all(workspace))
    assert board is not None
    return board


def test_the_best_shares_its_place_with_what_cannot_be_told_apart(workspace: Workspace) -> None:
    three(workspace)
    board = board_of(workspace)
    assert named(board) == {"slow": 1, "fast": 1, "bad": 3}
    assert [board_words.verdict(board, line) for line in board.lines] == [
        "the best",
        "not distinguishable from the best, proposed",
        "behind the best",
    ]
    assert "“slow” leads. Right answers: " in board_words.headline(board)
    assert board_words.headline(board).endswith("1 other cannot be told apart from it; 1 is behind by more than luck.")
    said = board_words.proposal(board)
    assert said.startswith("“fast” is as good, as far as 200 unseen rows can tell, and 20 times faster. It could still be up to ")
    assert said.endswith(" points worse.")


def test_the_front_leaves_out_what_is_slower_and_worse(workspace: Workspace) -> None:
    three(workspace)
    assert {line.name for line in board_of(workspace).lines if line.is_on_front} == {"slow", "fast"}


def test_rows_on_which_two_models_disagree_are_counted(workspace: Workspace) -> None:
    three(workspace)
    lines = {line.name: line for line in board_of(workspace).lines}
    assert lines["slow"].crossed is None
    assert lines["fast"].crossed == (0, 2, 0.5)
    assert board_words.crossed(lines["fast"]) == "right on 0 rows where the best is wrong, wrong on 2 rows where that is right"


def test_without_runs_or_models_there_is_no_board(workspace: Workspace) -> None:
    assert boards.of(workspace, []) is None
    waiting = runs.add(workspace, lessons.plan())
    assert boards.of(workspace, [waiting]) is None
    assert boards.reason(workspace, waiting) == "It has not ended yet."


def test_one_model_alone_has_nothing_beside_it(workspace: Workspace) -> None:
    judged.run(workspace, judged.right(0.9, 1), "only")
    board = board_of(workspace)
    assert board_words.headline(board).startswith("“only” is the only model here that can be judged on these rows.")
    assert board_words.basis(board) == "" and board.luck is None and board.proposal is None
    assert board_words.rows(board)[0]["Beside the best"] == "–"


def test_two_equal_models_share_the_first_place(workspace: Workspace) -> None:
    for name in ("one", "two"):
        judged.run(workspace, judged.right(0.8, 1), name)
    board = board_of(workspace)
    assert named(board) == {"one": 1, "two": 1}
    assert board_words.headline(board).endswith("The other model cannot be told apart from it.")
    assert board_words.rows(board)[1]["Beside the best"] == "0 points (0 to 0)"


def test_other_targets_data_questions_rows_and_scores_stand_apart_with_the_reason(workspace: Workspace) -> None:
    plan = lessons.plan()
    for name in ("a", "b"):
        judged.run(workspace, judged.right(0.8, 1), name)
    other: dict[str, tuple[Plan, dict]] = {
        "It learned from other data: data that were deleted since.": (plan.model_copy(update={"dataset": "d1111111111"}), {}),
        "It predicts another column: 'ward'.": (plan.model_copy(update={"target": "c0003"}), {}),
        "It was asked in another way, so its score means something else.": (
            plan.model_copy(update={"task": plan.task.with_(positive="no")}),
            {},
        ),
        "It was judged on other unseen rows, so luck with the rows would be mistaken for skill.": (plan, {"unseen": "others"}),
        "An earlier version trained it, and on which rows it was judged is not known.": (plan, {"unseen": None}),
        "The true answers of its unseen rows were other ones when it was trained.": (plan, {"values": 1 - judged.truth()}),
    }
    made = {judged.run(workspace, judged.right(0.99, 2), plan=of, **more).id: why for why, (of, more) in other.items()}
    failed = runs.add(workspace, plan)
    runs.wish(workspace, failed.id, "cancel")
    made[failed.id] = "It was cancelled, so there is no model."
    board = board_of(workspace)
    assert named(board) == {"a": 1, "b": 1}
    assert {run.id: why for run, why in board.apart} == made


def test_of_equal_scores_the_quickest_comes_first(workspace: Workspace) -> None:
    for name, took in (("quick", 0.01), ("slow", 0.2)):
        judged.run(workspace, judged.right(0.8, 1), name, answer_seconds=took)
    assert [line.name for line in board_of(workspace).lines] == ["quick", "slow"]


def test_each_question_has_a_board_of_its_own_the_fullest_first(workspace: Workspace) -> None:
    alone = judged.run(workspace, judged.right(0.9, 1), plan=lessons.plan().model_copy(update={"target": "c0003"}))
    pair = [judged.run(workspace, judged.right(0.9, i)).id for i in range(2)]
    found = boards.questions(runs.all(workspace))
    assert [sorted(run.id for run in runs) for runs in found.values()] == [sorted(pair), [alone.id]]
    assert len({asked.key for asked in found}) == 2


def test_models_that_kept_no_answers_are_compared_by_their_ranges_and_that_is_said(workspace: Workspace) -> None:
    judged.run(workspace, judged.right(0.9, 1), "new")
    judged.run(workspace, judged.right(0.88, 2), "near", keeps=False)
    judged.run(workspace, judged.right(0.6, 3), "far", keeps=False)
    board = board_of(workspace)
    assert named(board) == {"new": 1, "near": 1, "far": 3}
    assert [line.is_paired for line in board.lines] == [True, False, False]
    assert any(said.startswith("2 models of an earlier version kept no answers on the unseen rows") for said in board_words.warnings(board))


def test_only_old_models_are_compared_too(workspace: Workspace) -> None:
    judged.run(workspace, judged.right(0.9, 1), "one", keeps=False)
    judged.run(workspace, judged.right(0.6, 2), "two", keeps=False)
    board = board_of(workspace)
    assert named(board) == {"one": 1, "two": 2} and board.compared == 0


def test_a_model_whose_folder_is_gone_still_has_its_score(workspace: Workspace) -> None:
    ids = three(workspace)
    shutil.rmtree(models.folder(workspace, ids[0]))
    board = board_of(workspace)
    assert set(named(board)) == {"slow", "fast", "bad"}
    assert not next(line for line in board.lines if line.name == "slow").is_paired


def test_groups_that_were_kept_whole_make_the_ranges_wide(workspace: Workspace) -> None:
    groups = np.repeat(np.arange(10), 20)
    good = np.repeat(np.arange(10) % 10 < 9, 20)
    bad = np.repeat(np.arange(10) % 10 < 7, 20)
    for name, right in (("good", good), ("bad", bad)):
        judged.run(workspace, right, name, groups=groups)
    board = board_of(workspace)
    assert named(board) == {"good": 1, "bad": 1} and board.groups == 10
    assert board_words.basis(board) == "Compared on the same 200 unseen rows of 10 groups, whole groups at a time."


@pytest.mark.parametrize("rows", [1, 5])
def test_too_few_rows_are_said_to_be_too_few(workspace: Workspace, rows: int) -> None:
    for name, share in (("good", 1.0), ("bad", 0.0)):
        judged.run(workspace, judged.right(share, 1, rows), name)
    board = board_of(workspace)
    assert named(board) == {"good": 1, "bad": 1}
    assert "too few unseen rows" in " ".join(board_words.warnings(board))


def test_luck_and_looks_are_warned_of(workspace: Workspace) -> None:
    for i in range(12):
        judged.run(workspace, judged.right(0.8, i), f"m{i}")
    boards.look(workspace, board_of(workspace))
    boards.look(workspace, board_of(workspace))
    board = board_of(workspace)
    assert looks.count(workspace, lessons.plan().dataset, "digest") == board.looks == 12
    luck, looked = board_words.warnings(board)
    assert luck.startswith("Of 12 models as good as these the luckiest would look 4.") and "points better than it is" in luck
    assert "looked at 12 times" in looked


def test_the_same_model_trained_again_is_no_further_chance_to_be_lucky(workspace: Workspace) -> None:
    for i in (0, 0, 1, 1):
        judged.run(workspace, judged.right(0.8, i), f"m{i}")
    board = board_of(workspace)
    assert len(board.first) == 4 and board.lucky == 2
    assert not any("luckiest" in line for line in board_words.warnings(board))
    judged.run(workspace, judged.right(0.8, 2), "m2")
    assert board_words.warnings(board_of(workspace))[0].startswith("Of 3 models as good as these the luckiest")


def test_models_of_one_name_stay_apart_in_the_table(workspace: Workspace) -> None:
    for i in range(3):
        judged.run(workspace, judged.right(0.8, i), "same")
    assert [row["Model"] for row in board_words.rows(board_of(workspace))] == ["same", "same (2)", "same (3)"]


def test_words_that_all_names_begin_with_are_left_out(workspace: Workspace) -> None:
    for name in ("illness from 4 columns, linear model", "illness from 4 columns, boosted trees", "illness from 4 columns, boosted trees"):
        judged.run(workspace, judged.right(0.8, 1), name)
    board = board_of(workspace)
    assert sorted(board_words.names(board).values()) == ["boosted trees", "boosted trees (2)", "linear model"]


def test_many_models_make_a_board(workspace: Workspace) -> None:
    for i in range(60):
        judged.run(workspace, judged.right(0.6 + 0.3 * (i % 2), i), f"m{i}")
    board = board_of(workspace)
    assert len(board.lines) == 60 and {line.run.name for line in board.first} <= {f"m{i}" for i in range(1, 60, 2)}


def test_sizes_leave_out_what_is_kept_for_comparing(workspace: Workspace) -> None:
    judged.run(workspace, judged.right(0.9, 1), "abc")
    assert board_of(workspace).lines[0].bytes == 3000
