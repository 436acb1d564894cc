"""F01 to F16 of the catalogue: damaged, deep, turned, huge, moving, doubled and medical pictures."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from engine import advice, split
from engine.readers._pictures import Shelf
from tests.engine.uploads import Read, packed, picture, read, saved
from tests.hostile import picture_files as made
from tests.hostile.picture_files import ASKED, FIXED, REFUSED, WARNED, Case, beside, deep, folders, photo, scan, shades, soft
from tests.hostile.verdicts import judge


def kept(found: Read, row: int = -1) -> Image.Image:
    assert found.table.folder is not None
    return Image.open(found.table.folder / found.values("picture")[row])


def bytes_of(found: Read) -> bytes:
    assert found.table.folder is not None
    return b"".join(file.read_bytes() for file in found.table.folder.iterdir())


def print_colours() -> bytes:
    return saved(soft(1).convert("CMYK"), "JPEG")


def placed() -> bytes:
    """A photograph on its side that tells where it was taken, with another one hidden behind it."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "SecretCamera"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 14.0), 29: "SecretDate"})
    return saved(soft(1, 40, 24), "JPEG", exif=exif, comment=b"SecretNote") + b"SecretTail" + photo(2, "JPEG", exif=exif)


def moving() -> bytes:
    return saved(soft(1), "GIF", save_all=True, append_images=[soft(2), soft(3)])


def pages() -> bytes:
    return saved(soft(1), "TIFF", save_all=True, append_images=[soft(2)])


def huge() -> bytes:
    return made.png_of(50_000, 50_000, depth=1, rows=b"")


def alike() -> bytes:
    """Each class has two shots of one thing, and one thing stands in both."""
    near = [("a/near.jpg", photo(3, "JPEG", quality=60)), ("b/same.jpg", photo(5, "JPEG", quality=60))]
    return packed([*folders("a", "b"), *near])


def sizes() -> bytes:
    return packed([(f"{name}/{i}.png", saved(soft(i + 40 * k, 32 + 8 * k, 32))) for k, name in enumerate("ab") for i in range(12)])


def medical(**tags: Any) -> bytes:
    return packed([(f"{name}/{i}.dcm", scan(shades(i + 50 * k), f"P{i // 2}", **tags)) for k, name in enumerate("ab") for i in range(12)])


def has(rows: int) -> Callable[[Read], bool]:
    return lambda found: found.answer.rows == rows


BAD, SIZE = "damaged, cut off or no pictures at all were left out", "smaller than 8 by 8, larger than 40 million pixels"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"

CASES = [
    Case("F01", WARNED, lambda: beside(("a/cut.jpg", photo(99, "JPEG")[:400])), f"{BAD} .1 time.: a/cut.jpg", holds=has(24)),
    Case("F02", WARNED, lambda: beside(("a/x.png", b"hello"), ("a/y.jpg", b""), ("a/z.png", SVG)), f"{BAD} .3 times.", holds=has(24)),
    Case("F02", WARNED, lambda: beside(("a/x.svg", SVG)), "no pictures were left out .1 time.: a/x.svg", holds=has(24)),
    Case("F03", FIXED, lambda: beside(("b/z.jpg", print_colours())), "print colours", holds=lambda found: kept(found).mode == "RGB"),
    Case("F04", FIXED, lambda: beside(("b/z.png", deep())), "keep all of them.*b/z.png: 0 to 4,095", holds=lambda f: is_deep(f)),
    Case("F04", ASKED, lambda: medical(window=(100.0, 300.0)), "between which values they are to be looked at.*Should the model"),
    Case("F05", FIXED, lambda: beside(("b/z.png", saved(soft(1).convert("P")))), "palette", holds=lambda found: kept(found).mode == "RGB"),
    Case("F05", FIXED, lambda: beside(("b/z.png", picture(1, mode="RGBA"))), "made white", holds=lambda found: kept(found).mode == "RGB"),
    Case("F05", FIXED, lambda: beside(("b/z.png", picture(1, mode="LA"))), "made white", holds=lambda found: kept(found).mode == "L"),
    Case("F05", FIXED, lambda: beside(("b/z.png", picture(1, mode="1"))), "", holds=lambda found: kept(found).mode == "L"),
    Case("F06", FIXED, lambda: beside(("b/z.jpg", placed())), "turned upright", holds=lambda found: is_upright_and_clean(found)),
    Case("F07", WARNED, lambda: beside(("b/z.gif", moving())), "only the first one is used .1 time.: b/z.gif", holds=has(25)),
    Case("F07", WARNED, lambda: beside(("b/z.tif", pages())), "only the first one is used .1 time.: b/z.tif", holds=has(25)),
    Case("F08", WARNED, lambda: beside(("b/z.png", huge())), f"{SIZE}.*b/z.png", holds=has(24)),
    Case("F08", WARNED, lambda: beside(("b/z.png", made.png_of(10_000, 10_000, depth=1))), f"{SIZE}.*b/z.png", holds=has(24)),
    Case("F09", WARNED, lambda: beside(("b/z.png", made.png_of(1, 60_000)), ("b/y.png", saved(soft(1, 900, 9)))), f"{SIZE}.*2 times"),
    Case("F09", WARNED, lambda: beside(("b/z.png", made.png_of(0, 10))), f"{BAD}.*b/z.png", holds=has(24)),
    Case("F10", WARNED, lambda: beside(*parsers()), f"{BAD} .4 times.", holds=has(24)),
    Case("F10", FIXED, lambda: beside(("b/z.png", noted())), "", holds=lambda f: b"Secret" not in bytes_of(f)),
    Case("F11", FIXED, lambda: beside(("b/z.png", photo(1, "JPEG"))), "", holds=lambda found: kept(found).format == "JPEG"),
    Case("F12", WARNED, alike, r"different classes look nearly the same.*a/5.png \(a\) and b/same.jpg \(b\)", holds=lambda f: together(f)),
    Case("F12", WARNED, alike, "a/3.png and a/near.jpg"),
    Case("F12", WARNED, lambda: beside(("a/copy.png", photo(2))), "exact copies of other ones.*a/copy.png"),
    Case("F13", WARNED, sizes, r"size of a picture alone nearly tells its class.*32 x 32: a \(12 pictures\)"),
    Case("F14", FIXED, lambda: beside(("rare/1.png", photo(99))), "", holds=lambda found: found.profile.column("c0002").distinct == 3),
    Case("F15", WARNED, lambda: medical(BurnedInAnnotation="YES"), "writing burned into them.*may name the person"),
    Case("F16", FIXED, medical, "read for picture, modality and body part alone", holds=lambda found: is_anonymous(found)),
    Case("F16", WARNED, lambda: beside(("a/x.dcm", made.undecodable())), r"cannot be unpacked here.*a/x.dcm \(JPEG-LS", holds=has(24)),
    Case("F16", REFUSED, lambda: scan(shades(1)), "'one.dcm' is a single picture", name="one.dcm"),
]


def parsers() -> list[tuple[str, bytes]]:
    """Files for readers that Pillow would start by itself."""
    return [
        ("b/p1.png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 32 32\n"),
        ("b/p2.png", b"%PDF-1.7\n"),
        ("b/p3.png", b"8BPS\x00\x01" + b"\0" * 60),
        ("b/p4.png", b"SIMPLE  =                    T" + b" " * 2850),
    ]


def noted() -> bytes:
    """A PNG with long notes, a private part, and more behind its end."""
    notes = made.chunk(b"tEXt", b"Comment\0SecretText" + b"x" * 100_000) + made.chunk(b"prVt", b"SecretPart")
    return made.png_of(32, 32, rows=(b"\0" + bytes(range(32))) * 32, extra=notes) + b"SecretTail"


def is_deep(found: Read) -> bool:
    values = np.asarray(kept(found))
    return values.dtype == np.uint16 and int(values.max()) == 4095 and len(np.unique(values)) > 256


def is_upright_and_clean(found: Read) -> bool:
    return kept(found).size == (24, 40) and b"Secret" not in bytes_of(found) and not kept(found).getexif()


def together(found: Read) -> bool:
    """Whether the split that is proposed keeps every set of look-alikes in one part."""
    proposed, _ = advice.split(found.table, found.profile, found.column("class").id)
    parts = split.assign(proposed, found.table, found.column("class").id, advice.task(found.profile, found.column("class").id), seed=3)
    sets = np.array(found.values("look-alikes"), object)
    part_of = np.zeros(len(sets), int)
    part_of[parts.validation], part_of[parts.test] = 1, 2
    return all(len(set(part_of[sets == name].tolist())) == 1 for name in set(sets) - {None}) and len(set(sets) - {None}) == 2


def is_anonymous(found: Read) -> bool:
    text = "\n".join(str(value) for name in found.names for value in found.values(name))
    hidden = not any(word in bytes_of(found) for word in (b"Secret", b"P1", b"19620304"))
    patients = found.values("patient")
    alike = patients[0] == patients[1] and patients[0] == patients[12] and patients[0] != patients[2]
    return hidden and alike and "P1" not in text and len(set(patients)) == 6


def test_every_case_of_the_catalogue_is_here() -> None:
    assert {case.id for case in CASES} == {f"F{number:02d}" for number in range(1, 17)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pictures(case: Case, tmp_path: Path) -> None:
    judge(case, tmp_path)


def test_print_colours_follow_their_own_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    plain = ImageCms.profileToProfile
    monkeypatch.setattr(ImageCms, "profileToProfile", lambda *given, **how: asked.append(how) or plain(*given, **how))
    shelf = Shelf(tmp_path)
    assert shelf.put(saved(soft(1).convert("CMYK"), "JPEG", icc_profile=b"no profile"), "broken.jpg")
    assert [how["outputMode"] for how in asked] == ["RGB"]


@pytest.mark.parametrize("how", [{"quality": 90}, {"progressive": True}, {"restart_marker_blocks": 1}, {"subsampling": 0}], ids=str)
def test_taking_out_what_is_hidden_leaves_every_pixel(how: dict[str, int], tmp_path: Path) -> None:
    data = photo(7, "JPEG", comment=b"Secret", **how)
    shelf = Shelf(tmp_path)
    file = shelf.put(data + b"SecretTail", "a.jpg")
    assert file is not None
    after = (tmp_path / file).read_bytes()
    assert b"Secret" not in after and after.endswith(b"\xff\xd9")
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(after))), np.asarray(Image.open(io.BytesIO(data))))


def test_colour_pictures_of_16_bits_are_told(tmp_path: Path) -> None:
    rows = b"".join(b"\0" + np.arange(96, dtype=">u2").tobytes() for _ in range(32))
    found = read(tmp_path, beside(("b/z.png", made.png_of(32, 32, depth=16, colour=2, rows=rows))), "p.zip")
    assert "65,536 shades a colour" in found.report
