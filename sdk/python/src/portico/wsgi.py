"""WSGI middleware (PEP 3333): Flask, and every other framework of that kind."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from ._core.answers import Answer, answer_to, bearer, logged_out, several
from ._core.logout import LONGEST_BODY, Logout, logout_token
from .caller import Caller
from .client import Portico
from .errors import InvalidLogout, NoToken, PorticoError

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

_KEY = "portico.caller"


def caller_of(environ: Environ) -> Caller:
    """Give who calls, as `PorticoMiddleware` found out.

    Raises:
        NoToken: nobody known; only where the middleware is `optional`, or the path is open.

    """
    caller = environ.get(_KEY)
    if not isinstance(caller, Caller):
        raise NoToken("no bearer token")
    return caller


class PorticoMiddleware:
    """Lets in whoever brings a launch token that is good, and answers everybody else.

    What it answers is RFC 6750's: 401 without a good token, 403 where a scope is missing, and 503 where Portico cannot
    be asked. A `PorticoError` that the application raises when it is called is answered the same way. Frameworks
    that answer for what is raised in them need telling: Flask is by `portico.flask`, Django by `portico.django`.

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
        portico: Portico,
        *,
        scopes: Iterable[str] = (),
        optional: bool = False,
        open_paths: Iterable[str] = (),
        logout_path: str | None = None,
        on_logout: Callable[[Logout], None] | None = None,
    ) -> None:
        self._app, self._portico = app, portico
        self._scopes, self._optional = several(scopes, "scopes"), optional
        self._open_paths, self._logout_path = frozenset(several(open_paths, "open_paths")), logout_path
        self._receiver = LogoutReceiver(portico, on_logout)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        path = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        if path == self._logout_path:
            return self._receiver(environ, start_response)
        try:
            if path not in self._open_paths:
                self._let_in(environ)
            return self._app(environ, start_response)
        except PorticoError as why:
            return _send(answer_to(why), start_response)

    def _let_in(self, environ: Environ) -> None:
        header = environ.get("HTTP_AUTHORIZATION")
        if header is None and self._optional:
            return
        caller = self._portico.validate(bearer([] if header is None else [header]))
        caller.require(*self._scopes)
        environ[_KEY] = caller


class LogoutReceiver:
    """A WSGI application that takes in logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.5 to §2.8).

    From the answer on, the session's tokens are refused in this process; other processes hear of the end from the
    feed. `on_logout` is told once of each token that is good; the same end may be told again by a fresh token, so
    ending twice must do no harm. If it fails, so does the request, and Portico tries again.
    """

    def __init__(self, portico: Portico, on_logout: Callable[[Logout], None] | None = None) -> None:
        self._portico, self._on_logout = portico, on_logout

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request."""
        try:
            if environ["REQUEST_METHOD"] != "POST":
                raise InvalidLogout("not a POST")
            token = logout_token(environ.get("CONTENT_TYPE"), _body(environ), environ.get("CONTENT_LENGTH"))
            logout = self._portico.log_out(token)
        except PorticoError as why:
            return _send(answer_to(why), start_response)
        if self._on_logout:
            self._on_logout(logout)
        return _send(logged_out(), start_response)


def _body(environ: Environ) -> bytes:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not (length.isascii() and length.isdigit() and len(length) < 10) or int(length) > LONGEST_BODY:
        raise InvalidLogout("no length, or too long")
    body: bytes = environ["wsgi.input"].read(int(length))
    return body


def _send(answer: Answer, start_response: StartResponse) -> Iterable[bytes]:
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", list(answer.headers))
    return [answer.body]
