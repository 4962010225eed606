"""``deploy/install.sh`` on a bare Debian 12 that has booted, and what the documents say of it.

The tests of this file share one machine, and each leaves it in order.
"""

from __future__ import annotations

import http.client
import re
import shlex
import shutil
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest
from debian_container import Container, bare_debian
from load import Load
from project import NEWEST, PROJECT
from reader import Answer, Reader
from site_in_directory import DOMAIN
from test_environment_file import LINES, parse_environment

CHECKOUT = "/root/qaboard"
INSTALL = "deploy/install.sh DOMAIN --self-signed"
UPGRADE = "deploy/install.sh"
GO_BACK = "/opt/qaboard/current/deploy/switch-release --back"
INSTALL_WITH_CERTIFICATE = "deploy/install.sh DOMAIN MAIL"
DOCUMENT = (PROJECT / "docs" / "deploying.md").read_text()
BACKUPS = "/var/backups/qaboard"
PASSWORD = "a door with seven locks"
NOT_IN_A_CLONE = (".git", ".venv", "node_modules", "var", "__pycache__", "*.egg-info")
INI = "/etc/qaboard/production.ini"
DATABASE_URL = "postgresql:///qaboard?host=/var/run/postgresql"
SETTINGS = {
    "qaboard.site_name": "The Board",
    "spam.minimum_seconds": "0",
    "rate_limits.ask": "none",
    "rate_limits.answer": "none",
}

ACME_SERVER = """
{
  admin off
  skip_install_trust
  auto_https disable_redirects
  http_port 8080
}
https://localhost:8443 {
  tls internal
  acme_server
}
"""
ACME_CERTIFICATE = "/root/acme/caddy/pki/authorities/local/root.crt"


class InstalledSite:
    """The site of the container, as its readers there reach it."""

    https_port = 443

    def __init__(self, container: Container) -> None:
        self.container = container
        self.tls: ssl.SSLContext | None = None

    def trust(self, certificate: str) -> None:
        """Have readers believe whoever shows a certificate that this one has signed."""
        text = (self.container.root / certificate.lstrip("/")).read_text()
        self.tls = ssl.create_default_context(cadata=text)

    def command(self, line: str, *options: str, **values: str) -> str:
        """Run a command as docs/deploying.md has it, and return what it printed.

        :param options: what stands there in words.
        :param values: what stands for the names in capitals; others are for the environment.
        """
        assert re.search(rf"^    {re.escape(line)}( {{2,}}#.*)?$", DOCUMENT, re.MULTILINE), line
        words = [values.pop(word, word) for word in shlex.split(line)]
        if words[0].startswith("deploy/"):
            words[0] = f"{CHECKOUT}/{words[0]}"
        return self.container.check(*words, *options, **values)

    def install(self) -> str:
        told = self.command(INSTALL, DOMAIN=DOMAIN)
        self.trust("/etc/qaboard/tls/fullchain.pem")
        return told

    def change_settings(self) -> None:
        """Have other settings than those that are installed, as an operator would."""
        ini = self.container.root / INI.lstrip("/")
        text = ini.read_text()
        for name, value in SETTINGS.items():
            text, count = re.subn(rf"(?m)^{re.escape(name)} = .*$", f"{name} = {value}", text)
            assert count == 1, name
        ini.write_text(text)
        self.command("/opt/qaboard/current/deploy/restart-processes")

    def reader(self) -> InstalledReader:
        return InstalledReader(self)

    def member(self, name: str) -> InstalledReader:
        """A reader who has logged in as the user of this name."""
        reader = self.reader()
        done = reader.submit("/login", "/login", username=name, password=PASSWORD)
        assert done.status == 303, done.text
        return reader

    def fresh(self, path: str) -> Answer:
        """A page that nginx has not kept, since whoever asks has a cookie."""
        return self.reader().get(path, Cookie="_=1")

    def titles(self) -> str:
        """The page of the newest questions."""
        return self.fresh("/questions/").text

    def states(self, *units: str) -> list[str]:
        return self.container.run("systemctl", "is-active", *units).stdout.split()

    def check_health(self, *, has_failed_starts: bool = False) -> None:
        """That everything runs, and nothing complains.

        :param has_failed_starts: of a release that does not start, the journal tells.
        """
        units = ("nginx", "postgresql", "qaboard.target", "qaboard@1", "qaboard@2")
        assert self.states(*units) == ["active"] * len(units)
        failed = self.container.check("systemctl", "list-units", "--failed", "--plain", "-q")
        assert failed == ""
        ready = self.reader().get("/readyz?exclude=mail")
        assert ready.status == 200, ready.text
        if has_failed_starts:
            self.container.check("journalctl", "--rotate", "-q")
            self.container.check("journalctl", "--vacuum-time=1s", "-q")
            return
        log = self.container.check("journalctl", "--no-pager", "-u", "qaboard@*")
        assert re.search("ERROR|CRITICAL|Traceback", log) is None, log
        told = ("journalctl", "--no-pager", "-q", "-p", "warning", "-u", "qaboard@*")
        assert self.container.check(*told) == ""


class InstalledReader(Reader):
    """A reader whose connections are made in the container's network."""

    def send(self, *arguments, **named) -> Answer:
        send = partial(super().send, *arguments, **named)
        return self.site.container.inside.submit(send).result()


@pytest.fixture(scope="module")
def site() -> Iterator[InstalledSite]:
    with bare_debian() as container:
        shutil.copytree(
            PROJECT,
            container.root / CHECKOUT.lstrip("/"),
            ignore=shutil.ignore_patterns(*NOT_IN_A_CLONE),
        )
        installed = InstalledSite(container)
        assert f"The board is on https://{DOMAIN}/." in installed.install()
        installed.change_settings()
        yield installed


def test_a_bare_debian_becomes_a_site_on_https(site):
    page = site.reader().get("/questions/")
    assert page.status == 200
    assert "<h1" in page.text

    plain = site.container.inside.submit(ask_without_tls, "/questions/?page=2").result()
    assert plain == (301, f"https://{DOMAIN}/questions/?page=2")

    style = re.search(r'href="(?:https://[^/"]+)?(/static/[^"]+\.css[^"]*)"', page.text)[1]
    for encoding in ("br", "gzip"):
        file = site.reader().get(style, **{"Accept-Encoding": encoding})
        assert file.status == 200
        assert file.headers["Content-Encoding"] == encoding
        assert "max-age=31536000" in file.headers["Cache-Control"]

    distant = InstalledReader(site, source=site.container.host.address)
    assert distant.get("/questions/").status == 200
    assert distant.get("/readyz").status == 404
    site.check_health()


def ask_without_tls(path: str) -> tuple[int, str | None]:
    with closing(http.client.HTTPConnection("127.0.0.1", 80, timeout=60)) as connection:
        connection.request("GET", path, headers={"Host": DOMAIN})
        answer = connection.getresponse()
        return answer.status, answer.headers["Location"]


def test_secrets_and_sockets_are_for_those_who_need_them(site):
    paths = {
        "/etc/qaboard/environment": "600 root:root",
        "/etc/qaboard/tls/privkey.pem": "600 root:root",
        "/etc/qaboard/production.ini": "644 root:root",
        "/opt/qaboard/current/production.ini": "644 root:root",
        "/run/qaboard/1": "750 qaboard:qaboard",
        BACKUPS: "750 postgres:qaboard",
    }
    told = site.container.check("stat", "-c", "%n %a %U:%G", *paths)
    assert dict(line.split(" ", 1) for line in told.splitlines()) == paths
    ask = ("curl", "-sS", "--unix-socket", "/run/qaboard/1/socket", "http://localhost/healthz")
    assert site.container.run("runuser", "-u", "www-data", "--", *ask).returncode == 0
    assert site.container.run("runuser", "-u", "nobody", "--", *ask).returncode != 0
    refused = site.container.run("runuser", "-u", "nobody", "--", "qaboard", "doctor")
    assert refused.returncode == 1
    assert "only root" in refused.stderr


def test_operators_keep_and_bring_back_the_board_as_documented(site):
    create_admin(site, "keeper")
    keeper = site.member("keeper")
    ask(keeper, "What is kept")
    assert "FAIL" not in site.command("qaboard doctor")
    monday = f"{BACKUPS}/monday.dump"
    site.command("qaboard backup FILE", FILE=monday)
    assert site.container.check("stat", "-c", "%a", monday).strip() == "600"
    verified = site.command("qaboard verify FILE", FILE=monday)
    assert "the archive can be restored" in verified
    assert "skip" not in verified
    ask(keeper, "What is lost")

    refused = site.container.run("qaboard", "restore", "--replace", "--yes", monday)
    assert refused.returncode == 1
    assert "Stop it and try again" in refused.stderr

    site.command("systemctl stop qaboard.target 'qaboard@*'")
    assert set(site.states("qaboard@1", "qaboard@2")) == {"inactive"}
    site.command("qaboard restore --replace FILE", "--yes", FILE=monday)
    # As after the installation of a new release by hand.
    downgrade = f"cd /opt/qaboard/current && .venv/bin/alembic -c {INI} downgrade -1"
    site.container.check(
        *("runuser", "-u", "postgres", "--", "sh", "-c", downgrade),
        QABOARD_DATABASE_URL=DATABASE_URL,
        PGOPTIONS="-c role=qaboard_owner",
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert "Backed up the database" in site.command("qaboard upgrade")
    site.command("systemctl start qaboard.target")
    assert "What is kept" in site.titles()
    assert "What is lost" not in site.titles()
    ask(site.member("keeper"), "What came afterwards")
    assert "What came afterwards" in site.titles()
    site.check_health()


def test_a_backup_is_made_at_night_copied_and_a_failure_reported(site):
    container = site.container
    assert site.states("qaboard-backup.timer") == ["active"]
    for name in ("after-backup", "on-failure"):
        program = container.root / "etc/qaboard" / name
        program.write_text(f'#!/bin/sh\necho "$1" >>/root/{name}.txt\n')
        program.chmod(0o755)
    container.check("systemctl", "start", "qaboard-backup.service")
    copied = container.check("cat", "/root/after-backup.txt").strip()
    assert re.fullmatch(rf"{BACKUPS}/qaboard-\d+-\S+\.dump", copied)
    assert container.check("stat", "-c", "%a %U", copied) == "600 postgres\n"
    assert f"ok     the newest backup in {BACKUPS} is 0 hours old" in site.command("qaboard doctor")

    # A disk that is full, or anything else.
    (container.root / "etc/qaboard/after-backup").write_text("#!/bin/sh\nexit 1\n")
    failed = container.run("systemctl", "start", "qaboard-backup.service")
    assert failed.returncode != 0
    reported = "until grep -qx qaboard-backup.service /root/on-failure.txt; do sleep 0.2; done"
    container.check("timeout", "60", "sh", "-c", reported)
    for name in ("after-backup", "on-failure"):
        (container.root / "etc/qaboard" / name).unlink()
    container.check("systemctl", "reset-failed", "qaboard-backup.service")


def test_systemd_and_the_command_read_the_same_environment(site):
    lines = "".join(f"A{number}{line}\n" for number, (line, _) in enumerate(LINES))
    (site.container.root / "etc/tried").write_text(lines)
    told = ("--quiet", "--pipe", "--wait", "--collect", "--property=EnvironmentFile=/etc/tried")
    read = site.container.check("systemd-run", *told, "env", "-0")
    of_systemd = dict(entry.split("=", 1) for entry in read.split("\0") if entry.startswith("A"))
    assert of_systemd == parse_environment(lines)
    assert list(of_systemd.values()) == [value for _, value in LINES]


def create_admin(site: InstalledSite, name: str) -> None:
    told = site.command(
        "qaboard create-admin NAME EMAIL",
        NAME=name,
        EMAIL=f"{name}@example.com",
        QABOARD_ADMIN_PASSWORD=PASSWORD,
    )
    assert f"{name} is an admin" in told


def ask(member: Reader, title: str) -> str:
    """Ask a question, and return its address."""
    path = "/questions/ask"
    asked = member.submit(path, path, title=title, body="It is all in the title.")
    assert asked.status == 303, asked.text
    return re.sub(r"^https://[^/]+", "", asked.headers["Location"]).partition("#")[0]


BROKEN_MIGRATION = """
    op.execute("CREATE TABLE tags (name VARCHAR(20))")
    op.execute("UPDATE nothing SET x = 1")
"""
WRONG_MIGRATION = """
    op.execute("CREATE TABLE tags (name VARCHAR(20))")
    op.execute("UPDATE posts SET score = 40")
"""
RIGHT_MIGRATION = """
    op.execute("CREATE TABLE more_tags (name VARCHAR(20))")
    op.execute("UPDATE posts SET score = 0")
"""


class Checkout:
    """The clone in the container; what is changed there is as it was when the block ends."""

    def __init__(self, site: InstalledSite) -> None:
        self.root = site.container.root / CHECKOUT.lstrip("/")
        self.before: dict[Path, str | None] = {}

    def __enter__(self) -> Checkout:
        return self

    def __exit__(self, *_error: object) -> None:
        for path, text in self.before.items():
            if text is None:
                path.unlink()
            else:
                path.write_text(text)

    def change(self, name: str, change: Callable[[str], str]) -> None:
        path = self.root / name
        self.before.setdefault(path, path.read_text() if path.exists() else None)
        path.write_text(change(self.before[path] or ""))

    def migrate(self, revision: str, before: str, body: str) -> None:
        """Add a migration of the next release."""
        text = f'"""Next."""\n\nfrom alembic import op\n\nrevision = "{revision}"\n'
        text += f'down_revision = "{before}"\n\n\ndef upgrade():{body}'
        self.change(f"alembic/versions/{revision}_next.py", lambda _: text)


def fail_at_pip(checkout: Checkout) -> None:
    checkout.change(
        "requirements.txt", lambda text: text.replace("--hash=sha256:", "--hash=sha256:0")
    )


def fail_at_the_settings(checkout: Checkout) -> None:
    checkout.change("production.ini", lambda text: text.replace("[server:main]", "[server:none]"))


def fail_at_a_migration(checkout: Checkout) -> None:
    checkout.migrate("9000", NEWEST, BROKEN_MIGRATION)


def fail_at_nginx(checkout: Checkout) -> None:
    checkout.change("deploy/nginx.conf", lambda text: f"{text}\nnonsense on;\n")


def fail_at_the_start(checkout: Checkout) -> None:
    checkout.change(
        "qaboard/server/serving.py", lambda text: f"{text}\nraise SystemExit('broken')\n"
    )


def fail_at_the_first_page(checkout: Checkout) -> None:
    checkout.change("qaboard/templates/layouts/page.jinja2", lambda _: "{{ nothing() }}")


def fail_at_doctor(checkout: Checkout) -> None:
    # The tables stay those of the next release.
    checkout.migrate("9000", NEWEST, WRONG_MIGRATION)


FAILURES = (
    fail_at_pip,
    fail_at_the_settings,
    fail_at_a_migration,
    fail_at_nginx,
    fail_at_the_start,
    fail_at_the_first_page,
    fail_at_doctor,
)


def state_of(site: InstalledSite) -> list[str]:
    """What an upgrade that fails must leave as it was."""
    check = site.container.check
    files = ("environment", "production.ini", "installation")
    return [
        check("readlink", "/opt/qaboard/current"),
        check("ls", "/opt/qaboard/releases", "/etc/qaboard"),
        *(check("cat", f"/etc/qaboard/{name}") for name in files),
        check("cat", "/etc/nginx/sites-available/qaboard", "/etc/systemd/system/qaboard@.service"),
    ]


def style_of(site: InstalledSite) -> str:
    """The address of the style sheet in a page of now."""
    address = r'href="(/static/[^"]+/qaboard\.css)"'
    return re.search(address, site.fresh("/questions/").text)[1]


def process_ids(site: InstalledSite) -> set[str]:
    show = ("systemctl", "show", "-P", "MainPID", "qaboard@1", "qaboard@2")
    return set(site.container.check(*show).split())


def test_an_upgrade_fails_or_succeeds_without_a_failed_request(site):
    create_admin(site, "writer")
    page = ask(site.member("writer"), "What stays")
    container = site.container
    settings = container.check("cat", INI)
    secrets = container.check("cat", "/etc/qaboard/environment")
    with busy(site, page) as load, Checkout(site) as checkout:
        before = state_of(site)
        for fail in FAILURES:
            with Checkout(site) as broken:
                fail(broken)
                done = container.run(f"{CHECKOUT}/{UPGRADE}")
            assert done.returncode != 0, fail
            assert state_of(site) == before, (fail, done.stdout, done.stderr)
            load.wait_for(5, "member 200")
        # Nobody has mended what doctor found; the release that serves runs on the tables of the
        # next one, which it does not know.
        site.command("/opt/qaboard/current/deploy/restart-processes")
        load.wait_for(5, "member 200")

        style = style_of(site)
        checkout.change("static/css/qaboard.css", lambda text: f"{text}\n/* newer */\n")
        checkout.migrate("9000", NEWEST, WRONG_MIGRATION)
        checkout.migrate("9001", "9000", RIGHT_MIGRATION)
        old = process_ids(site)
        site.command(UPGRADE, QABOARD_MORE_SERVERS="127.0.0.1:6549")
        assert not old & process_ids(site)
        new = container.check("readlink", "/opt/qaboard/current")
        assert new != before[0]
        # A page that was opened before gets what it was written for.
        for address, is_newer in ((style, False), (style_of(site), True)):
            file = site.reader().get(address)
            assert ("/* newer */" in file.text) == is_newer
            assert "immutable" in file.headers["Cache-Control"]
        load.wait_for(5, "member 200")

        # The release before, on the new tables; and the new one again.
        site.command(GO_BACK)
        assert container.check("readlink", "/opt/qaboard/current") == before[0]
        assert "of a newer release" in site.command("qaboard doctor")
        load.wait_for(5, "answer 303")
        site.command(GO_BACK)
        assert container.check("readlink", "/opt/qaboard/current") == new

    assert set(load.results) <= {"visitor 200", "member 200", "answer 303"}, load.results
    assert all(load.results.values())
    pages = range(1, len(load.acknowledged) // 30 + 2)
    answers = "".join(site.fresh(f"{page}?page={number}").text for number in pages)
    assert load.acknowledged
    assert all(text in answers for text in load.acknowledged)
    assert "The Board" in site.titles()
    assert container.check("cat", "/etc/qaboard/environment") == secrets
    assert container.check("cat", INI) == settings
    # What it was told is remembered.
    assert "MORE_SERVERS=127.0.0.1:6549\n" in container.check("cat", "/etc/qaboard/installation")
    assert "server 127.0.0.1:6549;" in container.check("cat", "/etc/nginx/sites-available/qaboard")
    assert len(container.check("ls", "/opt/qaboard/releases").split()) == 2
    site.check_health(has_failed_starts=True)


@contextmanager
def busy(site: InstalledSite, page: str) -> Iterator[Load]:
    """A visitor, and a member who reads and answers, until the end of the block."""
    load = Load(site)
    visitor, member, writer = site.reader(), site.member("writer"), site.member("writer")
    token = writer.token(page)

    def answer(number: int) -> int:
        text = f"Answer number {number}, which is kept"
        form = urlencode({"body": text, "csrf_token": token})
        status = writer.send("POST", f"{page}answers/", form).status
        if status == 303:
            load.acknowledged.append(text)
        # A page shows a limited number of them.
        load.is_over.wait(1)
        return status

    kinds = {
        "visitor": lambda number: visitor.get(f"/questions/?number={number}").status,
        "member": lambda number: member.get(page).status,
        "answer": answer,
    }
    threads = [threading.Thread(target=load.run, args=kind) for kind in kinds.items()]
    for thread in threads:
        thread.start()
    try:
        load.wait_for(5, "member 200")
        yield load
        load.wait_for(5, "member 200")
    finally:
        load.is_over.set()
        for thread in threads:
            thread.join()


def test_a_certificate_is_fetched_and_renewed(site):
    container = site.container
    serve_certificates(container)
    site.command(INSTALL_WITH_CERTIFICATE, DOMAIN=DOMAIN, MAIL="operator@example.com")
    site.trust(ACME_CERTIFICATE)
    assert site.reader().get("/questions/").status == 200
    first = shown_certificate(site)
    renew = ("certbot", "renew", "--quiet", "--force-renewal", "--no-random-sleep-on-renew")
    container.check(*renew)
    # nginx has been told.
    assert shown_certificate(site) != first
    assert site.states("certbot.timer") == ["active"]
    told = container.check("systemctl", "show", "-P", "OnFailure", "certbot.service")
    assert told == "qaboard-failure@certbot.service.service\n"
    site.check_health()


def serve_certificates(container: Container) -> None:
    """Start Debian's Caddy as a certification authority, which certbot then asks."""
    container.check("systemctl", "mask", "caddy.service")
    install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", "caddy")
    container.check(*install, DEBIAN_FRONTEND="noninteractive")
    root = container.root
    (root / "root/Caddyfile").write_text(ACME_SERVER)
    with (root / "etc/hosts").open("a") as hosts:
        hosts.write(f"\n127.0.0.1 localhost {DOMAIN}\n")
    caddy = ("caddy", "run", "--adapter", "caddyfile", "--config", "/root/Caddyfile")
    variables = ("--setenv=HOME=/root", "--setenv=XDG_DATA_HOME=/root/acme")
    container.check("systemd-run", "--quiet", "--unit=acme", *variables, *caddy)
    trusted = "/usr/local/share/ca-certificates/acme.crt"
    container.check("sh", "-c", f"until cp {ACME_CERTIFICATE} {trusted}; do sleep 0.2; done")
    container.check("update-ca-certificates")
    (root / "etc/letsencrypt").mkdir(exist_ok=True)
    with (root / "etc/letsencrypt/cli.ini").open("a") as settings:
        settings.write("\nserver = https://localhost:8443/acme/local/directory\n")
    # What certbot is started with otherwise knows the authorities of its own package.
    ask = ("curl", "-fsS", "--retry", "20", "--retry-all-errors", "--retry-delay", "1")
    container.check(*ask, "https://localhost:8443/acme/local/directory")


def shown_certificate(site: InstalledSite) -> str:
    show = f"openssl s_client -connect 127.0.0.1:443 -servername {DOMAIN} </dev/null"
    return site.container.check("sh", "-c", f"{show} | openssl x509 -noout -serial")


def test_after_a_reboot_the_site_is_back_by_itself(site):
    create_admin(site, "patient")
    ask(site.member("patient"), "What outlives the machine")
    site.container.reboot()
    assert "What outlives the machine" in site.titles()
    site.check_health()
