"""ASGI middleware: FastAPI, Starlette, and every other framework of that kind."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from inspect import isawaitable
from typing import Any

from ._core.answers import Answer, answer_to, bearer, logged_out, several
from ._core.logout import LONGEST_BODY, Logout, logout_token
from .aio import AsyncPortico
from .caller import Caller
from .errors import InvalidLogout, NoToken, PorticoError

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
OnLogout = Callable[[Logout], Awaitable[None] | None]

_KEY = "portico.caller"


def caller_of(scope: Scope) -> Caller:
    """Give who calls, as `PorticoMiddleware` found out.

    Raises:
        NoToken: nobody known; only where the middleware is `optional`, or the path is open.

    """
    caller = scope.get(_KEY)
    if not isinstance(caller, Caller):
        raise NoToken("no bearer token")
    return caller


class PorticoMiddleware:
    """Lets in whoever brings a launch token that is good, and answers everybody else.

    What it answers is RFC 6750's: 401 without a good token, 403 where a scope is missing, and 503 where Portico cannot
    be asked. A `PorticoError` that the application raises is answered the same way, so that
    `caller_of(scope).require("phone.verified")` is a guard. WebSockets are refused before they are accepted.

    Args:
        app: what is guarded.
        portico: who is asked.
        scopes: what every request needs.
        optional: lets requests without a token in too; a bad token is refused all the same.
        open_paths: paths that need no token, to the letter.
        logout_path: where logout tokens arrive; see `LogoutReceiver`.
        on_logout: told of each.

    """

    def __init__(
        self,
        app: Application,
        portico: AsyncPortico,
        *,
        scopes: Iterable[str] = (),
        optional: bool = False,
        open_paths: Iterable[str] = (),
        logout_path: str | None = None,
        on_logout: OnLogout | None = None,
    ) -> None:
        self._app, self._portico = app, portico
        self._scopes, self._optional = several(scopes, "scopes"), optional
        self._open_paths, self._logout_path = frozenset(several(open_paths, "open_paths")), logout_path
        self._receiver = LogoutReceiver(portico, on_logout)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == self._logout_path:
            await self._receiver(scope, receive, send)
        else:
            await self._guard(scope, receive, send)

    async def _guard(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            if scope["path"] not in self._open_paths:
                await self._let_in(scope)
            await self._app(scope, receive, sending)
        except PorticoError as why:
            if started:
                raise
            await _send(answer_to(why), scope, send)

    async def _let_in(self, scope: Scope) -> None:
        headers = _headers(scope, b"authorization")
        if not headers and self._optional:
            return
        caller = await self._portico.validate(bearer(headers))
        caller.require(*self._scopes)
        scope[_KEY] = caller


class LogoutReceiver:
    """An ASGI application that takes in logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8).

    From the answer on, the session's tokens are refused here. `on_logout` is told once of each token that is good; the
    same end may be told again by a fresh token, so ending twice must do no harm. If it fails, so does the request,
    and Portico tries again.
    """

    def __init__(self, portico: AsyncPortico, on_logout: OnLogout | None = None) -> None:
        self._portico, self._on_logout = portico, on_logout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            if scope["method"] != "POST":
                raise InvalidLogout("not a POST")
            kinds = _headers(scope, b"content-type")
            lengths = _headers(scope, b"content-length")
            token = logout_token(kinds[0] if kinds else None, await _body(receive), lengths[0] if lengths else None)
            logout = await self._portico.log_out(token)
        except PorticoError as why:
            await _send(answer_to(why), scope, send)
            return
        told = self._on_logout(logout) if self._on_logout else None
        if isawaitable(told):
            await told
        await _send(logged_out(), scope, send)


def _headers(scope: Scope, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name]


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            raise InvalidLogout("a request that was cut off")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LONGEST_BODY:
            raise InvalidLogout("too long")
    return body


async def _send(answer: Answer, scope: Scope, send: Send) -> None:
    kind = "http"
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            # The server answers 403 to the handshake; more cannot be said.
            await send({"type": "websocket.close", "code": 1008})
            return
        kind = "websocket.http"
    headers = [(name.encode(), value.encode("latin-1", "replace")) for name, value in answer.headers]
    await send({"type": f"{kind}.response.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.response.body", "body": answer.body})
