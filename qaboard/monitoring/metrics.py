"""Counters of one process, for Prometheus.

Labels come from the code and never from a request, so their number is bounded.
"""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from pyramid.request import Request
from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool

__all__ = ["CONTENT_TYPE_LATEST", "Metrics", "count_after_commit"]

# In seconds: a kept page takes less than the first, and nobody waits for longer than the last.
LATENCY_BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

NO_VIEW = "none"
"""The view of a request that came to none, not even to one for errors."""


class Metrics:
    """What one process counts, from its start."""

    def __init__(self, engine: Engine) -> None:
        # Beside each counter when it began; that is the start of the process for nearly all.
        disable_created_metrics()
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self.requests = Counter(
            "qaboard_requests",
            "Requests answered.",
            ("view", "method", "status"),
            registry=registry,
        )
        self.latency = Histogram(
            "qaboard_request_seconds",
            "How long the answers took to make.",
            ("view",),
            registry=registry,
            buckets=LATENCY_BUCKETS,
        )
        self.queries = Counter(
            "qaboard_queries", "Statements that requests sent to the database.", registry=registry
        )
        self.retries = Counter(
            "qaboard_retries", "Attempts at a request that were given up and repeated.",
            registry=registry,
        )  # fmt: skip
        logins = Counter(
            "qaboard_logins",
            "Logins, and wrong passwords, codes and passkeys.",
            ("outcome",),
            registry=registry,
        )
        self.logins = logins.labels("success")
        self.login_failures = logins.labels("failure")
        posts = Counter("qaboard_posts", "Posts that were written.", ("kind",), registry=registry)
        self.questions = posts.labels("question")
        self.answers = posts.labels("answer")
        connections = Gauge(
            "qaboard_database_connections",
            "Connections of the pool to the database.",
            ("state",),
            registry=registry,
        )
        connections.labels("in_use").set_function(_of_pool(engine, QueuePool.checkedout))
        connections.labels("idle").set_function(_of_pool(engine, QueuePool.checkedin))
        size = Gauge(
            "qaboard_database_pool_size",
            "Connections that the pool keeps open.",
            registry=registry,
        )
        size.set_function(_of_pool(engine, QueuePool.size))
        # What `labels` finds takes as long as all the rest of a request's counting.
        self._requests: dict[tuple[str, str, int], Counter] = {}
        self._latency: dict[str, Histogram] = {}

    def note_request(
        self, view: str, method: str, status: int, seconds: float, queries: int
    ) -> None:
        """Count a request that was answered.

        :param view: the name of its view; empty when it came to none.
        :param method: one of a bounded number.
        :param seconds: how long the answer took to make.
        :param queries: how many statements it needed.
        """
        view = view or NO_VIEW
        key = (view, method, status // 100)
        counter = self._requests.get(key)
        if counter is None:
            counter = self.requests.labels(view, method, f"{key[2]}xx")
            self._requests[key] = counter
        counter.inc()
        latency = self._latency.get(view)
        if latency is None:
            latency = self._latency[view] = self.latency.labels(view)
        latency.observe(seconds)
        if queries:
            self.queries.inc(queries)

    def exposition(self) -> bytes:
        """All of them in the text format of Prometheus."""
        return generate_latest(self.registry)


def _of_pool(engine: Engine, count: Callable[[QueuePool], int]) -> Callable[[], float]:
    # A pool is replaced when the engine is disposed of. One in memory is no queue.
    return lambda: count(engine.pool) if isinstance(engine.pool, QueuePool) else 0


def count_after_commit(request: Request, counter: Counter) -> None:
    """Count something if the transaction of the request is committed: once, however often it was
    tried."""

    def count(is_committed: bool) -> None:
        if is_committed:
            counter.inc()

    request.tm.get().addAfterCommitHook(count)
