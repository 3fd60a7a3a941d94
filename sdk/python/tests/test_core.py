"""What is kept, for how long, and how much of it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
import vectors
from back_end import KEYS, LIVE, BackEnd

from portico import Caller, InvalidToken
from portico._core.backoff import FIRST, LONGEST, Backoff
from portico._core.clock import Now
from portico._core.feed import Feed
from portico._core.keys import KeySet
from portico._core.local import KEYS_REST, Question
from portico._core.sse import LONGEST_EVENT, BrokenStreamError, Event, EventParser

FEED = vectors.read("feed")
ANA, NEXT = FEED["tokens"]["ana"], FEED["tokens"]["signed by the next key"]
STRANGE = next(case["token"] for case in vectors.read("tokens")["cases"] if "nobody publishes" in case["name"])


def live() -> BackEnd:
    back_end = BackEnd(FEED)
    back_end.open()
    back_end.hear(LIVE)
    return back_end


def event(name: str, **data: str) -> Event:
    return Event(name, json.dumps(data), None)


def test_what_the_feed_said_is_forgotten_when_no_token_can_be_left() -> None:
    feed = Feed()
    feed.hear(event("session_ended", sid="a"), 0)
    feed.hear(event("token_revoked", jti="b"), 600)
    feed.hear(event("grant_changed", sub="c", scope="openid"), 1200)
    feed.hear(event("session_ended", sid="a"), 1300)
    feed.hear(event("ping"), 1799)
    assert len(feed) == 3
    feed.hear(event("ping"), 2400)
    assert len(feed) == 2
    feed.hear(event("ping"), 3000)
    assert len(feed) == 1
    feed.hear(event("ping"), 3100)
    assert len(feed) == 0


# In a process of its own, whose memory is nobody else's. The unit is bytes on macOS, and KiB elsewhere.
_GRANTS = """
import json, resource, sys
from portico._core.feed import Feed
from portico._core.sse import Event

def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

feed, before = Feed(), used()
for number in range(100_000):
    said = {"sub": f"{number:028}", "scope": "openid profile.basic phone.verified"}
    feed.hear(Event("grant_changed", json.dumps(said), None), number / 100)
print(len(feed), used() - before)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the platform does not say how much memory is used")
def test_a_hundred_thousand_live_grants_take_less_than_64_mb() -> None:
    done = subprocess.run([sys.executable, "-c", _GRANTS], capture_output=True, text=True, check=True)
    count, kept = map(int, done.stdout.split())
    assert count == 100_000
    assert kept < 64_000_000, kept


def test_remembered_tokens_are_bounded() -> None:
    back_end = BackEnd(FEED, remembered=2)
    back_end.open()
    back_end.hear(LIVE)
    for name in ("ana", "ana again", "bob", "ana"):
        assert isinstance(back_end.ask(FEED["tokens"][name]), Caller)
    assert len(back_end.local._remembered) == 2


def test_a_token_is_verified_once() -> None:
    back_end = live()
    first = back_end.ask(ANA)
    assert back_end.ask(ANA) is first


def test_a_remembered_token_expires_too() -> None:
    back_end = live()
    back_end.ask(ANA)
    back_end.clock.elapsed = 1740
    back_end.hear(b"event: ping\ndata: {}\n\n")
    with pytest.raises(InvalidToken):
        back_end.ask(ANA)


def test_a_token_whose_key_was_taken_back_is_refused_though_it_was_remembered() -> None:
    back_end = live()
    assert isinstance(back_end.ask(ANA), Caller)
    without = {"keys": [key for key in KEYS["then"]["keys"] if key["kid"] != "ed25519-today"]}
    back_end.local.keys_read(KeySet(without), 0, back_end.clock.now())
    with pytest.raises(InvalidToken):
        back_end.ask(ANA)


def test_keys_that_nobody_knows_make_the_key_set_be_read_once_in_a_while_only() -> None:
    back_end = live()
    for at, reads in ((0, 2), (1, 2), (KEYS_REST - 0.5, 2), (KEYS_REST, 3)):
        back_end.clock.elapsed = at
        back_end.hear(b"event: ping\ndata: {}\n\n")
        with pytest.raises(InvalidToken):
            back_end.ask(STRANGE)
        assert back_end.key_set_reads == reads


def test_a_key_that_was_rotated_in_is_asked_for_though_the_set_was_just_read() -> None:
    back_end = live()
    with pytest.raises(InvalidToken):
        back_end.ask(STRANGE)
    back_end.local.keys_rotated()
    assert back_end.local.look(NEXT, back_end.clock.now()) is not Question.KEYS
    assert back_end.local.look(STRANGE, back_end.clock.now()) is Question.KEYS


def test_a_rotation_while_the_set_is_read_makes_it_be_read_again() -> None:
    back_end = live()
    before = back_end.local.rotation
    back_end.local.keys_rotated()
    back_end.local.keys_read(KeySet(KEYS["first"]), before, back_end.clock.now())
    assert back_end.local.keys_are_stale


def test_a_clock_that_went_back_is_no_sign_of_life() -> None:
    back_end = live()
    assert back_end.local.look(ANA, Now(wall=FEED["now"], steady=0)) is Question.PORTICO


def test_an_event_without_an_end_is_given_up() -> None:
    parser = EventParser()
    list(parser.feed(b"data: xx\n" * (LONGEST_EVENT // 8 - 1)))
    with pytest.raises(BrokenStreamError):
        list(parser.feed(b"data: xx\ndata: xx\n"))


def test_delays_double_up_to_a_bound_and_begin_anew_after_what_worked() -> None:
    backoff = Backoff()
    assert [backoff.delay(1) for _ in range(3)] == [FIRST, 2 * FIRST, 4 * FIRST]
    for _ in range(10):
        backoff.delay(0)
    assert backoff.delay(0) == LONGEST / 2
    backoff.worked()
    assert backoff.delay(0) == FIRST / 2


def test_keys_that_cannot_be_used_are_passed_over() -> None:
    odd = [None, {}, {"kid": "a"}, {"kid": "b", "alg": "EdDSA", "kty": "OKP"}, {"kid": "c", "alg": "HS256", "k": "eA"}]
    keys = KeySet({"keys": odd + KEYS["first"]["keys"]})
    assert keys.knows("ed25519-today")
    assert not any(keys.knows(kid) for kid in "abc")
    with pytest.raises(ValueError):
        KeySet([])
