"""Both clients before an issuer that is made up: who waits for whom, and what is asked how often."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import vectors
from fakes import APP, ISSUER, Issuer
from house import wait_for

from portico import Caller, InvalidToken, Portico, Unavailable
from portico._core.clock import Now
from portico._flights import Flights, within_second

ANA = vectors.read("feed")["tokens"]["ana"]
ACTIVE = {
    "active": True,
    "iss": ISSUER,
    "aud": APP,
    "client_id": APP,
    "sub": "o-ana",
    "scope": "openid profile.basic",
    "sid": "s-1",
    "iat": 1_800_000_000,
    "exp": 1_800_001_800,
    "jti": "jti_1",
    "token_type": "Bearer",
}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "portico")


def answering(document: Any, status: int = 200, **headers: str) -> Any:
    return lambda _: httpx.Response(status, json=document, headers=headers)


def test_what_introspection_says_is_what_the_caller_may() -> None:
    with Issuer(introspect=answering(ACTIVE)).threads() as portico:
        caller = portico.validate(ANA)
    assert caller.user_id == "o-ana"
    assert caller.allowed_scopes == {"openid", "profile.basic"}
    assert caller.withdrawn_scopes == {"phone.verified"}
    assert caller.actor == "super.app"


def test_the_question_names_the_app_and_the_token() -> None:
    asked: list[httpx.Request] = []

    def introspect(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=ACTIVE)

    with Issuer(introspect=introspect).threads() as portico:
        portico.validate(ANA)
    assert asked[0].headers["authorization"] == httpx.BasicAuth(APP, "secret")._auth_header
    assert asked[0].read() == f"token={ANA}".encode()


def test_a_text_that_is_no_token_is_refused_without_a_question() -> None:
    issuer = Issuer()
    with issuer.threads() as portico:
        for text in ("", "x", "a.b.c", "\udc80.\udc80.\udc80", ANA + "\n"):
            with pytest.raises(InvalidToken):
                portico.validate(text)
    assert "introspect" not in issuer.asked


def test_an_inactive_token_is_refused() -> None:
    with Issuer().threads() as portico, pytest.raises(InvalidToken):
        portico.validate(ANA)


def test_when_to_try_again_is_passed_on() -> None:
    busy = answering({}, 503, **{"retry-after": "7"})
    with Issuer(introspect=busy).threads() as portico, pytest.raises(Unavailable) as why:
        portico.validate(ANA)
    assert why.value.retry_after == 7


def broken(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route")


@pytest.mark.parametrize(
    "answer",
    [
        broken,
        answering([]),
        answering({"active": "yes"}),
        answering(ACTIVE | {"aud": "org.example.shop"}),
        answering(ACTIVE | {"iss": "https://id.example.evil"}),
        answering(ACTIVE | {"sub": ""}),
        answering({"error": "invalid_client"}, 401),
        lambda _: httpx.Response(200, text="<html>"),
    ],
)
def test_an_answer_that_is_none_lets_nobody_in(answer: Any) -> None:
    with Issuer(introspect=answer).threads() as portico, pytest.raises(Unavailable):
        portico.validate(ANA)


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "https://id.example.evil"},
        {"jwks_uri": "http://id.example/jwks"},
        {"introspection_endpoint": "http://id.example/introspect"},
        {"introspection_endpoint": "//id.example/introspect"},
        {"introspection_endpoint": None},
    ],
)
def test_metadata_that_cannot_be_trusted_are_none(wrong: dict[str, Any]) -> None:
    right = {"issuer": ISSUER, "jwks_uri": f"{ISSUER}/jwks", "introspection_endpoint": f"{ISSUER}/introspect"}
    issuer = Issuer(metadata=answering(right | wrong), introspect=answering(ACTIVE))
    with issuer.threads() as portico, pytest.raises(Unavailable):
        portico.validate(ANA)
    assert set(issuer.asked) == {"metadata"}


def test_threads_that_ask_the_same_meanwhile_share_one_answer() -> None:
    flights: Flights[int] = Flights()
    asked: list[str] = []
    all_wait = threading.Event()

    def ask() -> int:
        asked.append("once")
        assert all_wait.wait(10)
        return 7

    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(flights.join, "a", ask) for _ in range(8)]
        wait_for("all of them", lambda: waiting(flights, "a") == 7)
        all_wait.set()
        assert [answer.result(10) for answer in answers] == [7] * 8
    assert asked == ["once"]
    assert flights.join("a", lambda: 8) == 8


def test_a_question_is_joined_only_within_the_second_in_which_it_was_asked() -> None:
    flights: Flights[int] = Flights()
    asked = within_second(ANA, Now(wall=0.0, steady=7.0))

    def late() -> int:
        return flights.join(within_second(ANA, Now(wall=0.0, steady=8.0)), lambda: 2)

    assert flights.join(asked, lambda: 10 + late()) == 12
    assert within_second(ANA, Now(wall=0.0, steady=7.9)) == asked


def waiting(flights: Flights[int], key: str) -> int:
    """How many threads wait for the answer that flies."""
    flying = flights._flying.get(key)
    return len(flying._condition._waiters) if flying else 0  # type: ignore[attr-defined]


def test_threads_that_waited_for_a_failure_fail_too() -> None:
    flights: Flights[int] = Flights()

    def fail() -> int:
        raise Unavailable("no")

    with pytest.raises(Unavailable):
        flights.join("a", fail)
    assert flights.join("a", lambda: 8) == 8


def test_tasks_that_ask_about_one_token_share_one_question_and_none_takes_it_away() -> None:
    issuer = Issuer(introspect=answering(ACTIVE))

    async def asking() -> list[Caller]:
        async with issuer.tasks() as portico:
            tasks = [asyncio.ensure_future(portico.validate(ANA)) for _ in range(8)]
            await asyncio.sleep(0)
            tasks[0].cancel()
            return await asyncio.gather(*tasks[1:])

    assert [caller.user_id for caller in asyncio.run(asking())] == ["o-ana"] * 7
    assert issuer.asked["introspect"] == 1


def live(_: httpx.Request) -> httpx.Response:
    """A feed that has caught up and then is open for as long as it is wanted."""

    async def said() -> Any:
        yield b"event: reset\ndata: {}\n\nevent: caught_up\ndata: {}\nid: one\n\n"
        await asyncio.Event().wait()

    return httpx.Response(200, headers={"content-type": "text/event-stream"}, content=said())


def test_while_the_feed_is_live_nothing_is_asked() -> None:
    issuer = Issuer(feed=live)

    async def asking() -> None:
        async with issuer.tasks() as portico:
            for _ in range(100):
                await asyncio.sleep(0)
            callers = await asyncio.gather(*(portico.validate(ANA) for _ in range(8)))
        assert {caller.actor for caller in callers} == {"super.app"}

    asyncio.run(asking())
    assert "introspect" not in issuer.asked
    assert issuer.asked["jwks"] == 1


def test_tasks_that_meet_an_unknown_key_share_one_reading_of_the_key_set() -> None:
    published = iter([vectors.read("keys")["first"], vectors.read("keys")["then"]])
    issuer = Issuer(feed=live, jwks=lambda _: httpx.Response(200, json=next(published)))
    token = vectors.read("feed")["tokens"]["signed by the next key"]

    async def asking() -> None:
        async with issuer.tasks() as portico:
            for _ in range(100):
                await asyncio.sleep(0)
            await asyncio.gather(*(portico.validate(token) for _ in range(8)))

    asyncio.run(asking())
    assert issuer.asked["jwks"] == 2


def in_a_child(portico: Portico) -> int:
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if portico.validate(ANA).user_id == "o-ana" else 1)
        except BaseException:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the platform has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_asks_by_itself() -> None:
    with Issuer(introspect=answering(ACTIVE)).threads() as portico:
        portico.validate(ANA)
        assert in_a_child(portico) == 0


def test_a_closed_client_starts_anew() -> None:
    with Issuer(introspect=answering(ACTIVE)).threads() as portico:
        portico.close()
        assert portico.validate(ANA).user_id == "o-ana"


def test_an_async_client_serves_one_loop_after_another() -> None:
    portico = Issuer(introspect=answering(ACTIVE)).tasks()

    async def asking() -> str:
        return (await portico.validate(ANA)).user_id

    for _ in range(2):
        assert asyncio.run(asking()) == "o-ana"
