"""Both clients before an issuer that says little, slowly or too much, and before those who ask in vain."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import vectors
from back_end import KEYS, SetClock
from fakes import APP, NOW
from house import wait_for

from portico import AsyncPortico, Portico, Unavailable
from portico._exchange import LONGEST_ANSWER

Answer = Callable[[BaseHTTPRequestHandler], None]

ANA = vectors.read("feed")["tokens"]["ana"]
TIMEOUT = 0.3


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "portico")


def trickle(head: bytes, drop: bytes) -> Answer:
    """An answer that goes on for as long as anybody listens, and is never silent for long."""

    def answer(request: BaseHTTPRequestHandler) -> None:
        request.wfile.write(head)
        for _ in range(1000):
            request.wfile.write(drop)
            time.sleep(TIMEOUT / 10)

    return answer


BODY = trickle(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n", b" ")
HEAD = trickle(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n")
STREAM = trickle(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n", b"x: y\r\n")


@contextmanager
def serving(introspect: Answer, feed: Answer | None = None, keys: Any = None) -> Iterator[tuple[str, list[str]]]:
    """Give the address of an issuer, and what it was asked for. It has no feed and no keys but those that are given."""
    asked: list[str] = []

    class Request(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.close_connection = True
            self.rfile.read(int(self.headers.get("content-length", "0")))
            with suppress(OSError):
                if self.path.startswith("/.well-known"):
                    places = {"jwks_uri": f"{url}/jwks", "introspection_endpoint": f"{url}/introspect"}
                    reply(self, json.dumps({"issuer": url} | places).encode())
                elif self.path == "/jwks" and keys is not None:
                    reply(self, json.dumps(keys).encode())
                elif self.path == "/introspect":
                    introspect(self)
                elif self.path == "/v1/feed" and feed is not None:
                    feed(self)
                else:
                    self.send_error(503)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Request)
    url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield url, asked
    finally:
        server.shutdown()
        server.server_close()


def reply(request: BaseHTTPRequestHandler, body: bytes, *headers: bytes) -> None:
    head = [b"HTTP/1.1 200 OK", b"content-length: %d" % len(body), *headers]
    request.wfile.write(b"\r\n".join([*head, b"", body]))


ROTATED = b"event: keys_rotated\ndata: {}\n\n"
PING = b"event: ping\ndata: {}\n\n"


def unsigned(issuer: str) -> str:
    """A token that may be good, as far as anybody can tell who has no keys."""
    header = {"typ": "at+jwt", "alg": "EdDSA", "kid": "x"}
    claims = {"iss": issuer, "aud": APP, "sub": "a", "sid": "b", "jti": "c", "iat": NOW, "exp": NOW + 60}
    return ".".join([vectors.part(header), vectors.part(claims), "eA"])


def by_threads(issuer: str, token: str) -> None:
    with Portico(issuer, APP, "secret", timeout=TIMEOUT, clock=SetClock(NOW)) as portico:
        portico.validate(token)


def by_tasks(issuer: str, token: str) -> None:
    async def asking() -> None:
        async with AsyncPortico(issuer, APP, "secret", timeout=TIMEOUT, clock=SetClock(NOW)) as portico:
            await portico.validate(token)

    asyncio.run(asking())


@pytest.mark.parametrize("validate", [by_threads, by_tasks])
@pytest.mark.parametrize("answer", [BODY, HEAD], ids=["body", "head"])
def test_an_answer_that_trickles_is_given_up_in_time(validate: Any, answer: Answer) -> None:
    with serving(answer) as (issuer, asked):
        begun = time.monotonic()
        with pytest.raises(Unavailable, match="in time"):
            validate(issuer, unsigned(issuer))
        assert time.monotonic() - begun < 10 * TIMEOUT
        assert "/introspect" in asked


@pytest.mark.parametrize("validate", [by_threads, by_tasks])
@pytest.mark.parametrize(
    ("body", "headers"),
    [(b" " * (LONGEST_ANSWER + 1), []), (b"\x1f\x8b\x08\x00", [b"content-encoding: gzip"])],
    ids=["long", "packed"],
)
def test_an_answer_that_is_too_long_or_packed_is_none(validate: Any, body: bytes, headers: list[bytes]) -> None:
    answer: Answer = lambda request: reply(request, body, *headers)  # noqa: E731
    with serving(answer) as (issuer, _), pytest.raises(Unavailable, match=r"too long|packed"):
        validate(issuer, unsigned(issuer))


def test_a_feed_whose_head_never_ends_is_tried_anew_by_threads() -> None:
    with serving(BODY, STREAM, KEYS["then"]) as (url, asked), Portico(url, APP, "secret", timeout=TIMEOUT):
        wait_for("another connection", lambda: asked.count("/v1/feed") > 1)


def test_a_feed_whose_head_never_ends_is_tried_anew_by_tasks() -> None:
    async def following(url: str, asked: list[str]) -> None:
        async with AsyncPortico(url, APP, "secret", timeout=TIMEOUT):
            while asked.count("/v1/feed") < 2:
                await asyncio.sleep(0.01)

    with serving(BODY, STREAM, KEYS["then"]) as (url, asked):
        asyncio.run(asyncio.wait_for(following(url, asked), 20))
