"""Counters for Prometheus."""

from __future__ import annotations

import pytest

from qaboard.monitoring.metrics import Metrics


@pytest.fixture
def metrics(engine) -> Metrics:
    return Metrics(engine)


def lines(metrics: Metrics) -> set[str]:
    return set(metrics.exposition().decode().splitlines())


def test_a_request_is_counted_by_view_method_and_class_of_status(metrics):
    for status in (200, 204, 404):
        metrics.note_request("list_questions", "GET", status, 0.004, queries=3)
    found = lines(metrics)
    count = 'qaboard_requests_total{{method="GET",status="{}",view="list_questions"}} {}'
    assert {count.format("2xx", "2.0"), count.format("4xx", "1.0")} <= found
    assert 'qaboard_request_seconds_bucket{le="0.0025",view="list_questions"} 0.0' in found
    assert 'qaboard_request_seconds_bucket{le="0.005",view="list_questions"} 3.0' in found
    assert "qaboard_queries_total 9.0" in found


def test_a_request_that_came_to_no_view_has_a_name_too(metrics):
    metrics.note_request("", "GET", 400, 0.001, queries=0)
    assert 'qaboard_requests_total{method="GET",status="4xx",view="none"} 1.0' in lines(metrics)


def test_connections_in_use_are_counted(metrics, engine):
    assert 'qaboard_database_connections{state="in_use"} 0.0' in lines(metrics)
    with engine.connect():
        assert 'qaboard_database_connections{state="in_use"} 1.0' in lines(metrics)


def test_two_boards_of_one_process_count_apart(engine, metrics):
    metrics.questions.inc()
    assert 'qaboard_posts_total{kind="question"} 0.0' in lines(Metrics(engine))
