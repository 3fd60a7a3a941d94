"""Portico for Python back ends.

`Portico` is the client for threads, `AsyncPortico` the one for asyncio; `validate` says whom a launch token names and
what it is good for now, from memory while the feed is live. Middleware: `portico.asgi`, `portico.wsgi`, and on top of
them `portico.fastapi`, `portico.flask`, `portico.django`.
"""

from ._core.logout import Logout
from .aio import AsyncPortico
from .caller import Caller
from .client import Portico
from .errors import (
    InsufficientScope,
    InvalidLogout,
    InvalidToken,
    NoToken,
    PorticoError,
    ScopeWithdrawn,
    Unavailable,
)

__all__ = [
    "AsyncPortico",
    "Caller",
    "InsufficientScope",
    "InvalidLogout",
    "InvalidToken",
    "Logout",
    "NoToken",
    "Portico",
    "PorticoError",
    "ScopeWithdrawn",
    "Unavailable",
]
