"""Signed texts of the issuer (RFC 7515, RFC 7519): what a launch token and a logout token have in common."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import jwt
from jwt.exceptions import PyJWTError
from jwt.utils import base64url_decode

from .keys import KeySet

LONGEST = 16 * 1024
"""No token of Portico's has more characters."""

LEEWAY = 60
"""By how many seconds the issuer's clock may be ahead of ours."""

LAST_SECOND = 253_402_300_799
"""The last second of the year 9999: no date lies beyond it."""

_JWS = jwt.PyJWS()
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class NotSignedError(Exception):
    """The text is not what it should be, or not signed by whom it should be."""


@dataclass(frozen=True, slots=True)
class Compact:
    """A JWS in compact form whose signature nobody has looked at."""

    text: str
    algorithm: str
    kid: str

    @classmethod
    def read(cls, text: str, typ: str, algorithms: tuple[str, ...]) -> Compact:
        """Read the header.

        Raises:
            NotSignedError: it is no JWS of this type and of one of these algorithms.

        """
        if len(text) > LONGEST or not _COMPACT.fullmatch(text):
            raise NotSignedError("no compact JWS")
        header = _object(text.partition(".")[0])
        said, algorithm, kid = header.get("typ"), header.get("alg"), header.get("kid")
        # RFC 8725 §3.11 by way of RFC 7515 §4.1.9: a media type, whose "application/" may be left out.
        if not isinstance(said, str) or said.lower().removeprefix("application/") != typ:
            raise NotSignedError("another type")
        if algorithm not in algorithms or not isinstance(kid, str) or "crit" in header:
            raise NotSignedError("an algorithm, key or extension that is not accepted")
        return cls(text, algorithm, kid)

    def verify(self, keys: KeySet) -> None:
        """Check that the signature fits the key that the header names.

        Raises:
            NotSignedError: it does not.

        """
        key = keys.find(self.kid, self.algorithm)
        if key is None:
            raise NotSignedError("no key for it")
        try:
            _JWS.decode(self.text, key, algorithms=[self.algorithm])
        except (PyJWTError, ValueError) as why:
            raise NotSignedError("the signature does not fit") from why


def unverified_claims(text: str) -> dict[str, Any]:
    """Give the claims of a compact JWS that somebody else verifies.

    Raises:
        NotSignedError: it is none, or its claims are no JSON object.

    """
    if len(text) > LONGEST or not _COMPACT.fullmatch(text):
        raise NotSignedError("no compact JWS")
    return _object(text.split(".")[1])


def check_standing(claims: dict[str, Any], issuer: str, audience: str, wall: float, longest_life: int) -> None:
    """Check who it is from, for whom and for how long (RFC 7519 §4.1).

    Raises:
        NotSignedError: one of these does not hold at `wall`, in seconds since 1970.

    """
    # RFC 7519 §4.1.3: one audience may stand alone or in a list.
    if claims.get("iss") != issuer or claims.get("aud") not in (audience, [audience]):
        raise NotSignedError("from or for somebody else")
    begins, ends = seconds(claims.get("iat")), seconds(claims.get("exp"))
    if not begins < ends <= begins + longest_life:
        raise NotSignedError("no life, or too long a one")
    earliest = max(begins, seconds(claims["nbf"]) if "nbf" in claims else begins)
    if ends <= wall or earliest > wall + LEEWAY:
        raise NotSignedError("not good at this time")


def seconds(value: Any) -> float:
    """Read a NumericDate (RFC 7519 §2).

    Raises:
        NotSignedError: it is none.

    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= LAST_SECOND:
        raise NotSignedError("no time")
    return value


def text(value: Any) -> str:
    """Read a string that says something.

    Raises:
        NotSignedError: it is none.

    """
    if not isinstance(value, str) or not value:
        raise NotSignedError("no text")
    return value


def _no_number(said: str) -> None:
    raise ValueError(said)


def _object(segment: str) -> dict[str, Any]:
    try:
        # As text, since of bytes UTF-16 would be read too; and NaN is no JSON.
        value = json.loads(base64url_decode(segment).decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as why:
        raise NotSignedError("no JSON") from why
    if not isinstance(value, dict):
        raise NotSignedError("no JSON object")
    return value
