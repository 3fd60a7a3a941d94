"""The logout token (OpenID Connect Back-Channel Logout 1.0 §2.4, §2.6)."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from ..caller import Caller
from ..errors import InvalidLogout
from .recent import Recent
from .signed import NotSignedError, check_standing, seconds, text

log = logging.getLogger("portico")

LONGEST_BODY = 32 * 1024
"""No logout request of Portico's has more bytes."""

_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LONGEST_LIFE = 30 * 60
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Logout:
    """What is over, as this app knows it."""

    session_id: str | None
    """The session (`sid`); None means every session of the person's."""

    user_id: str | None
    """The person's OpenID at this app (`sub`); None where only the session is told."""

    token_id: str = field(repr=False)
    """The logout token's own id (`jti`)."""

    until: float = field(repr=False)
    """When the logout token expires, in seconds since 1970."""

    issued_at: float = field(repr=False)
    """When the logout token was issued, in seconds since 1970."""


def logout_of(claims: dict[str, Any], issuer: str, app_id: str, wall: float) -> Logout:
    """Read the claims of a logout token.

    Raises:
        NotSignedError: they are not those of one for this app at this time.

    """
    check_standing(claims, issuer, app_id, wall, _LONGEST_LIFE)
    events = claims.get("events")
    # §2.4: a nonce is prohibited, so that no ID token can be passed off as a logout token.
    if not isinstance(events, dict) or not isinstance(events.get(_EVENT), dict) or "nonce" in claims:
        raise NotSignedError("no logout token")
    if "sid" not in claims and "sub" not in claims:
        raise NotSignedError("nobody's logout")
    return Logout(
        session_id=text(claims["sid"]) if "sid" in claims else None,
        user_id=text(claims["sub"]) if "sub" in claims else None,
        token_id=text(claims.get("jti")),
        until=seconds(claims["exp"]),
        issued_at=seconds(claims["iat"]),
    )


def logout_token(content_type: str | None, body: bytes, length: str | None = None) -> str:
    """Take the logout token out of a request (§2.5), whose length was announced or not.

    Raises:
        InvalidLogout: the body is no form with exactly one.

    """
    if (content_type or "").partition(";")[0].strip().lower() != _FORM or len(body) > LONGEST_BODY:
        raise InvalidLogout("no form")
    if not body and length not in (None, "", "0"):
        log.warning("the body of a logout was read before its receiver, which gets nothing of it")
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=100)
    except ValueError as why:
        raise InvalidLogout("no form") from why
    tokens = [value for name, value in fields if name == "logout_token"]
    if len(tokens) != 1:
        raise InvalidLogout("not one logout token")
    return tokens[0]


class Once:
    """The ids that were seen, for as long as they could come again; may be shared among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: OrderedDict[str, float] = OrderedDict()

    def first(self, token_id: str, until: float, wall: float) -> bool:
        """Whether this id is seen for the first time."""
        with self._lock:
            while self._seen and next(iter(self._seen.values())) <= wall:
                self._seen.popitem(last=False)
            if token_id in self._seen:
                return False
            self._seen[token_id] = until
            return True


class Ended:
    """What logout tokens ended; may be shared among threads.

    It is kept apart from what the feed says: a logout may come first, and a feed that begins anew may hear of it later.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: Recent[bool] = Recent()
        # People all of whose sessions ended, with the last `iat` that this is about.
        self._people: Recent[float] = Recent()

    def mark(self, logout: Logout, steady: float) -> None:
        """Refuse the tokens of what this ends from now on."""
        with self._lock:
            self._sessions.forget(steady)
            self._people.forget(steady)
            if logout.session_id is not None:
                self._sessions.put(logout.session_id, True, steady)
            elif logout.user_id is not None:
                last = self._people.get(logout.user_id) or logout.issued_at
                self._people.put(logout.user_id, max(last, logout.issued_at), steady)

    def covers(self, caller: Caller) -> bool:
        """Whether a token belongs to what ended."""
        with self._lock:
            if caller.session_id in self._sessions:
                return True
            until = self._people.get(caller.user_id)
            return until is not None and caller.issued_at.timestamp() <= until
