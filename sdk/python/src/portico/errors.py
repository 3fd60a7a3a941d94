"""What can go wrong, as types: every failure of this package is a `PorticoError`."""

from __future__ import annotations


class PorticoError(Exception):
    """The root of everything that this package raises; never holds a token or a secret."""


class InvalidToken(PorticoError):
    """The token is good for nothing: expired, revoked, of another app, of an ended session, or no token at all.

    Which of these it is stays unsaid, as in introspection (RFC 7662 §2.2). HTTP status 401.
    """


class NoToken(InvalidToken):
    """The request brought no bearer token (RFC 6750 §3.1: its challenge names no error). HTTP status 401."""


class Unavailable(PorticoError):
    """Portico cannot be asked now, so nothing may be assumed of the token. HTTP status 503."""

    retry_after: int
    """After how many seconds a repeat makes sense."""

    def __init__(self, reason: str, retry_after: int = 1) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class InsufficientScope(PorticoError):
    """The token is good, but not for this (RFC 6750 §3.1). HTTP status 403."""

    missing: tuple[str, ...]
    """What is asked for and does not hold, in the order in which it was asked for."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__(f"needs {' '.join(missing)}")
        self.missing = missing

    @property
    def withdrawn(self) -> bool:
        """Whether the token was given with it, and the person has withdrawn it since."""
        return False


class ScopeWithdrawn(InsufficientScope):
    """The token was given with this scope, and the person has withdrawn it since: go on with less."""

    @property
    def withdrawn(self) -> bool:
        """Always true."""
        return True


class InvalidLogout(PorticoError):
    """What was sent as a logout token is none (OpenID Connect Back-Channel Logout 1.0 §2.6). HTTP status 400."""
