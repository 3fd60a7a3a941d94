"""Who calls, as far as this app may know."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .errors import InsufficientScope, ScopeWithdrawn


@dataclass(frozen=True, slots=True)
class Caller:
    """What a valid launch token says, as it holds now."""

    user_id: str
    """The person's OpenID at this app (`sub`): always the same, and unknown to every other app."""

    allowed_scopes: frozenset[str]
    """What the person allows now: a scope that was withdrawn is missing already."""

    session_id: str
    """The session's id at this app (`sid`), as a logout token names it."""

    app_id: str
    """This app (`aud`)."""

    issued_at: datetime
    """When the token was given, in UTC."""

    expires_at: datetime
    """When the token stops being good, in UTC."""

    token_id: str
    """The token's own id (`jti`)."""

    actor: str | None = None
    """Who acts for the person (`act.sub`, RFC 8693 §4.1): the host, or at a service the app. None if unknown."""

    given_scopes: frozenset[str] = field(default=frozenset(), repr=False)
    """What the token was given with; never less than `allowed_scopes`."""

    def has(self, *scopes: str) -> bool:
        """Whether all of these scopes hold now."""
        return self.allowed_scopes.issuperset(scopes)

    @property
    def withdrawn_scopes(self) -> frozenset[str]:
        """What the token was given with, and the person has withdrawn since."""
        return self.given_scopes - self.allowed_scopes

    def require(self, *scopes: str) -> None:
        """Return if all of these scopes hold now.

        Raises:
            ScopeWithdrawn: every missing one was given with the token and withdrawn since.
            InsufficientScope: at least one was never given.

        """
        missing = tuple(scope for scope in scopes if scope not in self.allowed_scopes)
        if missing:
            withdrawn = self.given_scopes.issuperset(missing)
            raise ScopeWithdrawn(missing) if withdrawn else InsufficientScope(missing)
