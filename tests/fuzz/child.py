"""One limited process that reads broken files: `python -m tests.fuzz.child KIND FIRST LAST`. Says each number before it is tried."""

import sys
import traceback
from pathlib import Path
from tempfile import TemporaryDirectory

from engine import intake
from tests.fuzz.breaking import attempt, seeds


def main(kind: str, first: int, last: int) -> None:
    intake._limit(0)
    sound = seeds(kind)
    for number in range(first, last):
        print("try", number, flush=True)
        with TemporaryDirectory() as folder:
            try:
                print(attempt(kind, sound, number, Path(folder)), number, flush=True)
            except Exception:
                print("broke", number, traceback.format_exc().replace("\n", "\\n"), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
