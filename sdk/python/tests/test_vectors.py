"""Tokens and the feed, as every back-end SDK understands them."""

from __future__ import annotations

from typing import Any

import pytest
import vectors
from back_end import LIVE, BackEnd

from portico import Caller, InvalidToken
from portico._core.local import Question

TOKENS = vectors.read("tokens")
FEED = vectors.read("feed")


def fields(caller: Caller) -> dict[str, Any]:
    return {
        "user_id": caller.user_id,
        "allowed_scopes": sorted(caller.allowed_scopes),
        "session_id": caller.session_id,
        "app_id": caller.app_id,
        "issued_at": caller.issued_at.timestamp(),
        "expires_at": caller.expires_at.timestamp(),
        "token_id": caller.token_id,
        "actor": caller.actor,
    }


@pytest.mark.parametrize("case", **vectors.named(TOKENS["cases"]))
def test_tokens(case: dict[str, Any]) -> None:
    back_end = BackEnd(TOKENS, case.get("now"))
    back_end.open()
    back_end.hear(LIVE)
    if case.get("invalid"):
        with pytest.raises(InvalidToken):
            back_end.ask(case["token"])
    else:
        caller = back_end.ask(case["token"])
        assert isinstance(caller, Caller)
        expected = case["valid"] | {"allowed_scopes": sorted(case["valid"]["allowed_scopes"])}
        assert fields(caller) == expected
    assert back_end.key_set_reads == case.get("key_set_reads", back_end.key_set_reads)


@pytest.mark.parametrize("case", **vectors.named([case for case in TOKENS["cases"] if case.get("invalid")]))
def test_tokens_by_a_silent_feed(case: dict[str, Any]) -> None:
    back_end = BackEnd(TOKENS, case.get("now"))
    with pytest.raises(InvalidToken):
        back_end.ask(case["token"])


@pytest.mark.parametrize("case", **vectors.named(FEED["cases"]))
def test_feed(case: dict[str, Any]) -> None:
    back_end = BackEnd(FEED)
    for step in case["steps"]:
        back_end.clock.elapsed = step["at"] / 1000
        back_end.clock.time_of_day = step["wall"] / 1000 if "wall" in step else None
        if "open" in step:
            assert back_end.open() == step["last_event_id"]
        elif "bytes" in step:
            back_end.hear(step["bytes"].encode())
        elif "close" in step:
            back_end.close()
        elif "key_set_reads" in step:
            assert back_end.key_set_reads == step["key_set_reads"]
        else:
            answer(back_end, FEED["tokens"][step["ask"]], step["then"])


def answer(back_end: BackEnd, token: str, then: dict[str, Any]) -> None:
    if then.get("invalid"):
        with pytest.raises(InvalidToken):
            back_end.ask(token)
        return
    found = back_end.ask(token)
    if then["from"] == "introspection":
        assert found is Question.PORTICO
    else:
        assert isinstance(found, Caller)
        assert found.allowed_scopes == set(then["allowed_scopes"])
        assert found.withdrawn_scopes == set(then["withdrawn"])
