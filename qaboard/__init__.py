"""qaboard: a question-and-answer board on Pyramid traversal and SQLAlchemy."""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType

from pyramid.config import Configurator

from qaboard.database.migration_state import SchemaError
from qaboard.settings import Settings, SettingsError, load_settings

_MODULES_IN_KEPT_INI_FILES = {
    "log_handlers": "qaboard.server.log_handlers",
    "log_entries": "qaboard.server.log_formatters",
}


def __getattr__(name: str) -> ModuleType:
    """Find the log classes under the names that the ini file of the release before has.

    An installed board keeps its ini file (docs/backup.md, "The rule for settings").
    """
    if name in _MODULES_IN_KEPT_INI_FILES:
        return import_module(_MODULES_IN_KEPT_INI_FILES[name])
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def main(global_config, **ini):
    """The WSGI application; Paste calls it with the ``[app:main]`` section of the ini file."""
    try:
        return make_application(load_settings(ini, os.environ), global_config, ini)
    except (SettingsError, SchemaError) as error:
        # One sentence for the operator instead of a traceback.
        raise SystemExit(f"qaboard: {error}") from None


def make_application(settings: Settings, global_config, ini):
    """Make the application from loaded settings: its parts, in order, and the views."""
    config = Configurator(settings=ini)
    config.registry["settings"] = settings
    config.registry["ini_path"] = global_config.get("__file__")
    config.include("qaboard.http.malformed_requests")
    config.include("qaboard.jobs.background")
    config.include("qaboard.database.session")
    config.include("qaboard.database.replica")
    config.include("qaboard.database.migration_state")
    config.include("qaboard.jobs.maintenance")
    config.include("qaboard.security")
    config.include("qaboard.resources")
    config.include("qaboard.security.write_transaction")
    config.include("qaboard.i18n.negotiation")
    config.include("qaboard.http.theme")
    config.include("qaboard.page_cache")
    config.include("qaboard.server.watch")
    config.include("qaboard.rendering.flash")
    config.include("qaboard.rendering.environment")
    config.include("qaboard.rendering.static_files")
    config.include("qaboard.presenters.accounts.restriction")
    config.include("qaboard.mail")
    config.include("qaboard.limits.rate_limits")
    config.include("qaboard.monitoring")
    config.include("qaboard.forms.submission")
    config.include("qaboard.http.view_derivers")
    config.include("qaboard.server.memory")
    config.scan("qaboard.views")
    return config.make_wsgi_app()
