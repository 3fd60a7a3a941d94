"""Listening to one connection of the feed."""

from __future__ import annotations

from .clock import Clock
from .feed import Heard
from .local import Local
from .sse import BrokenStreamError, EventParser


class Listening:
    """One connection, from its first byte on."""

    def __init__(self, local: Local, clock: Clock) -> None:
        self._local, self._clock = local, clock
        self._parser = EventParser()
        local.feed.opened()

    def hear(self, chunk: bytes) -> bool:
        """Take in what came; true if the key set is to be read again.

        Raises:
            BrokenStreamError: the connection is to be given up.

        """
        rotated = False
        steady = self._clock.now().steady
        try:
            for event in self._parser.feed(chunk):
                rotated |= self._local.feed.hear(event, steady) is Heard.KEYS_ROTATED
        except BrokenStreamError:
            self._local.feed.broken()
            raise
        if rotated:
            self._local.keys_rotated()
        return rotated

    @property
    def has_caught_up(self) -> bool:
        """Whether the connection proved good."""
        return self._local.feed.has_caught_up
