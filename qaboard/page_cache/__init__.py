"""Pages of visitors, kept by each process and served again while nothing that they show changes.

A view says by `keep_page` that what it shows depends on nothing but the database, the time, the
address, the language and the theme. A page is served again when the database is in the state in
which it was made (`database_state.py`), and no "3 minutes ago" in it has become four
(`shown_times.py`).
"""

from pyramid.interfaces import IExecutionPolicy
from pyramid.router import default_execution_policy

from qaboard.database.change_counter import DatabaseState
from qaboard.page_cache.execution_policy import keeping_pages
from qaboard.page_cache.store import PageStore

MIB = 1024 * 1024


def includeme(config) -> None:
    settings = config.registry["settings"]
    # The toolbar puts the number of the request into each page.
    has_toolbar = "debugtoolbar" in config.get_settings().get("pyramid.includes", "")
    limit_bytes = 0 if has_toolbar else settings.kept_pages_mib * MIB
    config.registry["kept_pages"] = PageStore(limit_bytes)
    config.registry["database_state"] = DatabaseState(config.registry["engine"])

    def wrap_execution_policy() -> None:
        registry = config.registry
        policy = registry.queryUtility(IExecutionPolicy, default=default_execution_policy)
        registry.registerUtility(keeping_pages(policy, registry), IExecutionPolicy)

    # After pyramid_retry has set its own, which tries again what could not be committed.
    config.action("qaboard.page_cache.execution_policy", wrap_execution_policy, order=999)
