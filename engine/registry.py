"""A Family finds its members by looking into its folder: one new file is one new member."""

import importlib
import pkgutil
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from engine import refusals
from engine.errors import InvalidPlan
from engine.spec import Spec

T = TypeVar("T", bound=Spec)


class Family(Generic[T]):
    """All members of one folder, such as the steps or the tasks."""

    def __init__(self, package: str, base: type[T], noun: str) -> None:
        self.package = package
        self.base = base
        self.noun = noun

    @cached_property
    def members(self) -> dict[str, type[T]]:
        """kind -> class, in the order the user should see them: those that can be used here."""
        return {kind: member for kind, member in self.known.items() if member.is_there()}

    @cached_property
    def known(self) -> dict[str, type[T]]:
        """The same with those that need a library which is not installed, so that what was made with them can be read."""
        found = [member for name in self._modules() for member in self._in(name)]
        return {m.model_fields["kind"].default: m for m in sorted(found, key=lambda m: (m.order, m.title))}

    def get(self, kind: str) -> type[T]:
        """The class of that kind. Raises InvalidPlan naming the kinds there are."""
        if kind not in self.known:
            raise InvalidPlan(f"There is no {self.noun} called '{kind}'.", f"Choose one of: {', '.join(self.members)}.")
        return self.known[kind]

    def parse(self, data: Any) -> T:
        """A member from its stored form (a dict with `kind`), or the member itself. Raises InvalidPlan in plain words."""
        if isinstance(data, self.base):
            return data
        if not isinstance(data, dict) or "kind" not in data:
            what = f"Which {self.noun} is meant is not said: {refusals.value(data)} has no 'kind'."
            raise InvalidPlan(what, f"Choose one of: {', '.join(self.members)}.")
        member = self.get(data["kind"])
        try:
            return member.model_validate(data)
        except ValidationError as error:
            raise InvalidPlan(*refusals.words(member, error)) from error

    def _modules(self) -> list[str]:
        folder = importlib.import_module(self.package)
        return [m.name for m in pkgutil.iter_modules(folder.__path__) if m.name != "base" and not m.name.startswith("_")]

    def _in(self, name: str) -> list[type[T]]:
        module = importlib.import_module(f"{self.package}.{name}")
        own = [v for v in vars(module).values() if isinstance(v, type) and v.__module__ == module.__name__]
        return [v for v in own if issubclass(v, self.base) and "kind" in v.__dict__.get("__annotations__", {})]
