"""Portico in a Django project.

Add `"portico.django.PorticoMiddleware"` to `MIDDLEWARE`, and to the settings:

    PORTICO = {
        "issuer": "https://id.example", "app_id": "org.example.taxi", "client_secret": os.environ["TAXI_SECRET"],
        "scopes": [], "optional": False, "open_paths": ["/health"],
        "logout_path": "/logout", "on_logout": "taxi.sessions.end",
    }

The first three are needed; `scopes` and the rest are those of `portico.wsgi.PorticoMiddleware`, and `on_logout` may be
the dotted name of a function. `timeout` and `remembered_tokens` go to `portico.Portico`; a `client` that was made
elsewhere may stand in place of all of these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any, TypeVar

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.module_loading import import_string

from ._core.answers import Answer, answer_to, bearer, logged_out, several
from ._core.logout import LONGEST_BODY, logout_token
from .caller import Caller
from .client import Portico
from .errors import InvalidLogout, NoToken, PorticoError

View = TypeVar("View", bound=Callable[..., HttpResponseBase | Awaitable[HttpResponseBase]])


class PorticoMiddleware:
    """Lets in whoever brings a launch token that is good, and answers everybody else.

    The caller is `request.portico`, a `portico.Caller`, or None where the path is open or the token optional. A
    `PorticoError` that a view raises is answered as RFC 6750 says.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Read `settings.PORTICO`."""
        options = dict(settings.PORTICO)
        self._get_response = get_response
        self._scopes = several(options.pop("scopes", ()), "scopes")
        self._optional = bool(options.pop("optional", False))
        self._open_paths = frozenset(several(options.pop("open_paths", ()), "open_paths"))
        self._logout_path = options.pop("logout_path", None)
        told = options.pop("on_logout", None)
        self._on_logout = import_string(told) if isinstance(told, str) else told
        client = options.pop("client", None)
        self._portico = client if isinstance(client, Portico) else Portico(**options)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Serve one request."""
        if request.path == self._logout_path:
            return self._log_out(request)
        try:
            request.portico = None if request.path in self._open_paths else self._caller(request)  # type: ignore[attr-defined]
        except PorticoError as why:
            return _response(answer_to(why))
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for what a view raised."""
        return _response(answer_to(exception)) if isinstance(exception, PorticoError) else None

    def _caller(self, request: HttpRequest) -> Caller | None:
        header = request.headers.get("authorization")
        if header is None and self._optional:
            return None
        caller = self._portico.validate(bearer([] if header is None else [header]))
        caller.require(*self._scopes)
        return caller

    def _log_out(self, request: HttpRequest) -> HttpResponse:
        try:
            if request.method != "POST":
                raise InvalidLogout("not a POST")
            body = request.read(LONGEST_BODY + 1)
            headers = request.headers
            token = logout_token(headers.get("content-type"), body, headers.get("content-length"))
            logout = self._portico.log_out(token)
        except PorticoError as why:
            return _response(answer_to(why))
        if self._on_logout:
            self._on_logout(logout)
        return _response(logged_out())


def caller_of(request: HttpRequest) -> Caller:
    """Give who calls.

    Raises:
        NoToken: nobody known; only where the token is optional, or the path is open.

    """
    caller: Any = getattr(request, "portico", None)
    if not isinstance(caller, Caller):
        raise NoToken("no bearer token")
    return caller


def requires(*scopes: str) -> Callable[[View], View]:
    """Decorate a view, a coroutine or not, that is for callers with these scopes."""

    def decorate(view: View) -> View:
        if iscoroutinefunction(view):

            @wraps(view)
            async def guarding(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
                caller_of(request).require(*scopes)
                answer: HttpResponseBase = await view(request, *args, **kwargs)
                return answer

            return guarding  # type: ignore[return-value]

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            caller_of(request).require(*scopes)
            return view(request, *args, **kwargs)  # type: ignore[return-value]

        return guarded  # type: ignore[return-value]

    return decorate


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, headers=dict(answer.headers))
