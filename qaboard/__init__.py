"""qaboard: a question-and-answer board on Pyramid traversal and SQLAlchemy."""

from __future__ import annotations

import os

from pyramid.config import Configurator

from qaboard.schema import SchemaError
from qaboard.settings import Settings, SettingsError, load_settings


def main(global_config, **ini):
    """The WSGI application; Paste calls it with the ``[app:main]`` section of the ini file."""
    try:
        return make_application(load_settings(ini, os.environ), global_config, ini)
    except (SettingsError, SchemaError) as error:
        # One sentence for the operator instead of a traceback.
        raise SystemExit(f"qaboard: {error}") from None


def make_application(settings: Settings, global_config, ini):
    """The same from settings that can be used: the parts, in order, and the views."""
    config = Configurator(settings=ini)
    config.registry["settings"] = settings
    config.registry["ini_path"] = global_config.get("__file__")
    config.include("qaboard.allocator")
    config.include("qaboard.request_checks")
    config.include("qaboard.background")
    config.include("qaboard.db")
    config.include("qaboard.replica")
    config.include("qaboard.schema")
    config.include("qaboard.housekeeping")
    config.include("qaboard.security")
    config.include("qaboard.write_transaction")
    config.include("qaboard.i18n")
    config.include("qaboard.theme")
    config.include("qaboard.kept_pages")
    config.include("qaboard.server_watch")
    config.include("qaboard.flash")
    config.include("qaboard.templating")
    config.include("qaboard.static_files")
    config.include("qaboard.restrictions")
    config.include("qaboard.mail")
    config.include("qaboard.rate_limits")
    config.include("qaboard.monitoring")
    config.include("qaboard.forms")
    config.include("qaboard.derivers")
    config.scan("qaboard.views")
    return config.make_wsgi_app()
