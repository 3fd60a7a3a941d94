"""What Portico answers when it is asked about a token (RFC 7662 §2.2)."""

from __future__ import annotations

from typing import Any

from ..caller import Caller
from ..errors import InvalidToken, Unavailable
from . import launch
from .signed import NotSignedError, unverified_claims


def caller_of(token: str, answer: Any, issuer: str, app_id: str) -> Caller:
    """Give whom the token names, by an answer of Portico's about it.

    Raises:
        InvalidToken: it is not active.
        Unavailable: the answer is none.

    """
    if not isinstance(answer, dict) or not isinstance(answer.get("active"), bool):
        raise Unavailable("an answer about a token that cannot be read")
    if not answer["active"]:
        raise InvalidToken("the token is not valid")
    try:
        # Portico has just vouched for every byte of it. Only the token says what it was given with.
        claims = unverified_claims(token)
        if "cnf" in claims or "cnf" in answer:
            raise InvalidToken("the token is not valid")
        if answer.get("iss") != issuer or answer.get("aud") != app_id:
            raise Unavailable("an answer about another token")
        allowed = launch.scopes(answer)
        caller = launch.caller({"act": claims.get("act")} | answer, app_id, launch.scopes(claims) | allowed, allowed)
    except NotSignedError as why:
        raise Unavailable("an answer about a token that cannot be read") from why
    return caller


def retry_after(header: str | None) -> int:
    """Read a `Retry-After` in seconds (RFC 9110 §10.2.3); 1 where it says nothing of use."""
    is_number = header is not None and header.isascii() and header.isdigit() and len(header) < 10
    return min(max(int(header or 0), 1), 3600) if is_number else 1
