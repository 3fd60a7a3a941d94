"""The tokens whose signature was found good: a second look at one costs no cryptography."""

from __future__ import annotations

import threading
from collections import OrderedDict
from hashlib import sha256

from ..caller import Caller


class Remembered:
    """The most recently seen tokens, up to a bound; may be shared among threads.

    Tokens are kept as their digests, so that memory holds none that could be used.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, Caller] = OrderedDict()

    def find(self, token: str) -> Caller | None:
        """Give what a token says that was verified before."""
        digest = _digest(token)
        with self._lock:
            caller = self._kept.get(digest)
            if caller is not None:
                self._kept.move_to_end(digest)
            return caller

    def keep(self, token: str, caller: Caller) -> None:
        """Remember what a token says that has just been verified."""
        digest = _digest(token)
        with self._lock:
            self._kept[digest] = caller
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    def __len__(self) -> int:
        """How many are kept."""
        return len(self._kept)


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
