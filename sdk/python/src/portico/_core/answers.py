"""What a request gets that goes no further (RFC 6750 §3)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import InsufficientScope, InvalidLogout, NoToken, PorticoError, Unavailable


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole HTTP answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def bearer(authorization: list[str]) -> str:
    """Take the token out of the `Authorization` headers of a request (RFC 6750 §2.1).

    Raises:
        NoToken: there is none, or not one alone.

    """
    if len(authorization) == 1:
        scheme, _, token = authorization[0].strip().partition(" ")
        if scheme.lower() == "bearer" and len(token.split()) == 1:
            return token.strip()
    raise NoToken("no bearer token")


def answer_to(error: PorticoError) -> Answer:
    """Say what a request gets that failed by this."""
    if isinstance(error, InsufficientScope):
        missing = " ".join(error.missing)
        challenge = f'Bearer error="insufficient_scope", scope="{missing}"'
        body = {"error": "insufficient_scope", "scope": missing, "withdrawn": error.withdrawn}
        return _answer(403, body, ("www-authenticate", challenge))
    if isinstance(error, Unavailable):
        return _answer(503, {"error": "temporarily_unavailable"}, ("retry-after", str(error.retry_after)))
    if isinstance(error, InvalidLogout):
        return _answer(400, {"error": "invalid_request"})
    if isinstance(error, NoToken):
        return _answer(401, {"error": "token_missing"}, ("www-authenticate", "Bearer"))
    return _answer(401, {"error": "invalid_token"}, ("www-authenticate", 'Bearer error="invalid_token"'))


def logged_out() -> Answer:
    """Say that a logout token was taken in (OpenID Connect Back-Channel Logout 1.0 §2.8)."""
    return Answer(200, (("cache-control", "no-store"), ("content-length", "0")), b"")


def _answer(status: int, body: dict[str, Any], *headers: tuple[str, str]) -> Answer:
    text = json.dumps(body).encode()
    fixed = (
        ("content-type", "application/json"),
        ("content-length", str(len(text))),
        ("cache-control", "no-store"),
    )
    return Answer(status, (*fixed, *headers), text)


def several(texts: Iterable[str], name: str) -> tuple[str, ...]:
    """Take the list that an option is; one text would be taken for a list of its letters."""
    if isinstance(texts, str):
        raise TypeError(f"{name} is a list of texts")
    return tuple(texts)
