"""How a team's training tells of itself: members ready as steps, what all of them say together, and how long it still takes."""

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.tell import Cancelled, Paused, Tell, Wish

CUT_SHORT = 0.8
PASSED_ON = ("parameters",)
"""Not the pace: that of one model, trees or network, says nothing of the whole."""


@dataclass(frozen=True)
class Known:
    """What an earlier attempt noted of a member it finished: the seconds it took (None if not all were measured), its numbers learned."""

    seconds: float | None = None
    parameters: int = 0


class Pace:
    """How long members of each way take, and how many are still to come. `until` is the moment by which all is to be over.

    `alike` says which ways take about as long as each other: those with the same value, as trees and networks.
    """

    def __init__(self, alike: Sequence[bool], turns: int, until: float) -> None:
        self.until = until
        self.alike = alike
        self.ahead = [turns] * len(alike)
        self.took: list[list[float]] = [[] for _ in alike]

    def needed(self, way: int) -> float:
        """The seconds without which a member of this way had better not begin; 0 where nothing is known.

        One that took so long before is nearly as good when it is cut a little short. A way that is new may take as long as the longest of
        those alike, and cut short it would say little.
        """
        if self.took[way]:
            return CUT_SHORT * max(self.took[way])
        return max((max(took) for took, alike in zip(self.took, self.alike, strict=True) if took and alike == self.alike[way]), default=0.0)

    def usual(self, way: int) -> float | None:
        """The seconds a member of this way is likely to take: the mean of those ready, else that of those alike; None where none is."""
        means = [sum(took) / len(took) for took, alike in zip(self.took, self.alike, strict=True) if took and alike == self.alike[way]]
        own = self.took[way]
        return sum(own) / len(own) if own else sum(means) / len(means) if means else None

    def left(self, way: int | None = None, spent: float = 0.0) -> float | None:
        """Seconds until the last member is ready, if a member of `way` has been at it for `spent`; before one of each sort was, at most
        those that are given, or None."""
        counts = [(1 if place == way else 0, count, self.usual(place)) for place, count in enumerate(self.ahead)]
        most = max(0.0, self.until - time.monotonic())
        if not any(self.took) or any(usual is None for now, count, usual in counts if now or count):
            return most if most < math.inf else None
        left = sum(now * max((usual or 0.0) - spent, 0.0) + count * (usual or 0.0) for now, count, usual in counts)
        return min(left, most)


class Listening(Tell):
    """Passes on what a member tells as part of the whole: its step is how many members are ready, and how far it is itself.

    `there` is how many an earlier attempt finished: until those are read again, what that attempt told last stays true.
    """

    def __init__(self, tell: Tell, titles: Sequence[str], pace: Pace, turns: int, there: int = 0) -> None:
        self.tell = tell
        self.titles = titles
        self.turns = turns
        self.pace = pace
        self.there = there
        self.finished = 0
        self.unneeded = 0
        self.late = 0
        self._parameters = 0
        self._own_parameters = 0
        self._is_stopped = False
        self._way: int | None = None
        self._began = time.monotonic()
        self._epochs = 1

    @property
    def members(self) -> int:
        """How many there will be, as far as is known."""
        return self.finished + sum(self.pace.ahead) + (self._way is not None)

    @property
    def known(self) -> Known:
        """Of the member that learns now, so far."""
        return Known(time.monotonic() - self._began, self._own_parameters)

    def is_over(self, way: int) -> bool:
        """Whether no member of that way may begin. The first member of all always may."""
        return self.finished > 0 and (self._is_stopped or time.monotonic() + self.pace.needed(way) > self.pace.until)

    def leave_out(self, way: int) -> None:
        """A member there is no time for."""
        self.pace.ahead[way] -= 1
        self.late += 1
        self._tell_how_far()

    def drop(self, way: int) -> None:
        """No further member of that way is trained: the others are as good without them."""
        self.unneeded += self.pace.ahead[way]
        self.pace.ahead[way] = 0
        self._tell_how_far()

    def begin(self, way: int, is_there: bool = False) -> None:
        """A member of that way begins, or is read again where it `is_there`. Raises Cancelled, Paused."""
        self._way, self._began, self._epochs, self._own_parameters = way, time.monotonic(), 1, 0
        self.pace.ahead[way] -= 1
        self._tell_how_far()
        reading = f"Reading again the models that are ready: {self.finished + 1} of {self.there}"
        self._obey(self.tell.stage(reading if is_there else self._name(way), min(1.0, self.finished / self.members)))

    def end(self, measures: Mapping[str, float], before: Known | None = None) -> None:
        """It is ready; `measures` are those of all that are, together. Of one that an earlier attempt finished, it is said what was known
        `before`. Raises Cancelled, Paused."""
        known = before or self.known
        if self._way is not None and known.seconds is not None:
            self.pace.took[self._way].append(known.seconds)
        self.finished += 1
        self._parameters += known.parameters
        self._way = None
        self._tell_how_far()
        if measures:
            self._obey(self.tell.metrics(float(self.finished), {f"val_{name}": value for name, value in measures.items()}))

    def give_up(self) -> None:
        """The member that began will never be ready, nor any other of its way."""
        way, self._way = self._way, None
        if way is not None:
            self.unneeded += 1
            self.drop(way)

    def metrics(self, step: float, values: Mapping[str, float]) -> Wish:
        within = min(step / max(self._epochs, 1), 0.999)
        shown = {name: value for name, value in values.items() if name == "running_loss"}
        self._tell_how_far()
        return self._heard(self.tell.metrics(self.finished + within, shown) if shown else "go on")

    def stage(self, text: str, done: float | None = None) -> Wish:
        name = self._name(self._way) if self._way is not None else ""
        whole = min(1.0, (self.finished + (done or 0.0)) / max(self.members, 1))
        return self._heard(self.tell.stage(f"{name}: {text[:1].lower()}{text[1:]}", whole))

    def facts(self, values: Mapping[str, Any]) -> None:
        self._epochs = int(values.get("epochs", self._epochs))
        self._own_parameters = int(values.get("parameters", self._own_parameters))
        kept = {name: value for name, value in values.items() if name in PASSED_ON}
        if "parameters" in kept:
            kept["parameters"] = self._parameters + self._own_parameters
        if kept:
            self.tell.facts(kept)

    def _name(self, way: int) -> str:
        return f"{self.titles[way]} {self.turns - self.pace.ahead[way]} of {self.turns}"

    def _tell_how_far(self) -> None:
        if self.finished < self.there:
            return
        spent = time.monotonic() - self._began if self._way is not None else 0.0
        team = {"ready": self.finished, "of": self.members, "unneeded": self.unneeded, "late": self.late}
        told: dict[str, Any] = {"epoch": self.finished, "epochs": self.members, "team": team}
        self.tell.facts({**told, "seconds_left": self.pace.left(self._way, spent)})

    def _heard(self, wish: Wish) -> Wish:
        """When the time is over, the member at hand stops too, with the best it has."""
        self._is_stopped |= wish == "stop"
        return "stop" if wish == "go on" and time.monotonic() > self.pace.until else wish

    def _obey(self, wish: Wish) -> None:
        if self._heard(wish) == "cancel":
            raise Cancelled
        if wish == "pause":
            raise Paused
