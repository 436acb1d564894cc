"""What may take longer than a page should wait is worked out beside it, once, and kept; a skeleton stands in its place until then."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any, TypeVar

import streamlit as st

T = TypeVar("T")

PATIENCE = 0.8
KEPT = 100
EVERY = 0.4
_known: "OrderedDict[Hashable, Future[Any]]" = OrderedDict()
_change = threading.Lock()


def get(key: Hashable, work: Callable[[], T]) -> T | None:
    """What `work` gives, or None while it is at work. Raises what it raises, and tries again the next time.

    `key` says all that the result depends on. The first who asks waits a moment; `work` must not touch the page or the session.
    """
    future, is_new = _begun(key, work)
    if not future.done() and not is_new:
        return None
    try:
        return future.result(PATIENCE)
    except TimeoutError:
        if future.done():
            return future.result()
        return None
    finally:
        if future.done() and future.exception():
            _forget(key)


def is_known(key: Hashable) -> bool:
    """Whether that was asked for before, by whatever page."""
    return key in _known


def wait(height: int, *keys: Hashable) -> None:
    """A skeleton of that height; the page is drawn again as soon as one of them is there."""
    st.skeleton(height=height)
    _watch(keys)


@st.fragment(run_every=EVERY)
def _watch(keys: tuple[Hashable, ...]) -> None:
    if any(key not in _known or _known[key].done() for key in keys):
        st.rerun()


def _begun(key: Hashable, work: Callable[[], T]) -> "tuple[Future[T], bool]":
    with _change:
        if key in _known:
            _known.move_to_end(key)
            return _known[key], False
        future: Future[T] = Future()
        _known[key] = future
        for old in [old for old in _known if _known[old].done()][: max(0, len(_known) - KEPT)]:
            del _known[old]
    threading.Thread(target=_work, args=(future, work), name="meanwhile", daemon=True).start()
    return future, True


def _work(future: "Future[T]", work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except BaseException as error:
        future.set_exception(error)


def _forget(key: Hashable) -> None:
    with _change:
        _known.pop(key, None)
