"""Rate limits: how often something may be done, counted in the database, in memory or in Redis."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from limits import RateLimitItem
from limits.errors import ConfigurationError, StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter
from pyramid.request import Request

from qaboard.i18n import _
from qaboard.limits.storage import DatabaseStorage
from qaboard.models import EventKind
from qaboard.services.accounts.security_event import log_event
from qaboard.services.errors import WHOLE_FORM, Refusal
from qaboard.settings.rate_limits import RateLimit, RateLimitSettings
from qaboard.settings.reading import SettingsError

log = logging.getLogger(__name__)

KEY_PREFIX = "qaboard"
COUNTED = "qaboard.counted"
"""The key of the WSGI environment with what a request was counted for already, and the answers."""

DATABASE = "database"
"""The setting for counters in the database of the board."""

CLOCK_TOLERANCE_SECONDS = 60
"""How much the clocks of several machines may differ; more is a clock that was set back."""

STORAGE_TIMEOUT_SECONDS = 1
STORAGE_PAUSE_SECONDS = 30
"""How long a storage that did not answer is left alone; nobody waits for it meanwhile."""


Answer = TypeVar("Answer")


class TooManyRequests(Refusal):
    """Something was done too often; ``retry_after`` is the number of seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        minutes = math.ceil(retry_after / 60)
        message = _(
            "Too many attempts. Try again in ${minutes} min.",
            mapping={"minutes": minutes},
        )
        if retry_after < 60:
            message = _(
                "Too many attempts. Try again in ${seconds} sec.",
                mapping={"seconds": retry_after},
            )
        super().__init__({WHOLE_FORM: message})
        self.retry_after = retry_after


class RateLimiter:
    """Counts what happened in the time that ends now.

    When the counters cannot be reached each process counts by itself, and the log says so: the
    site stays up, and passwords still cannot be guessed without end. Every half minute one request
    looks whether they are back; the others do not wait for it.

    :param storage: the counters; by default those that the settings name.
    :raises SettingsError: when the storage is of an unknown kind or its package is missing.
    """

    def __init__(self, settings: RateLimitSettings, storage: Storage | None = None) -> None:
        self.rates = settings.rates
        self.storage = storage or make_storage(settings.storage)
        self.limiter = MovingWindowRateLimiter(self.storage)
        self.own_limiter = MovingWindowRateLimiter(MemoryStorage())
        self.pause = Pause()

    def seconds_to_wait(self, limit: RateLimit, key: str) -> int:
        """Count something.

        :param key: who or what it is counted for: a user's id, a network address, a name.
        :return: how long it must wait, in seconds; 0 when it may go on.
        """
        rate = self.rates[limit]
        if rate is None:
            return 0
        identifiers = (KEY_PREFIX, limit, key)
        return self._with_storage(lambda limiter: _hit(limiter, rate, identifiers))

    def forget(self, limit: RateLimit, key: str) -> None:
        """Begin to count anew, such as after a right password."""
        rate = self.rates[limit]
        if rate is not None:
            self._with_storage(lambda limiter: limiter.clear(rate, KEY_PREFIX, limit, key))

    def reset(self) -> None:
        """Begin to count everything anew."""
        self._with_storage(lambda limiter: limiter.storage.reset())
        self.own_limiter.storage.reset()

    def check(self) -> None:
        """See whether the counters can be reached.

        :raises ConnectionError: when they cannot.
        """
        if not self.storage.check():
            raise ConnectionError("the storage does not answer")

    def _with_storage(self, ask: Callable[[MovingWindowRateLimiter], Answer]) -> Answer:
        if not self.pause.is_over():
            return ask(self.own_limiter)
        try:
            answer = ask(self.limiter)
        except StorageError as error:
            if self.pause.begin():
                log.error(
                    "the storage of the rate limits is away, so this process counts by itself: %r",
                    error,
                )
            return ask(self.own_limiter)
        if self.pause.end():
            log.warning("the storage of the rate limits is back")
        return answer


def make_storage(uri: str) -> Storage:
    """The counters that a setting names.

    :raises SettingsError: when they are of an unknown kind or their package is missing.
    """
    try:
        return storage_from_string(
            uri,
            wrap_exceptions=True,
            socket_connect_timeout=STORAGE_TIMEOUT_SECONDS,
            socket_timeout=STORAGE_TIMEOUT_SECONDS,
        )
    except (ConfigurationError, ValueError) as error:
        scheme = uri.partition(":")[0]
        raise SettingsError(
            f"The setting rate_limits.storage begins with {scheme!r}, which cannot be used: "
            f"{error}. It should be {DATABASE}, or look like memory:// or redis://localhost:6379."
        ) from None


class Pause:
    """Whether a storage is left alone because it did not answer; threads share it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until: float | None = None
        self.told_at: float | None = None

    def is_over(self) -> bool:
        """Whether to ask the storage; after a pause the first who is told so looks for all."""
        now = time.monotonic()
        with self.lock:
            if self.until is None:
                return True
            if now < self.until:
                return False
            self.until = now + STORAGE_PAUSE_SECONDS
            return True

    def begin(self) -> bool:
        """Leave the storage alone from now on.

        :return: whether to say so: of several requests that waited at once, one does.
        """
        now = time.monotonic()
        with self.lock:
            self.until = now + STORAGE_PAUSE_SECONDS
            is_news = self.told_at is None or now >= self.told_at + STORAGE_PAUSE_SECONDS
            if is_news:
                self.told_at = now
            return is_news

    def end(self) -> bool:
        """Ask the storage again.

        :return: whether there was a pause.
        """
        with self.lock:
            was_paused, self.until = self.until is not None, None
            return was_paused


def _hit(
    limiter: MovingWindowRateLimiter, rate: RateLimitItem, identifiers: tuple[str, ...]
) -> int:
    """Count something, and say how many seconds it must wait."""
    if limiter.hit(rate, *identifiers):
        return 0
    window = rate.get_expiry()
    wait = limiter.get_window_stats(rate, *identifiers).reset_time - time.time()
    if wait > window + CLOCK_TOLERANCE_SECONDS:
        # It was counted before the clock was set back.
        limiter.clear(rate, *identifiers)
        limiter.hit(rate, *identifiers)
        return 0
    return max(1, math.ceil(min(wait, window)))


def count_attempt(request: Request, limit: RateLimit, key: object) -> int:
    """Count something, and say how many seconds it must wait; 0 when it may go on.

    An attempt that is repeated, because its transaction met another one, is counted once and
    answered alike.
    """
    # The environment is what the attempts of one request share.
    counted = request.environ.setdefault(COUNTED, {})
    attempt = limit, str(key)
    if attempt not in counted:
        seconds = request.registry["rate_limiter"].seconds_to_wait(*attempt)
        if seconds:
            log_event(
                EventKind.RATE_LIMITED, user_id=None, client=request.client, limit=limit.value
            )
        counted[attempt] = seconds
    return counted[attempt]


def limit_rate(request: Request, limit: RateLimit, key: object) -> None:
    """Count something as `count_attempt` does, and stop it when it was too often.

    In a form the form is shown again as it was typed; elsewhere it is a page of its own. Both have
    the status 429 and say in ``Retry-After`` how long to wait.

    :param key: who or what it is counted for: a user's id, a network address, a name.
    :raises TooManyRequests: when it was too often.
    """
    seconds = count_attempt(request, limit, key)
    if seconds:
        raise TooManyRequests(seconds)


def includeme(config) -> None:
    registry = config.registry
    settings, engine = registry["settings"], registry["engine"]
    storage = None
    if settings.rate_limits.storage == DATABASE:
        storage = DatabaseStorage(engine, settings.secret)
        registry["housekeeping"].jobs.append(storage.delete_expired)
    registry["rate_limiter"] = RateLimiter(settings.rate_limits, storage)
    config.add_request_method(count_attempt)
    config.add_request_method(limit_rate)
