"""The receiver of logout tokens, the same in ASGI, WSGI and Django."""

from __future__ import annotations

import asyncio
from typing import Any

import frameworks
import httpx
import pytest
import vectors
from back_end import LIVE, BackEnd
from fakes import Issuer

from portico import InvalidToken, Logout, Portico

VECTOR = vectors.read("logout")
FORM = "application/x-www-form-urlencoded"
GOOD = VECTOR["cases"][0]["body"]


def check(case: dict[str, Any], answer: httpx.Response, told: list[Logout]) -> None:
    assert answer.status_code == case["status"], case["name"]
    for name, value in VECTOR["headers"].items():
        assert answer.headers[name] == value, case["name"]
    heard = [{"session_id": logout.session_id, "user_id": logout.user_id} for logout in told]
    assert heard == ([case["told"]] if "told" in case else []), case["name"]


def post(case: dict[str, Any]) -> dict[str, Any]:
    """What an HTTP client is told to send."""
    kind = case.get("content_type", FORM)
    return {"url": "http://taxi.example/logout", "content": case["body"], "headers": {"content-type": kind}}


@pytest.mark.parametrize("framework", [frameworks.wsgi, frameworks.flask, frameworks.django])
def test_logout_by_threads(framework: Any) -> None:
    told: list[Logout] = []
    with Issuer().threads() as portico:
        transport = framework(portico, [], logout_path="/logout", on_logout=told.append)
        with httpx.Client(transport=transport) as client:
            for case in VECTOR["cases"]:
                told.clear()
                check(case, client.post(**post(case)), told)


def test_logout_by_tasks() -> None:
    told: list[Logout] = []

    async def on_logout(logout: Logout) -> None:
        await asyncio.sleep(0)
        told.append(logout)

    async def checking() -> None:
        async with Issuer().tasks() as portico:
            app = frameworks.asgi_app(portico, logout_path="/logout", on_logout=on_logout)
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
                for case in VECTOR["cases"]:
                    told.clear()
                    check(case, await client.post(**post(case)), told)

    asyncio.run(checking())


@pytest.mark.parametrize("framework", [frameworks.wsgi, frameworks.flask, frameworks.django])
def test_a_body_that_was_taken_before_the_receiver_is_told_of(
    framework: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with Issuer().threads() as portico:
        transport = framework(portico, [], logout_path="/logout")
        app = transport.app
        monkeypatch.setattr(
            transport, "app", lambda environ, start: environ["wsgi.input"].read() and app(environ, start)
        )
        with httpx.Client(transport=transport) as client:
            assert client.post(**post({"body": GOOD})).status_code == 400
    assert "was read before its receiver" in caplog.text
    assert "eyJ" not in caplog.text


def test_where_the_keys_cannot_be_read_portico_is_told_to_try_again() -> None:
    with Issuer(jwks=lambda _: httpx.Response(500)).threads() as portico:
        transport = frameworks.wsgi(portico, [], logout_path="/logout")
        with httpx.Client(transport=transport) as client:
            assert client.post(**post({"body": GOOD})).status_code == 503


def test_a_request_that_is_no_post_is_refused() -> None:
    with httpx.Client(
        transport=frameworks.wsgi(Portico("https://id.example", "a", "b"), [], logout_path="/logout")
    ) as client:
        assert client.get("http://taxi.example/logout").status_code == 400


def test_after_a_logout_the_sessions_tokens_are_refused_before_the_feed_says_so() -> None:
    feed = vectors.read("feed")
    back_end = BackEnd(feed)
    back_end.open()
    back_end.hear(LIVE)
    back_end.ask(feed["tokens"]["ana"])
    back_end.log_out(GOOD.removeprefix("logout_token="))
    with pytest.raises(InvalidToken):
        back_end.ask(feed["tokens"]["ana"])
    back_end.ask(feed["tokens"]["ana elsewhere"])
