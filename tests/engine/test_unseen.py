"""What a model said of its unseen rows is kept with it, and how long one answer takes is measured once."""

from pathlib import Path

import numpy as np
import pytest

from engine import bundle, latency, scoring, training, unseen
from engine.bundle import Bundle
from engine.columns import Table
from engine.errors import EngineError
from tests import lessons
from tests.lessons import Heard

GROUPED = {"split": {"method": "group", "column": "c0003"}}


@pytest.fixture(scope="module", params=["c0005", "c0001"], ids=["binary", "regression"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Heard]:
    heard = Heard()
    plan = lessons.plan("boosted_trees", target=request.param)
    return training.train(plan, lessons.table(), heard, tmp_path_factory.mktemp("run") / "bundle"), heard


def test_the_answers_on_unseen_rows_are_kept_with_rows_truth_and_digest(made: tuple[Bundle, Heard]) -> None:
    model, heard = made
    found = unseen.read(model.folder)
    assert found is not None and found.outputs.dtype == np.float32
    rows = lessons.table().take(found.rows)
    assert np.allclose(model.outputs(rows), found.outputs, atol=1e-6)
    truth = rows.values(model.plan.target)
    assert np.array_equal(model.plan.task.encode(truth, model.state), found.y)
    assert found.digest == heard.known["unseen"] and found.truth == unseen.truth_of(found.rows, truth)


def test_what_is_kept_gives_the_main_measure_of_the_report(made: tuple[Bundle, Heard]) -> None:
    model, _ = made
    found = unseen.read(model.folder)
    assert found is not None
    main = model.plan.task.main(found.outputs, found.y, bundle.state(model.folder))
    assert scoring.value(main, len(found.y)) == pytest.approx(model.report.main.model.value, rel=1e-5)


def test_it_is_part_of_what_the_manifest_watches(made: tuple[Bundle, Heard]) -> None:
    file = made[0].folder / unseen.FILE
    before = file.read_bytes()
    file.write_bytes(before + b" ")
    with pytest.raises(EngineError, match=r"'unseen.npz' was changed"):
        bundle.load(made[0].folder)
    file.write_bytes(before)
    bundle.load(made[0].folder)


def test_groups_that_were_kept_whole_are_kept_with_it(tmp_path: Path) -> None:
    plan = lessons.plan("boosted_trees").model_copy(update={"split": lessons.plan().split.model_copy(update=GROUPED["split"])})
    made = training.train(plan, lessons.table(), Heard(), tmp_path / "bundle")
    found = unseen.read(made.folder)
    assert found is not None and found.groups is not None
    assert len(np.unique(found.groups)) == len(set(lessons.table().take(found.rows).values("c0003")))


def test_other_truths_and_other_rows_are_told_apart() -> None:
    rows, truth = np.arange(3), np.array(["a", "b", "c"], object)
    told = {unseen.truth_of(rows, truth), unseen.truth_of(rows + 1, truth), unseen.truth_of(rows, np.array(["a", "bc", ""], object))}
    assert len(told) == 3 and unseen.truth_of(rows, truth) in told


def test_answers_with_very_many_classes_are_kept_of_fewer_rows() -> None:
    many = unseen.MOST_CELLS // 1000 + 500
    y = np.zeros(many, np.int32)
    found = unseen.kept(np.arange(many), y, y, np.zeros((many, 1000), np.float16), np.arange(many), "d")
    assert len(found.rows) == len(found.outputs) == len(found.groups) == unseen.MOST_CELLS // 1000
    assert found.rows[0] == 0 and found.rows[-1] == many - 1


@pytest.mark.parametrize("content", [None, b"", b"no zip", b"PK\x05\x06" + b"\0" * 18])
def test_a_bundle_without_or_with_a_broken_file_has_none(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / unseen.FILE).write_bytes(content)
    assert unseen.read(tmp_path) is None


class Timed:
    """Answers that take as long as it says, on a clock of its own; the last is taken again and again."""

    def __init__(self, *seconds: float) -> None:
        self.seconds, self.now, self.rows = list(seconds), 0.0, []

    def outputs(self, table: Table, rows: object = None) -> np.ndarray:
        self.rows.append(len(table))
        self.now += self.seconds.pop(0) if len(self.seconds) > 1 else self.seconds[0]
        return np.zeros((len(table), 1), np.float32)


def test_the_time_of_one_answer_is_the_middle_one_of_single_rows_after_two_to_warm_up() -> None:
    answers = Timed(9.0, 9.0, 0.03, 0.01, 0.02)
    quick = Timed(0.5, 0.5, 0.03, *[0.01] * 20, *[0.02] * 4)
    assert latency.of_one(quick, lessons.table(), np.arange(50), clock=lambda: quick.now) == pytest.approx(0.01)
    assert len(quick.rows) == latency.ROWS + latency.WARM and set(quick.rows) == {1}
    assert latency.of_one(answers, lessons.table(), np.arange(3), clock=lambda: answers.now) == pytest.approx(0.03)
    assert len(answers.rows) == latency.WARM + 1, "a slow model is asked fewer times"


def test_a_training_tells_how_long_one_answer_takes_and_how_many_models_give_it(made: tuple[Bundle, Heard]) -> None:
    assert made[1].known["answer_seconds"] > 0 and made[1].known["models"] == 1
