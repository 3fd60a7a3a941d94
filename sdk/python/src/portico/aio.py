"""The client for asyncio: FastAPI, Starlette, and every other ASGI application."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable
from types import TracebackType

import httpx

from ._core.backoff import Backoff
from ._core.clock import Clock, SystemClock
from ._core.listen import Listening
from ._core.local import Local, Question
from ._core.logout import Logout
from ._core.settings import Places, Settings, cause_of, is_event_stream, key_set
from ._flights import AsyncFlights, within_second
from .caller import Caller
from .errors import Unavailable

log = logging.getLogger("portico")


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
        self._running: _Running | None = None

    def _here(self) -> _Running:
        # Another loop than before, as tests have them, has nothing of the one that is gone.
        if self._running is None or self._running.loop is not asyncio.get_running_loop():
            self._running = _Running(self._settings, self._http_client(), self._clock)
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


class _Running:
    """What one event loop has: memory, connections, and a task."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient, clock: Clock) -> None:
        self.loop = asyncio.get_running_loop()
        self._settings, self._http, self._clock = settings, http, clock
        self._local = Local(settings.issuer, settings.app_id, settings.remembered_tokens)
        self._places: Places | None = None
        self._asking: AsyncFlights[Caller] = AsyncFlights()
        self._reading: AsyncFlights[None] = AsyncFlights()
        self._rotating: asyncio.Task[None] | None = None
        self._following = asyncio.ensure_future(self._follow())

    async def stop(self) -> None:
        tasks = [task for task in (self._following, self._rotating) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._asking.stop()
        await self._reading.stop()
        await self._http.aclose()

    async def validate(self, token: str) -> Caller:
        found = self._local.look(token, self._clock.now())
        for _ in range(2):
            # Twice where the set that is read first does not hold the key.
            if found is Question.KEYS:
                found = await self._look_again(token)
        if isinstance(found, Caller):
            return found
        return await self._asking.join(within_second(token, self._clock.now()), lambda: self._introspect(token))

    async def _look_again(self, token: str) -> Caller | Question:
        try:
            await self._read_keys()
        except Unavailable:
            return Question.PORTICO
        return self._local.look(token, self._clock.now())

    async def log_out(self, logout_token: str) -> Logout:
        found = self._local.log_out(logout_token, self._clock.now())
        for _ in range(2):
            if isinstance(found, Question):
                await self._read_keys()
                found = self._local.log_out(logout_token, self._clock.now())
        if isinstance(found, Question):
            raise Unavailable("the issuer's keys cannot be read")
        return found

    async def _introspect(self, token: str) -> Caller:
        url = (await self._where()).introspection_endpoint
        response = await self._ask("POST", url, data={"token": token}, auth=self._settings.auth)
        return self._settings.caller_of(token, response)

    async def _read_keys(self) -> None:
        await self._reading.join("keys", self._read_keys_alone)

    async def _read_keys_alone(self) -> None:
        rotation = self._local.rotation
        keys = key_set(await self._ask("GET", (await self._where()).jwks_uri))
        self._local.keys_read(keys, rotation, self._clock.now())

    async def _where(self) -> Places:
        if self._places is None:
            self._places = Places.read(await self._ask("GET", self._settings.metadata_url), self._settings)
        return self._places

    async def _ask(
        self, method: str, url: str, data: dict[str, str] | None = None, auth: httpx.Auth | None = None
    ) -> httpx.Response:
        headers = {"accept": "application/json"}
        try:
            return await self._http.request(
                method, url, data=data, auth=auth, headers=headers, timeout=self._settings.timeout
            )
        except (httpx.HTTPError, httpx.InvalidURL) as why:
            raise Unavailable(f"Portico cannot be reached: {type(why).__name__}") from why

    async def _follow(self) -> None:
        backoff = Backoff()
        while True:
            try:
                await self._listen(backoff)
            except Exception as why:  # whatever it is, the feed is to come back
                log.warning("the feed was lost (%s); tokens are asked about meanwhile", cause_of(why))
            await asyncio.sleep(backoff.delay(random.random()))

    async def _listen(self, backoff: Backoff) -> None:
        if not self._local.has_keys:
            await self._read_keys()
        settings = self._settings
        headers = settings.feed_headers(self._local.feed.last_id)
        async with self._http.stream(
            "GET", settings.feed_url, headers=headers, auth=settings.auth, timeout=settings.feed_timeout
        ) as response:
            if not is_event_stream(response):
                raise Unavailable(f"Portico answered with status {response.status_code}")
            listening = Listening(self._local, self._clock)
            async for chunk in response.aiter_bytes():
                if listening.hear(chunk) and (self._rotating is None or self._rotating.done()):
                    # The feed must go on being heard meanwhile.
                    self._rotating = asyncio.ensure_future(self._read_rotated_keys())
                if listening.has_caught_up:
                    backoff.worked()

    async def _read_rotated_keys(self) -> None:
        try:
            while self._local.keys_are_stale:
                await self._read_keys()
        except Unavailable as why:
            log.warning("rotated keys cannot be read yet: %s", why)
