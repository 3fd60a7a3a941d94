"""What stands between a guard's plain yes and no: open paths, optional tokens, WebSockets, answers that have begun."""

from __future__ import annotations

import asyncio
from typing import Any

import frameworks
import httpx
import pytest
from fakes import AsyncFinds, Finds

from portico import InsufficientScope
from portico.asgi import Application, Receive, Scope, Send, caller_of
from portico.asgi import PorticoMiddleware as Asgi

GOOD = {"given": ["openid"], "allowed": ["openid"]}
HEADERS = {"authorization": "Bearer x"}


def by_wsgi(token: Any, path: str, headers: dict[str, str], **options: Any) -> httpx.Response:
    transport = frameworks.wsgi(Finds(token), [], **options)
    with httpx.Client(transport=transport, base_url="http://taxi.example") as client:
        return client.get(path, headers=headers)


def by_asgi(token: Any, path: str, headers: dict[str, str], **options: Any) -> httpx.Response:
    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(frameworks.asgi_app(AsyncFinds(token), **options))
        async with httpx.AsyncClient(transport=transport, base_url="http://taxi.example") as client:
            return await client.get(path, headers=headers)

    return asyncio.run(asking())


@pytest.mark.parametrize("ask", [by_wsgi, by_asgi])
def test_an_optional_token_may_be_missing_but_not_bad(ask: Any) -> None:
    # The application insists on a caller, so the first is its own refusal.
    assert ask("invalid", "/rides", {}, optional=True).json() == {"error": "token_missing"}
    assert ask("invalid", "/rides", HEADERS, optional=True).json() == {"error": "invalid_token"}
    assert ask(GOOD, "/rides", HEADERS, optional=True).json() == {"caller": "o-ana"}


@pytest.mark.parametrize("ask", [by_wsgi, by_asgi])
def test_an_open_path_is_open_to_the_letter(ask: Any) -> None:
    assert ask("invalid", "/health", HEADERS, open_paths=["/health"]).json() == {"error": "token_missing"}
    for path in ("/health/", "/Health", "//health", "/rides?/health", "/rides/health"):
        assert ask("invalid", path, HEADERS, open_paths=["/health"]).json() == {"error": "invalid_token"}, path


def test_two_authorization_headers_are_no_token() -> None:
    sent = connect({"type": "http", "method": "GET"}, GOOD, [(b"authorization", b"Bearer x")] * 2)
    assert sent[0]["status"] == 401


async def _chat(scope: Scope, receive: Receive, send: Send) -> None:
    assert caller_of(scope).user_id == "o-ana"
    await send({"type": "websocket.accept"})


async def _late(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise InsufficientScope(("phone.verified",))


def connect(
    scope: dict[str, Any], token: Any, headers: list[tuple[bytes, bytes]], app: Application = _chat
) -> list[dict[str, Any]]:
    """Give everything that the middleware sends."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(Asgi(app, AsyncFinds(token))({"path": "/chat", "headers": headers, **scope}, receive, send))
    return sent


def test_a_websocket_is_refused_before_it_is_accepted() -> None:
    assert connect({"type": "websocket"}, GOOD, [(b"authorization", b"Bearer x")]) == [{"type": "websocket.accept"}]
    assert connect({"type": "websocket"}, GOOD, []) == [{"type": "websocket.close", "code": 1008}]
    able: dict[str, Any] = {"type": "websocket", "extensions": {"websocket.http.response": {}}}
    sent = connect(able, GOOD, [])
    assert (sent[0]["type"], sent[0]["status"]) == ("websocket.http.response.start", 401)


def test_what_is_no_request_passes() -> None:
    async def started(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "lifespan.startup.complete"})

    assert connect({"type": "lifespan"}, "invalid", [], started) == [{"type": "lifespan.startup.complete"}]


def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    with pytest.raises(InsufficientScope):
        connect({"type": "http"}, GOOD, [(b"authorization", b"Bearer x")], _late)
