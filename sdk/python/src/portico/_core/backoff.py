"""How long to wait before the feed is tried again."""

from __future__ import annotations

FIRST = 0.1
LONGEST = 10.0


class Backoff:
    """Delays that double, each shortened by chance, so that many back ends do not come back at once."""

    def __init__(self) -> None:
        self._next = FIRST

    def worked(self) -> None:
        """Begin anew: the connection was good."""
        self._next = FIRST

    def delay(self, chance: float) -> float:
        """Give the next delay in seconds; `chance` is from 0 up to 1."""
        delay, self._next = self._next, min(self._next * 2, LONGEST)
        return delay * (0.5 + chance / 2)
