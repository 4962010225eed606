"""Static files have one hash in their addresses, and may be kept for a year under it alone."""

from __future__ import annotations

import re
import shutil
from posixpath import dirname, join, normpath

import pytest
from project import PROJECT

FOR_A_YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def static(tmp_path):
    """A copy of the static files, which a test may change."""
    return shutil.copytree(PROJECT / "static", tmp_path / "static")


@pytest.fixture
def start(make_app, static, browser):
    """Starts a process of a release: what ``static`` holds when it is started."""

    def start_one(**changes: str):
        settings = {"qaboard.static_directory": str(static), "pyramid.reload_templates": "false"}
        return browser(of=make_app(settings | changes))

    return start_one


def assets_of(page) -> list[str]:
    tags = page.html.select("head link[href^='/static/'], head script, .site-logo")
    return [tag.get("href") or tag["src"] for tag in tags]


def test_all_files_of_a_page_have_one_hash_and_are_kept_for_a_year(browser, board):
    page = browser().get("/login")
    addresses = assets_of(page)
    assert len(addresses) > 10
    (prefix,) = {re.match(r"/static/[0-9a-f]{12}/", address)[0] for address in addresses}
    for address in addresses:
        assert browser().get(address).headers["Cache-Control"] == FOR_A_YEAR
    # Whatever a script imports or a style sheet names has it as well.
    for address in addresses:
        if address.endswith((".js", ".css")):
            text = browser().get(address).text
            for name in re.findall(r'from "([^"]+)"|url\(["\']?(?!data:)([^"\')]+)', text):
                imported = normpath(join(dirname(address), name[0] or name[1]))
                assert imported.startswith(prefix)
                assert browser().get(imported).headers["Cache-Control"] == FOR_A_YEAR


@pytest.mark.parametrize("prefix", ["", "000000000000/", "0123456789ab/"])
def test_no_other_address_is_kept_without_asking(browser, board, prefix):
    path = f"/static/{prefix}js/editor.js"
    answer = browser().get(path)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.body == (PROJECT / "static/js/editor.js").read_bytes()
    for name, value in (("ETag", "If-None-Match"), ("Last-Modified", "If-Modified-Since")):
        browser().get(path, headers={value: answer.headers[name]}, status=304)


@pytest.mark.parametrize(
    "path",
    [
        "{hash}/nothing.js",
        "{hash}/{hash}/js/editor.js",
        "000000000000/{hash}/js/editor.js",
        "{hash}",
        "{hash}/",
        "{hash}/js",
        "{hash}/js/",
        "{hash}/../development.ini",
        "{hash}/%2e%2e/development.ini",
        "{hash}//css/qaboard.css",
    ],
)
def test_nothing_else_is_there(browser, board, path):
    release_hash = assets_of(browser().get("/login"))[0].split("/")[2]
    answer = browser().get(f"/static/{path.format(hash=release_hash)}", status=404)
    assert "max-age" not in answer.headers.get("Cache-Control", "")


def test_a_change_of_one_module_changes_all_addresses(static, start, board):
    before = start()
    old = assets_of(before.get("/login"))
    (static / "js" / "markdown.js").write_text("export const changed = true;\n")
    after = start()
    new = assets_of(after.get("/login"))
    assert set(old).isdisjoint(new)
    # Pages of each release work with either process meanwhile, and nothing wrong is kept.
    for client, addresses in ((before, new), (after, old)):
        for address in addresses:
            assert client.get(address).headers["Cache-Control"] == "no-cache"


def test_a_process_goes_on_with_the_files_that_it_was_started_with(static, start, board):
    client = start()
    addresses = assets_of(client.get("/login"))
    contents = [client.get(address).body for address in addresses]
    shutil.rmtree(static)
    assert assets_of(client.get("/login")) == addresses
    assert [client.get(address).body for address in addresses] == contents


def test_in_development_a_change_is_seen_at_once(static, start, board):
    client = start(**{"pyramid.reload_templates": "true"})
    before = assets_of(client.get("/login"))
    (static / "js" / "markdown.js").write_text("export const changed = true;\n")
    after = assets_of(client.get("/login"))
    assert set(before).isdisjoint(after)
    address = next(each for each in after if each.endswith("/markdown.js"))
    assert client.get(address).text == "export const changed = true;\n"


def test_compressed_files_and_the_link_to_the_folder_change_no_hash(static, start, board):
    before = assets_of(start().get("/login"))
    (static / "js" / "markdown.js.gz").write_bytes(b"compressed")
    (static / "js" / "markdown.js.br").write_bytes(b"compressed")
    (static / before[0].split("/")[2]).symlink_to(".")
    assert assets_of(start().get("/login")) == before


def test_every_module_is_fetched_at_once(browser, board):
    page = browser().get("/login")
    preloaded = {tag["href"] for tag in page.html.select("link[rel=modulepreload]")}
    (entry,) = [tag["src"] for tag in page.html.select("script[type=module]")]
    needed, found = set(), [entry]
    while found:
        address = found.pop()
        if address not in needed:
            needed.add(address)
            imports = re.findall(r'from "([^"]+)"', browser().get(address).text)
            found += [normpath(join(dirname(address), each)) for each in imports]
    assert preloaded == needed
