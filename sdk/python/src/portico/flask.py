"""Portico in a Flask application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar

from flask import Flask, Response, request

from ._core.answers import answer_to
from ._core.logout import Logout
from .caller import Caller
from .client import Portico
from .errors import PorticoError
from .wsgi import PorticoMiddleware, caller_of

P = ParamSpec("P")
R = TypeVar("R")


def guard(
    app: Flask,
    portico: Portico,
    *,
    scopes: Iterable[str] = (),
    optional: bool = False,
    open_paths: Iterable[str] = (),
    logout_path: str | None = None,
    on_logout: Callable[[Logout], None] | None = None,
) -> None:
    """Put `portico.wsgi.PorticoMiddleware` in front of the application, with the same options.

    A `PorticoError` that a view raises is answered as the middleware would.
    """
    app.wsgi_app = PorticoMiddleware(  # type: ignore[method-assign]
        app.wsgi_app,
        portico,
        scopes=scopes,
        optional=optional,
        open_paths=open_paths,
        logout_path=logout_path,
        on_logout=on_logout,
    )
    app.register_error_handler(PorticoError, _answer)


def caller() -> Caller:
    """Give who calls.

    Raises:
        NoToken: nobody known; only where `guard` is `optional`, or the path is open.

    """
    return caller_of(request.environ)


def requires(*scopes: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorate a view, a coroutine or not, that is for callers with these scopes."""

    def decorate(view: Callable[P, R]) -> Callable[P, R]:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarding(*args: P.args, **kwargs: P.kwargs) -> Any:
                caller().require(*scopes)
                return await view(*args, **kwargs)

            return guarding  # type: ignore[return-value]

        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
            caller().require(*scopes)
            return view(*args, **kwargs)

        return guarded

    return decorate


def _answer(error: PorticoError) -> Response:
    answer = answer_to(error)
    return Response(answer.body, answer.status, list(answer.headers))
