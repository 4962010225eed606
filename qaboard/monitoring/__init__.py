"""Monitoring: access log, slow-query log, metrics, readiness.

Their addresses are in `qaboard/views/site/monitoring.py`.
"""

from pyramid.interfaces import IExecutionPolicy
from pyramid.viewderivers import INGRESS
from pyramid_retry import IBeforeRetry

from qaboard.monitoring.metrics import Metrics, count_after_commit
from qaboard.monitoring.readiness import Readiness, make_checks
from qaboard.monitoring.requests import named_view, observing
from qaboard.monitoring.statements import watch_statements


def includeme(config) -> None:
    registry = config.registry
    settings = registry["settings"].monitoring
    engine = registry["engine"]
    metrics = Metrics(engine)
    registry["metrics"] = metrics
    registry["readiness"] = Readiness(make_checks(registry))
    replica = registry["replica"]
    for each in (engine, replica.engine) if replica else (engine,):
        watch_statements(each, slow_milliseconds=settings.slow_query_milliseconds)
    config.add_view_deriver(named_view, under=INGRESS, over="subpath_view")
    config.add_subscriber(lambda _event: metrics.retries.inc(), IBeforeRetry)
    config.add_request_method(lambda request: request.registry["metrics"], "metrics", property=True)
    config.add_request_method(count_after_commit)

    def wrap_execution_policy() -> None:
        policy = registry.getUtility(IExecutionPolicy)
        registry.registerUtility(observing(policy, registry), IExecutionPolicy)

    # Around that of the kept pages, which is made just before.
    config.action("qaboard.monitoring.execution_policy", wrap_execution_policy, order=1000)
