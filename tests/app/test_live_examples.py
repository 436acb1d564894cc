"""What the cards of the followed rows are made of: pictures, and facts of any age."""

from pathlib import Path

from PIL import Image

from app import live_examples, pictures

SAID = {"truth": "pits", "said": "stains", "note": "61 % sure", "is_right": False, "part": 0.61, "true_part": None}


def facts(image: str) -> dict[str, object]:
    rows = [{"row": 3, "values": [], "image": image}]
    return {"examples": {"columns": [], "rows": rows}, "examples_now": {"step": None, "answers": [SAID]}}


def test_a_picture_is_shown_small_inside_its_card(tmp_path: Path) -> None:
    Image.new("RGB", (900, 600), "red").save(tmp_path / "a.jpg")
    drawn = live_examples.cards(facts("a.jpg"), tmp_path)
    assert 'src="data:image/jpeg;base64,' in drawn and len(drawn) < 20_000
    assert "1 of your own picture," in live_examples.title(facts("a.jpg"))


def test_a_damaged_or_missing_picture_leaves_the_words(tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"no picture")
    assert pictures.thumbnail(tmp_path / "bad.png") == pictures.thumbnail(tmp_path / "none.png") == ""
    for folder in (tmp_path, None):
        drawn = live_examples.cards(facts("bad.png"), folder)
        assert "<img" not in drawn and "Wrong" in drawn and "61 % sure" in drawn


def test_facts_of_another_version_draw_what_they_hold() -> None:
    assert live_examples.cards({}, None) == '<div class="mw-examples"></div>'
    assert "Not asked yet" in live_examples.cards({"examples": facts("x")["examples"], "examples_now": None}, None)
    assert "epoch 9" in live_examples.told({"examples_now": {"step": 9, "answers": []}}, "epoch", active=True)
