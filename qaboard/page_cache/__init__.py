"""Page cache: finished pages of visitors, in the memory of each process.

A view declares by ``cacheable=True`` that its page depends on nothing but the database, the time,
the address, the language and the theme. A page is fresh while the database is in the state in which
it was made (`database/change_counter.py`) and none of its relative times changes
(`relative_times.py`). Nothing of anybody who is logged in is cached.
"""

from pyramid.interfaces import IExecutionPolicy
from pyramid.router import default_execution_policy

from qaboard.database.change_counter import DatabaseState
from qaboard.page_cache.cacheability import cacheable_view, track_relative_time
from qaboard.page_cache.execution_policy import caching_policy
from qaboard.page_cache.store import PageCache

MIB = 1024 * 1024


def includeme(config) -> None:
    settings = config.registry["settings"]
    # The toolbar puts the number of the request into each page.
    has_toolbar = "debugtoolbar" in config.get_settings().get("pyramid.includes", "")
    limit_bytes = 0 if has_toolbar else settings.kept_pages_mib * MIB
    config.registry["page_cache"] = PageCache(limit_bytes)
    config.registry["database_state"] = DatabaseState(config.registry["engine"])

    config.add_request_method(track_relative_time)
    config.add_view_deriver(cacheable_view)

    def wrap_execution_policy() -> None:
        registry = config.registry
        policy = registry.queryUtility(IExecutionPolicy, default=default_execution_policy)
        registry.registerUtility(caching_policy(policy, registry), IExecutionPolicy)

    # After pyramid_retry has set its own, which tries again what could not be committed.
    config.action("qaboard.page_cache.execution_policy", wrap_execution_policy, order=999)
