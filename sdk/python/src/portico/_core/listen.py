"""Listening to one connection of the feed."""

from __future__ import annotations

from ..errors import Unavailable
from .clock import Clock, Now
from .local import Local
from .sse import EventParser

LONGEST_SILENCE = 5.0
"""For how many seconds a connection may say nothing but comments."""


class Listening:
    """One connection, from its first byte on."""

    def __init__(self, local: Local, clock: Clock) -> None:
        self._local, self._clock = local, clock
        self._parser = EventParser()
        self._spoken_at: Now | None = None
        local.feed.opened()

    def hear(self, chunk: bytes) -> bool:
        """Take in what came; true if the key set is to be read again now.

        Raises:
            BrokenStreamError: the connection is to be given up.
            Unavailable: it is to be given up, and to be resumed: it has said nothing but comments for too long.

        """
        now = self._clock.now()
        names = self._local.feed.hear(self._parser.feed(chunk), now)
        if "keys_rotated" in names:
            self._local.keys_rotated()
        elif "reset" in names:
            self._local.began_anew(now)
        if names or self._spoken_at is None:
            self._spoken_at = now
        if now.since(self._spoken_at) >= LONGEST_SILENCE:
            raise Unavailable("the feed says nothing")
        return self._local.keys_are_due(now)

    @property
    def has_caught_up(self) -> bool:
        """Whether the connection proved good."""
        return self._local.feed.has_caught_up
