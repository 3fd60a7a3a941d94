"""Validating without a network hop: the token's signature, and what the feed has said since."""

from __future__ import annotations

from enum import Enum, auto

from ..caller import Caller
from ..errors import InvalidLogout, InvalidToken, Unavailable
from . import launch
from .clock import Now
from .feed import Feed
from .keys import KeySet
from .logout import Ended, Logout, Once, logout_of
from .remembered import Remembered
from .signed import Compact, NotSignedError, unverified_claims

KEYS_REST = 10.0
"""For how many seconds a key id that nobody knows does not make the key set be read again."""

FAILURE_KEPT = 1.0
"""For how many seconds a failure to read the key set is remembered, so that nobody waits for the same silence twice."""

TOLD_BACK = 60.0
"""How old a key set may be, in seconds, for a feed that begins anew to tell of every rotation since."""

KEYS_KEPT = 300.0
"""How old a key set becomes, in seconds, while the feed is heard.

A key is taken away in silence once the last token that it signed has expired.
"""


class Question(Enum):
    """What has to be learnt before there is an answer."""

    KEYS = auto()
    """Read the key set, then look again."""

    PORTICO = auto()
    """Ask Portico about the token (RFC 7662)."""

    UNVERIFIED = auto()
    """Ask Portico about a token whose signature cannot be checked, since the key set cannot be read."""


class Local:
    """Everything that one app's back end knows by itself; may be shared among threads."""

    def __init__(self, issuer: str, app_id: str, remembered: int) -> None:
        self.feed = Feed()
        self._issuer, self._app_id = issuer, app_id
        self._remembered = Remembered(remembered)
        self._used, self._ended = Once(), Ended()
        self._keys: KeySet | None = None
        self._unknown_at = float("-inf")
        self._read_at: Now | None = None
        self._failed: tuple[float, Unavailable] | None = None
        self._rotation = self._read_rotation = 0

    def look(self, token: str, now: Now) -> Caller | Question:
        """Say whom the token names, or what has to be learnt first.

        Raises:
            InvalidToken: it is good for nothing.

        """
        if self.feed.refuses_all(now):
            raise InvalidToken("the token is not valid")
        try:
            known = self._remembered.find(token) or self._verified(token, now)
        except NotSignedError as why:
            raise InvalidToken("the token is not valid") from why
        if isinstance(known, Question):
            return known
        if known.expires_at.timestamp() <= now.wall or self._ended.covers(known):
            raise InvalidToken("the token is not valid")
        # The feed is asked last, so that what it says holds at the moment of the answer.
        return self.feed.judge(known, now) or Question.PORTICO

    def _verified(self, token: str, now: Now) -> Caller | Question:
        # What can never be good is refused before anybody is asked for anything.
        compact, caller = launch.read(token, self._issuer, self._app_id, now.wall)
        question = self._lacks(compact, now)
        keys = self._keys
        if question is not None or keys is None:
            return question or Question.KEYS
        compact.verify(keys)
        self._remembered.keep(token, caller)
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
        return Question.UNVERIFIED if self.keys_are_stale else None

    @property
    def has_keys(self) -> bool:
        """Whether a key set was ever read."""
        return self._keys is not None

    @property
    def keys_are_stale(self) -> bool:
        """Whether keys were rotated or are old, and the key set has not been read since."""
        return self._read_rotation != self._rotation

    @property
    def rotation(self) -> int:
        """How often keys were rotated, to be handed to `keys_read` as it was before the question."""
        return self._rotation

    def keys_are_due(self, now: Now) -> bool:
        """Whether the key set is to be read again now that the feed was heard: those of before go on until then."""
        if self._read_at is not None and now.since(self._read_at) >= KEYS_KEPT and not self.keys_are_stale:
            self.keys_rotated()
        return self._keys is not None and self.keys_are_stale and self.key_set_failure(now) is None

    def key_set_failure(self, now: Now) -> Unavailable | None:
        """Say why the key set could not be read, where that is not long ago."""
        failed = self._failed
        return failed[1] if failed is not None and now.steady - failed[0] < FAILURE_KEPT else None

    def keys_failed(self, why: Unavailable, now: Now) -> None:
        """Remember that the key set could not be read, from when that is known on."""
        self._failed = (now.steady, why)

    def began_anew(self, now: Now) -> None:
        """Take in that the feed has begun anew: it does not tell of a rotation that is long ago."""
        if self._read_at is not None and now.since(self._read_at) >= TOLD_BACK:
            self.keys_rotated()

    def keys_rotated(self) -> None:
        """Remember that the key set is to be read again."""
        self._rotation += 1
        self._unknown_at = float("-inf")

    def keys_read(self, keys: KeySet, rotation: int, now: Now) -> None:
        """Take in a key set that was asked for at this `rotation`."""
        taken_back = self._keys is not None and not keys.holds_all_of(self._keys)
        if self._keys is not None:
            self._unknown_at = now.steady
        self._keys, self._read_rotation, self._read_at, self._failed = keys, rotation, now, None
        if taken_back:
            self._remembered.clear()

    def log_out(self, logout_token: str, now: Now) -> Logout | Question:
        """Take in a logout token, from now on refusing the session that it names.

        Raises:
            InvalidLogout: it is none of Portico's for this app, or was taken before.

        """
        try:
            compact = Compact.read(logout_token, "logout+jwt", ("RS256", "ES256", "EdDSA"))
            claims = unverified_claims(logout_token)
            logout = logout_of(claims, self._issuer, self._app_id, now.wall)
            keys = self._keys
            if keys is None or self._lacks(compact, now) is not None:
                return Question.KEYS
            compact.verify(keys)
        except NotSignedError as why:
            raise InvalidLogout("no logout token of Portico's for this app") from why
        if not self._used.first(logout.token_id, logout.until, now.wall):
            raise InvalidLogout("a logout token that was taken before")
        self._ended.mark(logout, now.steady)
        return logout
