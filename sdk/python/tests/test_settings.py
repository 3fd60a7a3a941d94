"""What a client may be made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from portico import AsyncPortico, Portico


def wrong_settings() -> Iterator[dict[str, Any]]:
    good = {"issuer": "https://id.example", "app_id": "a", "client_secret": "s"}
    yield good | {"issuer": "http://id.example"}
    yield good | {"issuer": "id.example"}
    for issuer in ("https://id.example?x", "https://u:p@id.example", "https://id.example/ ", "https://id.example\n"):
        yield good | {"issuer": issuer}
    yield good | {"app_id": ""}
    yield good | {"client_secret": ""}
    for timeout in (0, -1, float("nan"), float("inf"), 1e10):
        yield good | {"timeout": timeout}
    for remembered in (0, 1.5, float("nan")):
        yield good | {"remembered_tokens": remembered}


@pytest.mark.parametrize("settings", list(wrong_settings()))
def test_what_cannot_work_is_refused_at_once(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Portico(**settings)
    with pytest.raises(ValueError):
        AsyncPortico(**settings)


def test_an_issuer_on_this_machine_needs_no_tls() -> None:
    for host in ("127.0.0.1:8080", "[::1]:8080", "localhost:8080"):
        Portico(f"http://{host}", "a", "s")


def test_nothing_that_is_printed_holds_the_secret() -> None:
    settings = Portico("https://id.example", "a", "se cret")._settings
    assert "cret" not in repr(settings)
