"""Every kind of line in the import report, found in the source; and those that need no way back, each with the reason."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import engine

ROOT = Path(engine.__file__).parent

NEEDS_NO_WAY_BACK = {
    # Nothing was changed: the line only says something that is worth knowing.
    "only numbers the rows, so it is not learned from": "a proposal; one tick in the table of columns uses the column",
    "mixes real dates with dates written as text": "a hint to look; the cells are as they were",
    "hidden in the workbook were read too": "the columns are there, as in the file",
    "holds macros": "they were not run, and are no part of the table",
    "Not read from the workbook, only its cells were": "pictures and charts are no part of a table",
    "Formulas without a stored result": "the file holds no value; only Excel can work it out",
    "stayed numbers, because their labels": "they stayed as they were",
    "Lists inside records were kept as text": "kept as they stand",
    "that are not in its list were kept": "kept as they stand",
    "Rows name only some of their cells": "what the ARFF format says these rows hold",
    "stand for more than one file": "each of the files was read",
    "an operating system had added": "files of a computer's own, which hold no data",
    "The same file was uploaded before": "nothing was read",
    "Column .* had no name; |Column .* was called |The name of column .* was mended": "a name, changed in the table of columns",
    "Pictures look nearly the same as others": "they were kept; the column that tells them apart can be left out",
    "in different classes look nearly the same": "a hint to look",
    "size of a picture alone nearly tells": "a hint to look",
    "says which pictures are of one person": "a column was added; it can be left out",
    "So many pictures look much the same": "nothing was put together",
    # The way back stands elsewhere, or there is none by design.
    "You renamed column": "done by hand; another name is given the same way",
    "Rows were dropped by |was changed from ": "done by hand; each has its Undo beside the rows",
    "Changes of yours were not made again": "the file is another one; they can be made again by hand",
    "Durations in column .* were turned into seconds": "the exact value that the file stores; it is written there as a number too",
    "Parts that are no plain numbers": "nothing that a table can hold",
}
OWN = {
    "combining.py": "two files put together are a dataset of its own, and the two stay as they were",
    "querying.py": "the rows of a query that a person wrote; another query asks differently",
    "treating.py": "personal data that a person had treated is gone for good, which is why it was treated",
    "_pictures.py": "pictures are brought into the one form that models take; the file is kept",
    "base.py": "names, whose sentences are above; another can be given in the table of columns",
    "image_folder.py": "files that are no pictures cannot stand in a table of pictures",
}


@dataclass(frozen=True)
class Site:
    """One place in the source that writes a line: what it says as far as that is fixed, and what it gives."""

    file: Path
    line: int
    says: str
    gives: frozenset[str]

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"


def sites() -> Iterator[Site]:
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text("utf-8")
        if not re.search(r"^from engine\.readers(\.base)? import .*\bChange\b", text, re.MULTILINE) and "class Change" not in text:
            continue
        tree = ast.parse(text)
        scopes = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Change":
                inside = [scope for scope in scopes if scope.lineno <= node.lineno <= (scope.end_lineno or 0)]
                given = {word.arg or "": word.value for word in node.keywords}
                says = _words(given["what"], max(inside, key=lambda scope: scope.lineno))
                yield Site(path, node.lineno, says, frozenset(given))


def reason(says: str) -> str:
    """Why a line with these words needs no way back; "" if it does."""
    return next((why for pattern, why in NEEDS_NO_WAY_BACK.items() if re.search(pattern, says)), "")


def _words(node: ast.AST, scope: ast.FunctionDef) -> str:
    """The fixed words of an expression; of a name, those it may have in the function."""
    if isinstance(node, ast.Name):
        set_here = [one for one in ast.walk(scope) if isinstance(one, ast.Assign) and _names(one.targets) == {node.id}]
        before = [one for one in set_here if one.lineno <= node.lineno]
        return _words(max(before, key=lambda one: one.lineno).value, scope) if before else node.id
    return "*".join(piece.value for piece in ast.walk(node) if isinstance(piece, ast.Constant) and isinstance(piece.value, str))


def _names(targets: list[ast.expr]) -> set[str]:
    return {target.id for target in targets if isinstance(target, ast.Name)}
