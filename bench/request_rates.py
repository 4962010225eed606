"""How many requests a second does a page take?  ``python bench/request_rates.py``

Serves, each by a waitress of one process and four threads, a Pyramid application with traversal and
an ACL whose view returns a constant string, and the board of production.ini with a thousand
questions, on SQLite and, with ``--postgresql URL``, in a PostgreSQL database that is made for it
and dropped at the end. They are asked over loopback by turns in short rounds; what is printed are
the medians of the rounds, and their ratio to the constant string in the same run. Needs ``wrk`` (on
Debian: apt-get install wrk).

After an answer 304 waitress closes the connection, which costs more than the answer.

With ``--requests 100000`` it then sends so many requests for all kinds of pages, of visitors and of
members, and prints how the resident memory of the server grows with them. Afterwards it sends some
more between visits of a member who logs in, posts, votes and sets a second factor up: what each of
these needs is loaded by whoever uses it first, and stays (docs/decisions/).

Exit status 1 when a visitor's list or page of a question takes less than half the requests of the
constant string, a member's less than an eighth, or a server has more than 120 MB after the requests
for pages, or grows with either by more than a twentieth once a fifth of them is done.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import random
import re
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from member import Member
from servers import board_application, migrate
from sqlalchemy import DDL, create_engine, make_url

from qaboard import markup
from qaboard.database.transaction import make_session
from qaboard.models import Question, utc_now
from qaboard.services.accounts.user import sign_up
from qaboard.services.accounts.user_session import open_session
from qaboard.services.board.answer import answer
from qaboard.services.board.question import ask

SERVERS = Path(__file__).with_name("servers.py")
CONNECTIONS = 8
QUESTIONS = 1000
ANSWERS = 5
USERS = 50
LEAST_RATIO = 0.5
MEMBERS_LEAST_RATIO = 0.125
MOST_MEGABYTES = 120
MOST_GROWTH = 1.05
START_SECONDS = 30
PASSWORD = secrets.token_urlsafe()
VISITS = 5
STEPS = 5
"""As often as one member may ask in ten minutes."""

BODY = """\
The water is **too hot**, I think: the first cup is bitter and the second one sour. I have tried

- a coarser grind,
- water from a kettle with a thermometer (92 °C),
- and `less` coffee.

> 물이 너무 뜨거우면 써요.

What else could it be? There is more at <https://example.com/coffee>.

```python
print("too hot")
```
"""


@dataclass(frozen=True)
class Page:
    """An address that is asked for, and the headers it is asked with."""

    name: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    status: int = 200
    least_ratio: float = 0.0


@dataclass
class Server:
    """A server of this run, and the requests a second of each of its pages in each round."""

    name: str
    port: int
    process: subprocess.Popen
    rates: dict[str, list[float]] = field(default_factory=dict)

    def megabytes(self) -> float:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def get(self, page: Page) -> http.client.HTTPResponse:
        """One answer, looked at."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)
        with contextlib.closing(connection):
            connection.request("GET", page.path, headers=page.headers)
            response = connection.getresponse()
            response.read()
        if response.status != page.status:
            raise SystemExit(f"{self.name}: {page.name} is {response.status}, not {page.status}")
        return response

    def load(self, seconds: float, *options: str) -> tuple[float, int]:
        """Keep the server busy.

        :return: requests a second, and how many there were.
        """
        address = f"http://127.0.0.1:{self.port}"
        duration, patience = f"-d{max(1, round(seconds))}s", f"--timeout={START_SECONDS}s"
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", duration, patience, *options]
        command[-1] = address + command[-1]
        output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        if "Non-2xx" in output or "Socket errors" in output:
            raise SystemExit(f"{self.name}: {output}")
        rate = float(re.search(r"Requests/sec:\s+([0-9.]+)", output)[1])
        return rate, int(re.search(r"(\d+) requests in", output)[1])

    def measure(self, page: Page, seconds: float) -> None:
        headers = [f"-H{name}: {value}" for name, value in page.headers.items()]
        rate, _count = self.load(seconds, *headers, page.path)
        self.rates.setdefault(page.name, []).append(rate)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def started(name: str, label: str, variables: dict[str, str] | None = None) -> Iterator[Server]:
    """A server in a process of its own, until the end of the block."""
    port = free_port()
    command = [sys.executable, str(SERVERS), name, str(port)]
    process = subprocess.Popen(command, env=os.environ | (variables or {}))
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"the server of {label} does not start")
            time.sleep(0.1)
        yield Server(label, port, process)
    finally:
        process.terminate()
        process.wait(START_SECONDS)


@contextlib.contextmanager
def own_database(url: str) -> Iterator[str]:
    """A database on a PostgreSQL server, until the end of the block."""
    name = f"qaboard_bench_{secrets.token_hex(4)}"
    server = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    with server.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(DDL(f"CREATE DATABASE {name}"))
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(DDL(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


def fill(url: str) -> tuple[int, str]:
    """Make the tables and fill them.

    :return: the id of a question with five answers, and the token of a login.
    """
    os.environ["QABOARD_DATABASE_URL"] = url
    application = board_application()
    engine = application.registry["engine"]
    migrate(engine)
    chance = random.Random(1)  # posts, not secrets  # nosec B311
    now = utc_now()
    with make_session(engine, writes=True) as session, session.begin():
        users = [
            sign_up(
                session,
                username=f"user{number}",
                email=f"user{number}@example.com",
                password_hash=secrets.token_hex(),
                is_verified=True,
            )
            for number in range(USERS)
        ]
        for number in range(QUESTIONS):
            asked = ask(
                session,
                author_id=chance.choice(users).id,
                title=f"Why is my coffee no. {number} bitter? 커피가 왜 써요?",
                body=BODY,
                render=markup.render,
            )
            asked.created_at = asked.last_activity_at = now - timedelta(hours=QUESTIONS - number)
            session.flush()
        questions = session.query(Question).order_by(Question.id.desc()).limit(20).all()
        for question in questions:
            for _ in range(ANSWERS):
                author = chance.choice(users)
                given = answer(
                    session, question, author_id=author.id, body=BODY, render=markup.render
                )
                given.created_at = question.created_at + timedelta(minutes=10)
        token = open_session(session, users[0].id, lifetime=timedelta(days=1))
        users[1].password_hash = application.registry["passwords"].hash(PASSWORD)
        # No newcomer, whose forms may not come back at once.
        users[1].created_at = now - timedelta(days=30)
        question_id = questions[0].id
    application.registry["background"].close()
    engine.dispose()
    return question_id, token


def board_pages(server: Server, question_id: int, token: str) -> list[Page]:
    """What is measured of a board."""
    addresses = {"list": "/questions/", "detail": f"/questions/{question_id}/"}
    pages = [
        Page(f"{name}, visitor", path, least_ratio=LEAST_RATIO) for name, path in addresses.items()
    ]
    for page in list(pages):
        etag = server.get(page).getheader("ETag")
        if etag:
            headers = {"If-None-Match": etag}
            pages.append(Page(f"{page.name}, 304", page.path, headers, 304))
    # A browser that is logged in also has the cookie of its session, since its first page.
    login = f"__Host-login={token}"
    first = server.get(Page("first", "/questions/", {"Cookie": login}))
    session = first.getheader("Set-Cookie").partition(";")[0]
    for name, path in addresses.items():
        headers = {"Cookie": f"{login}; {session}"}
        pages.append(Page(f"{name}, logged in", path, headers, least_ratio=MEMBERS_LEAST_RATIO))
    for page in pages:
        server.get(page)
    return pages


def report(server: Server, pages: list[Page], constant: list[float]) -> bool:
    """Print a board's figures; whether they are good enough."""
    is_good = True
    base = statistics.median(constant)
    for page in pages:
        rates = server.rates[page.name]
        ratio = statistics.median(rates) / base
        each = [rate / other for rate, other in zip(rates, constant, strict=True)]
        verdict = ""
        if page.least_ratio:
            is_enough = ratio >= page.least_ratio
            verdict = f"  at least {page.least_ratio}: {'yes' if is_enough else 'NO'}"
            is_good &= is_enough
        print(
            f"{server.name:10} {page.name:20} {statistics.median(rates):8.0f}/s"
            f"  ratio {ratio:.2f} (rounds {min(each):.2f} to {max(each):.2f}){verdict}"
        )
    return is_good


MIX = """\
local pages = {%s}
local members = {Cookie = "__Host-login=%s"}
local number = 0
request = function()
  number = number + 1
  local headers = number %% 5 == 0 and members or nil
  return wrk.format("GET", pages[number %% #pages + 1], headers)
end
"""


def watch_memory(server: Server, count: int, question_id: int, token: str) -> bool:
    """Send requests for all kinds of pages, and print what the process takes meanwhile.

    :return: whether it is little enough, and does not grow.
    """
    pages = [f"/questions/?page={number}" for number in range(1, QUESTIONS // 20 + 1)]
    pages += [f"/questions/?sort={sort}" for sort in ("newest", "active", "votes", "unanswered")]
    pages += [f"/questions/?q=coffee+{number}" for number in range(20)]
    pages += [f"/questions/{question_id - number}/" for number in range(500)]
    pages += [f"/users/{number}/" for number in range(1, USERS + 1)]
    pages += ["/login", "/signup", "/language", "/static/css/qaboard.css"]
    # One after the other would be the worst for what is kept, and no board is read like that.
    random.Random(1).shuffle(pages)  # an order, no secret  # nosec B311
    member = Member(server.port, "user1", PASSWORD)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(MIX % (", ".join(json.dumps(path) for path in pages), token))
        script.flush()
        sent = 0

        def send(until: int) -> None:
            nonlocal sent
            while sent < until:
                sent += server.load(5, "-s", script.name, "")[1]

        def tell(when: str) -> float:
            megabytes = server.megabytes()
            print(f"{server.name:10} resident {megabytes:6.1f} MB {when}", flush=True)
            return megabytes

        tell("before")
        with_pages, with_visits = [], []
        for share in range(1, STEPS + 1):
            send(count * share // STEPS)
            with_pages.append(tell(f"after {sent:7,} requests for pages"))
        for visit in range(1, VISITS + 1):
            member.visit(BODY, f"/questions/{question_id - visit}/")
            send(sent + count // STEPS // VISITS)
            with_visits.append(tell(f"after {sent:7,} and {visit} visits that use all of it"))
    is_little = with_pages[-1] <= MOST_MEGABYTES
    grows = any(each[-1] > each[0] * MOST_GROWTH for each in (with_pages, with_visits))
    print(
        f"{server.name:10} at most {MOST_MEGABYTES} MB after {count:,} requests for pages: "
        f"{'yes' if is_little else 'NO'}; it grows: {'YES' if grows else 'no'}"
    )
    return is_little and not grows


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", metavar="URL", help="a server, to measure it too")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of each page in a round")
    parser.add_argument("--requests", type=int, default=0, help="how many to watch memory for")
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed; on Debian: apt-get install wrk")
    os.environ["QABOARD_SECRET"] = secrets.token_urlsafe(48)
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        urls = {"sqlite": f"sqlite:///{directory}/qaboard.sqlite"}
        if arguments.postgresql:
            urls["postgresql"] = stack.enter_context(own_database(arguments.postgresql))
        constant = stack.enter_context(started("constant", "constant"))
        constant_page = Page("constant", "/questions/")
        boards = []
        for name, url in urls.items():
            question_id, token = fill(url)
            variables = {"QABOARD_DATABASE_URL": url}
            board = stack.enter_context(started("board", name, variables))
            boards.append((board, board_pages(board, question_id, token), question_id, token))
        for number in range(arguments.rounds + 1):
            constant.measure(constant_page, arguments.seconds)
            for board, pages, *_rest in boards:
                for page in pages:
                    board.measure(page, arguments.seconds)
            if number == 0:
                # The first round warms up.
                for server in (constant, *(board for board, *_rest in boards)):
                    server.rates.clear()
        rates = constant.rates[constant_page.name]
        print(f"{'':10} {'constant string':20} {statistics.median(rates):8.0f}/s")
        is_good = True
        for board, pages, question_id, token in boards:
            is_good &= report(board, pages, rates)
            if arguments.requests:
                is_good &= watch_memory(board, arguments.requests, question_id, token)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
