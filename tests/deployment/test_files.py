"""The files of ``deploy/`` by themselves, as the tools of the system judge them."""

from __future__ import annotations

import os
import re
import subprocess

import pytest
from programs import required_program
from project import PROJECT

DEPLOY = PROJECT / "deploy"
SCRIPTS = sorted(
    path for path in DEPLOY.iterdir() if path.is_file() and path.read_text().startswith("#!")
)
# systemd counts from 0 (nothing can be done) to 100 (everything), ten times what it prints.
EXPOSURE_MAX = 15


def run(*command: object) -> subprocess.CompletedProcess:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)


def filled(name: str, **values: object) -> str:
    done = run(DEPLOY / "fill", DEPLOY / name, *(f"{n}={value}" for n, value in values.items()))
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_have_no_slips(script):
    checked = run(required_program("shellcheck", package="shellcheck"), script)
    assert checked.returncode == 0, checked.stdout
    assert os.access(script, os.X_OK)


def test_units_are_right_and_give_few_rights(tmp_path):
    program = required_program("systemd-analyze", package="systemd")
    # The program that is started must be there.
    values = {"DIRECTORY": PROJECT}
    if not (PROJECT / ".venv" / "bin" / "pserve").exists():
        values["DIRECTORY"] = tmp_path
        (tmp_path / ".venv" / "bin").mkdir(parents=True)
        (tmp_path / ".venv" / "bin" / "pserve").symlink_to("/bin/true")
    unit = tmp_path / "qaboard@1.service"
    (tmp_path / "qaboard@.service").write_text(filled("qaboard@.service", **values))
    (tmp_path / "qaboard.target").write_text(filled("qaboard.target"))
    assert (
        "\nIPAddressDeny=any\nIPAddressAllow=localhost\n"
        in unit.with_name("qaboard@.service").read_text()
    )
    dropped = tmp_path / "qaboard@.service.d"
    for name in ("", "tcp.conf"):
        if name:
            dropped.mkdir()
            addresses = {"ADDRESS": "10.0.0.6", "PROXY": "10.0.0.5", "DATABASE": "10.0.0.7"}
            (dropped / name).write_text(filled(name, **values, **addresses))
        verified = run(program, "verify", unit)
        assert verified.returncode == 0, verified.stderr
        assert "qaboard" not in verified.stderr
    security = (program, "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", unit)
    judged = run(*security)
    assert judged.returncode == 0, judged.stdout


def test_a_name_that_was_forgotten_is_told():
    done = run(DEPLOY / "fill", DEPLOY / "qaboard@.service")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "needs a value for @DIRECTORY@" in done.stderr


def test_a_value_is_taken_as_it_is(tmp_path):
    template = tmp_path / "file"
    template.write_text("a @NAME@ z\n")
    value = r"50% & more | C:\\path @x"
    assert run(DEPLOY / "fill", template, f"NAME={value}").stdout == f"a {value} z\n"


def test_only_changed_static_files_are_compressed(tmp_path):
    required_program("brotli", package="brotli")
    file = tmp_path / "some file.css"
    file.write_text("a {}\n" * 100)
    assert run(DEPLOY / "compress-static", tmp_path).returncode == 0
    made = {path.name: path.stat().st_ctime_ns for path in tmp_path.iterdir()}
    assert set(made) == {"some file.css", "some file.css.gz", "some file.css.br"}
    run(DEPLOY / "compress-static", tmp_path)
    assert {path.name: path.stat().st_ctime_ns for path in tmp_path.iterdir()} == made
    file.write_text("b {}\n" * 200)
    os.utime(file, ns=(1, 2**61))
    run(DEPLOY / "compress-static", tmp_path)
    assert run("gzip", "-dc", f"{file}.gz").stdout == "b {}\n" * 200
    assert run("brotli", "-dc", f"{file}.br").stdout == "b {}\n" * 200


def test_the_settings_of_a_server_have_the_paths_of_the_program_and_log_to_the_journal():
    shipped = (PROJECT / "production.ini").read_text()
    made = run(DEPLOY / "make-ini", PROJECT / "production.ini", "/opt/qaboard").stdout
    assert "%(here)s" not in made
    assert made.count("class = qaboard.log_handlers.QueuedStreamHandler\n") == 2
    assert "args = (sys.stderr,)\n" in made
    # Nothing else is another one.
    changed = set(made.splitlines()) - set(shipped.splitlines())
    assert len(changed) == 4, changed


def test_nothing_is_installed_by_somebody_who_is_not_root_or_forgot_the_name():
    script = DEPLOY / "install.sh"
    for arguments in ((), ("board.example",), ("https://board.example", "a@board.example")):
        told = run(script, *arguments)
        assert told.returncode == 2
        assert "deploy/install.sh DOMAIN MAIL" in told.stderr
    if os.geteuid() == 0:
        told = run(
            "runuser", "-u", "nobody", "--", "bash", script, "board.example", "a@example.com"
        )
        assert told.returncode == 1
        assert "only root" in told.stderr or "Permission denied" in told.stderr


def test_pages_of_nginx_are_in_both_languages():
    for page in (DEPLOY / "pages").iterdir():
        text = page.read_text()
        assert re.search("[가-힣]", text), page
        assert '<html lang="ko">' in text
        assert '<div lang="en">' in text
