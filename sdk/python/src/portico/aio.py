"""The client for asyncio: FastAPI, Starlette, and every other ASGI application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

import httpx

from ._core.clock import Clock, SystemClock
from ._core.logout import Logout
from ._core.settings import Settings
from ._tasks import Running
from .caller import Caller


class AsyncPortico:
    """Portico, as one app's back end knows it; shared by all tasks of one event loop.

    The first question starts a task that follows the feed; `close` ends it.

    Args:
        issuer: Portico's issuer URL; https, unless it is on this machine.
        app_id: this app, the audience of its launch tokens.
        client_secret: the app's secret (`client_secret_basic`).
        timeout: how many seconds one request to Portico may take.
        remembered_tokens: of how many tokens the verified signature is remembered.
        http_client: makes the HTTP client, for certificates or proxies of one's own.
        clock: tells the time.

    Raises:
        ValueError: an argument cannot be used.

    """

    def __init__(
        self,
        issuer: str,
        app_id: str,
        client_secret: str,
        *,
        timeout: float = 5.0,
        remembered_tokens: int = 10_000,
        http_client: Callable[[], httpx.AsyncClient] = httpx.AsyncClient,
        clock: Clock | None = None,
    ) -> None:
        self._settings = Settings(issuer, app_id, client_secret, timeout, remembered_tokens)
        self._http_client, self._clock = http_client, clock or SystemClock()
        self._running: Running | None = None

    def _here(self) -> Running:
        # Another loop than before, as tests have them, has nothing of the one that is gone.
        if self._running is None or self._running.loop is not asyncio.get_running_loop():
            self._running = Running(self._settings, self._http_client(), self._clock)
        return self._running

    async def validate(self, token: str) -> Caller:
        """Say whom a launch token names, and what it is good for now.

        Answers from memory while the feed is live: what ended or was withdrawn is known here after 2 seconds at
        the very latest. Asks Portico otherwise.

        Raises:
            InvalidToken: the token is good for nothing.
            Unavailable: Portico cannot be asked now.

        """
        return await self._here().validate(token)

    async def log_out(self, logout_token: str) -> Logout:
        """Take in a logout token (OpenID Connect Back-Channel Logout 1.0), and refuse its session from now on.

        Raises:
            InvalidLogout: it is none of Portico's for this app, or was taken before.
            Unavailable: the issuer's keys cannot be read now.

        """
        return await self._here().log_out(logout_token)

    async def close(self) -> None:
        """Stop following the feed. The next question would start anew."""
        running, self._running = self._running, None
        if running is not None and running.loop is asyncio.get_running_loop():
            await running.stop()

    async def __aenter__(self) -> AsyncPortico:
        """Start following the feed at once."""
        self._here()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        await self.close()
