"""The launch token (RFC 9068): what it says for itself, whatever has happened since."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ..caller import Caller
from .keys import KeySet
from .signed import Compact, NotSignedError, check_standing, seconds, text

LONGEST_LIFE = 30 * 60
"""No launch token lives longer, in seconds."""


def read(token: str) -> Compact:
    """Read a launch token's header.

    Raises:
        NotSignedError: it is no launch token.

    """
    return Compact.read(token, "at+jwt", ("EdDSA",))


def verified(token: Compact, keys: KeySet, issuer: str, app_id: str, wall: float) -> Caller:
    """Give whom the token names, as it was when it was given.

    Raises:
        NotSignedError: it is not good for this app at this time.

    """
    claims = token.verified(keys)
    check_standing(claims, issuer, app_id, wall, LONGEST_LIFE)
    # RFC 7800: a token bound to a key says nothing about whoever merely bears it.
    if "cnf" in claims:
        raise NotSignedError("bound to a key")
    return caller(claims, scopes(claims), scopes(claims))


def caller(claims: dict[str, Any], given: frozenset[str], allowed: frozenset[str]) -> Caller:
    """Give whom these claims name, of a token or of an introspection.

    Raises:
        NotSignedError: something is missing, or of another shape.

    """
    return Caller(
        user_id=text(claims.get("sub")),
        allowed_scopes=allowed,
        session_id=text(claims.get("sid")),
        app_id=text(claims.get("aud")),
        issued_at=_moment(claims.get("iat")),
        expires_at=_moment(claims.get("exp")),
        token_id=text(claims.get("jti")),
        actor=actor(claims),
        given_scopes=given,
    )


def actor(claims: dict[str, Any]) -> str | None:
    """Say who acts for the person (RFC 8693 §4.1), where anybody is named."""
    act = claims.get("act")
    return text(act.get("sub")) if isinstance(act, dict) else None


def scopes(claims: dict[str, Any]) -> frozenset[str]:
    """Read the scopes (RFC 8693 §4.2); none at all is a set of none.

    Raises:
        NotSignedError: the claim is no list of words.

    """
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise NotSignedError("no scope")
    return frozenset(scope.split())


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(seconds(value), timezone.utc)
    except (OverflowError, ValueError, OSError) as why:
        raise NotSignedError("no time") from why
