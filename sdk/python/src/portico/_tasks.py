"""What one event loop has for its tasks: memory, connections, and a task that follows the feed."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

import httpx

from ._core.backoff import Backoff
from ._core.clock import Clock
from ._core.feed import LOOKS
from ._core.listen import Listening
from ._core.local import Local, Question
from ._core.logout import Logout
from ._core.settings import Places, Settings, cause_of, is_event_stream, key_set
from ._exchange import HEADERS, Body, within_async
from ._flights import MOST_UNVERIFIED, AsyncFlights, within_second
from .caller import Caller
from .errors import Unavailable

log = logging.getLogger("portico")


class Running:
    """What one event loop has: memory, connections, and a task."""

    def __init__(self, settings: Settings, http: httpx.AsyncClient, clock: Clock) -> None:
        self.loop = asyncio.get_running_loop()
        self._settings, self._http, self._clock = settings, http, clock
        self._local = Local(settings.issuer, settings.app_id, settings.remembered_tokens)
        self._places: Places | None = None
        self._asking: AsyncFlights[Caller] = AsyncFlights()
        self._asking_unverified: AsyncFlights[Caller] = AsyncFlights(MOST_UNVERIFIED)
        self._reading: AsyncFlights[None] = AsyncFlights()
        self._rotating: asyncio.Task[None] | None = None
        self._warned = False
        self._following = asyncio.ensure_future(self._follow())
        self._looking = asyncio.ensure_future(self._look())

    async def stop(self) -> None:
        tasks = [task for task in (self._following, self._looking, self._rotating) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._asking.stop()
        await self._asking_unverified.stop()
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
        asking = self._asking if found is Question.PORTICO else self._asking_unverified
        return await asking.join(within_second(token, self._clock.now()), lambda: self._introspect(token))

    async def _look_again(self, token: str) -> Caller | Question:
        try:
            await self._read_keys()
        except Unavailable:
            return Question.UNVERIFIED
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
        failure = self._local.key_set_failure(self._clock.now())
        if failure is not None:
            raise Unavailable(str(failure))
        rotation = self._local.rotation
        try:
            keys = key_set(await self._ask("GET", (await self._where()).jwks_uri))
        except Unavailable as why:
            self._local.keys_failed(why, self._clock.now())
            raise
        self._local.keys_read(keys, rotation, self._clock.now())
        self._warned = False

    async def _where(self) -> Places:
        if self._places is None:
            self._places = Places.read(await self._ask("GET", self._settings.metadata_url), self._settings)
        return self._places

    async def _ask(
        self, method: str, url: str, data: dict[str, str] | None = None, auth: httpx.Auth | None = None
    ) -> httpx.Response:
        try:
            return await within_async(self._settings.timeout, self._exchanged(method, url, data, auth))
        except (httpx.HTTPError, httpx.InvalidURL) as why:
            raise Unavailable(f"Portico cannot be reached: {type(why).__name__}") from why

    async def _exchanged(
        self, method: str, url: str, data: dict[str, str] | None, auth: httpx.Auth | None
    ) -> httpx.Response:
        if self._http.is_closed:
            raise Unavailable("the client was closed")
        options: Any = {"headers": HEADERS, "timeout": self._settings.timeout, "follow_redirects": False}
        async with self._http.stream(method, url, data=data, auth=auth, **options) as response:
            body = Body(response)
            async for chunk in response.aiter_bytes():
                body.take(chunk)
            return body.whole()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOKS)
            self._local.feed.looked(self._clock.now())

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
        request = self._http.build_request("GET", settings.feed_url, headers=headers, timeout=settings.feed_timeout)
        opening = self._http.send(request, auth=settings.auth, stream=True, follow_redirects=False)
        # However slowly its head comes.
        response = await within_async(settings.timeout, opening)
        try:
            await self._hear(response, backoff)
        finally:
            await response.aclose()

    async def _hear(self, response: httpx.Response, backoff: Backoff) -> None:
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
            # Tried again with what the feed says next; told once.
            if not self._warned:
                log.warning("rotated keys cannot be read yet: %s", why)
            self._warned = True
