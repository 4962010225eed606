"""Hourly maintenance, triggered by requests."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

from pyramid.events import NewRequest
from sqlalchemy import Engine

from qaboard.jobs.background import BackgroundWorker, Job
from qaboard.services.board.list_segments import even_out
from qaboard.services.moderation.purge import finish_purges
from qaboard.services.site.due_deletions import close_due_accounts
from qaboard.services.site.expiry import forget_expired
from qaboard.settings import AccountSettings

INTERVAL_SECONDS = 60 * 60


class Housekeeping:
    """Goes on with purges, closes accounts that are due, forgets what has expired, and evens out
    the segments of the lists, about once an hour.

    Any request makes it look whether an hour is over, beginning with the first one. The work is
    done in a thread of its own, because an account with many posts takes minutes, and mails would
    wait for it behind the other jobs. Every process does it; what one has done is not there any
    more for another.
    """

    def __init__(self, engine: Engine, accounts: AccountSettings) -> None:
        self.engine = engine
        self.accounts = accounts
        self.worker = BackgroundWorker("housekeeping")
        self.lock = threading.Lock()
        self.due_at = time.monotonic()
        # Each by itself, so that one that fails does not keep the others from being done.
        self.jobs: list[Job] = [self.close_accounts, self.forget, self.even_out_lists]

    def look(self, _event: NewRequest | None = None) -> None:
        """Have the work done if an hour is over; nobody waits for it."""
        if time.monotonic() < self.due_at:
            return
        with self.lock:
            now = time.monotonic()
            if now < self.due_at:
                return
            self.due_at = now + INTERVAL_SECONDS
        for job in self.jobs:
            self.worker.submit(job)

    def close_accounts(self) -> None:
        finish_purges(self.engine)
        close_due_accounts(self.engine)

    def forget(self) -> None:
        forget_expired(
            self.engine,
            session_idle=timedelta(days=self.accounts.session_idle_days),
            activity=timedelta(days=self.accounts.activity_days),
        )

    def even_out_lists(self) -> None:
        even_out(self.engine)


def includeme(config) -> None:
    registry = config.registry
    housekeeping = Housekeeping(registry["engine"], registry["settings"].accounts)
    registry["housekeeping"] = housekeeping
    config.add_subscriber(housekeeping.look, NewRequest)
