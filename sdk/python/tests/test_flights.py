"""Questions that threads share, and who waits for whom."""

from __future__ import annotations

import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import vectors
from house import wait_for

from portico import Unavailable
from portico._core.clock import Now
from portico._flights import Flights, within_second

ANA = vectors.read("feed")["tokens"]["ana"]


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
        wait_for("all of them", lambda: waiting(flights, "a") == 8)
        all_wait.set()
        assert [answer.result(10) for answer in answers] == [7] * 8
    assert asked == ["once"]
    assert flights.join("a", lambda: 8) == 8


class TooLong(Exception):
    """What a time limit raises in the main thread."""


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="the platform has no timers that signal")
def test_a_thread_that_is_made_to_give_up_takes_the_answer_from_nobody() -> None:
    flights: Flights[int] = Flights()
    all_wait = threading.Event()

    def give_up(_: int, __: object) -> None:
        raise TooLong

    def ask() -> int:
        assert all_wait.wait(10)
        return 7

    before = signal.signal(signal.SIGALRM, give_up)
    try:
        with ThreadPoolExecutor(1) as pool:
            answers = []

            def join_too() -> None:
                wait_for("the first", lambda: "a" in flights._flying)
                answers.append(pool.submit(flights.join, "a", ask))
                wait_for("the second", lambda: waiting(flights, "a") > 0)
                signal.setitimer(signal.ITIMER_REAL, 0.05)

            joining = threading.Thread(target=join_too)
            joining.start()
            with pytest.raises(TooLong):
                flights.join("a", ask)
            joining.join()
            all_wait.set()
            assert answers[0].result(10) == 7
    finally:
        signal.signal(signal.SIGALRM, before)


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
