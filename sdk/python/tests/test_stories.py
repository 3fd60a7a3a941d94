"""The examples and both clients before the real server."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from house import APP, ROOT, House, Person, wait_for
from proxy import Proxy, proxy
from running import serving

from portico import AsyncPortico, InvalidToken, Portico

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
GUIDE = ROOT / "docs/guides/quick-start-python.md"
KINDS = {"fastapi": "asgi", "flask": "wsgi", "django": "wsgi"}


def shown_in_the_guide(framework: str) -> str:
    """The program under the framework's heading."""
    text = GUIDE.read_text(encoding="utf-8")
    found = re.search(rf"^## {framework}\n.*?^```python\n(.*?)^```$", text, re.M | re.S | re.I)
    assert found, f"the guide shows no {framework}"
    return found[1]


@pytest.mark.parametrize("framework", KINDS)
def test_the_examples_are_what_the_guide_shows(framework: str) -> None:
    assert (EXAMPLES / f"{framework}_taxi.py").read_text(encoding="utf-8") == shown_in_the_guide(framework)


class Taxi:
    def __init__(self, house: House, url: str) -> None:
        self.house, self._url = house, url

    def ask(self, method: str, path: str, token: str | None) -> httpx.Response:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        return self.house.http.request(method, self._url + path, headers=headers)


@pytest.fixture(params=list(KINDS))
def taxi(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Taxi]:
    source = tmp_path / f"{request.param}_taxi.py"
    source.write_text(shown_in_the_guide(request.param), encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        house = House(tmp_path, f"{url}/logout")
        try:
            with serving(KINDS[request.param], source, listening.fileno(), house.issuer, house.secret):
                yield Taxi(house, url)
        finally:
            house.close()


def test_a_back_end_greets_lives_with_less_and_hears_of_the_end(taxi: Taxi) -> None:
    person = taxi.house.sign_in()
    token = person.launch()
    nobody = taxi.ask("GET", "/rides", None)
    assert (nobody.status_code, nobody.headers["www-authenticate"]) == (401, "Bearer")
    assert taxi.ask("GET", "/rides", "x").json() == {"error": "invalid_token"}
    assert taxi.ask("GET", "/rides", token).json()["driver_may_call"] is True
    assert taxi.ask("POST", "/calls", token).status_code == 200

    person.keep("profile.basic")
    refused = wait_for("the withdrawal", lambda: _refused(taxi.ask("POST", "/calls", token)), seconds=5)
    assert refused.status_code == 403
    assert refused.json() == {"error": "insufficient_scope", "scope": "phone.verified", "withdrawn": True}
    assert taxi.ask("GET", "/rides", token).json()["driver_may_call"] is False

    person.sign_out()
    gone = wait_for("the end", lambda: _refused(taxi.ask("GET", "/rides", token)), seconds=5)
    assert (gone.status_code, gone.json()) == (401, {"error": "invalid_token"})
    wait_for("the logout token's delivery", lambda: delivered(taxi.house))


def _refused(answer: httpx.Response) -> httpx.Response | None:
    return answer if answer.status_code != 200 else None


def delivered(house: House) -> bool:
    """Whether the logout token was taken in at the first attempt."""
    listed = house.cli("deliveries", "list")["items"]
    return [(one["state"], one["last_error"]) for one in listed] == [("delivered", None)]


@contextmanager
def behind_a_proxy(folder: Path) -> Iterator[tuple[House, Proxy]]:
    with proxy() as between:
        house = House(folder, "http://127.0.0.1:9/logout", issuer=f"http://127.0.0.1:{between.port}")
        between.target = ("127.0.0.1", house.port)
        try:
            yield house, between
        finally:
            house.close()


def seconds_until_refused(validate: Callable[[], None], since: float) -> float:
    while time.monotonic() - since < 10:
        try:
            validate()
        except InvalidToken:
            return time.monotonic() - since
        time.sleep(0.005)
    raise AssertionError("the token was never refused")


def live_and_local(between: Proxy, validate: Callable[[], None]) -> bool:
    """Whether answers come without a question."""
    before = between.introspections
    validate()
    return between.introspections == before


def check_silence(house: House, between: Proxy, person: Person, validate: Callable[[], None]) -> None:
    wait_for("the feed", lambda: live_and_local(between, validate))
    between.silent, asked = True, between.introspections
    since = time.monotonic()
    person.sign_out()
    # Two seconds, and what one question takes on a busy machine.
    assert seconds_until_refused(validate, since) < 3
    assert between.introspections > asked


def test_a_feed_that_falls_silent_is_relied_on_for_two_seconds_by_threads(tmp_path: Path) -> None:
    with behind_a_proxy(tmp_path) as (house, between), Portico(house.issuer, APP, house.secret) as portico:
        person = house.sign_in()
        token = person.launch()
        check_silence(house, between, person, lambda: check(portico, token))


def test_a_feed_that_falls_silent_is_relied_on_for_two_seconds_by_tasks(tmp_path: Path) -> None:
    with behind_a_proxy(tmp_path) as (house, between):
        person = house.sign_in()
        token = person.launch()

        async def story() -> None:
            async with AsyncPortico(house.issuer, APP, house.secret) as portico:
                loop = asyncio.get_running_loop()

                def validate() -> None:
                    asyncio.run_coroutine_threadsafe(portico.validate(token), loop).result(10)

                await asyncio.to_thread(check_silence, house, between, person, validate)

        asyncio.run(story())


def test_a_feed_that_comes_back_goes_on_where_it_was_and_keys_rotate_unnoticed(tmp_path: Path) -> None:
    with behind_a_proxy(tmp_path) as (house, between), Portico(house.issuer, APP, house.secret) as portico:
        token = house.sign_in().launch()
        wait_for("the feed", lambda: live_and_local(between, lambda: check(portico, token)))
        between.silent = True
        other = house.sign_in()
        ended = other.launch()
        other.sign_out()
        wait_for("a second connection", lambda: between.feeds > 1)
        between.silent = False
        wait_for("the feed again", lambda: live_and_local(between, lambda: check(portico, token)))
        asked = between.introspections
        with pytest.raises(InvalidToken):
            portico.validate(ended)
        for _ in range(2):
            house.cli("keys", "rotate")
            portico.validate(house.sign_in().launch())
        portico.validate(token)
        assert between.introspections == asked


def check(portico: Portico, token: str) -> None:
    assert portico.validate(token).app_id == APP


def test_a_suspended_apps_tokens_are_refused_and_good_again_when_it_is_resumed(tmp_path: Path) -> None:
    house = House(tmp_path, "http://127.0.0.1:9/logout")
    try:
        with Portico(house.issuer, APP, house.secret) as portico:
            token = house.sign_in().launch()
            portico.validate(token)
            house.cli("apps", "suspend", APP)
            assert seconds_until_refused(lambda: check(portico, token), time.monotonic()) < 5
            house.cli("apps", "resume", APP)
            wait_for("the app", lambda: is_good(portico, token))
    finally:
        house.close()


def test_without_a_framework_it_is_as_the_guide_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    house = House(tmp_path, "http://127.0.0.1:9/logout")
    try:
        person = house.sign_in()
        token = person.launch()
        person.keep("profile.basic")
        source = shown_in_the_guide("Without a framework").replace("https://id.example", house.issuer)
        exec(source, {"secret": house.secret, "token": token})
        assert capsys.readouterr().out.endswith("goes on without the phone\n")
    finally:
        house.close()


def is_good(portico: Portico, token: str) -> bool:
    try:
        return bool(portico.validate(token))
    except InvalidToken:
        return False
