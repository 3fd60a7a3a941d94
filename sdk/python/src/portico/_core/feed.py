"""What the feed has said: which tokens are good for less than they say."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import replace
from enum import Enum, auto
from typing import Any

from ..caller import Caller
from ..errors import InvalidToken
from .launch import LONGEST_LIFE
from .sse import BrokenStreamError, Event

SILENCE = 2.0
"""For how many seconds of silence what the feed has said is relied on."""


class Heard(Enum):
    """What an event asks of its listener, beyond remembering it."""

    NOTHING = auto()
    KEYS_ROTATED = auto()


class Feed:
    """The ends and changes of the last half hour; may be shared among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # In the order of the moments at which they may be forgotten, which are the values.
        self._ended: OrderedDict[str, float] = OrderedDict()
        self._revoked: OrderedDict[str, float] = OrderedDict()
        self._granted: OrderedDict[str, tuple[frozenset[str], float]] = OrderedDict()
        # Few sets of scopes occur; each is kept once.
        self._sets: dict[str, frozenset[str]] = {}
        self._caught_up = self._relied_on = self._suspended = False
        self._heard_at = float("-inf")
        self._last_id: str | None = None

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
            self._caught_up = False

    def broken(self) -> None:
        """Rely on nothing that was said: the next connection begins anew."""
        with self._lock:
            self._caught_up = self._relied_on = False
            self._last_id = None

    def is_current(self, steady: float) -> bool:
        """Whether an answer can be given without asking Portico."""
        with self._lock:
            return self._suspended or self._is_current(steady)

    def _is_current(self, steady: float) -> bool:
        return self._relied_on and 0 <= steady - self._heard_at < SILENCE

    def judge(self, caller: Caller, steady: float) -> Caller | None:
        """Say what is left of what a verified token says; None where the feed is not current.

        Raises:
            InvalidToken: its session is over, it was revoked, or nothing of its person or app is good.

        """
        with self._lock:
            if self._suspended:
                raise InvalidToken("the token is not valid")
            if not self._is_current(steady):
                return None
            granted = self._granted.get(caller.user_id)
            if (
                caller.session_id in self._ended
                or caller.token_id in self._revoked
                or (granted is not None and not granted[0])
            ):
                raise InvalidToken("the token is not valid")
        if granted is None or caller.given_scopes <= granted[0]:
            return caller
        return replace(caller, allowed_scopes=caller.given_scopes & granted[0])

    def end(self, session_id: str, steady: float) -> None:
        """Remember that a session is over, from whomever that was heard."""
        with self._lock:
            _put_last(self._ended, session_id, steady + LONGEST_LIFE)

    def hear(self, event: Event, steady: float) -> Heard:
        """Take in one event of the current connection.

        Raises:
            BrokenStreamError: it is not what Portico says; nothing is to be relied on.

        """
        try:
            self._take_in(event, steady)
        except BrokenStreamError:
            self.broken()
            raise
        return Heard.KEYS_ROTATED if event.name == "keys_rotated" else Heard.NOTHING

    def _take_in(self, event: Event, steady: float) -> None:
        data, until = _data(event), steady + LONGEST_LIFE
        with self._lock:
            if event.name == "reset":
                self._reset()
            elif event.name == "caught_up":
                self._caught_up, self._relied_on, self._suspended = True, True, False
            elif event.name == "session_ended":
                _put_last(self._ended, _text(data, "sid"), until)
            elif event.name == "token_revoked":
                _put_last(self._revoked, _text(data, "jti"), until)
            elif event.name == "grant_changed":
                scope = _text(data, "scope", empty=True)
                scopes = self._sets.setdefault(scope, frozenset(scope.split()))
                _put_last(self._granted, _text(data, "sub"), (scopes, until))
            elif event.name == "app_suspended":
                self._suspended = True
            if self._caught_up:
                self._heard_at = steady
            if event.id is not None:
                self._last_id = event.id or None
            self._forget(steady)

    def _reset(self) -> None:
        self._caught_up = self._relied_on = self._suspended = False
        for kept in (self._ended, self._revoked, self._granted, self._sets):
            kept.clear()

    def _forget(self, steady: float) -> None:
        for times in (self._ended, self._revoked):
            while times and next(iter(times.values())) <= steady:
                times.popitem(last=False)
        while self._granted and next(iter(self._granted.values()))[1] <= steady:
            self._granted.popitem(last=False)
        if not self._granted:
            self._sets.clear()

    def __len__(self) -> int:
        """How many ends and changes are kept."""
        return len(self._ended) + len(self._revoked) + len(self._granted)


def _put_last(kept: OrderedDict[str, Any], key: str, value: Any) -> None:
    kept[key] = value
    kept.move_to_end(key)


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
