"""What the desk says about a plan, asked in the background so that no page waits: the picture of the layers first, then costs.

An answer is remembered for its plan. A question nobody has asked again for a while is dropped: its page has moved on.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from engine.errors import EngineError
from engine.jobs import desk
from engine.plan import Plan
from engine.store.workspace import Workspace

Answer = dict[str, Any] | EngineError
Ask = Callable[..., Any]

REMEMBERED = 400
FORGOTTEN_AFTER = 4.0
CALM = 0.8
ERROR_LASTS = 20.0
URGENT = "layers"


@dataclass
class _Question:
    """One question about one plan, waiting for its turn. `asked` is when a page last wanted it."""

    name: str
    plan: dict[str, Any]
    first: float
    asked: float
    begun: bool = False


@dataclass
class _Remembered:
    answer: Answer
    at: float = field(default_factory=time.monotonic)

    @property
    def is_stale(self) -> bool:
        return isinstance(self.answer, EngineError) and time.monotonic() - self.at > ERROR_LASTS


class Asking:
    """The questions and answers of one desk. `ask` is the desk's; it is called by one thread at a time."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._change = threading.Condition()
        self._waiting: dict[str, _Question] = {}
        self._known: OrderedDict[str, _Remembered] = OrderedDict()
        self._urgent_at = 0.0
        self._thread: threading.Thread | None = None

    def about(self, question: str, plan: Plan, version: int, wait: float = 0.0, known: str = "") -> Answer | None:
        """The answer, or None while it is on its way (after at most `wait` seconds). `version` is the dataset's.

        `known` is what else the answer rests on: with another one, it is asked anew.
        """
        matters = plan.model_dump_json(exclude={"name"} | ({"training"} if question == URGENT else set()))
        key = f"{question} {version} {known} {matters}"
        until = time.monotonic() + wait
        with self._change:
            self._want(key, question, plan)
            while key not in self._known and time.monotonic() < until:
                self._change.wait(until - time.monotonic())
            if key not in self._known:
                return None
            self._known.move_to_end(key)
            return self._known[key].answer

    def _want(self, key: str, question: str, plan: Plan) -> None:
        now = time.monotonic()
        if key in self._known and not self._known[key].is_stale:
            return
        self._known.pop(key, None)
        if question == URGENT:
            self._urgent_at = now
        if key in self._waiting:
            self._waiting[key].asked = now
        else:
            self._waiting[key] = _Question(question, plan.model_dump(mode="json"), now, now)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="asking", daemon=True)
            self._thread.start()
        self._change.notify_all()

    def _work(self) -> None:
        while True:
            with self._change:
                key = self._next()
                if key is None:
                    self._thread = None
                    return
                if key == "":
                    self._change.wait(0.1)
                    continue
                question = self._waiting[key]
                question.begun = True
            answer = self._answer(question)
            with self._change:
                del self._waiting[key]
                self._known[key] = _Remembered(answer)
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
                self._change.notify_all()

    def _next(self) -> str | None:
        """The key of the question to answer now, "" when costs should wait until the settings have come to rest, None when all is done."""
        now = time.monotonic()
        for key in [key for key, question in self._waiting.items() if now - question.asked > FORGOTTEN_AFTER]:
            del self._waiting[key]
        if not self._waiting:
            return None
        ready = sorted(self._waiting, key=lambda key: (self._waiting[key].name != URGENT, self._waiting[key].first))
        calm = now - self._urgent_at > CALM
        return ready[0] if calm or self._waiting[ready[0]].name == URGENT else ""

    def _answer(self, question: _Question) -> Answer:
        try:
            found: dict[str, Any] = self._ask(question.name, plan=question.plan)
        except EngineError as error:
            return error
        return found


@cache
def _of(workspace: Workspace) -> Asking:
    return Asking(desk.for_workspace(workspace).ask)


def about(question: str, plan: Plan, version: int, wait: float = 0.0, known: str = "") -> Answer | None:
    """What the app's desk says, see `Asking.about`."""
    from app import state

    return _of(state.workspace()).about(question, plan, version, wait, known)
