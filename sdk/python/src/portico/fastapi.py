"""Guards for FastAPI, behind `portico.asgi.PorticoMiddleware`."""

from __future__ import annotations

from collections.abc import Callable

from fastapi.requests import HTTPConnection

from .asgi import caller_of
from .caller import Caller


def requires(*scopes: str) -> Callable[[HTTPConnection], Caller]:
    """Make a dependency that gives who calls, and lets in nobody without these scopes.

    `caller: Annotated[Caller, Depends(requires("phone.verified"))]`
    """

    def caller(connection: HTTPConnection) -> Caller:
        caller = caller_of(connection.scope)
        caller.require(*scopes)
        return caller

    return caller
