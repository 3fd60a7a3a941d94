"""The launch token (RFC 9068): what it says for itself, whatever has happened since."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ..caller import Caller
from .signed import Compact, NotSignedError, check_standing, seconds, text, unverified_claims

LONGEST_LIFE = 30 * 60
"""No launch token lives longer, in seconds."""


def read(token: str, issuer: str, app_id: str, wall: float) -> tuple[Compact, Caller]:
    """Read a launch token, and whom it names if its signature is good.

    Raises:
        NotSignedError: it is none that could be good for this app at this time, whoever signed it.

    """
    compact = Compact.read(token, "at+jwt", ("EdDSA",))
    claims = unverified_claims(token)
    check_standing(claims, issuer, app_id, wall, LONGEST_LIFE)
    # RFC 7800: a token bound to a key says nothing about whoever merely bears it.
    if "cnf" in claims:
        raise NotSignedError("bound to a key")
    given = scopes(claims)
    return compact, caller(claims, app_id, given, given)


def caller(claims: dict[str, Any], app_id: str, given: frozenset[str], allowed: frozenset[str]) -> Caller:
    """Give whom these claims name to this app, of a token or of an introspection.

    Raises:
        NotSignedError: something is missing, or of another shape.

    """
    return Caller(
        user_id=text(claims.get("sub")),
        allowed_scopes=allowed,
        session_id=text(claims.get("sid")),
        app_id=app_id,
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
    return words(scope)


def words(scope: str) -> frozenset[str]:
    """Take apart a list of scopes (RFC 6749 §3.3)."""
    return frozenset(word for word in scope.split(" ") if word)


def _moment(value: Any) -> datetime:
    try:
        return datetime.fromtimestamp(seconds(value), timezone.utc)
    except (OverflowError, ValueError, OSError) as why:
        raise NotSignedError("no time") from why
