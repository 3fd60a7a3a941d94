"""The issuer's keys: when they are read again, and what becomes of tokens that they signed."""

from __future__ import annotations

import pytest
import vectors
from back_end import KEYS, LIVE, PING, live

from portico import Caller, InvalidToken
from portico._core.keys import KeySet
from portico._core.local import KEYS_REST, Question

TOKENS = vectors.read("feed")["tokens"]
ANA, NEXT = TOKENS["ana"], TOKENS["signed by the next key"]
STRANGE = next(case["token"] for case in vectors.read("tokens")["cases"] if "nobody publishes" in case["name"])


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


def test_rotated_keys_that_could_not_be_read_are_read_at_a_later_word_of_the_feed_and_tried_once_a_second() -> None:
    back_end = live()
    assert isinstance(back_end.ask(ANA), Caller)
    back_end.keys_are_silent = True
    back_end.hear(b"event: keys_rotated\ndata: {}\n\n")
    for moment, reads in ((0, 2), (0.9, 2), (1, 3), (1.9, 3), (2, 4)):
        back_end.clock.elapsed = moment
        back_end.hear(PING)
        assert isinstance(back_end.ask(ANA), Caller)
        assert back_end.key_set_reads == reads
    back_end.keys_are_silent, back_end.clock.elapsed = False, 3
    back_end.key_set = {"keys": [key for key in KEYS["then"]["keys"] if key["kid"] != "ed25519-today"]}
    back_end.hear(PING)
    with pytest.raises(InvalidToken):
        back_end.ask(ANA)
    reads, back_end.clock.elapsed = back_end.key_set_reads, 4
    back_end.hear(PING)
    assert back_end.key_set_reads == reads


def test_a_key_that_is_taken_away_in_silence_goes_once_the_set_is_five_minutes_old() -> None:
    back_end = live()
    assert isinstance(back_end.ask(ANA), Caller)
    back_end.keys_are_silent = True
    for moment, reads in ((299, 1), (300, 2), (301, 3)):
        back_end.clock.elapsed = moment
        back_end.hear(PING)
        assert isinstance(back_end.ask(ANA), Caller)
        assert back_end.key_set_reads == reads
    back_end.keys_are_silent, back_end.clock.elapsed = False, 302
    back_end.key_set = {"keys": [key for key in KEYS["then"]["keys"] if key["kid"] != "ed25519-today"]}
    back_end.hear(PING)
    with pytest.raises(InvalidToken):
        back_end.ask(ANA)


def test_a_token_is_verified_anew_where_another_key_is_published_under_its_keys_id() -> None:
    back_end = live()
    assert isinstance(back_end.ask(ANA), Caller)
    others = [key for key in KEYS["then"]["keys"] if key["alg"] == "EdDSA" and key["kid"] != "ed25519-today"]
    kept = [key for key in KEYS["then"]["keys"] if key["kid"] != "ed25519-today"]
    back_end.key_set = {"keys": [*kept, others[0] | {"kid": "ed25519-today"}]}
    back_end.hear(b"event: keys_rotated\ndata: {}\n\n")
    with pytest.raises(InvalidToken):
        back_end.ask(ANA)


def test_a_feed_that_begins_anew_has_keys_read_again_that_are_older_than_what_it_tells_of() -> None:
    back_end = live()
    assert isinstance(back_end.ask(ANA), Caller)
    for moment, reads in ((59, 1), (60, 2), (119, 2)):
        back_end.clock.elapsed = moment
        back_end.hear(LIVE)
        assert back_end.key_set_reads == reads


def test_keys_that_cannot_be_used_are_passed_over() -> None:
    odd = [None, {}, {"kid": "a"}, {"kid": "b", "alg": "EdDSA", "kty": "OKP"}, {"kid": "c", "alg": "HS256", "k": "eA"}]
    keys = KeySet({"keys": odd + KEYS["first"]["keys"]})
    assert keys.knows("ed25519-today")
    assert not any(keys.knows(kid) for kid in "abc")
    with pytest.raises(ValueError):
        KeySet([])
