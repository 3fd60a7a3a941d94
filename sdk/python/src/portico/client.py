"""The client for threads: Flask, Django, and everything else that waits."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

import httpx

from ._core.backoff import Backoff
from ._core.clock import Clock, SystemClock
from ._core.listen import Listening
from ._core.local import Local, Question
from ._core.logout import Logout
from ._core.settings import Places, Settings, cause_of, is_event_stream, key_set
from ._flights import Flights, within_second
from .caller import Caller
from .errors import Unavailable

log = logging.getLogger("portico")


class Portico:
    """Portico, as one app's back end knows it; shared by all threads of a process.

    The first question starts a daemon thread that follows the feed. A process that forks has to do nothing: the
    child's first question starts its own.

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
        http_client: Callable[[], httpx.Client] = httpx.Client,
        clock: Clock | None = None,
    ) -> None:
        self._settings = Settings(issuer, app_id, client_secret, timeout, remembered_tokens)
        self._http_client, self._clock = http_client, clock or SystemClock()
        self._lock = threading.Lock()
        self._running: _Running | None = None
        if hasattr(os, "register_at_fork"):
            here = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _forked(here()))

    def _here(self) -> _Running:
        running = self._running
        if running is not None:
            return running
        with self._lock:
            if self._running is None:
                self._running = _Running(self._settings, self._http_client(), self._clock)
                self._running.start()
            return self._running

    def validate(self, token: str) -> Caller:
        """Say whom a launch token names, and what it is good for now.

        Answers from memory while the feed is live: what ended or was withdrawn is known here after 2 seconds at
        the very latest. Asks Portico otherwise.

        Raises:
            InvalidToken: the token is good for nothing.
            Unavailable: Portico cannot be asked now.

        """
        return self._here().validate(token)

    def log_out(self, logout_token: str) -> Logout:
        """Take in a logout token (OpenID Connect Back-Channel Logout 1.0), and refuse its session from now on.

        Raises:
            InvalidLogout: it is none of Portico's for this app, or was taken before.
            Unavailable: the issuer's keys cannot be read now.

        """
        return self._here().log_out(logout_token)

    def close(self) -> None:
        """Stop following the feed. The next question would start anew."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.stop()

    def __enter__(self) -> Portico:
        """Start following the feed at once."""
        self._here()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def _forked(portico: Portico | None) -> None:
    if portico is not None:
        # Whatever the parent's threads held, nobody here will ever let go of.
        portico._lock, portico._running = threading.Lock(), None


class _Running:
    """What one process has: memory, connections, and a thread."""

    def __init__(self, settings: Settings, http: httpx.Client, clock: Clock) -> None:
        self._settings, self._http, self._clock = settings, http, clock
        self._local = Local(settings.issuer, settings.app_id, settings.remembered_tokens)
        self._places: Places | None = None
        self._asking: Flights[Caller] = Flights()
        self._reading: Flights[None] = Flights()
        self._stopping = threading.Event()
        self._feed: socket.socket | None = None
        self._thread = threading.Thread(target=self._follow, name="portico-feed", daemon=True)

    def start(self) -> None:
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
        return self._asking.join(within_second(token, self._clock.now()), lambda: self._introspect(token))

    def _look_again(self, token: str) -> Caller | Question:
        try:
            self._read_keys()
        except Unavailable:
            return Question.PORTICO
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
        rotation = self._local.rotation
        keys = key_set(self._ask("GET", self._where().jwks_uri))
        self._local.keys_read(keys, rotation, self._clock.now())

    def _where(self) -> Places:
        if self._places is None:
            self._places = Places.read(self._ask("GET", self._settings.metadata_url), self._settings)
        return self._places

    def _ask(
        self, method: str, url: str, data: dict[str, str] | None = None, auth: httpx.Auth | None = None
    ) -> httpx.Response:
        headers = {"accept": "application/json"}
        try:
            return self._http.request(
                method, url, data=data, auth=auth, headers=headers, timeout=self._settings.timeout
            )
        except (httpx.HTTPError, httpx.InvalidURL) as why:
            raise Unavailable(f"Portico cannot be reached: {type(why).__name__}") from why

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
        with self._http.stream(
            "GET", settings.feed_url, headers=headers, auth=settings.auth, timeout=settings.feed_timeout
        ) as response:
            if not is_event_stream(response):
                raise Unavailable(f"Portico answered with status {response.status_code}")
            stream = response.extensions.get("network_stream")
            self._feed = stream.get_extra_info("socket") if stream is not None else None
            listening = Listening(self._local, self._clock)
            for chunk in response.iter_bytes():
                if self._stopping.is_set():
                    return
                if listening.hear(chunk):
                    # The feed must go on being heard meanwhile.
                    threading.Thread(target=self._read_rotated_keys, name="portico-keys", daemon=True).start()
                if listening.has_caught_up:
                    backoff.worked()

    def _read_rotated_keys(self) -> None:
        try:
            while self._local.keys_are_stale and not self._stopping.is_set():
                self._read_keys()
        except Unavailable as why:
            log.warning("rotated keys cannot be read yet: %s", why)
