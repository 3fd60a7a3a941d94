"""Who this back end is, and where Portico is."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from threading import TIMEOUT_MAX
from typing import Any
from urllib.parse import quote_plus, urlsplit

import httpx

from ..caller import Caller
from ..errors import PorticoError, Unavailable
from . import introspection
from .keys import KeySet

SILENCE_TO_RECONNECT = 5.0
"""For how many seconds a feed may be silent before it is connected anew."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What every request to Portico is made from."""

    issuer: str
    app_id: str
    client_secret: str = field(repr=False)
    timeout: float
    remembered_tokens: int

    def __post_init__(self) -> None:
        """Check what was configured.

        Raises:
            ValueError: something cannot be used.

        """
        parts = urlsplit(self.issuer)
        # Of blanks, some are taken away by whoever reads a URL, and the metadata's issuer is compared to the letter.
        is_plain = "@" not in parts.netloc and not re.search(r"\s", self.issuer)
        if not _is_safe(self.issuer) or not is_plain or parts.query or parts.fragment:
            raise ValueError("issuer must be an https URL without query or user; http does on this machine alone")
        if not self.app_id or not self.client_secret:
            raise ValueError("app_id and client_secret are needed")
        if not 0 < self.timeout <= TIMEOUT_MAX:
            raise ValueError("timeout must be more than nothing, and no longer than a thread can wait")
        if not isinstance(self.remembered_tokens, int) or self.remembered_tokens < 1:
            raise ValueError("remembered_tokens must be a whole number, and not 0")

    @property
    def metadata_url(self) -> str:
        """Where the issuer says where everything is (RFC 8414 §3.1)."""
        parts = urlsplit(self.issuer)
        path = "/.well-known/oauth-authorization-server" + parts.path.rstrip("/")
        return f"{parts.scheme}://{parts.netloc}{path}"

    @property
    def auth(self) -> httpx.Auth:
        """The app's credentials (RFC 6749 §2.3.1)."""
        return httpx.BasicAuth(quote_plus(self.app_id), quote_plus(self.client_secret))

    @property
    def feed_url(self) -> str:
        """Where the feed is."""
        return self.issuer.rstrip("/") + "/v1/feed"

    @property
    def feed_timeout(self) -> httpx.Timeout:
        """How long to wait for a connection, and for a sign of life on it."""
        return httpx.Timeout(self.timeout, read=SILENCE_TO_RECONNECT)

    def feed_headers(self, last_id: str | None) -> dict[str, str]:
        """Say where to go on (HTML Standard §9.2.4)."""
        headers = {"accept": "text/event-stream", "accept-encoding": "identity", "cache-control": "no-store"}
        return headers if last_id is None else headers | {"last-event-id": last_id}

    def caller_of(self, token: str, response: httpx.Response) -> Caller:
        """Read Portico's answer about a token.

        Raises:
            InvalidToken: it is not active.
            Unavailable: Portico gave no answer.

        """
        if response.status_code != httpx.codes.OK:
            after = introspection.retry_after(response.headers.get("retry-after"))
            raise Unavailable(f"Portico answered with status {response.status_code}", after)
        return introspection.caller_of(token, document(response), self.issuer, self.app_id)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the issuer has what."""

    jwks_uri: str
    introspection_endpoint: str

    @classmethod
    def read(cls, response: httpx.Response, settings: Settings) -> Places:
        """Read the issuer's metadata (RFC 8414 §3.2).

        Raises:
            Unavailable: it is none of this issuer's.

        """
        metadata = document(response)
        if not isinstance(metadata, dict) or metadata.get("issuer") != settings.issuer:
            raise Unavailable("the issuer's metadata names another issuer")
        jwks, ask = metadata.get("jwks_uri"), metadata.get("introspection_endpoint")
        # The app's secret goes to one of them, and the keys are believed because of the other.
        if not (isinstance(jwks, str) and isinstance(ask, str) and _is_safe(jwks) and _is_safe(ask)):
            raise Unavailable("the issuer's metadata lacks an https address")
        return cls(jwks, ask)


def key_set(response: httpx.Response) -> KeySet:
    """Read the issuer's key set.

    Raises:
        Unavailable: it is none.

    """
    try:
        return KeySet(document(response))
    except ValueError as why:
        raise Unavailable("a key set that cannot be read") from why


def document(response: httpx.Response) -> Any:
    """Read a JSON answer.

    Raises:
        Unavailable: it is none.

    """
    if response.status_code != httpx.codes.OK:
        raise Unavailable(f"Portico answered with status {response.status_code}")
    try:
        return response.json()
    except ValueError as why:
        raise Unavailable("an answer of Portico's that is no JSON") from why


def is_event_stream(response: httpx.Response) -> bool:
    """Whether the feed was opened."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return response.status_code == httpx.codes.OK and bool(kind == "text/event-stream")


def cause_of(failure: Exception) -> str:
    """Say what went wrong, for a log that must not hold a secret."""
    return str(failure) if isinstance(failure, PorticoError) else type(failure).__name__


def _is_safe(url: str) -> bool:
    """Whether what goes there is read by nobody else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
