"""What was heard within the longest life of a token."""

from __future__ import annotations

from collections import OrderedDict
from typing import Generic, TypeVar

from .launch import LONGEST_LIFE
from .signed import LEEWAY

KEPT = LONGEST_LIFE + LEEWAY
"""For how many seconds it counts: no token that it concerns is good longer, by an issuer's clock that may be ahead."""

V = TypeVar("V")


class Recent(Generic[V]):
    """Names, with what was last heard of each; whoever has it takes care that one thread at a time does."""

    def __init__(self) -> None:
        # In the order of the moments at which they may be forgotten, which are beside the values.
        self._kept: OrderedDict[str, tuple[V, float]] = OrderedDict()

    def put(self, name: str, value: V, steady: float) -> None:
        """Keep what was heard, in place of what was heard before."""
        self._kept[name] = (value, steady + KEPT)
        self._kept.move_to_end(name)

    def get(self, name: str) -> V | None:
        """Give what was last heard."""
        kept = self._kept.get(name)
        return None if kept is None else kept[0]

    def forget(self, steady: float) -> None:
        """Let go of what is too old to matter."""
        while self._kept and next(iter(self._kept.values()))[1] <= steady:
            self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        self._kept.clear()

    def __contains__(self, name: str) -> bool:
        """Whether anything was heard."""
        return name in self._kept

    def __len__(self) -> int:
        """How many names are kept."""
        return len(self._kept)
