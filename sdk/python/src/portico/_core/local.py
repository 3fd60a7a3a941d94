"""Validating without a network hop: the token's signature, and what the feed has said since."""

from __future__ import annotations

from enum import Enum, auto

from ..caller import Caller
from ..errors import InvalidLogout, InvalidToken
from . import launch
from .clock import Now
from .feed import Feed
from .keys import KeySet
from .logout import Logout, Once, logout_of
from .remembered import Remembered
from .signed import Compact, NotSignedError

KEYS_REST = 10.0
"""For how many seconds a key id that nobody knows does not make the key set be read again."""


class Question(Enum):
    """What has to be learnt before there is an answer."""

    KEYS = auto()
    """Read the key set, then look again."""

    PORTICO = auto()
    """Ask Portico about the token (RFC 7662)."""


class Local:
    """Everything that one app's back end knows by itself; may be shared among threads."""

    def __init__(self, issuer: str, app_id: str, remembered: int) -> None:
        self.feed = Feed()
        self._issuer, self._app_id = issuer, app_id
        self._remembered = Remembered(remembered)
        self._used = Once()
        self._keys: KeySet | None = None
        self._unknown_at = float("-inf")
        self._rotation = self._read_rotation = 0

    def look(self, token: str, now: Now) -> Caller | Question:
        """Say whom the token names, or what has to be learnt first.

        Raises:
            InvalidToken: it is good for nothing.

        """
        if not self.feed.is_current(now.steady):
            return self._shape(token)
        try:
            known = self._remembered.find(token) or self._verified(launch.read(token), now)
        except NotSignedError as why:
            raise InvalidToken("the token is not valid") from why
        if isinstance(known, Question):
            return known
        if known.expires_at.timestamp() <= now.wall:
            raise InvalidToken("the token is not valid")
        # The feed is asked last, so that what it says holds at the moment of the answer.
        return self.feed.judge(known, now.steady) or Question.PORTICO

    def _shape(self, token: str) -> Question:
        try:
            launch.read(token)
        except NotSignedError as why:
            raise InvalidToken("the token is not valid") from why
        return Question.PORTICO

    def _verified(self, token: Compact, now: Now) -> Caller | Question:
        question = self._lacks(token, now)
        if question is not None or self._keys is None:
            return question or Question.KEYS
        keys = self._keys
        caller = launch.verified(token, keys, self._issuer, self._app_id, now.wall)
        self._remembered.keep(token.text, caller)
        if keys is not self._keys:
            # Read again meanwhile, and perhaps without the key that signed this.
            self._remembered.clear()
        return caller

    def _lacks(self, token: Compact, now: Now) -> Question | None:
        if self._keys is None:
            return Question.KEYS
        if self._keys.knows(token.kid):
            return None
        if now.steady - self._unknown_at >= KEYS_REST:
            return Question.KEYS
        return Question.PORTICO if self.keys_are_stale else None

    @property
    def has_keys(self) -> bool:
        """Whether a key set was ever read."""
        return self._keys is not None

    @property
    def keys_are_stale(self) -> bool:
        """Whether keys were rotated, and the key set has not been read since."""
        return self._read_rotation != self._rotation

    @property
    def rotation(self) -> int:
        """How often keys were rotated, to be handed to `keys_read` as it was before the question."""
        return self._rotation

    def keys_rotated(self) -> None:
        """Remember that the key set is to be read again."""
        self._rotation += 1
        self._unknown_at = float("-inf")

    def keys_read(self, keys: KeySet, rotation: int, now: Now) -> None:
        """Take in a key set that was asked for at this `rotation`."""
        taken_back = self._keys is not None and not keys.holds_all_of(self._keys)
        if self._keys is not None:
            self._unknown_at = now.steady
        self._keys, self._read_rotation = keys, rotation
        if taken_back:
            self._remembered.clear()

    def log_out(self, logout_token: str, now: Now) -> Logout | Question:
        """Take in a logout token, from now on refusing the session that it names.

        Raises:
            InvalidLogout: it is none of Portico's for this app, or was taken before.

        """
        try:
            compact = Compact.read(logout_token, "logout+jwt", ("RS256", "ES256", "EdDSA"))
            if self._keys is None or self._lacks(compact, now) is not None:
                return Question.KEYS
            logout = logout_of(compact.verified(self._keys), self._issuer, self._app_id, now.wall)
        except NotSignedError as why:
            raise InvalidLogout("no logout token of Portico's for this app") from why
        if not self._used.first(logout.token_id, logout.until, now.wall):
            raise InvalidLogout("a logout token that was taken before")
        if logout.session_id is not None:
            self.feed.end(logout.session_id, now.steady)
        return logout
