"""A whole site in a temporary directory: PostgreSQL, processes of the board, and nginx with TLS.

All of it from the files of ``deploy/``, through the scripts that fill them in; only the addresses
that nginx listens on are those of the loopback interface.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path

from factories import Board
from postgresql import PrivateServer, free_port, running_server
from programs import required_program
from project import PROJECT
from waiting import wait_until

from qaboard.database.engine import make_engine
from qaboard.rendering.static_files import StaticFiles
from qaboard.settings import load_database_url

BIN = Path(sys.executable).parent
DEPLOY = PROJECT / "deploy"
DOMAIN = "board.example"
SECRET = "xq5nV0Jt8mZr2LkWc7Ay4HdPs9TfEu1B"
PROCESSES = 3
"""Those with Unix sockets. One more listens on TCP, as on another machine."""
BROTLI_MODULE = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")

# What Debian's nginx.conf has around a site, as far as it matters.
NGINX = """
{user}
load_module {brotli};
daemon off;
worker_processes auto;
pid {directory}/nginx.pid;
error_log {directory}/nginx-error.log;
events {{ worker_connections 768; }}
http {{
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;
  gzip on;
  client_body_temp_path {directory}/body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  include {directory}/site.conf;
}}
"""


def script(name: str, *arguments: object) -> str:
    """What a script of ``deploy/`` prints."""
    command = [DEPLOY / name, *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


class Site:
    """The site; `directory` is removed at the end.

    :param changes: settings instead of those of production.ini.
    """

    numbers = tuple(range(1, PROCESSES + 2))
    """Of the processes; the last one listens on TCP, as on another machine."""

    def __init__(self, directory: Path, database: PrivateServer, changes: dict[str, str]) -> None:
        self.directory = directory
        self.database = database
        self.http_port, self.https_port, self.tcp_port = free_port(), free_port(), free_port()
        self.access_log = directory / "access.log"
        self.processes: dict[int, subprocess.Popen] = {}
        self.nginx: subprocess.Popen | None = None
        self.release = directory / "release"
        shutil.copytree(PROJECT / "static", self.release / "static")
        (self.release / "deploy").symlink_to(DEPLOY)
        script("compress-static", self.release / "static")
        files = StaticFiles(self.release / "static", reloads=False)
        (self.release / "static" / files.release_hash).symlink_to(".")
        script("self-signed", DOMAIN, directory)
        self.ini = directory / "production.ini"
        ini = script("make-ini", PROJECT / "production.ini")
        for name, value in {"mail.enabled": "false", **changes}.items():
            ini, count = re.subn(rf"(?m)^{re.escape(name)} = .*$", f"{name} = {value}", ini)
            assert count == 1, name
        self.ini.write_text(ini)
        self.environment = os.environ | {
            "QABOARD_SECRET": SECRET,
            "QABOARD_DATABASE_URL": database.url_of("qaboard", "qaboard"),
            "QABOARD_URL": f"https://{DOMAIN}",
        }
        self.owner = {
            "QABOARD_DATABASE_URL": database.url_of("postgres", "qaboard"),
            "PGOPTIONS": "-c role=qaboard_owner",
        }
        self.engine = make_engine(load_database_url({}, self.environment))
        self.tls = ssl.create_default_context(cafile=str(directory / "fullchain.pem"))

    @contextmanager
    def running(self) -> Iterator[None]:
        """All processes and nginx, until the end of the block."""
        try:
            self.migrate()
            self.start_processes(*self.numbers)
            self.start_nginx()
            yield
        finally:
            self.engine.dispose()
            for process in (*self.processes.values(), self.nginx):
                if process is not None and process.poll() is None:
                    process.terminate()
                    process.wait(60)

    def socket(self, number: int) -> Path:
        return self.directory / "sockets" / str(number) / "socket"

    def is_listening(self, number: int) -> bool:
        """Whether a process takes connections."""
        if number <= PROCESSES:
            return self.socket(number).exists()
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.tcp_port)) == 0

    def migrate(self) -> None:
        self.database.run_sql(DEPLOY / "roles.sql")
        command = [BIN / "alembic", "-c", self.ini, "upgrade", "head"]
        subprocess.run(command, check=True, env=self.environment | self.owner, capture_output=True)
        self.board = Board(self.engine)

    def start_processes(self, *numbers: int) -> None:
        """Start some, and wait until they listen, as the unit does."""
        for number in numbers:
            self.start_process(number)
        for number in numbers:
            wait_until(partial(self.is_listening, number), f"process {number} did not start")

    def start_process(self, number: int) -> None:
        listen = f"127.0.0.1:{self.tcp_port}"
        if number <= PROCESSES:
            path = self.socket(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            # systemd does the same to the directory of a service that has ended.
            path.unlink(missing_ok=True)
            listen = str(path)
        with (self.directory / "board.log").open("a") as log:
            self.processes[number] = subprocess.Popen(
                [BIN / "pserve", self.ini],
                env=self.environment | {"QABOARD_LISTEN": listen},
                stdout=log,
                stderr=log,
            )

    def stop_process(self, number: int) -> None:
        """Tell one to stop, and wait until it has."""
        self.processes[number].terminate()
        assert self.processes[number].wait(60) == 0

    def kill_process(self, number: int) -> None:
        self.processes[number].kill()
        self.processes[number].wait(60)

    def servers(self) -> list[str]:
        """The processes as nginx names them."""
        local = [f"server unix:{self.socket(n)} max_fails=0;" for n in range(1, PROCESSES + 1)]
        return [*local, f"server 127.0.0.1:{self.tcp_port};"]

    def write_site(self) -> None:
        """The shipped site, filled in."""
        values = {
            "DOMAIN": DOMAIN,
            "DIRECTORY": self.release,
            "SERVERS": " ".join(self.servers()),
            "SOCKETS": self.socket(1).parent.parent,
            "CERTIFICATE": self.directory / "fullchain.pem",
            "KEY": self.directory / "privkey.pem",
            "ACME": self.directory / "acme",
            "SUBDOMAINS": "",
            "CACHE": self.directory / "cache",
            "LOG": self.access_log,
            "ERROR_LOG": self.directory / "site-error.log",
        }
        pairs = [f"{name}={value}" for name, value in values.items()]
        site = script("fill", DEPLOY / "nginx.conf", *pairs)
        for shipped, port in (("80", self.http_port), ("443", self.https_port)):
            site, count = re.subn(rf"listen {shipped}\b", f"listen 127.0.0.1:{port}", site)
            assert count == 1
            site, count = re.subn(rf"listen \[::\]:{shipped}\b.*", "", site)
            assert count == 1
        (self.directory / "site.conf").write_text(site)
        # As another user its workers could not enter a temporary directory.
        user = "user root;" if os.geteuid() == 0 else ""
        configuration = NGINX.format(user=user, brotli=BROTLI_MODULE, directory=self.directory)
        (self.directory / "nginx.conf").write_text(configuration)

    def nginx_command(self, *arguments: str) -> list[str | Path]:
        program = required_program("nginx", package="nginx")
        return [program, "-c", self.directory / "nginx.conf", "-p", self.directory, *arguments]

    def start_nginx(self) -> None:
        self.write_site()
        checked = subprocess.run(self.nginx_command("-t"), capture_output=True, text=True)
        assert checked.returncode == 0, checked.stderr
        self.nginx = subprocess.Popen(self.nginx_command(), stderr=subprocess.DEVNULL)
        wait_until(self.is_reached, "nginx did not start")

    def is_reached(self) -> bool:
        """Whether nginx takes connections."""
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.https_port)) == 0

    def forget_pages(self) -> None:
        """Wait until nginx holds no page that was fetched before."""
        cache = self.directory / "cache"
        wait_until(lambda: not any(p.is_file() for p in cache.rglob("*")), "pages stay")


@contextmanager
def running_site(changes: dict[str, str] | None = None) -> Iterator[Site]:
    """The site with all its processes, until the end of the block."""
    require_programs()
    with ExitStack() as stack:
        # Not pytest's own directory, whose path is too long for a socket.
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="qaboard-site-"))
        database = stack.enter_context(running_server())
        site = Site(Path(directory), database, changes or {})
        with site.running():
            yield site


def require_programs() -> None:
    """Skip the test where a program that a site needs is missing; in CI it fails."""
    required_program("nginx", package="nginx")
    required_program("brotli", package="brotli")
    if not BROTLI_MODULE.exists():
        required_program("brotli_static", package="libnginx-mod-http-brotli-static")
