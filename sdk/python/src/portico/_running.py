"""What one process has for its threads: memory, connections, and a thread that follows the feed."""

from __future__ import annotations

import logging
import random
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx

from ._core.backoff import Backoff
from ._core.clock import Clock
from ._core.feed import LOOKS
from ._core.listen import Listening
from ._core.local import Local, Question
from ._core.logout import Logout
from ._core.settings import Places, Settings, cause_of, is_event_stream, key_set
from ._exchange import HEADERS, Body, within
from ._flights import MOST_UNVERIFIED, Flights, within_second
from .caller import Caller
from .errors import Unavailable

log = logging.getLogger("portico")


class Running:
    """What one process has."""

    def __init__(self, settings: Settings, http: httpx.Client, clock: Clock) -> None:
        self._settings, self._http, self._clock = settings, http, clock
        self._local = Local(settings.issuer, settings.app_id, settings.remembered_tokens)
        self._places: Places | None = None
        self._asking: Flights[Caller] = Flights()
        self._asking_unverified: Flights[Caller] = Flights(MOST_UNVERIFIED)
        self._reading: Flights[None] = Flights()
        self._stopping = threading.Event()
        self._feed: socket.socket | None = None
        self._rotating: threading.Thread | None = None
        self._warned = False
        self._thread = threading.Thread(target=self._follow, name="portico-feed", daemon=True)
        self._looking = threading.Thread(target=self._look, name="portico-look", daemon=True)

    def start(self) -> None:
        self._looking.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        feed = self._feed
        if feed is not None:
            # A thread that waits for a silent feed hears of nothing else.
            with suppress(OSError):
                feed.shutdown(socket.SHUT_RDWR)
        self._thread.join(self._settings.timeout)
        self._http.close()

    def validate(self, token: str) -> Caller:
        found = self._local.look(token, self._clock.now())
        for _ in range(2):
            # Twice where the set that is read first does not hold the key.
            if found is Question.KEYS:
                found = self._look_again(token)
        if isinstance(found, Caller):
            return found
        asking = self._asking if found is Question.PORTICO else self._asking_unverified
        return asking.join(within_second(token, self._clock.now()), lambda: self._introspect(token))

    def _look_again(self, token: str) -> Caller | Question:
        try:
            self._read_keys()
        except Unavailable:
            return Question.UNVERIFIED
        return self._local.look(token, self._clock.now())

    def log_out(self, logout_token: str) -> Logout:
        found = self._local.log_out(logout_token, self._clock.now())
        for _ in range(2):
            if isinstance(found, Question):
                self._read_keys()
                found = self._local.log_out(logout_token, self._clock.now())
        if isinstance(found, Question):
            raise Unavailable("the issuer's keys cannot be read")
        return found

    def _introspect(self, token: str) -> Caller:
        response = self._ask(
            "POST", self._where().introspection_endpoint, data={"token": token}, auth=self._settings.auth
        )
        return self._settings.caller_of(token, response)

    def _read_keys(self) -> None:
        self._reading.join("keys", self._read_keys_alone)

    def _read_keys_alone(self) -> None:
        failure = self._local.key_set_failure(self._clock.now())
        if failure is not None:
            raise Unavailable(str(failure))
        rotation = self._local.rotation
        try:
            keys = key_set(self._ask("GET", self._where().jwks_uri))
        except Unavailable as why:
            self._local.keys_failed(why, self._clock.now())
            raise
        self._local.keys_read(keys, rotation, self._clock.now())
        self._warned = False

    def _where(self) -> Places:
        if self._places is None:
            self._places = Places.read(self._ask("GET", self._settings.metadata_url), self._settings)
        return self._places

    def _ask(
        self, method: str, url: str, data: dict[str, str] | None = None, auth: httpx.Auth | None = None
    ) -> httpx.Response:
        if self._http.is_closed:
            raise Unavailable("the client was closed")
        options: Any = {"headers": HEADERS, "timeout": self._settings.timeout, "follow_redirects": False}

        def exchanged(is_over: Callable[[], bool]) -> httpx.Response:
            with self._http.stream(method, url, data=data, auth=auth, **options) as response:
                body = Body(response)
                for chunk in response.iter_bytes():
                    if is_over():
                        break
                    body.take(chunk)
                return body.whole()

        try:
            return within(self._settings.timeout, exchanged)
        except (httpx.HTTPError, httpx.InvalidURL) as why:
            raise Unavailable(f"Portico cannot be reached: {type(why).__name__}") from why

    def _look(self) -> None:
        while not self._stopping.wait(LOOKS):
            self._local.feed.looked(self._clock.now())

    def _follow(self) -> None:
        backoff = Backoff()
        while not self._stopping.is_set():
            try:
                self._listen(backoff)
            except Exception as why:  # whatever it is, the feed is to come back
                if self._stopping.is_set():
                    return
                log.warning("the feed was lost (%s); tokens are asked about meanwhile", cause_of(why))
            self._stopping.wait(backoff.delay(random.random()))

    def _listen(self, backoff: Backoff) -> None:
        if not self._local.has_keys:
            self._read_keys()
        settings = self._settings
        headers = settings.feed_headers(self._local.feed.last_id)
        request = self._http.build_request("GET", settings.feed_url, headers=headers, timeout=settings.feed_timeout)
        # However slowly its head comes.
        response = within(
            settings.timeout,
            lambda _: self._http.send(request, auth=settings.auth, stream=True, follow_redirects=False),
            httpx.Response.close,
        )
        try:
            self._hear(response, backoff)
        finally:
            response.close()

    def _hear(self, response: httpx.Response, backoff: Backoff) -> None:
        if not is_event_stream(response):
            raise Unavailable(f"Portico answered with status {response.status_code}")
        stream = response.extensions.get("network_stream")
        self._feed = stream.get_extra_info("socket") if stream is not None else None
        listening = Listening(self._local, self._clock)
        for chunk in response.iter_bytes():
            if self._stopping.is_set():
                return
            if listening.hear(chunk) and (self._rotating is None or not self._rotating.is_alive()):
                # The feed must go on being heard meanwhile.
                self._rotating = threading.Thread(target=self._read_rotated_keys, name="portico-keys", daemon=True)
                self._rotating.start()
            if listening.has_caught_up:
                backoff.worked()

    def _read_rotated_keys(self) -> None:
        try:
            while self._local.keys_are_stale and not self._stopping.is_set():
                self._read_keys()
        except Unavailable as why:
            # Tried again with what the feed says next; told once.
            if not self._warned:
                log.warning("rotated keys cannot be read yet: %s", why)
            self._warned = True
