"""The servers that ``bench/request_rates.py`` measures, each in a process of its own.

``python bench/servers.py constant|board|unlimited PORT``; the board's database and secret are those
of the environment.
"""

from __future__ import annotations

import logging
import signal
import sys
import tempfile
from pathlib import Path

import waitress
from pyramid.authorization import ACLHelper, Allow, Everyone
from pyramid.config import Configurator
from pyramid.paster import get_appsettings, setup_logging
from pyramid.response import Response
from sqlalchemy import Engine

import qaboard
from qaboard.settings.rate_limits import RateLimit

PROJECT = Path(__file__).resolve().parent.parent
THREADS = 4


class Root:
    """The tree of the constant view: as deep as the list of questions."""

    __name__ = None
    __parent__ = None

    def __getitem__(self, name: str) -> Leaf:
        return Leaf(name, self)

    def __acl__(self):
        return [(Allow, Everyone, "view")]


class Leaf:
    def __init__(self, name: str, parent: Root) -> None:
        self.__name__ = name
        self.__parent__ = parent


class Policy:
    """A security policy of ACLs for visitors."""

    def __init__(self) -> None:
        self.acl = ACLHelper()

    def permits(self, _request, context, permission):
        return self.acl.permits(context, [Everyone], permission)

    def identity(self, _request) -> None:
        return None


def constant_application():
    """What everything is compared with."""
    config = Configurator(root_factory=lambda _request: Root())
    config.set_security_policy(Policy())
    config.add_view(lambda _request: Response("constant"), context=Leaf, permission="view")
    return config.make_wsgi_app()


def board_application(**changes: str):
    """The board of production.ini, on the database that the environment names.

    :param changes: values instead of those of the file.
    """
    settings = get_appsettings(str(PROJECT / "production.ini"))
    settings["mail.enabled"] = "false"
    # All requests come from one address.
    settings["rate_limits.search"] = "1000000 per minute"
    settings.update(changes)
    return qaboard.main({}, **settings)


def unlimited_application():
    """The board without limits of rates and guards against programs, for those that write a lot."""
    limits = {f"rate_limits.{limit.value}": "none" for limit in RateLimit}
    return board_application(
        **limits, **{"spam.minimum_seconds": "0", "spam.new_account_links": "0"}
    )


APPLICATIONS = {
    "constant": constant_application,
    "board": board_application,
    "unlimited": unlimited_application,
}


def migrate(engine: Engine) -> None:
    """Make the tables of a database."""
    # The board does without it, so a server whose memory is measured must do so too.
    import alembic.command
    import alembic.config

    configuration = alembic.config.Config(str(PROJECT / "production.ini"))
    with engine.execution_options(writes=True).connect() as connection:
        configuration.attributes["connection"] = connection
        alembic.command.upgrade(configuration, "head")


def serve(name: str, port: int, log_directory: Path) -> None:
    if name != "constant":
        # As production.ini does, which means a line in the access log for each request.
        (log_directory / "var").mkdir()
        setup_logging(str(PROJECT / "production.ini"), {"here": str(log_directory)})
    # That requests wait for a thread is what is wanted here.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    waitress.serve(APPLICATIONS[name](), listen=f"127.0.0.1:{port}", threads=THREADS, ident="")


if __name__ == "__main__":
    # So that what is in the block is removed.
    signal.signal(signal.SIGTERM, lambda *_arguments: sys.exit())
    with tempfile.TemporaryDirectory() as directory:
        serve(sys.argv[1], int(sys.argv[2]), Path(directory))
