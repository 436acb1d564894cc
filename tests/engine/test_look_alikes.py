"""Pictures that look nearly the same are found, whatever was done to them, and unlike ones are not."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from engine.readers import _alike
from tests.engine.uploads import packed, read, saved
from tests.hostile.picture_files import soft


def sketched(*pictures: Image.Image) -> _alike.Sketches:
    sketches = _alike.Sketches()
    for picture in pictures:
        sketches.add(picture)
    return sketches


@pytest.mark.parametrize(
    "change",
    [
        lambda p: Image.open(io.BytesIO(saved(p, "JPEG", quality=40))),
        lambda p: p.resize((200, 200)),
        lambda p: ImageEnhance.Brightness(p).enhance(1.1),
        lambda p: p.convert("L"),
        lambda p: p.crop((1, 1, 63, 63)),
    ],
    ids=["compressed", "resized", "brighter", "grey", "cropped"],
)
def test_a_changed_copy_is_found(change: "type[object]") -> None:
    originals = [soft(seed, 64, 64) for seed in range(40)]
    changed = [change(picture) for picture in originals]  # type: ignore[call-arg]
    found = {tuple(pair) for pair in sketched(*originals, *changed).pairs().places.tolist()}  # type: ignore[arg-type]
    assert found <= {(i, i + 40) for i in range(40)}
    assert len(found) >= 34


def test_unlike_pictures_are_no_pairs() -> None:
    assert not len(sketched(*(soft(seed, 64, 64) for seed in range(400))).pairs().places)


def test_plain_surfaces_with_a_little_noise_are_no_pairs() -> None:
    noisy = [np.random.default_rng(seed).normal(40 + 3 * seed, 12, (64, 64)).clip(0, 255).astype(np.uint8) for seed in range(40)]
    edges = [surface + np.linspace(0, 3 * (seed % 7), 64, dtype=np.uint8) for seed, surface in enumerate(noisy)]
    assert not len(sketched(*(Image.fromarray(surface) for surface in edges)).pairs().places)


def test_a_bucket_of_very_many_is_chained_rather_than_compared_each_with_each() -> None:
    same = sketched(*[soft(1)] * 1500, soft(2))
    pairs = same.pairs().places
    assert len(pairs) < 1500 * 50
    assert _alike.sets(pairs, 1501).tolist() == [0] * 1500 + [1500]


def test_sets_are_pairs_that_hang_together() -> None:
    assert _alike.sets(np.array([[0, 3], [3, 4], [1, 2]]), 6).tolist() == [0, 1, 1, 0, 0, 5]


def test_pictures_that_are_all_alike_are_told_and_not_kept_together(tmp_path: Path) -> None:
    files = [(f"{'ab'[i % 2]}/{i}.jpg", saved(soft(1), "JPEG", quality=50 + i)) for i in range(40)]
    found = read(tmp_path, packed(files), "p.zip")
    assert found.names == ["picture", "class"]
    told = next(change for change in found.answer.changes if "look much the same" in change.what)
    assert (told.count, "none are kept together" in told.what) == (40, True)


def test_things_shot_twice_are_sets_even_if_all_are(tmp_path: Path) -> None:
    files = [(f"{'ab'[i % 2]}/{shot}-{i}.jpg", saved(soft(i), "JPEG", quality=60 + shot)) for i in range(20) for shot in range(2)]
    found = read(tmp_path, packed(files), "p.zip")
    assert found.profile.column(found.column("look-alikes").id).distinct == 20
    assert "look much the same" not in found.report
