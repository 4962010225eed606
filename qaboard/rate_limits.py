"""Rate limits: how often something may be done, counted in memory or in Redis."""

from __future__ import annotations

import logging
import math
import time

from limits import RateLimitItem
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from pyramid.request import Request

from qaboard.i18n import _
from qaboard.services.refusal import WHOLE_FORM, Refusal
from qaboard.settings.rate_limits import RateLimit, RateLimitSettings
from qaboard.settings.reading import SettingsError

log = logging.getLogger(__name__)

KEY_PREFIX = "qaboard"
STORAGE_TIMEOUT_SECONDS = 1


class TooManyRequests(Refusal):
    """Something was done too often; ``retry_after`` is the number of seconds to wait."""

    def __init__(self, retry_after: int) -> None:
        minutes = math.ceil(retry_after / 60)
        message = _(
            "This was too often in a short time. Please try again in ${minutes} min.",
            mapping={"minutes": minutes},
        )
        if retry_after < 60:
            message = _(
                "This was too often in a short time. Please try again in ${seconds} s.",
                mapping={"seconds": retry_after},
            )
        super().__init__({WHOLE_FORM: message})
        self.retry_after = retry_after


class RateLimiter:
    """Counts what happened in the time that ends now.

    When the counters cannot be reached nothing is limited, and the log says so: a board that can
    be used is worth more than one that is out because of its limits.

    :raises SettingsError: when the storage is of an unknown kind or its package is missing.
    """

    def __init__(self, settings: RateLimitSettings) -> None:
        self.rates = settings.rates
        scheme = settings.storage.partition(":")[0]
        try:
            self.storage = storage_from_string(
                settings.storage,
                wrap_exceptions=True,
                socket_connect_timeout=STORAGE_TIMEOUT_SECONDS,
                socket_timeout=STORAGE_TIMEOUT_SECONDS,
            )
        except ConfigurationError as error:
            raise SettingsError(
                f"The setting rate_limits.storage begins with {scheme!r}, which cannot be used: "
                f"{error}; it should look like memory:// or redis://localhost:6379."
            ) from None
        self.limiter = MovingWindowRateLimiter(self.storage)

    def seconds_to_wait(self, limit: RateLimit, key: str, *, count: bool = True) -> int:
        """How long this must wait; 0 when it may go on.

        :param key: who or what it is counted for: a user's id, a network address, a name.
        :param count: whether to count it; otherwise it is only asked.
        """
        rate = self.rates[limit]
        if rate is None:
            return 0
        identifiers = (KEY_PREFIX, limit, key)
        ask = self.limiter.hit if count else self.limiter.test
        try:
            if ask(rate, *identifiers):
                return 0
            return self._rest_of_window(rate, identifiers)
        except StorageError as error:
            log.error("the rate limits cannot be asked, so nothing is limited: %r", error)
            return 0

    def _rest_of_window(self, rate: RateLimitItem, identifiers: tuple[str, ...]) -> int:
        reset_at = self.limiter.get_window_stats(rate, *identifiers).reset_time
        return max(1, math.ceil(reset_at - time.time()))

    def forget(self, limit: RateLimit, key: str) -> None:
        """Begin to count anew, such as after a right password."""
        rate = self.rates[limit]
        if rate is None:
            return
        try:
            self.limiter.clear(rate, KEY_PREFIX, limit, key)
        except StorageError as error:
            log.error("the rate limits cannot be asked, so nothing is limited: %r", error)


def limit_rate(request: Request, limit: RateLimit, key: object) -> None:
    """Count something, and stop it when it was too often.

    In a form the form is shown again as it was typed; elsewhere it is a page of its own. Both have
    the status 429 and say in ``Retry-After`` how long to wait.

    :param key: who or what it is counted for: a user's id, a network address, a name.
    :raises TooManyRequests: when it was too often.
    """
    seconds = request.registry["rate_limiter"].seconds_to_wait(limit, str(key))
    if seconds:
        log.warning("rate limit %s reached: %s %s", limit, request.method, request.path)
        raise TooManyRequests(seconds)


def includeme(config) -> None:
    config.registry["rate_limiter"] = RateLimiter(config.registry["settings"].rate_limits)
    config.add_request_method(limit_rate)
