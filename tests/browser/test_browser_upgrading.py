"""A browser that has the files of a release in its cache meets the next one."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect
from postgresql import free_port
from project import PROJECT
from scripting import only_with_javascript
from waitress import create_server


@contextmanager
def served(app, port: int) -> Iterator[None]:
    """The application on a port, until the end of the block."""
    server = create_server(app, host="127.0.0.1", port=port, threads=4)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()

    def close() -> None:
        for channel in list(server.active_channels.values()):
            channel.handle_close()
        server.close()

    try:
        yield
    finally:
        server.trigger.pull_trigger(close)
        thread.join(timeout=10)
        server.task_dispatcher.shutdown()


@pytest.fixture
def release(make_app: Callable, tmp_path) -> Callable:
    """Makes the process of a release from what is in ``static`` now."""

    def make(port: int):
        return make_app(
            {
                "qaboard.static_directory": str(tmp_path / "static"),
                "qaboard.url": f"http://localhost:{port}",
                "pyramid.reload_templates": "false",
            }
        )

    shutil.copytree(PROJECT / "static", tmp_path / "static")
    return make


def test_an_upgrade_with_changed_modules_runs_in_a_browser_that_kept_the_old_ones(
    chromium, board, release, tmp_path
):
    """Both modules change: either one beside the other of the old release would not even start."""
    port = free_port()
    context = chromium.new_context(locale="en-US")
    errors = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    address = f"http://localhost:{port}/login"
    with served(release(port), port):
        page.goto(address)
        expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_visible()
    modules = tmp_path / "static" / "js"
    for name in ("qaboard.js", "shortcuts.js"):
        module = modules / name
        module.write_text(module.read_text().replace("listenToKeys", "listenToEveryKey"))
    with served(release(port), port):
        page.goto(address)
        expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_visible()
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
    context.close()
    assert errors == []


@only_with_javascript
def test_no_module_waits_for_another_one(browser, board, site):
    """The depth of the waterfall: whatever a page needs is asked for by the page itself."""
    page = browser()
    asked_by = {}
    tool = page.context.new_cdp_session(page)
    tool.send("Network.enable")

    def note(event) -> None:
        asked_by[event["request"]["url"]] = event["initiator"]

    tool.on("Network.requestWillBeSent", note)
    page.goto("/login", wait_until="networkidle")
    modules = [address for address in asked_by if address.endswith(".js")]
    assert len(modules) > 10
    page_address = f"{site}/login"
    assert {asked_by[address].get("url") for address in modules} == {page_address}
    assert {asked_by[address]["type"] for address in modules} == {"parser"}
