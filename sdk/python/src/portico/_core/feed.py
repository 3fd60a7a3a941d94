"""What the feed has said: which tokens are good for less than they say."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from ..caller import Caller
from ..errors import InvalidToken
from .clock import Now
from .launch import words
from .recent import Recent
from .sse import BrokenStreamError, Event

SILENCE = 2.0
"""For how many seconds of silence what the feed has said is relied on."""

LOOKS = 0.25
"""How often it is looked whether the process stands, in seconds."""

BURST = 256
"""So many events between two looks may have waited, for nobody knows how long, and more behind them.

They are believed, and are no sign of life: where they take longer than a silence may last, Portico is asked.
"""


class Feed:
    """The ends and changes that still matter; may be shared among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ended: Recent[bool] = Recent()
        self._revoked: Recent[bool] = Recent()
        self._granted: Recent[frozenset[str]] = Recent()
        # Few sets of scopes occur; each is kept once.
        self._sets: dict[str, frozenset[str]] = {}
        self._caught_up = self._relied_on = self._suspended = self._suspended_here = False
        self._heard_at: Now | None = None
        self._last_id: str | None = None
        self._look_before: Now | None = None
        self._look: Now | None = None
        # How many events were taken in between the last two looks, and since.
        self._came_before = self._came = 0

    @property
    def last_id(self) -> str | None:
        """Where to go on: the `Last-Event-ID` of the next connection."""
        with self._lock:
            return self._last_id

    @property
    def has_caught_up(self) -> bool:
        """Whether the present connection has said everything up to now."""
        return self._caught_up

    def opened(self) -> None:
        """Begin a connection: until it has caught up, nothing that it says is a sign of life.

        What the connection before said is relied on no longer than that one's silence allows.
        """
        with self._lock:
            self._caught_up = self._suspended_here = False

    def refuses_all(self, now: Now) -> bool:
        """Whether every token is refused, since the app is suspended.

        That ends the feed: once it is silent, Portico is asked, which knows at once when the app is resumed.
        """
        with self._lock:
            return self._suspended and self._is_current(now)

    def _is_current(self, now: Now) -> bool:
        return self._relied_on and self._heard_at is not None and now.since(self._heard_at) < SILENCE

    def judge(self, caller: Caller, now: Now) -> Caller | None:
        """Say what is left of what a verified token says; None where the feed is not current.

        Raises:
            InvalidToken: its session is over, it was revoked, or nothing of its person or app is good.

        """
        with self._lock:
            if not self._is_current(now):
                return None
            if self._suspended:
                raise InvalidToken("the token is not valid")
            granted = self._granted.get(caller.user_id)
            if (
                caller.session_id in self._ended
                or caller.token_id in self._revoked
                or (granted is not None and not granted)
            ):
                raise InvalidToken("the token is not valid")
        if granted is None or caller.given_scopes <= granted:
            return caller
        return replace(caller, allowed_scopes=caller.given_scopes & granted)

    def hear(self, events: Iterable[Event], now: Now) -> set[str]:
        """Take in events that came at once over the current connection; give their names.

        Raises:
            BrokenStreamError: they are not what Portico says; nothing is to be relied on.

        """
        names = set()
        with self._lock:
            try:
                for event in events:
                    self._take_in(event, now.steady)
                    self._came += 1
                    names.add(event.name)
            except BrokenStreamError:
                # The next connection begins anew.
                self._caught_up = self._relied_on = False
                self._last_id = None
                raise
            if names and self._caught_up and max(self._came_before, self._came) < BURST:
                self._heard_at = self._look_before or now
            self._forget(now.steady)
        return names

    def looked(self, now: Now) -> None:
        """Be told at short intervals that time goes on here.

        Whatever is read after a look came after the look before that one, between which what came was taken in: a word
        counts from then on, since it may have waited for as long as the process stood.
        """
        with self._lock:
            self._look_before, self._look = self._look, now
            self._came_before, self._came = self._came, 0

    def _take_in(self, event: Event, steady: float) -> None:
        if event.name == "session_ended":
            self._ended.put(_text(_data(event), "sid"), True, steady)
        elif event.name == "token_revoked":
            self._revoked.put(_text(_data(event), "jti"), True, steady)
        elif event.name == "grant_changed":
            data = _data(event)
            scope = _text(data, "scope", empty=True)
            self._granted.put(_text(data, "sub"), self._sets.setdefault(scope, words(scope)), steady)
        elif event.name == "reset":
            self._reset()
        elif event.name == "caught_up":
            self._caught_up, self._relied_on, self._suspended = True, True, self._suspended_here
        elif event.name == "app_suspended":
            self._suspended = self._suspended_here = True
        if event.id is not None:
            self._last_id = event.id or None

    def _reset(self) -> None:
        self._caught_up = self._relied_on = self._suspended = self._suspended_here = False
        for kept in (self._ended, self._revoked, self._granted, self._sets):
            kept.clear()

    def _forget(self, steady: float) -> None:
        for kept in (self._ended, self._revoked, self._granted):
            kept.forget(steady)
        if not self._granted:
            self._sets.clear()

    def __len__(self) -> int:
        """How many ends and changes are kept."""
        return len(self._ended) + len(self._revoked) + len(self._granted)


def _data(event: Event) -> dict[str, Any]:
    try:
        data = json.loads(event.data)
    except (ValueError, RecursionError) as why:
        raise BrokenStreamError("an event that is no JSON") from why
    if not isinstance(data, dict):
        raise BrokenStreamError("an event that is no JSON object")
    return data


def _text(data: dict[str, Any], name: str, *, empty: bool = False) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not (value or empty):
        raise BrokenStreamError(f"an event without {name}")
    return value
