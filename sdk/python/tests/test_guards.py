"""What guards answer, the same in ASGI and WSGI and in the frameworks on top of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import frameworks
import httpx
import pytest
import vectors
from fakes import AsyncFinds, Finds

SCOPES = vectors.read("scopes")
GUARDED: dict[str, Callable[[Any, list[str]], httpx.BaseTransport | httpx.AsyncBaseTransport]] = {
    "asgi": lambda token, require: frameworks.asgi(AsyncFinds(token), require),
    "fastapi": lambda token, require: frameworks.fastapi(AsyncFinds(token), require),
    "wsgi": lambda token, require: frameworks.wsgi(Finds(token), require),
    "flask": lambda token, require: frameworks.flask(Finds(token), require),
    "flask with coroutines": lambda token, require: frameworks.flask_with_coroutines(Finds(token), require),
    "django": lambda token, require: frameworks.django(Finds(token), require),
    "django with coroutines": lambda token, require: frameworks.django_with_coroutines(Finds(token), require),
    "django with a class": lambda token, require: frameworks.django_with_a_class(Finds(token), require),
}


def ask(transport: httpx.BaseTransport | httpx.AsyncBaseTransport, authorization: str | None) -> httpx.Response:
    headers = {} if authorization is None else {"authorization": authorization}
    if isinstance(transport, httpx.BaseTransport):
        with httpx.Client(transport=transport, base_url="http://taxi.example") as client:
            return client.get("/rides", headers=headers)

    async def asking() -> httpx.Response:
        async with httpx.AsyncClient(transport=transport, base_url="http://taxi.example") as client:
            return await client.get("/rides", headers=headers)

    return asyncio.run(asking())


@pytest.mark.parametrize("framework", GUARDED)
@pytest.mark.parametrize("case", **vectors.named(SCOPES["cases"]))
def test_guards(framework: str, case: dict[str, Any]) -> None:
    answer = ask(GUARDED[framework](case.get("token"), case["require"]), case["authorization"])
    then = case["then"]
    if then == "passes":
        assert (answer.status_code, answer.json()) == (200, {"caller": "o-ana"})
        return
    assert (answer.status_code, answer.json()) == (then["status"], then["body"])
    assert answer.headers.get("www-authenticate") == then.get("www_authenticate")
    assert answer.headers.get("retry-after") == then.get("retry_after")
    for name, value in SCOPES["headers"].items():
        assert answer.headers[name] == value


@pytest.mark.parametrize("case", **vectors.named(SCOPES["optional"]))
def test_optional(case: dict[str, Any]) -> None:
    caller = Finds(case["token"]).validate("x")
    assert caller.has(case["scope"]) is case["has"]
    assert (case["scope"] in caller.withdrawn_scopes) is case["withdrawn"]


@pytest.mark.parametrize("option", ["scopes", "open_paths"])
def test_one_text_is_no_list_of_its_letters(option: str) -> None:
    options: Any = {option: "/health"}
    for guard in (
        lambda: frameworks.flask(Finds("invalid"), [], **options),
        lambda: frameworks.asgi_app(AsyncFinds("invalid"), **options),
        lambda: frameworks.django(Finds("invalid"), [], **options),
    ):
        with pytest.raises(TypeError, match=option):
            guard()
