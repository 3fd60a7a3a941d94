"""The client for threads: Flask, Django, and everything else that waits."""

from __future__ import annotations

import os
import threading
import weakref
from collections.abc import Callable
from types import TracebackType

import httpx

from ._core.clock import Clock, SystemClock
from ._core.logout import Logout
from ._core.settings import Settings
from ._running import Running
from .caller import Caller


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
        self._running: Running | None = None
        if hasattr(os, "register_at_fork"):
            here = weakref.ref(self)
            os.register_at_fork(after_in_child=lambda: _forked(here()))

    def _here(self) -> Running:
        running = self._running
        if running is not None:
            return running
        with self._lock:
            if self._running is None:
                self._running = Running(self._settings, self._http_client(), self._clock)
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
