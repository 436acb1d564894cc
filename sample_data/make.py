"""Makes everything in this folder that is data: `python sample_data/make.py`, or `--out FOLDER` to put it elsewhere.

The same library versions give the same bytes. `samples.json` is what the Home page lists: its words are written by hand,
its rows, columns and balance are counted here.
"""

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

import cards
import pandas as pd
import pictures
import tables

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(description="Make the sample data.")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write into (default: this one)")
    out = parser.parse_args().out
    (out / "cards").mkdir(parents=True, exist_ok=True)
    described = json.loads((HERE / "samples.json").read_text(encoding="utf-8"))
    samples = [sample | make(sample, out) for sample in described]
    (out / "samples.json").write_text(json.dumps(samples, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


def make(sample: dict[str, Any], out: Path) -> dict[str, Any]:
    """Write one sample's file and card. Returns what was counted in it."""
    if sample["file"].endswith(".csv"):
        return _make_table(sample, out)
    return _make_pictures(sample, out)


def _make_table(sample: dict[str, Any], out: Path) -> dict[str, Any]:
    table = getattr(tables, sample["id"])()
    table.to_csv(out / sample["file"], index=False, lineterminator="\n", encoding="utf-8", date_format="%Y-%m-%d %H:%M")
    cards.write(out / sample["picture"], getattr(cards, sample["id"])(table))
    return {"rows": len(table), "columns": list(table.columns), "balance": balance(table[sample["target"]], sample["task"])}


def _make_pictures(sample: dict[str, Any], out: Path) -> dict[str, Any]:
    drawn = list(getattr(pictures, sample["id"])())
    pictures.write_zip(out / sample["file"], drawn)
    cards.write(out / sample["picture"], getattr(cards, sample["id"])(drawn))
    labels = pd.Series([name.split("/")[0] for name, _ in drawn])
    return {"rows": len(drawn), "columns": ["picture", sample["target"]], "balance": balance(labels, sample["task"])}


def balance(target: pd.Series, task: str) -> dict[str, float]:
    """Rows a class, largest first; or lowest, middle and highest value of a number."""
    if task == "regression":
        return {"lowest": float(target.min()), "median": float(target.median()), "highest": float(target.max())}
    return dict(sorted(Counter(target).items(), key=lambda item: (-item[1], item[0])))


if __name__ == "__main__":
    main()
