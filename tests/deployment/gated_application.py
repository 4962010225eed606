"""An application whose answers wait until a file is there, for tests of the server around it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def make_application(_global_config: dict[str, str], gate: str) -> Callable:
    """PasteDeploy calls it.

    :param gate: the path of the file.
    """

    def application(environ, start_response):
        body = environ["wsgi.input"].read()
        Path(f"{gate}.arrived").touch()
        while environ["PATH_INFO"] == "/waits" and not Path(gate).exists():
            time.sleep(0.02)
        told = f"{environ['REMOTE_ADDR']} {environ['wsgi.url_scheme']} {body.decode()}".encode()
        start_response("200 OK", [("Content-Length", str(len(told)))])
        return [told]

    return application
