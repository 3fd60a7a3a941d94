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
    """Seconds on a clock that never jumps, by which silence is measured."""


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
