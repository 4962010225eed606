"""Rate limits: counting, waiting, and a storage that is away."""

from __future__ import annotations

import time
from dataclasses import replace
from types import SimpleNamespace

import pytest
from limits import parse
from limits.errors import StorageError
from limits.storage import MemoryStorage

from qaboard.limits import rate_limits
from qaboard.limits.rate_limits import (
    STORAGE_PAUSE_SECONDS,
    Pause,
    RateLimiter,
    TooManyRequests,
    limit_rate,
    make_storage,
)
from qaboard.settings.rate_limits import RateLimit
from qaboard.settings.reading import SettingsError

AWAY = StorageError(OSError("away"))


class UnsteadyStorage(MemoryStorage):
    """Counters in memory that can be away."""

    is_away = False

    def acquire_entry(self, *arguments, **named):
        if self.is_away:
            raise AWAY
        return super().acquire_entry(*arguments, **named)


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """The clock of the module: ``elapsed`` seconds before or after the real one."""
    clock = SimpleNamespace(elapsed=0.0)
    monkeypatch.setattr(
        rate_limits,
        "time",
        SimpleNamespace(
            time=lambda: time.time() + clock.elapsed, monotonic=lambda: 1000.0 + clock.elapsed
        ),
    )
    return clock


@pytest.fixture
def storage() -> UnsteadyStorage:
    return UnsteadyStorage()


@pytest.fixture
def limiter(settings, storage) -> RateLimiter:
    """Lets two votes of a user through in a minute, and any number of searches."""
    rates = settings.rate_limits.rates | {
        RateLimit.VOTE: parse("2 per minute"),
        RateLimit.SEARCH: None,
    }
    return RateLimiter(replace(settings.rate_limits, rates=rates), storage)


def vote(limiter: RateLimiter, key: str = "7") -> int:
    return limiter.seconds_to_wait(RateLimit.VOTE, key)


def test_what_is_too_often_waits_until_the_first_is_a_minute_old(limiter):
    assert [vote(limiter), vote(limiter)] == [0, 0]
    assert 55 <= vote(limiter) <= 60


def test_each_key_is_counted_by_itself(limiter):
    assert [vote(limiter, key) for key in ("7", "7", "8")] == [0, 0, 0]


def test_what_has_no_rate_never_waits(limiter):
    assert {limiter.seconds_to_wait(RateLimit.SEARCH, "7") for _ in range(50)} == {0}


def test_what_is_forgotten_is_counted_anew(limiter):
    vote(limiter)
    vote(limiter)
    limiter.forget(RateLimit.VOTE, "7")
    assert vote(limiter) == 0


def test_whoever_is_refused_waits_a_second_at_least(limiter, clock):
    """Even when the minute ends between the count and the question how long it lasts."""
    vote(limiter)
    vote(limiter)
    clock.elapsed = 60
    assert vote(limiter) == 1


def test_a_count_from_before_the_clock_was_set_back_does_not_keep_anybody_waiting(limiter, clock):
    vote(limiter)
    vote(limiter)
    clock.elapsed = -3600
    assert vote(limiter) == 0


def test_while_the_storage_is_away_the_process_counts_by_itself(limiter, storage, caplog):
    storage.is_away = True
    assert [vote(limiter) > 0 for _ in range(3)] == [False, False, True]
    assert caplog.text.count("is away") == 1


def test_a_storage_that_is_back_counts_again_after_the_pause(limiter, storage, clock, caplog):
    storage.is_away = True
    vote(limiter)
    storage.is_away = False
    clock.elapsed = STORAGE_PAUSE_SECONDS + 1
    assert [vote(limiter) > 0 for _ in range(3)] == [False, False, True]
    assert "is back" in caplog.text


def test_nobody_asks_the_storage_during_a_pause(clock):
    pause = Pause()
    assert pause.is_over()
    pause.begin()
    clock.elapsed = STORAGE_PAUSE_SECONDS - 1
    assert not pause.is_over()


def test_after_a_pause_one_request_looks_and_the_others_do_not_wait_for_it(clock):
    pause = Pause()
    pause.begin()
    clock.elapsed = STORAGE_PAUSE_SECONDS + 1
    assert [pause.is_over() for _ in range(3)] == [True, False, False]
    clock.elapsed += STORAGE_PAUSE_SECONDS
    assert [pause.is_over() for _ in range(3)] == [True, False, False]


def test_after_the_end_of_a_pause_everybody_asks_the_storage(clock):
    pause = Pause()
    pause.begin()
    assert pause.end()
    assert [pause.is_over() for _ in range(3)] == [True, True, True]
    assert not pause.end()


@pytest.mark.parametrize(("seconds", "said"), [(59, "59 s"), (60, "1 min"), (61, "2 min")])
def test_the_refusal_says_how_long_to_wait(seconds, said):
    refusal = TooManyRequests(seconds)
    assert refusal.retry_after == seconds
    assert said in refusal.errors[""].interpolate()


def test_a_request_that_runs_again_is_counted_once(limiter, make_request, registry, monkeypatch):
    monkeypatch.setitem(registry, "rate_limiter", limiter)
    request = make_request()
    for _ in range(5):
        limit_rate(request, RateLimit.VOTE, 7)
    limit_rate(make_request(), RateLimit.VOTE, 7)
    with pytest.raises(TooManyRequests):
        limit_rate(make_request(), RateLimit.VOTE, 7)


def test_an_unknown_storage_stops_the_start_in_a_sentence():
    with pytest.raises(SettingsError, match=r"rate_limits\.storage begins with 'nowhere'"):
        make_storage("nowhere://localhost")
