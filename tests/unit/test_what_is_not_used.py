"""What the code never does; docs/security.md says of it "does not apply"."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest
from project import PROJECT

SOURCES = sorted((PROJECT / "qaboard").rglob("*.py"))

# Modules whose use would bring a requirement back, by what they do.
MODULES = {
    "runs other programs": {"subprocess", "pty", "pexpect", "sh"},
    "opens addresses": {"socket", "http.client", "urllib.request", "requests", "httpx", "urllib3"},
    "reads objects that can be anything": {"pickle", "shelve", "marshal", "dill", "yaml"},
    "asks a directory": {"ldap", "ldap3"},
    "parses XML": {"lxml", "xml.sax", "xml.dom", "xml.parsers", "xmlrpc", "defusedxml"},
    "caches in memcached": {"memcache", "pymemcache", "pylibmc"},
    "makes random values that can be guessed": {"random", "uuid"},
}
# The demonstration rolls dice; production has none of it (15.2.3). Commands of an operator run the
# programs of PostgreSQL, and a server that starts runs Python, to ask Alembic (1.2.5). Sockets that
# the driver of PostgreSQL has opened are shut down; the service manager is told of the start.
EXCEPTIONS = {
    ("qaboard/server/serving.py", "socket"),
    ("qaboard/server/watch.py", "socket"),
    ("qaboard/commands/demo", "random"),
    ("qaboard/commands/seed_demo.py", "random"),
    ("qaboard/commands/backups/", "subprocess"),
    ("qaboard/database/migration_state.py", "subprocess"),
}
CALLS = {
    "eval", "exec", "compile", "__import__",
    "os.system", "os.popen", "os.spawnv", "os.execv",
    "Template", "jinja2.Template", "from_string",
    "hashlib.md5", "hashlib.sha1",
    "ElementTree.parse", "ElementTree.fromstring", "ElementTree.XML", "ElementTree.iterparse",
}  # fmt: skip


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported, and what is imported from it: ``xml.etree.ElementTree``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def called(tree: ast.AST) -> Iterator[str]:
    """What is called: its whole name, and its last part where it is a method of something."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            yield name
            if name.endswith(".from_string"):
                yield "from_string"


@pytest.mark.parametrize("purpose", MODULES)
def test_no_code_does_it(purpose):
    found = set()
    for path in SOURCES:
        place = path.relative_to(PROJECT).as_posix()
        for name in imported(ast.parse(path.read_text())):
            for module in MODULES[purpose]:
                is_used = name == module or name.startswith(f"{module}.")
                if is_used and not any(
                    place.startswith(folder) and module == exception
                    for folder, exception in EXCEPTIONS
                ):
                    found.add((place, name))
    assert found == set()


def test_no_text_is_run_and_no_template_is_made_of_one():
    found = set()
    for path in SOURCES:
        calls = CALLS.intersection(called(ast.parse(path.read_text())))
        found |= {(path.relative_to(PROJECT).as_posix(), name) for name in calls}
    assert found == set()


def test_no_script_merges_objects_or_runs_texts():
    scripts = sorted((PROJECT / "static" / "js").glob("*.js"))
    assert len(scripts) > 5
    dangerous = r"\beval\(|new Function\(|__proto__|Object\.assign\(|\bfor \(.* in |\bpostMessage\b"
    found = {path.name for path in scripts if re.search(dangerous, path.read_text())}
    assert found == set()
