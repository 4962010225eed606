"""Where does the time of a page go?  ``python bench/profile_pages.py [--profile list|detail|ask]``

Makes a board of 40 questions, one of them with 5 answers, and calls the application in this
process: the list and the detail for a member and for a visitor, a question asked by form, and for
comparison a bare view of Pyramid with traversal and an ACL that returns a constant string. Prints
the median time of each, that of the processor alone and how many times that of the bare view it
is (which a busy machine disturbs least), its statements and the time in the database.

With ``--profile`` it then prints the functions that take most of one kind of request, as
cProfile sees them. The board is on SQLite in a temporary directory, or with QABOARD_DATABASE_URL in
a database that is empty before and is left full.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

from pyramid.authorization import ACLHelper, Allow, Everyone
from pyramid.config import Configurator
from pyramid.paster import get_appsettings
from pyramid.request import Request
from pyramid.response import Response
from servers import migrate
from sqlalchemy import event, update

import qaboard
from qaboard import markup
from qaboard.database.transaction import make_session
from qaboard.models import User, utc_now
from qaboard.services.accounts.user import sign_up
from qaboard.services.accounts.user_session import open_session
from qaboard.services.board.answer import answer
from qaboard.services.board.question import ask
from qaboard.settings import SettingsError

PROJECT = Path(__file__).resolve().parent.parent
WARM_UPS = 30
QUESTIONS, ANSWERS = 40, 5
PROFILE_ROWS = 45
ASK = "ask by form"

WORDS = (
    "게시판에서 질문을 검색하면 traversal 예제의 resource 이름이 한국어로 나오지 않아요. When I "
    "open the list of questions the page shows **all rows**, 그런데 답변이 있는 질문만 보고 "
    "싶습니다. The documentation says that `__acl__` is asked first; 아래 코드처럼 썼는데도 403이 "
    "나옵니다. What have I missed, and where should the permission be checked? 파이썬은 3.13이고 "
    "Pyramid는 2.1입니다. Thanks!"
)
BODY = f"{WORDS}\n\n```python\ndef __acl__(self):\n    return [(Allow, Everyone, 'view')]\n```\n"


def make_bare_app():
    """What the issue compares with: traversal, an ACL, a constant."""

    class Root:
        __acl__ = ((Allow, Everyone, "view"),)

        def __init__(self, request) -> None:
            pass

    class Policy:
        def __init__(self) -> None:
            self.acl = ACLHelper()

        def identity(self, request) -> None:
            return None

        authenticated_userid = remember = forget = identity

        def permits(self, request, context, permission):
            return self.acl.permits(context, [Everyone], permission)

    config = Configurator(root_factory=Root)
    config.set_security_policy(Policy())
    config.add_view(lambda context, request: Response("ok"), context=Root, permission="view")
    return config.make_wsgi_app()


def make_app(directory: str, kept_mib: int):
    """The board of development.ini as in production: no toolbar, no reload, no limits.

    :param kept_mib: how much of pages is kept, as the setting ``qaboard.kept_pages_mib``.
    """
    settings = get_appsettings(str(PROJECT / "development.ini"))
    settings.update(
        {
            "pyramid.includes": "",
            "pyramid.reload_templates": "false",
            "mail.enabled": "false",
            "qaboard.kept_pages_mib": str(kept_mib),
            "rate_limits.ask": "100000 per minute",
            "sqlalchemy.url": f"sqlite:///{directory}/qaboard.sqlite",
        }
    )
    try:
        app = qaboard.main({}, **settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from error
    migrate(app.registry["engine"])
    return app


class Board:
    """The board's content, and requests to it by a visitor and by a member."""

    def __init__(self, app) -> None:
        self.app = app
        self.engine = app.registry["engine"]
        with self._transaction() as session:
            hashed = app.registry["passwords"].hash("correct horse battery")
            authors = [
                sign_up(
                    session,
                    username=f"author{n}",
                    email=f"author{n}@example.com",
                    password_hash=hashed,
                ).id
                for n in range(6)
            ]
            # Not newcomers, whose forms have more fields.
            session.execute(update(User).values(created_at=utc_now() - timedelta(days=40)))
        for number in range(QUESTIONS):
            with self._transaction() as session:
                question = ask(
                    session,
                    author_id=authors[number % 5],
                    title=f"한국어 검색 {number}: why is resource {number} not found?",
                    body=BODY,
                    render=markup.render,
                )
                question.created_at -= timedelta(hours=number * 7)
                if number == QUESTIONS - 1:
                    for index in range(ANSWERS):
                        answer(
                            session,
                            question,
                            author_id=authors[index],
                            body=BODY,
                            render=markup.render,
                        )
                    self.detail_path = f"/questions/{question.id}/"
        with self._transaction() as session:
            token = open_session(session, authors[5], lifetime=timedelta(days=1))
        self.cookies = {"login": token}
        # The first page makes the session; its form has the token against cross-site requests.
        response = self.call("/questions/ask", self.cookies)
        self.cookies["session"] = response.headers["Set-Cookie"].split(";")[0].split("=", 1)[1]
        self.csrf_token = response.text.split('name="csrf_token" value="')[1].split('"')[0]

    @contextmanager
    def _transaction(self):
        with make_session(self.engine, writes=True) as session:
            session.expire_on_commit = False
            with session.begin():
                yield session

    def environ(
        self, path: str, cookies: dict[str, str], fields: dict[str, str] | None = None
    ) -> dict:
        headers = {"Accept-Language": "ko"}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        body = {"POST": urlencode(fields)} if fields else {}
        return Request.blank(path, headers=headers, **body).environ

    def call(self, path: str, cookies: dict[str, str]) -> Response:
        return Request(self.environ(path, cookies)).get_response(self.app)

    def requests(self) -> dict[str, Callable[[], dict]]:
        """What makes the environments of the kinds of requests."""
        fields = {"csrf_token": self.csrf_token, "title": "한국어로 묻는 question", "body": BODY}
        return {
            "list, member": lambda: self.environ("/questions/", self.cookies),
            "list, visitor": lambda: self.environ("/questions/", {}),
            "detail, member": lambda: self.environ(self.detail_path, self.cookies),
            "detail, visitor": lambda: self.environ(self.detail_path, {}),
            ASK: lambda: self.environ("/questions/ask", self.cookies, fields),
        }


def run(app, environ: dict) -> tuple[float, float]:
    """The seconds that the application takes for one request, its body included.

    :return: on the clock, and of the processor.
    """
    statuses = []
    begin, begin_cpu = time.perf_counter(), time.thread_time()
    answered = app(environ, lambda status, headers, exc_info=None: statuses.append(status))
    b"".join(answered)
    if hasattr(answered, "close"):
        answered.close()
    elapsed = time.perf_counter() - begin, time.thread_time() - begin_cpu
    if statuses[0][:3] not in ("200", "303"):
        raise SystemExit(f"a request was answered with {statuses[0]}")
    return elapsed


class DatabaseTimes:
    """How often and for how long the database is asked; seconds."""

    def __init__(self, engine) -> None:
        self.clear()
        event.listen(engine, "before_cursor_execute", self._begin)
        event.listen(engine, "after_cursor_execute", self._end)
        self.commit = engine.dialect.do_commit
        engine.dialect.do_commit = self._commit

    def clear(self) -> None:
        self.statements = 0
        self.seconds = self.commit_seconds = self.transaction_seconds = 0.0
        self.begun_at = None

    def _begin(self, _connection, _cursor, statement, *_rest) -> None:
        self.began_at = time.perf_counter()
        if self.begun_at is None:
            self.begun_at = self.began_at
        self.statements += not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK"))

    def _end(self, *_arguments) -> None:
        self.seconds += time.perf_counter() - self.began_at

    def _commit(self, connection) -> None:
        begin = time.perf_counter()
        self.commit(connection)
        end = time.perf_counter()
        self.commit_seconds += end - begin
        if self.begun_at is not None:
            self.transaction_seconds += end - self.begun_at


def fsync_seconds(directory: str, size: int, count: int = 50) -> float:
    """The median time of writing so many bytes at the end of a file and having them on disk."""
    times = []
    with open(Path(directory) / "fsync", "wb") as file:
        for _ in range(count):
            begin = time.perf_counter()
            file.write(b"\0" * size)
            file.flush()
            os.fsync(file.fileno())
            times.append(time.perf_counter() - begin)
    return statistics.median(times)


def median_of(values: list[float]) -> float:
    """The median without the first ones, which fill caches."""
    return statistics.median(values[WARM_UPS:])


def measure(board: Board, count: int, directory: str) -> None:
    """Print the medians; the pages take turns, so that what disturbs one disturbs all."""
    bare = make_bare_app()
    kinds = {
        "bare view": (bare, lambda: Request.blank("/").environ),
        **{name: (board.app, make) for name, make in board.requests().items()},
    }
    database = DatabaseTimes(board.engine)
    times: dict[str, list[float]] = {name: [] for name in kinds}
    cpu_times: dict[str, list[float]] = {name: [] for name in kinds}
    in_database: dict[str, list[float]] = {name: [] for name in kinds}
    statements = {}
    commits, transactions = [], []
    pages = [name for name in kinds if name != ASK]
    # Questions make the board larger, so they come last.
    for name in (WARM_UPS + count) * pages + (WARM_UPS + count) * [ASK]:
        app, make = kinds[name]
        environ = make()
        database.clear()
        elapsed, cpu_seconds = run(app, environ)
        times[name].append(elapsed)
        cpu_times[name].append(cpu_seconds)
        in_database[name].append(database.seconds)
        statements[name] = database.statements
        if name == ASK:
            commits.append(database.commit_seconds)
            transactions.append(database.transaction_seconds)
    reference = median_of(cpu_times["bare view"])
    print(f"{'':16}      ms   CPU ms   x bare  statements  ms in them  (medians of {count})")
    for name, seconds in times.items():
        cpu_median = median_of(cpu_times[name])
        print(
            f"{name:16} {1000 * median_of(seconds):7.3f} {1000 * cpu_median:8.3f}"
            f" {cpu_median / reference:8.1f} {statements[name]:11}"
            f" {1000 * median_of(in_database[name]):11.3f}"
        )
    print(
        f"\nask by form: {1000 * median_of(transactions):.3f} ms from BEGIN to the end of"
        f" COMMIT, {1000 * median_of(commits):.3f} ms of them in COMMIT"
    )
    if board.engine.dialect.name == "sqlite":
        # A frame of the write-ahead log for each of about ten changed pages.
        print(f"an fsync of 40 KiB there takes {1000 * fsync_seconds(directory, 40_960):.3f} ms")


def profile(board: Board, kind: str, count: int) -> None:
    """Print what one kind of request spends its time with."""
    make = board.requests()[kind]
    profiler = cProfile.Profile()
    for number in range(WARM_UPS + count):
        environ = make()
        if number < WARM_UPS:
            run(board.app, environ)
        else:
            profiler.runcall(run, board.app, environ)
    print(f"\n{count} times {kind}")
    statistics_of = pstats.Stats(profiler)
    for order in ("cumulative", "tottime"):
        statistics_of.sort_stats(order).print_stats(PROFILE_ROWS)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    kinds = {"list": "list, member", "detail": "detail, member", "ask": ASK}
    parser.add_argument("--profile", choices=kinds, help="the kind of request to look into")
    parser.add_argument("--count", type=int, default=200, help="requests of each kind")
    parser.add_argument("--kept", type=int, default=0, metavar="MIB", help="keep pages and parts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        app = make_app(directory, options.kept)
        board = Board(app)
        measure(board, options.count, directory)
        if options.profile:
            profile(board, kinds[options.profile], options.count)
        app.registry["background"].close()
        app.registry["housekeeping"].worker.close()
        app.registry["engine"].dispose()


if __name__ == "__main__":
    main()
