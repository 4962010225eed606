"""Background jobs: one thread of the process, and a list of jobs with due times."""

from __future__ import annotations

import atexit
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from functools import partial

from pyramid.request import Request

log = logging.getLogger(__name__)

QUEUE_LENGTH = 1000
CLOSE_SECONDS = 10
"""How long a server that stops waits for what is under way."""

Job = Callable[[], object]


class BackgroundWorker:
    """Runs jobs one after the other: those that are due, in the order in which they became so.

    A job has what it needs with it: no request, and no transaction but its own. What it raises is
    logged; all it says has the id of the request that left it. The thread starts with the first
    job, so a process that only forks has none.

    :param name: what the thread is called.
    """

    def __init__(self, name: str = "background") -> None:
        self.name = name
        self.jobs: list[tuple[float, int, Job]] = []
        self.numbers = itertools.count()
        self.is_working = False
        self.is_closing = False
        self.thread: threading.Thread | None = None
        self.changed = threading.Condition()

    def submit(self, job: Job, *, delay_seconds: float = 0) -> bool:
        """Run a job soon, or after a while. When too many wait it is dropped, and the log says so;
        so is one with a delay once the server stops.

        :return: whether it is going to run.
        """
        with self.changed:
            if len(self.jobs) >= QUEUE_LENGTH:
                log.error("a job was dropped: %s others wait already", QUEUE_LENGTH)
                return False
            if self.is_closing and delay_seconds:
                log.error("a job was dropped: the process stops before it is due")
                return False
            job = partial(copy_context().run, do, job)
            due_at = time.monotonic() + delay_seconds
            heapq.heappush(self.jobs, (due_at, next(self.numbers), job))
            self.changed.notify_all()
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self.thread.start()
                atexit.register(self.close)
            return True

    def wait(self) -> None:
        """Wait until all jobs are done, those with a delay too."""
        with self.changed:
            self.changed.wait_for(lambda: not self.jobs and not self.is_working)

    def close(self) -> None:
        """Let the jobs end, for a while, and then the thread; those with a delay run now."""
        with self.changed:
            self.is_closing = True
            self.changed.notify_all()
        if self.thread is not None:
            self.thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while (job := self._next_job()) is not None:
            job()

    def _next_job(self) -> Job | None:
        """Wait for the job that is due next; ``None`` when there is none and the server stops."""
        with self.changed:
            self.is_working = False
            self.changed.notify_all()
            while not self.is_closing:
                seconds = self.jobs[0][0] - time.monotonic() if self.jobs else None
                if seconds is not None and seconds <= 0:
                    break
                self.changed.wait(seconds)
            if not self.jobs:
                return None
            self.is_working = True
            return heapq.heappop(self.jobs)[2]


def do(job: Job) -> None:
    """Run a job, and log what it raises."""
    try:
        job()
    except Exception:
        log.exception("a job in the background failed")


def run_after_commit(request: Request, job: Job) -> None:
    """Run a job in the background if the transaction of the request is committed."""

    def submit(is_committed: bool) -> None:
        if is_committed:
            request.registry["background"].submit(job)

    request.tm.get().addAfterCommitHook(submit)


def includeme(config) -> None:
    worker = BackgroundWorker()
    config.registry["background"] = worker
    config.add_request_method(lambda _request: worker, "background", property=True)
    config.add_request_method(run_after_commit)
