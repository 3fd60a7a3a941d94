"""Questions in flight: whoever asks the same meanwhile waits for the same answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Sized
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from ._core.clock import Now
from .errors import Unavailable

T = TypeVar("T")


def within_second(token: str, now: Now) -> str:
    """Join a question only within the second in which it was asked: what it finds was so at most so long ago."""
    return f"{int(now.steady)} {token}"


MOST_UNVERIFIED = 20
"""About how many tokens that nobody here could verify Portico is asked at once: anybody can invent them."""


class Flights(Generic[T]):
    """Among threads: whoever gives up waiting, as a time limit makes them, takes the answer from nobody."""

    def __init__(self, most: int | None = None) -> None:
        self._most, self._lock = most, threading.Lock()
        self._flying: dict[str, Future[T]] = {}

    def join(self, key: str, ask: Callable[[], T]) -> T:
        """Give the answer of `ask`, or of the one that flies already.

        Raises:
            Unavailable: as many fly as may at once.

        """
        with self._lock:
            flying = self._flying.get(key)
            if flying is None:
                _check_room(self._flying, self._most)
                flying = Future()
                # It asks in a thread of its own, in which nobody's time limit is raised.
                asking = threading.Thread(target=self._ask, args=(key, flying, ask), name="portico-flight", daemon=True)
                asking.start()
                self._flying[key] = flying
        return flying.result()

    def _ask(self, key: str, flying: Future[T], ask: Callable[[], T]) -> None:
        try:
            answer = ask()
        except BaseException as why:
            self._landed(key)
            flying.set_exception(why)
        else:
            self._landed(key)
            flying.set_result(answer)

    def _landed(self, key: str) -> None:
        with self._lock:
            self._flying.pop(key, None)


class AsyncFlights(Generic[T]):
    """Among tasks of one event loop: nobody's cancellation takes the answer from the others."""

    def __init__(self, most: int | None = None) -> None:
        self._most = most
        self._flying: dict[str, asyncio.Task[T]] = {}

    async def join(self, key: str, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Give the answer of `ask`, or of the one that flies already.

        Raises:
            Unavailable: as many fly as may at once, or what flies was given up.

        """
        flying = self._flying.get(key)
        if flying is None:
            _check_room(self._flying, self._most)
            flying = self._flying[key] = asyncio.ensure_future(ask())
            flying.add_done_callback(lambda task: self._landed(key, task))
        # Not awaited: an answer that is given up is no cancellation of those who wait.
        await asyncio.wait({flying})
        if flying.cancelled():
            raise Unavailable("the client was closed")
        return flying.result()

    def _landed(self, key: str, task: asyncio.Task[T]) -> None:
        del self._flying[key]
        # Taken, lest a failure that everybody has stopped waiting for be reported as unnoticed.
        if not task.cancelled():
            task.exception()

    async def stop(self) -> None:
        """Give up what flies."""
        flying = list(self._flying.values())
        for task in flying:
            task.cancel()
        await asyncio.gather(*flying, return_exceptions=True)


def _check_room(flying: Sized, most: int | None) -> None:
    if most is not None and len(flying) >= most:
        raise Unavailable("too many tokens that cannot be verified are asked about")
