"""A bare Debian 12 of its own, booted in a container by systemd-nspawn.

It is made anew each time from the mirror that apt of this machine is set up for. Its network has
nothing but a proxy, through which apt and pip reach what they reach from here.
"""

from __future__ import annotations

import ast
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from network import Host, network, require_namespaces
from programs import required_program
from relay import relay_into
from waiting import wait_until

RELEASE = "bookworm"
REBOOTED = 133
"""The status with which nspawn ends when the container wants to be started again."""

# Of pip's settings: where packages come from, and how they are reached.
PIP_SETTINGS = ("index-url", "extra-index-url", "find-links", "trusted-host", "default-timeout")
APT_SETTINGS = ("Acquire::Check-", "Acquire::Retries", "Acquire::AllowInsecureRepositories")


class Container:
    """The container; `root` is its file system, seen from here."""

    def __init__(self, root: Path, host: Host, cgroups: list[Path], shared: list[Path]) -> None:
        self.root = root
        self.host = host
        self.cgroups = cgroups
        self.shared = shared
        self.process: subprocess.Popen | None = None
        self.inside = ThreadPoolExecutor(8, initializer=host.enter)
        """Threads that make their connections in the container's network."""

    def nspawn(self, *arguments: str) -> list[str]:
        """A command that starts it, in control groups of its own."""
        enter = "".join(f'echo $$ >"{cgroup}/cgroup.procs"; ' for cgroup in self.cgroups)
        binds = [f"--bind-ro={path}" for path in self.shared]
        return [
            *("sh", "-ec", f'{enter}exec systemd-nspawn "$@"', "sh"),
            *("--quiet", "--register=no", "--keep-unit", "--console=pipe", "--resolv-conf=off"),
            *("--link-journal=no", f"--directory={self.root}", f"--machine={self.host.namespace}"),
            *(f"--network-namespace-path=/run/netns/{self.host.namespace}", *binds, *arguments),
        ]

    @property
    def environment(self) -> dict[str, str]:
        return os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "SYSTEMD_NSPAWN_LOCK": "0"}

    def require_start(self) -> None:
        """Skip the test where no container can be started, and say why.

        The program is there by now, so it is the kernel that refuses: nothing could be installed.
        """
        tried = subprocess.run(
            self.nspawn("/bin/true"),
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if tried.returncode:
            pytest.skip(f"systemd-nspawn starts no container here: {tried.stderr.strip()}")

    def boot(self) -> None:
        """Start it, and wait until all that starts with it has started."""
        with (self.root.parent / "console.log").open("a") as log:
            self.process = subprocess.Popen(
                self.nspawn("--boot"),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl+C is for the test, which then ends it in order.
                start_new_session=True,
            )
        wait_until(self._has_booted, "the container does not boot")

    def _has_booted(self) -> bool:
        assert self.process.poll() is None, (self.root.parent / "console.log").read_text()
        if self._leader() is None:
            return False
        asked = self._enter("systemctl", "is-system-running")
        return asked.stdout.strip() in ("running", "degraded")

    def _leader(self) -> int | None:
        """The id that its first process has here."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        with suppress(OSError):
            for child in children.read_text().split():
                if Path(f"/proc/{child}/comm").read_text() == "systemd\n":
                    return int(child)
        return None

    def _enter(self, *command: str) -> subprocess.CompletedProcess:
        entered = ["nsenter", f"--target={self._leader()}", "--all", *command]
        return subprocess.run(entered, capture_output=True, text=True, timeout=900)

    def run(self, *command: str, **variables: str) -> subprocess.CompletedProcess:
        """Run a command there as root, in a service of its own, with these variables."""
        variables = {"HOME": "/root", **variables}
        return self._enter(
            *("systemd-run", "--quiet", "--pipe", "--wait", "--collect"),
            *(f"--setenv={name}={value}" for name, value in variables.items()),
            *("--", *command),
        )

    def check(self, *command: str, **variables: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        done = self.run(*command, **variables)
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        return done.stdout

    def reboot(self) -> None:
        self._enter("systemctl", "reboot")
        assert self.process.wait(300) == REBOOTED
        self.boot()

    def stop(self) -> None:
        self.inside.shutdown()
        if self.process is None or self.process.poll() is not None:
            return
        # The first one asks it to shut down.
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            # Its processes die with it.
            self.process.kill()
            self.process.wait(60)


@contextmanager
def bare_debian() -> Iterator[Container]:
    """A bare Debian 12 that has booted, until the end of the block.

    The test is skipped where none can be made.
    """
    required_program("mmdebstrap", package="mmdebstrap")
    required_program("systemd-nspawn", package="systemd-container")
    require_namespaces()
    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="qaboard-debian-"))
        cgroups = stack.enter_context(_control_groups())
        root = Path(made) / "root"
        _make_debian(root)
        host = stack.enter_context(network("debian"))["debian"]
        proxy = stack.enter_context(relay_into(host))
        shared = _take_over_settings(root, proxy)
        container = Container(root, host, cgroups, shared)
        container.require_start()
        stack.callback(container.stop)
        container.boot()
        yield container


def _make_debian(root: Path) -> None:
    asked = ["apt-get", "indextargets", "Created-By: Packages"]
    form = "$(ORIGIN) $(CODENAME) $(REPO_URI) $(RELEASE) $(COMPONENT)"
    told = subprocess.run([*asked, "--format", form], check=True, capture_output=True, text=True)
    found = re.findall(rf"^Debian ({RELEASE}\S*) (\S+) (\S+) main$", told.stdout, re.MULTILINE)
    if RELEASE not in {codename for codename, _, _ in found}:
        # Another distribution; no package makes it one that this board is installed on.
        pytest.skip(f"apt of this machine knows no mirror of Debian {RELEASE}")
    sources = root.with_name("sources.list")
    sources.write_text("".join(f"deb {uri} {release} main\n" for _, uri, release in found))
    settings = _apt_settings()
    command = [
        *("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", "--format=directory"),
        "--include=systemd,systemd-sysv,dbus",
        # Nobody needs these files after a power failure.
        "--dpkgopt=force-unsafe-io",
        *(f"--aptopt={setting}" for setting in settings),
        *(RELEASE, str(root), str(sources)),
    ]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def _apt_settings() -> list[str]:
    told = subprocess.run(["apt-config", "dump"], check=True, capture_output=True, text=True)
    return [line for line in told.stdout.splitlines() if line.startswith(APT_SETTINGS)]


def _take_over_settings(root: Path, proxy: str) -> list[Path]:
    """Have apt and pip get packages there as they do here, through a proxy.

    :return: folders of this machine that pip reads.
    """
    apt = f'Acquire::http::Proxy "{proxy}";\nAcquire::https::Proxy "{proxy}";\n'
    (root / "etc/apt/apt.conf.d/99proxy").write_text(apt)
    pip = [sys.executable, "-m", "pip", "config", "list"]
    told = subprocess.run(pip, check=True, capture_output=True, text=True).stdout
    found = dict(re.findall(r"^(?:global|:env:)\.([a-z-]+)=(.*)$", told, re.MULTILINE))
    settings = {name: ast.literal_eval(value) for name, value in found.items()}
    lines = [f"{name} = {settings[name]}" for name in PIP_SETTINGS if name in settings]
    if certificates := settings.get("cert") or os.environ.get("SSL_CERT_FILE"):
        shutil.copy(certificates, root / "etc/pip-certificates.pem")
        lines.append("cert = /etc/pip-certificates.pem")
    (root / "etc/pip.conf").write_text("\n".join(["[global]", f"proxy = {proxy}", *lines, ""]))
    places = " ".join(settings.get(name, "") for name in PIP_SETTINGS[:3]).split()
    folders = [Path(urlsplit(place).path) for place in places if place.startswith(("/", "file:"))]
    # The files of an index are commonly beside it.
    folders = [folder.parent if folder.name == "simple" else folder for folder in folders]
    return [folder for folder in folders if folder.is_dir()]


@contextmanager
def _control_groups() -> Iterator[list[Path]]:
    """New ones for the processes of a container: systemd there has to have its own."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    hierarchies = [
        Path(mount[1])
        for mount in mounts
        if mount[2] == "cgroup2" or (mount[2] == "cgroup" and "name=systemd" in mount[3])
    ]
    if not any(mount[2] == "cgroup2" for mount in mounts):
        # A machine of the kernel's older groups alone, which systemd in the container cannot use.
        pytest.skip("there are no control groups (cgroup2) here")
    # nspawn has the same names in all of them.
    name = f"qaboard-{secrets.token_hex(4)}"
    groups = [hierarchy / name for hierarchy in hierarchies]
    try:
        for group in groups:
            try:
                group.mkdir()
            except OSError as error:
                # As within a container that may not make any.
                pytest.skip(f"control groups cannot be made here: {error}")
        yield groups
    finally:
        for group in groups:
            _remove_when_empty(group)


def _remove_when_empty(group: Path) -> None:
    def is_removed() -> bool:
        with suppress(OSError):
            for folder in sorted(group.rglob("*"), reverse=True):
                if folder.is_dir():
                    folder.rmdir()
            group.rmdir()
        return not group.exists()

    wait_until(is_removed, f"{group} is not left by all processes")
