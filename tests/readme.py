"""The README's tables of family members, written from the families themselves: `make docs`. Knows no other part of the README."""

import importlib
import pkgutil
from pathlib import Path
from typing import Any

import engine
from engine.registry import Family

README = Path(__file__).parents[1] / "README.md"
BEGIN, END = "<!-- members:begin -->", "<!-- members:end -->"


def families() -> list[Family[Any]]:
    """Every family: the packages of the engine that hold a `Family` of their own."""
    packages = [importlib.import_module(f"engine.{m.name}") for m in pkgutil.iter_modules(engine.__path__) if m.ispkg]
    return [v for p in packages for v in vars(p).values() if isinstance(v, Family) and v.package == p.__name__]


def tables() -> str:
    """Markdown: for each family a heading with its folder and a table of its members, in the order the user sees them, installed or not."""
    return "\n\n".join(_table(family) for family in families() if family.known)


def current(text: str) -> str:
    """The README with the part between the markers written anew."""
    before, rest = text.split(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.split(END)[1]}"


def _table(family: Family[Any]) -> str:
    folder = family.package.replace(".", "/")
    heading = f"**{family.package.split('.')[1].capitalize()}** (`{folder}/`)"
    rows = [f"| `{kind}` | {_cell(member.title)} | {_cell(member.description())} |" for kind, member in family.known.items()]
    return "\n".join([heading, "", "| kind | name | what it does |", "|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    README.write_text(current(README.read_text("utf-8")), "utf-8")
