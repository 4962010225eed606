"""The files of ``deploy/`` by themselves, as the tools of the system judge them."""

from __future__ import annotations

import configparser
import os
import platform
import re
import subprocess
import sys

import pytest
from programs import required_program
from project import PROJECT

DEPLOY = PROJECT / "deploy"
SCRIPTS = sorted(
    path for path in DEPLOY.iterdir() if path.is_file() and "bash" in path.read_text()[:20]
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
    text = unit.with_name("qaboard@.service").read_text()
    assert "\nIPAddressDeny=any\nIPAddressAllow=localhost\n" in text
    others = ("qaboard-backup.service", "qaboard-backup.timer", "qaboard-failure@.service")
    for name in others:
        (tmp_path / name).write_text(filled(name, DIRECTORY=PROJECT))
    for name in (*others[:2], "qaboard-failure@qaboard-backup.service"):
        verified = run(program, "verify", tmp_path / name)
        assert verified.returncode == 0, verified.stderr
        assert "qaboard" not in verified.stderr
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


def test_a_compressed_file_is_never_seen_before_it_is_complete(tmp_path):
    """`strace` tells under which names files are opened to be written."""
    program = required_program("strace", package="strace")
    required_program("brotli", package="brotli")
    static = tmp_path / "static"
    static.mkdir()
    (static / "a.css").write_text("a {}\n" * 100)
    log = tmp_path / "log"
    done = run(
        *(program, "-f", "-o", log, "-e", "trace=openat,creat,open"),
        *(DEPLOY / "compress-static", static),
    )
    assert done.returncode == 0, done.stderr
    written = re.findall(r'"([^"]+)", [^)]*O_(?:WRONLY|RDWR)', log.read_text())
    assert [path for path in written if path.startswith(f"{static}/")] == []
    assert {path.name for path in static.iterdir()} == {"a.css", "a.css.gz", "a.css.br"}
    assert {path.name for path in tmp_path.iterdir()} == {"static", "log"}


def test_settings_that_are_new_are_added_to_those_that_are_kept(tmp_path):
    kept = tmp_path / "kept.ini"
    text = (PROJECT / "production.ini").read_text()
    for name in ("qaboard.hosts", "qaboard.backups_kept", "connection_limit"):
        text, count = re.subn(rf"(?m)^{re.escape(name)} = .*\n", "", text)
        assert count == 1
    text = text.replace("qaboard.page_size = 20", "qaboard.page_size = 30")
    kept.write_text(text)
    done = run(DEPLOY / "add-settings", kept, PROJECT / "production.ini")
    assert done.returncode == 0, done.stderr
    assert "app:main has the new setting qaboard.backups_kept = 14" in done.stderr
    added = set(done.stdout.splitlines()) - set(text.splitlines())
    assert added == {
        "# New in this release.",
        "qaboard.hosts = localhost 127.0.0.1 ::1",
        "qaboard.backups_kept = 14",
        "connection_limit = 800",
    }
    kept.write_text(done.stdout)
    again = run(DEPLOY / "add-settings", kept, PROJECT / "production.ini")
    assert (again.stdout, again.stderr) == (done.stdout, "")
    parser = configparser.RawConfigParser(default_section="")
    parser.read_string(done.stdout)
    assert parser["app:main"]["qaboard.page_size"] == "30"
    assert parser["server:main"]["connection_limit"] == "800"


def test_the_settings_of_a_server_log_to_the_journal_and_have_a_folder_for_backups():
    shipped = (PROJECT / "production.ini").read_text()
    made = run(DEPLOY / "make-ini", PROJECT / "production.ini").stdout
    assert "%(here)s" not in made
    assert made.count("class = qaboard.server.log_handlers.QueuedStreamHandler\n") == 2
    assert "args = (sys.stderr,)\n" in made
    # Nothing else is another one.
    changed = set(made.splitlines()) - set(shipped.splitlines())
    assert changed == {
        "# The journal of the system.",
        "args = (sys.stderr,)",
        "qaboard.backup_directory = /var/backups/qaboard",
    }


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


HASHING = """
import re
from pathlib import Path

from qaboard.security.passwords import PasswordHashing
from qaboard.settings import PasswordSettings

def resident_kib() -> int:
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

passwords = PasswordHashing(
    PasswordSettings(memory_kib=19456, passes=1, lanes=1, concurrent_hashes=1)
)
before = resident_kib()
for _ in range(4):
    passwords.hash("correct horse")
print(resident_kib() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="there is nothing to be set")
def test_by_the_unit_hashing_passwords_leaves_no_memory_behind():
    unit = (DEPLOY / "qaboard@.service").read_text()
    settings = dict(re.findall(r"^Environment=(MALLOC_[A-Z_]+)=(\d+)$", unit, re.MULTILINE))
    # The names of mallopt(3), of which one ends in "_".
    assert settings.keys() == {"MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_"}
    left = []
    for variables in (settings, {}):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MALLOC_")}
        done = subprocess.run(
            [sys.executable, "-c", HASHING],
            env=environment | variables,
            capture_output=True,
            text=True,
            check=True,
        )
        left.append(int(done.stdout))
    assert left[0] < 8 * 1024 < left[1]
