"""Questions in flight: whoever asks the same meanwhile waits for the same answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from ._core.clock import Now

T = TypeVar("T")


def within_second(token: str, now: Now) -> str:
    """Join a question only within the second in which it was asked: what it finds was so at most so long ago."""
    return f"{int(now.steady)} {token}"


class Flights(Generic[T]):
    """Among threads: the first asks, the others wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flying: dict[str, Future[T]] = {}

    def join(self, key: str, ask: Callable[[], T]) -> T:
        """Give the answer of `ask`, or of the one that flies already."""
        with self._lock:
            flying = self._flying.get(key)
            if flying is None:
                mine = self._flying[key] = Future()
        if flying is not None:
            return flying.result()
        try:
            mine.set_result(ask())
        except BaseException as why:
            mine.set_exception(why)
        finally:
            with self._lock:
                del self._flying[key]
        return mine.result()


class AsyncFlights(Generic[T]):
    """Among tasks of one event loop: nobody's cancellation takes the answer from the others."""

    def __init__(self) -> None:
        self._flying: dict[str, asyncio.Task[T]] = {}

    async def join(self, key: str, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Give the answer of `ask`, or of the one that flies already."""
        flying = self._flying.get(key)
        if flying is None:
            flying = self._flying[key] = asyncio.ensure_future(ask())
            flying.add_done_callback(lambda task: self._landed(key, task))
        return await asyncio.shield(flying)

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
