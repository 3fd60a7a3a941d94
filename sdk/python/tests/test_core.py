"""What is kept, for how long, and how much of it."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any
from urllib.parse import parse_qs

import pytest
import vectors
from back_end import LIVE, PING, BackEnd, live

from portico import Caller, InvalidToken, Unavailable
from portico._core import launch
from portico._core.backoff import FIRST, LONGEST, Backoff
from portico._core.clock import Now
from portico._core.feed import BURST, Feed
from portico._core.local import Question
from portico._core.signed import NotSignedError, check_standing
from portico._core.sse import LONGEST_EVENT, BrokenStreamError, Event, EventParser

FEED = vectors.read("feed")
ANA = FEED["tokens"]["ana"]


def event(name: str, **data: str) -> Event:
    return Event(name, json.dumps(data), None)


def at(seconds: float) -> Now:
    return Now(wall=seconds, steady=seconds)


def test_what_the_feed_said_is_forgotten_when_no_token_can_be_left() -> None:
    feed = Feed()
    feed.hear([event("session_ended", sid="a")], at(0))
    feed.hear([event("token_revoked", jti="b")], at(600))
    feed.hear([event("grant_changed", sub="c", scope="openid")], at(1200))
    feed.hear([event("session_ended", sid="a")], at(1300))
    for moment, kept in ((1859, 3), (2459, 3), (2460, 2), (3060, 1), (3160, 0)):
        feed.hear([event("ping")], at(moment))
        assert len(feed) == kept, moment


# In a process of its own, whose memory is nobody else's. The unit is bytes on macOS, and KiB elsewhere.
_GRANTS = """
import json, resource, sys
from portico._core.clock import Now
from portico._core.feed import BURST, Feed
from portico._core.sse import Event

def used():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

feed, before = Feed(), used()
for number in range(100_000):
    said = {"sub": f"{number:028}", "scope": "openid profile.basic phone.verified"}
    feed.hear([Event("grant_changed", json.dumps(said), None)], Now(number / 100, number / 100))
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


def test_a_word_that_came_while_the_process_stood_brings_nothing_back_and_the_next_does() -> None:
    back_end = live()

    def passes(start: float, end: float) -> None:
        moment = start
        while moment <= end:
            back_end.clock.elapsed = moment
            back_end.local.feed.looked(back_end.clock.now())
            if moment % 1 == 0:
                back_end.hear(PING)
            moment += 0.25

    passes(0.25, 3)
    assert isinstance(back_end.ask(ANA), Caller)
    # It stands for five seconds. Whether it looks first or hears first, what waited is from before.
    for moment, looks in ((8.0, True), (14.0, False)):
        back_end.clock.elapsed = moment
        if looks:
            back_end.local.feed.looked(back_end.clock.now())
        back_end.hear(PING)
        assert back_end.ask(ANA) is Question.PORTICO
        passes(moment + 0.25, moment + 1)
        assert isinstance(back_end.ask(ANA), Caller)


def test_a_burst_is_believed_and_is_no_sign_of_life_until_it_is_over() -> None:
    back_end = live()

    def say(moment: float, events: bytes) -> None:
        back_end.clock.elapsed = moment
        back_end.local.feed.looked(back_end.clock.now())
        back_end.hear(events)

    for quarter in range(1, 9):
        say(quarter / 4, PING)
    ended = b'event: session_ended\ndata: {"sid":"x"}\n\n'
    for quarter in range(9, 17):
        # However few come after a look, those before it were many.
        say(quarter / 4, PING)
        assert isinstance(back_end.ask(ANA), Caller) is (quarter < 16)
        back_end.hear(ended * BURST)
    assert len(back_end.local.feed) == 1
    for quarter in (17, 18):
        say(quarter / 4, PING)
        assert isinstance(back_end.ask(ANA), Caller) is (quarter == 18)


def test_a_feed_of_comments_alone_is_given_up_to_be_resumed() -> None:
    back_end = live()
    back_end.clock.elapsed = 4.9
    back_end.hear(b": still here\n\n")
    back_end.hear(PING)
    back_end.clock.elapsed = 9.8
    back_end.hear(b": still here\n\n")
    back_end.clock.elapsed = 10
    with pytest.raises(Unavailable):
        back_end.hear(b": still here\n\n")
    assert back_end.open() == "one"


@pytest.mark.parametrize("data", ['"hello"', "[]", "1", "no JSON"])
def test_an_event_that_is_not_known_is_a_sign_of_life_whatever_it_says(data: str) -> None:
    back_end = live()
    back_end.clock.elapsed = 1.5
    back_end.hear(f"event: news\ndata: {data}\n\n".encode())
    back_end.clock.elapsed = 3
    assert isinstance(back_end.ask(ANA), Caller)


def test_a_word_that_was_heard_while_a_token_was_looked_at_is_no_silence() -> None:
    back_end = live()
    before = back_end.clock.now()
    back_end.clock.elapsed = 0.1
    back_end.hear(PING)
    back_end.ask(ANA)
    assert isinstance(back_end.local.look(ANA, before), Caller)


@pytest.mark.parametrize("audience", ["taxi", ["taxi"], ["taxi", "shop"], ["shop"], [], {"taxi": 1}, None, "shop"])
def test_an_audience_is_this_app_alone_in_a_list_or_not(audience: Any) -> None:
    claims = {"iss": "portico", "aud": audience, "iat": 0, "exp": 60}
    if audience in ("taxi", ["taxi"]):
        check_standing(claims, "portico", "taxi", 1, 60)
        return
    with pytest.raises(NotSignedError):
        check_standing(claims, "portico", "taxi", 1, 60)


def test_scopes_stand_apart_by_spaces_alone() -> None:
    assert launch.scopes({"scope": "openid  a\tb "}) == {"openid", "a\tb"}


@pytest.mark.parametrize("number", [0, 6, 7])
def test_what_was_logged_out_is_refused_where_the_feed_began_anew_and_where_it_is_silent(number: int) -> None:
    back_end = live()
    assert isinstance(back_end.ask(ANA), Caller)
    back_end.log_out(parse_qs(vectors.read("logout")["cases"][number]["body"])["logout_token"][0])
    back_end.hear(LIVE)
    for moment in (0, 60):
        back_end.clock.elapsed = moment
        with pytest.raises(InvalidToken):
            back_end.ask(ANA)


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
