"""How measurements are printed: a table under its title, with the cores, the load meanwhile and, where it is not 1, the scale.

BENCH_SCALE=0.02 makes data, rounds and windows that much smaller, to see whether a measurement works at all.
"""

import os
from collections.abc import Sequence
from statistics import median

SCALE = float(os.environ.get("BENCH_SCALE", "1"))
MEGABYTE = 1e6


def show(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints the table; the first column is left-aligned, the others right."""
    lines = [heads, *rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    print(f"\n{title}\n  [{machine()}]")
    for line in lines:
        print("  " + "  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(line, widths, strict=True))))


def machine() -> str:
    """What a reader has to know to believe the numbers. A load above the number of cores means that others were at work."""
    load = " / ".join(f"{part:.1f}" for part in os.getloadavg())
    scale = "" if SCALE == 1 else f", scale {SCALE:g}"
    return f"{os.cpu_count()} cores, load {load}{scale}"


def scaled(count: float, least: int = 1) -> int:
    """That many, or fewer in a small try."""
    return max(least, round(count * min(1.0, SCALE)))


def seconds(values: Sequence[float]) -> str:
    return f"{median(values):.2f} s"


def tail(values: Sequence[float]) -> str:
    """What 95 of 100 stay below; of fewer than 20 the slowest."""
    return f"{sorted(values)[-(-95 * len(values) // 100) - 1]:.2f} s"


def ms(values: Sequence[float]) -> str:
    """The median, given in seconds, with enough digits for small ones."""
    middle = median(values) * 1000
    return f"{middle:.0f} ms" if middle >= 100 else f"{middle:.1f} ms" if middle >= 10 else f"{middle:.2f} ms"


def megabytes(size: float) -> str:
    return f"{size / MEGABYTE:.0f} MB"


def ratio(value: float, to: float) -> str:
    return f"{value / to:.2f}" if to else "–"
