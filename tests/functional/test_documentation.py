"""The commands in README and docs: each is known here, with what runs it."""

from __future__ import annotations

import re

from project import PROJECT

DOCUMENTS = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]

IN_CI = "a step of .ci/run or .ci/start"
BY_HAND = "tests/functional/test_starting.py"
COMMAND_LINE = "tests/functional/test_command_line.py"
PREPARES = "makes the environment that the tests themselves run in"
INSTALLED = "tests/deployment/test_installation.py"
IN_TESTS = "a test, which then leaves pictures"
WITH_NPM = "needs npm; tests/unit/rendering/test_static_files.py looks at what it made"
WITH_CHROMIUM = "needs Chromium; tests/functional/test_page_heads.py looks at what it made"

RUN_BY = {
    "make serve": IN_CI,
    "make test": IN_CI,
    "make test-postgresql": IN_CI,
    "make test-all": "all of the tests, which are those of this folder",
    "make lint": IN_CI,
    "make bench": "tests/functional/test_bench_all.py",
    "make bench SIZE=full": "tests/functional/test_bench_all.py",
    "make bench-limits": IN_CI,
    "make audit": IN_CI,
    "make pins": "what it has made is looked at by tests/unit/test_requirements.py",
    "make translations": "tests/unit/test_locale.py",
    ".venv/bin/qaboard seed-demo": IN_CI,
    "python3 -m venv .venv": PREPARES,
    ". .venv/bin/activate": PREPARES,
    "pip install --require-hashes -r requirements.txt": PREPARES,
    "pip install --require-hashes -r requirements.txt -r requirements-development.txt": PREPARES,
    "pip install --no-deps --no-build-isolation -e .": PREPARES,
    "alembic -c development.ini upgrade head": BY_HAND,
    "alembic -c production.ini upgrade head": BY_HAND,
    "pserve development.ini --reload": IN_CI,
    "pserve production.ini": BY_HAND,
    "mkdir -p var": PREPARES,
    "qaboard --help": COMMAND_LINE,
    "qaboard seed-demo": COMMAND_LINE,
    "qaboard create-admin NAME EMAIL": COMMAND_LINE,
    "qaboard render": COMMAND_LINE,
    "qaboard reindex": COMMAND_LINE,
    "qaboard doctor": COMMAND_LINE,
    "deploy/install.sh": INSTALLED,
    "qaboard backup FILE": INSTALLED,
    "qaboard verify FILE": INSTALLED,
    "qaboard restore --replace FILE": INSTALLED,
    "qaboard upgrade": INSTALLED,
    "systemctl stop qaboard.target 'qaboard@*'": INSTALLED,
    "systemctl start qaboard.target": INSTALLED,
    "qaboard -c production.ini create-admin NAME EMAIL": COMMAND_LINE,
    "qaboard -c production.ini user purge NAME": COMMAND_LINE,
    "qaboard -c production.ini user purge NAME --undo": COMMAND_LINE,
    "qaboard -c production.ini render": COMMAND_LINE,
    "qaboard -c production.ini reindex": COMMAND_LINE,
    "qaboard -c production.ini doctor": COMMAND_LINE,
    "qaboard user activate NAME": COMMAND_LINE,
    "qaboard user reset-link NAME": COMMAND_LINE,
    "qaboard user purge NAME": "tests/functional/test_managing_users.py",
    "qaboard user close-due": "tests/functional/test_leaving.py",
    "qaboard user remove-factors NAME": COMMAND_LINE,
    "qaboard -c production.ini backup FILE": COMMAND_LINE,
    "qaboard -c production.ini backup": "tests/functional/test_backup.py",
    "qaboard -c production.ini verify FILE": COMMAND_LINE,
    "qaboard -c production.ini restore FILE": COMMAND_LINE,
    "qaboard -c production.ini export FILE": COMMAND_LINE,
    "qaboard -c production.ini import FILE": COMMAND_LINE,
    "qaboard -c production.ini upgrade": COMMAND_LINE,
    "deploy/install.sh DOMAIN MAIL": INSTALLED,
    "deploy/install.sh DOMAIN --self-signed": INSTALLED,
    "docs/frontend/build-bootstrap": WITH_NPM,
    ".venv/bin/python docs/frontend/draw-icons": WITH_CHROMIUM,
    "QABOARD_SCREENSHOTS=/tmp/pages .venv/bin/pytest tests/browser/test_browser_look.py": IN_TESTS,
    "export QABOARD_SECRET=… QABOARD_DATABASE_URL=postgresql://…": BY_HAND,
}


def commands() -> set[str]:
    """The indented lines of the documents that are commands, without their comments."""
    found = set()
    for document in DOCUMENTS:
        for line in re.findall(r"^ {4}(\S.*)$", document.read_text(), re.MULTILINE):
            command = re.split(r"\s+#\s", line)[0].strip()
            # The tree of addresses, and lines of JSON.
            if not command.startswith(("/", "{")):
                found.add(command)
    return found


def test_every_command_in_the_documents_is_in_the_table_above():
    assert commands() == set(RUN_BY)


def test_what_is_said_to_be_run_by_ci_is_in_its_scripts():
    scripts = (PROJECT / ".ci" / "run").read_text() + (PROJECT / ".ci" / "start").read_text()
    makefile = (PROJECT / "Makefile").read_text()
    for command, runner in RUN_BY.items():
        if runner == IN_CI:
            assert command in scripts or command.removeprefix(".venv/") in makefile.replace(
                "$(BIN)", "bin"
            ), command
        if command.startswith("make "):
            assert f"\n{command.split()[1]}:" in makefile


def test_what_is_said_to_be_run_by_a_test_is_in_it():
    for command, runner in RUN_BY.items():
        if runner == BY_HAND and command.startswith(("alembic", "pserve")):
            program, ini = command.split()[0], re.search(r"\w+\.ini", command)[0]
            source = (PROJECT / runner).read_text()
            assert f'"{program}"' in source, command
            assert f'ini_copy("{ini}"' in source, command
        if runner == COMMAND_LINE:
            words = [word for word in command.split() if re.fullmatch("[a-z-]{5,}", word)]
            assert words[-1] in (PROJECT / runner).read_text(), command
        if runner == INSTALLED:
            assert f'"{command}"' in (PROJECT / runner).read_text(), command


def test_links_between_the_documents_lead_somewhere():
    for document in DOCUMENTS:
        for target in re.findall(r"\]\(([^)#:]+)\)", document.read_text()):
            assert (document.parent / target).exists(), (document, target)


def test_the_two_commands_stand_at_the_top_of_the_readme():
    top = (PROJECT / "README.md").read_text().splitlines()[:10]
    assert [line.split("#")[0].strip() for line in top if line.startswith("    make")] == [
        "make serve",
        "make test",
    ]
