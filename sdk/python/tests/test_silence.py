"""Both clients where the feed is silent, or the keys are."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import httpx
import pytest
import vectors
from back_end import KEYS, LIVE, PING, SetClock
from fakes import APP, ISSUER, NOW, Issuer
from house import wait_for

from portico import AsyncPortico, InvalidToken, Portico

ROTATED = b"event: keys_rotated\ndata: {}\n\n"
ANA = vectors.read("feed")["tokens"]["ana"]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "portico")


@pytest.mark.parametrize(
    ("change", "reads"),
    [
        (lambda number: ({}, {"aud": f"org.example.{number}"}), 1),
        (lambda number: ({}, {"iat": number, "exp": number + 1}), 1),
        (lambda number: ({"typ": f"x{number}"}, {}), 1),
        (lambda number: ({}, {"jti": f"jti_{number}"}), 1),
        (lambda number: ({"kid": f"key {number}"}, {}), 2),
    ],
    ids=["of another app", "that have expired", "of another type", "that nobody signed", "of keys that nobody has"],
)
def test_three_hundred_tokens_that_were_never_good_are_no_question_of_a_silent_feed(change: Any, reads: int) -> None:
    issuer = Issuer(feed=lambda _: httpx.Response(503))
    header, claims, signature = ANA.split(".")

    def token(number: int) -> str:
        head, said = change(number)
        return ".".join(
            [vectors.part(vectors.parsed(header) | head), vectors.part(vectors.parsed(claims) | said), signature]
        )

    async def asking() -> list[Any]:
        async with issuer.tasks() as portico:
            return await asyncio.gather(
                *(portico.validate(token(number)) for number in range(300)), return_exceptions=True
            )

    assert {type(answer) for answer in asyncio.run(asking())} == {InvalidToken}
    assert "introspect" not in issuer.asked
    # The client reads them once in any case, before it follows the feed.
    assert issuer.asked["jwks"] <= reads


def rotating() -> tuple[Issuer, SetClock, list[bytes], list[Any]]:
    """An issuer whose feed says what is put into a list, and whose key sets are taken from another."""
    said, sets = [LIVE], [KEYS["then"]]
    clock = SetClock(NOW)

    class Saying(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                yield said.pop(0) if said else b":\n"
                time.sleep(0.001)

        async def __aiter__(self) -> AsyncIterator[bytes]:
            while True:
                yield said.pop(0) if said else b":\n"
                await asyncio.sleep(0.001)

    def jwks(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503) if sets[0] is None else httpx.Response(200, json=sets[0])

    kind = {"content-type": "text/event-stream"}
    issuer = Issuer(jwks=jwks, feed=lambda _: httpx.Response(200, headers=kind, stream=Saying()))
    return issuer, clock, said, sets


WITHOUT = {"keys": [key for key in KEYS["then"]["keys"] if key["kid"] != "ed25519-today"]}


def test_a_key_that_was_withdrawn_goes_with_the_next_ping_after_a_reading_that_failed_by_threads() -> None:
    issuer, clock, said, sets = rotating()
    transport = httpx.MockTransport(issuer)
    with Portico(ISSUER, APP, "secret", http_client=lambda: httpx.Client(transport=transport), clock=clock) as portico:
        wait_for("a live feed", lambda: portico._here()._local.feed.has_caught_up)
        portico.validate(ANA)
        sets[0] = None
        said.append(ROTATED)
        wait_for("a reading that fails", lambda: issuer.asked["jwks"] > 1 and said == [])
        wait_for("the failure", lambda: portico._here()._local.key_set_failure(clock.now()))
        assert portico.validate(ANA).actor == "super.app"
        sets[0], clock.elapsed = WITHOUT, 1
        said.append(PING)
        wait_for("another reading", lambda: not portico._here()._local.keys_are_stale)
        with pytest.raises(InvalidToken):
            portico.validate(ANA)


def test_a_key_that_was_withdrawn_goes_with_the_next_ping_after_a_reading_that_failed_by_tasks() -> None:
    issuer, clock, said, sets = rotating()
    transport = httpx.MockTransport(issuer)

    async def until(found: Callable[[], Any]) -> None:
        while not found():
            await asyncio.sleep(0.001)

    async def asking() -> None:
        client = AsyncPortico(
            ISSUER, APP, "secret", http_client=lambda: httpx.AsyncClient(transport=transport), clock=clock
        )
        async with client as portico:
            local = portico._here()._local
            await until(lambda: local.feed.has_caught_up)
            await portico.validate(ANA)
            sets[0] = None
            said.append(ROTATED)
            await until(lambda: local.key_set_failure(clock.now()))
            assert (await portico.validate(ANA)).actor == "super.app"
            sets[0], clock.elapsed = WITHOUT, 1
            said.append(PING)
            await until(lambda: not local.keys_are_stale)
            with pytest.raises(InvalidToken):
                await portico.validate(ANA)

    asyncio.run(asyncio.wait_for(asking(), 20))
