"""The two clocks that decisions are made by."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Now:
    """One moment on both clocks."""

    wall: float
    """Seconds since 1970, by which tokens live."""

    steady: float
    """Seconds on a clock that never jumps, and that may stand while the machine sleeps."""

    def since(self, earlier: Now) -> float:
        """Say how many seconds ago `earlier` was.

        That is the longer of the two ways to count: the one clock may stand while the machine sleeps, and the other may
        be set back.
        """
        return max(self.wall - earlier.wall, self.steady - earlier.steady)


class Clock(Protocol):
    """Whoever tells the time."""

    def now(self) -> Now:
        """Tell the present moment."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> Now:
        """Tell the present moment."""
        return Now(wall=time.time(), steady=time.monotonic())
