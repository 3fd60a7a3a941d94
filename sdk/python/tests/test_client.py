"""Both clients before an issuer that is made up: who waits for whom, and what is asked how often."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import threading
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import vectors
from fakes import APP, ISSUER, Issuer

from portico import Caller, InvalidToken, Portico, Unavailable

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


def unverified(number: int) -> list[str]:
    """Tokens that may be good, of keys that anybody invented."""
    _, claims, signature = ANA.split(".")
    heads = ({"typ": "at+jwt", "alg": "EdDSA", "kid": f"k{one}"} for one in range(number))
    parts = (urlsafe_b64encode(json.dumps(head).encode()).decode().rstrip("=") for head in heads)
    return [f"{part}.{claims}.{signature}" for part in parts]


def test_while_the_keys_cannot_be_read_few_tokens_that_nobody_can_verify_are_asked_about_at_once() -> None:
    held = threading.Event()

    def introspect(_: httpx.Request) -> httpx.Response:
        assert held.wait(10)
        return httpx.Response(200, json={"active": False})

    def ask(token: str) -> type[Exception]:
        try:
            portico.validate(token)
        except (InvalidToken, Unavailable) as why:
            if isinstance(why, Unavailable):
                held.set()
            return type(why)
        raise AssertionError

    issuer = Issuer(introspect=introspect, jwks=lambda _: httpx.Response(503))
    with issuer.threads() as portico, ThreadPoolExecutor(21) as pool:
        found = list(pool.map(ask, unverified(21)))
    assert sorted(map(found.count, (InvalidToken, Unavailable))) == [1, 20]
    assert issuer.asked["introspect"] == 20


def test_the_same_by_tasks() -> None:
    issuer = Issuer(introspect=answering({"active": False}), jwks=lambda _: httpx.Response(503))

    async def asking() -> list[Any]:
        async with issuer.tasks() as portico:
            return await asyncio.gather(*map(portico.validate, unverified(50)), return_exceptions=True)

    found = [type(why) for why in asyncio.run(asking())]
    assert (found.count(InvalidToken), found.count(Unavailable)) == (20, 30)
    assert issuer.asked["introspect"] == 20


def test_a_task_that_waits_while_the_client_is_closed_is_told_so() -> None:
    issuer = Issuer(introspect=answering(ACTIVE))

    async def closing() -> None:
        portico = issuer.tasks()
        task = asyncio.ensure_future(portico.validate(ANA))
        await asyncio.sleep(0)
        await portico.close()
        with pytest.raises(Unavailable):
            await task

    asyncio.run(closing())


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
