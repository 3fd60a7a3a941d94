"""A back end without network: a clock that is set, a feed that is told, key sets that are counted."""

from __future__ import annotations

from typing import Any

import vectors

from portico._core.clock import Now
from portico._core.keys import KeySet
from portico._core.listen import Listening
from portico._core.local import Local, Question
from portico._core.logout import Logout
from portico._core.sse import BrokenStreamError
from portico.caller import Caller
from portico.errors import Unavailable

KEYS = vectors.read("keys")
LIVE = b"event: reset\ndata: {}\n\nevent: caught_up\ndata: {}\nid: one\n\n"
PING = b"event: ping\ndata: {}\n\n"


class SetClock:
    def __init__(self, wall: float) -> None:
        self._start, self.elapsed = wall, 0.0
        self.time_of_day: float | None = None
        """How long after the start it is by the clock that can be set, where that is not what has elapsed."""

    def now(self) -> Now:
        wall = self.elapsed if self.time_of_day is None else self.time_of_day
        return Now(wall=self._start + wall, steady=1000 + self.elapsed)


class BackEnd:
    def __init__(self, vector: dict[str, Any], wall: float | None = None, remembered: int = 100) -> None:
        self.clock = SetClock(wall if wall is not None else vector["now"])
        self.local = Local(vector["issuer"], vector["client_id"], remembered)
        self.key_set_reads = 0
        self.keys_are_silent = False
        self.key_set: Any = None
        """What is read instead of the vectors' key sets."""
        self.listening: Listening | None = None

    def open(self) -> str | None:
        last_id = self.local.feed.last_id
        self.listening = Listening(self.local, self.clock)
        return last_id

    def close(self) -> None:
        self.listening = None

    def hear(self, text: bytes) -> None:
        assert self.listening
        try:
            if self.listening.hear(text):
                self.read_keys()
        except BrokenStreamError:
            self.close()

    def read_keys(self) -> None:
        document = KEYS["first" if self.key_set_reads == 0 else "then"]
        self.key_set_reads += 1
        if self.keys_are_silent:
            self.local.keys_failed(Unavailable("it is down"), self.clock.now())
            return
        document = self.key_set or document
        self.local.keys_read(KeySet(document), self.local.rotation, self.clock.now())

    def ask(self, token: str) -> Caller | Question:
        found = self.local.look(token, self.clock.now())
        while found is Question.KEYS:
            if self.local.key_set_failure(self.clock.now()) is not None:
                return Question.PORTICO
            self.read_keys()
            found = self.local.look(token, self.clock.now())
        return found

    def log_out(self, token: str) -> Logout | Question:
        return self.local.log_out(token, self.clock.now())


def live() -> BackEnd:
    """A back end whose feed has caught up and has nothing to tell."""
    back_end = BackEnd(vectors.read("feed"))
    back_end.open()
    back_end.hear(LIVE)
    return back_end
