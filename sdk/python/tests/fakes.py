"""What stands in for Portico where no server is needed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import httpx
from back_end import KEYS, SetClock

from portico import AsyncPortico, Caller, InvalidToken, Portico, Unavailable

ISSUER, APP, NOW = "https://id.example", "org.example.taxi", 1_800_000_000


def caller(given: list[str], allowed: list[str]) -> Caller:
    moment = datetime.fromtimestamp(NOW, timezone.utc)
    return Caller(
        user_id="o-ana",
        allowed_scopes=frozenset(allowed),
        session_id="s-1",
        app_id=APP,
        issued_at=moment,
        expires_at=moment,
        token_id="jti_1",
        given_scopes=frozenset(given),
    )


def found(token: Any) -> Caller:
    """What validating the token of a vector finds."""
    if token == "invalid":
        raise InvalidToken("the token is not valid")
    if token == "unavailable":
        raise Unavailable("Portico cannot be reached")
    return caller(token["given"], token["allowed"])


class Finds(Portico):
    def __init__(self, token: Any) -> None:
        super().__init__(ISSUER, APP, "secret")
        self._token = token

    def validate(self, token: str) -> Caller:
        return found(self._token)


class AsyncFinds(AsyncPortico):
    def __init__(self, token: Any) -> None:
        super().__init__(ISSUER, APP, "secret")
        self._token = token

    async def validate(self, token: str) -> Caller:
        return found(self._token)


Route = Callable[[httpx.Request], httpx.Response]


class Issuer:
    """The issuer's answers, each counted by its path."""

    def __init__(self, **routes: Route) -> None:
        self.asked: dict[str, int] = {}
        self._routes: dict[str, Route] = {
            "metadata": lambda _: httpx.Response(
                200,
                json={
                    "issuer": ISSUER,
                    "jwks_uri": f"{ISSUER}/jwks",
                    "introspection_endpoint": f"{ISSUER}/introspect",
                },
            ),
            "jwks": lambda _: httpx.Response(200, json=KEYS["then"]),
            "introspect": lambda _: httpx.Response(200, json={"active": False}),
            "feed": lambda _: httpx.Response(503),
        } | routes

    def __call__(self, request: httpx.Request) -> httpx.Response:
        last = request.url.path.rsplit("/", 1)[1]
        name = "metadata" if last == "oauth-authorization-server" else last
        self.asked[name] = self.asked.get(name, 0) + 1
        return self._routes[name](request)

    @contextmanager
    def threads(self) -> Iterator[Portico]:
        """Give a client of this issuer's."""
        clock, transport = SetClock(NOW), httpx.MockTransport(self)
        portico = Portico(ISSUER, APP, "secret", http_client=lambda: httpx.Client(transport=transport), clock=clock)
        with portico:
            yield portico

    def tasks(self) -> AsyncPortico:
        """Give a client of this issuer's."""
        clock = SetClock(NOW)
        transport = httpx.MockTransport(self)
        return AsyncPortico(
            ISSUER, APP, "secret", http_client=lambda: httpx.AsyncClient(transport=transport), clock=clock
        )
