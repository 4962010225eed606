"""A real Chromium in front of a real server.

Every journey runs with JavaScript, without it, and by keyboard alone.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from acting import forbid_the_mouse, use_by_keyboard
from factories import Board
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from postgresql import free_port
from scripting import BY_KEYBOARD, WAYS, WITHOUT
from waitress import create_server
from watching import watch

from qaboard.models import User

TIMEOUT_MILLISECONDS = 10_000

DESK_WIDTH = 1280
HEIGHT = 800

CHROMIUM_ARGUMENTS = [
    # The sandbox refuses to start for root, as whom containers run; the pages are our own.
    "--no-sandbox",
    "--disable-gpu",
    # Nothing but what the pages ask for goes to the network.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    # What a browser shows does not depend on the database, whose own run has the functional tests.
    return True if config.getoption("--database") == "postgresql" else None


@pytest.fixture(scope="session")
def site_address() -> str:
    """The address of the site, without a slash at the end.

    Passkeys belong to a name, not to a number, and without HTTPS this is the one that browsers
    trust.
    """
    return f"http://localhost:{free_port()}"


@pytest.fixture(scope="session")
def app(migrated_database, open_application: Callable, site_address: str) -> Iterator:
    """The application that knows its address."""
    with open_application({"qaboard.url": site_address}) as application:
        yield application


@pytest.fixture(scope="session")
def site(app, site_address: str) -> Iterator[str]:
    """The address of the application on a server of its own."""
    server = create_server(app, host="127.0.0.1", port=urlsplit(site_address).port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield site_address

    def close() -> None:
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()

    # In the server's own thread, which then has nothing left to wait for.
    server.trigger.pull_trigger(close)
    thread.join(timeout=10)
    server.task_dispatcher.shutdown()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The program; each test has contexts of its own in it, which share nothing."""
    path = shutil.which("chromium")
    if path is None:
        reason = "Chromium is not installed; on Debian: apt-get install chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=TIMEOUT_MILLISECONDS)
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield program
        program.close()


@pytest.fixture(params=WAYS, ids=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    """How the browsers of a test are used."""
    return request.param


@pytest.fixture
def javascript(way: str) -> bool:
    """Whether the browsers of a test run scripts."""
    return way != WITHOUT


@pytest.fixture
def locale() -> str:
    """The language that the browsers of a test ask for; a file of tests may have another one."""
    return "en-US"


@pytest.fixture
def browser(
    chromium: Browser,
    site: str,
    board: Board,
    way: str,
    javascript: bool,
    locale: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[..., Page]]:
    """Makes a browser: ``browser()`` of a visitor, ``browser(user)`` of one who is logged in.

    Whatever a test does in it, nothing may go wrong behind the page: see `watch`.
    """
    contexts: list[BrowserContext] = []
    troubles: list[str] = []
    if way == BY_KEYBOARD:
        forbid_the_mouse(monkeypatch)

    def make(user: User | None = None, width: int = DESK_WIDTH) -> Page:
        context = chromium.new_context(
            base_url=site,
            locale=locale,
            java_script_enabled=javascript,
            viewport={"width": width, "height": HEIGHT},
            # Where the focus is seen at once, nobody waits for a page to scroll there.
            reduced_motion="reduce" if way == BY_KEYBOARD else None,
        )
        if way == BY_KEYBOARD:
            use_by_keyboard(context)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT_MILLISECONDS)
        watch(context, site, troubles)
        if user is not None:
            context.add_cookies([{"name": "login", "value": board.token(user), "url": site}])
        return context.new_page()

    yield make
    for context in contexts:
        context.close()
    assert troubles == []
