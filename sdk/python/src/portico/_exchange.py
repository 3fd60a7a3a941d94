"""One request and its whole answer, within a time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLateError
from contextlib import suppress
from typing import Any, TypeVar

import httpx

from .errors import Unavailable

T = TypeVar("T")

LONGEST_ANSWER = 1024 * 1024
"""No document of Portico's has more bytes."""

HEADERS = {"accept": "application/json", "accept-encoding": "identity"}
"""What every question says. An answer that is packed all the same is none: nobody knows how much it would become."""


class Body:
    """An answer as it comes, up to `LONGEST_ANSWER`."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response
        self._bytes = bytearray()
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise Unavailable("an answer of Portico's that is packed")

    def take(self, chunk: bytes) -> None:
        """Take a piece.

        Raises:
            Unavailable: that was too much.

        """
        self._bytes += chunk
        if len(self._bytes) > LONGEST_ANSWER:
            raise Unavailable("an answer of Portico's that is too long")

    def whole(self) -> httpx.Response:
        """Give the answer once all of it was taken."""
        after = self._response.headers.get("retry-after")
        headers = {} if after is None else {"retry-after": after}
        return httpx.Response(self._response.status_code, headers=headers, content=bytes(self._bytes))


def within(seconds: float, ask: Callable[[Callable[[], bool]], T], let_go: Callable[[T], object] | None = None) -> T:
    """Give what `ask` gives, if it does so in time.

    It runs in a thread of its own: one read may be waited for, but nothing in an HTTP client bounds how many there are.
    `ask` is given what tells it whether anybody waits still, and `let_go` what came too late.

    Raises:
        Unavailable: nothing was there in time.

    """
    answer: Future[T] = Future()

    def work() -> None:
        try:
            found = ask(answer.cancelled)
        except BaseException as why:
            if answer.set_running_or_notify_cancel():
                answer.set_exception(why)
            return
        if answer.set_running_or_notify_cancel():
            answer.set_result(found)
        elif let_go is not None:
            with suppress(Exception):
                let_go(found)

    threading.Thread(target=work, name="portico-ask", daemon=True).start()
    try:
        return answer.result(seconds)
    except TooLateError:
        if answer.cancel():
            raise Unavailable("Portico did not answer in time") from None
        # It came at the last moment.
        return answer.result()


async def within_async(seconds: float, asking: Coroutine[Any, Any, T]) -> T:
    """Give what is asked for, if it is there in time.

    Whoever waits can be cancelled at any moment, that of the answer too; before 3.12, `asyncio.wait_for` loses that.

    Raises:
        Unavailable: nothing was there in time.

    """
    task = asyncio.ensure_future(asking)
    # Taken, lest a failure that nobody waits for any more be reported as unnoticed.
    task.add_done_callback(lambda done: done.cancelled() or done.exception())
    try:
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            raise Unavailable("Portico did not answer in time")
        return task.result()
    finally:
        task.cancel()
