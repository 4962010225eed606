"""The servers that ``bench/requests.py`` measures, each in a process of its own.

``python bench/servers.py constant|board PORT``; the board's database and secret are those of the
environment.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import waitress
from pyramid.authorization import ACLHelper, Allow, Everyone
from pyramid.config import Configurator
from pyramid.paster import get_appsettings
from pyramid.response import Response

import qaboard

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


def board_application():
    """The board of production.ini, on the database that the environment names."""
    settings = get_appsettings(str(PROJECT / "production.ini"))
    settings["mail.enabled"] = "false"
    # All requests come from one address.
    settings["rate_limits.search"] = "1000000 per minute"
    return qaboard.main({}, **settings)


def serve(name: str, port: int) -> None:
    # That requests wait for a thread is what is wanted here.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    if os.environ.get("QABOARD_DATABASE_URL", "").startswith("sqlite"):
        # A board on SQLite is installed without it; where it is, zope.sqlalchemy imports it.
        sys.modules["psycopg"] = None
    application = constant_application() if name == "constant" else board_application()
    waitress.serve(application, listen=f"127.0.0.1:{port}", threads=THREADS, ident="")


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
