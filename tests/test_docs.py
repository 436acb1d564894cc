"""The words around the code: every choice explained, the README and the change log current."""

import re
import shlex
import sys
import tomllib
import types
from pathlib import Path

import numpy as np
import pytest
import typer

import engine
from engine import cli
from engine.registry import Family
from engine.spec import Param, Spec
from engine.steps import Step
from tests import readme

ROOT = Path(__file__).parents[1]
MEMBERS = [(f.package, kind, member) for f in readme.families() for kind, member in f.known.items()]
FIELDS = [(member, param) for _, _, member in MEMBERS for param in member.params()]


def named(value: object) -> str:
    return value.__name__ if isinstance(value, type) else getattr(value, "name", str(value))


def test_every_family_of_the_design_is_found() -> None:
    wanted = {"readers", "steps", "tasks", "architectures", "learners", "exporters"}
    assert wanted <= {f.package.removeprefix("engine.") for f in readme.families()}


@pytest.mark.parametrize(("package", "kind", "member"), MEMBERS, ids=named)
def test_a_member_says_what_it_is_in_one_sentence(package: str, kind: str, member: type[Spec]) -> None:
    sentence = member.__doc__ and member.description()
    assert sentence, f"{package}.{kind} has no docstring; its first line is shown to the user."
    assert sentence.endswith((".", "?")), f"'{sentence}' is not a sentence."
    assert "`" not in sentence, f"'{sentence}' is shown to people who do not program: no code in it."
    assert member.title, f"{package}.{kind} has no title."


@pytest.mark.parametrize(("package", "kind", "member"), MEMBERS, ids=named)
def test_a_kind_is_a_plain_word(package: str, kind: str, member: type[Spec]) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", kind)


@pytest.mark.parametrize(("member", "field"), FIELDS, ids=named)
def test_a_field_has_a_label_and_a_default_that_is_allowed(member: type[Spec], field: Param) -> None:
    assert field.label, f"{member.__name__}.{field.name} has no label."
    assert field.label[0].isupper() or not field.label[0].isalpha(), f"'{field.label}' is a label; it starts with a capital."
    if field.choices:
        assert field.default in [value for value, _ in field.choices]
    if field.low is not None and field.high is not None:
        assert field.low <= field.default <= field.high


def test_a_field_that_depends_on_another_names_a_real_one() -> None:
    wrong = [(m.__name__, f.name, other) for m, f in FIELDS for other in f.when or {} if other not in {p.name for p in m.params()}]
    assert wrong == []


def test_no_two_members_of_a_family_share_a_title() -> None:
    for family in readme.families():
        titles = [member.title for member in family.known.values()]
        assert len(titles) == len(set(titles)), f"{family.package}: {titles}"


def test_the_readme_lists_the_members_there_are() -> None:
    text = readme.README.read_text("utf-8")
    assert text == readme.current(text), "The README's tables are old; run: make docs"


def test_every_file_the_readme_points_to_exists() -> None:
    text = readme.README.read_text("utf-8")
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text) + re.findall(r'src="(?!https?:)([^"]+)"', text)
    assert [link for link in links if not (ROOT / link).exists()] == []


def test_the_commands_of_the_readme_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"\bmake ([a-z]+)", _code(readme.README.read_text("utf-8")))) <= targets


def test_every_command_line_of_the_readme_is_understood() -> None:
    lines = re.findall(r"^modelwright (.+)$", readme.README.read_text("utf-8"), re.MULTILINE)
    group = typer.main.get_command(cli.app)
    shown = [shlex.split(line) for line in lines]
    assert {words[0] for words in shown} == set(group.commands)
    for command, *arguments in shown:
        group.commands[command].make_context(command, arguments)


def test_the_example_of_the_readme_is_a_complete_step(tmp_path: Path) -> None:
    example = tmp_path / "centre.py"
    example.write_text(re.findall(r"```python\n(.*?)```", readme.README.read_text("utf-8"), re.DOTALL)[0], "utf-8")
    folder = types.ModuleType("readme_steps")
    folder.__path__ = [str(tmp_path)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "readme_steps", folder)
        family = Family("readme_steps", Step, "step")
        centre = family.parse({"kind": "centre", "by": "mean"})
        patch.delitem(sys.modules, "readme_steps.centre")
    x = np.array([[1.0, 10.0], [3.0, np.nan]])
    assert centre.params()[-1].label == "Middle value"
    assert np.array_equal(centre.apply(x, centre.fit(x)), [[-1.0, 0.0], [1.0, np.nan]], equal_nan=True)


def test_one_version_everywhere() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == engine.__version__
    assert f"## [{engine.__version__}]" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def _code(text: str) -> str:
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
