"""Two hosts with the application, one with the database, one with a replica: a cable is pulled.

Each is in a network namespace of its own, and so is nginx, beside which the readers are.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from socket import create_connection

from network import Host, network, require_namespaces
from postgresql import PrivateServer, running_server
from reader import Reader
from site_in_directory import BIN, Site, require_programs
from standby import standby_of
from waiting import wait_until

PORT = 6543
LIMITS = ("search", "ask", "answer")
NUMBERS = count()


class SpreadSite(Site):
    """The site on several hosts; its processes are those of the hosts app1 and app2."""

    numbers = (1, 2)

    def __init__(
        self,
        directory: Path,
        database: PrivateServer,
        replica: PrivateServer,
        hosts: dict[str, Host],
    ) -> None:
        changes = {f"rate_limits.{limit}": "none" for limit in LIMITS}
        changes |= {"spam.minimum_seconds": "0", "trusted_proxy": hosts["proxy"].address}
        super().__init__(directory, database, changes)
        self.hosts = hosts
        self.environment["QABOARD_REPLICA_URL"] = replica.url_of("qaboard", "qaboard")

    def host(self, number: int) -> Host:
        return self.hosts[f"app{number}"]

    def log(self, number: int) -> Path:
        return self.directory / f"app{number}.log"

    def is_listening(self, number: int) -> bool:
        try:
            with closing(create_connection((self.host(number).address, PORT), 1)):
                return True
        except OSError:
            return False

    def start_process(self, number: int) -> None:
        host = self.host(number)
        with self.log(number).open("a") as log:
            self.processes[number] = subprocess.Popen(
                [*host.prefix, BIN / "pserve", self.ini],
                env=self.environment | {"QABOARD_LISTEN": f"{host.address}:{PORT}"},
                stdout=log,
                stderr=log,
            )

    def servers(self) -> list[str]:
        return [f"server {self.host(number).address}:{PORT};" for number in self.numbers]


@contextmanager
def spread_site() -> Iterator[tuple[SpreadSite, dict[str, Host]]]:
    """The site with its hosts and databases; its processes are still to be started."""
    with ExitStack() as stack:
        directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="qaboard-site-"))
        hosts = stack.enter_context(network("proxy", "app1", "app2", "database", "replica"))

        def place(name: str) -> dict:
            return {"address": hosts[name].address, "prefix": hosts[name].prefix}

        database = stack.enter_context(running_server(**place("database")))
        replica = stack.enter_context(standby_of(database.url, **place("replica")))
        yield SpreadSite(Path(directory), database, replica, hosts), hosts


def test_the_site_stays_up_whichever_cable_is_pulled():
    require_namespaces()
    require_programs()
    # A thread of its own, since that alone enters the network; whatever it starts is there too.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(pull_cables).result()


def pull_cables() -> None:
    with spread_site() as (site, hosts):
        hosts["proxy"].enter()
        with site.running():
            member = Reader(site).log_in(site.board.user("member"))

            def ask_and_read() -> None:
                """A member asks, sees it at once, and so does every visitor soon; all answers are
                good."""
                title = f"Question number {next(NUMBERS)}"
                asked = member.submit("/questions/ask", "/questions/ask", title=title, body="?")
                assert asked.status == 303, asked.text
                assert title in member.get("/questions/").text

                def is_seen() -> bool:
                    # Another address each time, of which nginx has no page.
                    page = Reader(site).get(f"/questions/?number={next(NUMBERS)}")
                    assert page.status == 200, page.text
                    return title in page.text

                wait_until(is_seen, "a visitor does not see what was asked")

            def has_logged(number: int, text: str, times: int) -> bool:
                return site.log(number).read_text().count(text) >= times

            def all_read_from_the_replica(times: int) -> None:
                def is_so() -> bool:
                    ask_and_read()
                    told = "visitors read from the replica"
                    return all(has_logged(number, told, times) for number in site.numbers)

                wait_until(is_so, "the replica is not read from")

            all_read_from_the_replica(1)
            with pulled(hosts["replica"]):
                for _ in range(3):
                    ask_and_read()
            all_read_from_the_replica(2)
            for number in site.numbers:
                with pulled(hosts[f"app{number}"]):
                    for _ in range(3):
                        ask_and_read()
                before = site.log(number).read_text().count("qaboard.access")

                def serves_again(number=number, before=before) -> bool:
                    ask_and_read()
                    return has_logged(number, "qaboard.access", before + 1)

                wait_until(serves_again, "the host is not asked any more")
            with pulled(hosts["database"]):
                # What visitors read is on the replica.
                page = Reader(site).get(f"/questions/?number={next(NUMBERS)}")
                assert page.status == 200, page.text
                assert member.get("/questions/").status == 503
            # Each process finds it by itself, and they take turns.
            wait_until(
                lambda: all(member.get("/questions/").status == 200 for _ in range(4)),
                "the database is not found again",
            )
            ask_and_read()


@contextmanager
def pulled(host: Host) -> Iterator[None]:
    host.pull_cable()
    try:
        yield
    finally:
        host.plug_cable_in()
