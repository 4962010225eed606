"""Work that nobody waits for: one thread of the process, and a queue with an end."""

from __future__ import annotations

import atexit
import contextlib
import logging
import queue
import threading
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
    """Runs jobs one after the other, in the order they came.

    A job has what it needs with it: no request, and no transaction but its own. What it raises is
    logged; all it says has the id of the request that left it. The thread starts with the first
    job, so a process that only forks has none.

    :param name: what the thread is called.
    """

    def __init__(self, name: str = "background") -> None:
        self.name = name
        self.jobs: queue.Queue[Job | None] = queue.Queue(QUEUE_LENGTH)
        self.thread: threading.Thread | None = None
        self.lock = threading.Lock()

    def submit(self, job: Job) -> None:
        """Run a job soon. When the queue is full it is dropped, and the log says so."""
        with self.lock:
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name=self.name, daemon=True)
                self.thread.start()
                atexit.register(self.close)
        try:
            self.jobs.put_nowait(partial(copy_context().run, do, job))
        except queue.Full:
            log.error("a job was dropped: %s others wait already", QUEUE_LENGTH)

    def wait(self) -> None:
        """Wait until all jobs so far are done."""
        self.jobs.join()

    def close(self) -> None:
        """Let the jobs so far end, for a while, and then the thread."""
        if self.thread is not None and self.thread.is_alive():
            with contextlib.suppress(queue.Full):
                self.jobs.put(None, timeout=CLOSE_SECONDS)
                self.thread.join(CLOSE_SECONDS)

    def _run(self) -> None:
        while True:
            job = self.jobs.get()
            try:
                if job is None:
                    return
                job()
            finally:
                self.jobs.task_done()


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
