"""Does anything get lost when many write at once?  ``python bench/write_storm.py``

Serves the board by a waitress of one process and four threads and lets 20 browsers vote, answer,
ask, edit, delete and restore for 60 seconds, on the same few questions, while two visitors read.
Afterwards every answer that was acknowledged must be there, every vote must be the last one that
was acknowledged, and ``qaboard doctor`` must find that all counters are those of the facts.

On SQLite, and with ``--postgresql URL`` also in a database that is made for it on that server and
dropped at the end. Prints how often each thing was done, and how long writers and readers waited.
Exit status 1 when a request failed or something was lost.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import random
import re
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlencode

from argon2 import PasswordHasher
from request_rates import own_database, started
from servers import migrate
from sqlalchemy import Engine, select

from qaboard import markup
from qaboard.commands.checks import checks_for
from qaboard.database.engine import make_engine
from qaboard.database.transaction import make_session
from qaboard.models import Answer, Post, Vote
from qaboard.services.accounts.user import sign_up
from qaboard.services.accounts.user_session import open_session
from qaboard.services.board.answer import answer
from qaboard.services.board.question import ask
from qaboard.settings import load_database_url

QUESTIONS = 5
ANSWERS = 4
READERS = 2
TIMEOUT_SECONDS = 30
# How often each thing is done, of a hundred.
ACTS = {"vote": 55, "answer": 25, "edit": 8, "delete": 4, "restore": 4, "ask": 4}


@dataclass
class Storm:
    """What the browsers share and note.

    ``voted`` and ``answered`` are what the board has acknowledged: the last vote of each user on
    each post, and the text of each answer.
    """

    port: int
    question_ids: list[int]
    post_paths: dict[int, str]
    ends_at: float
    done: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    voted: dict[tuple[int, int], int] = field(default_factory=dict)
    answered: dict[int, str] = field(default_factory=dict)
    written_seconds: list[float] = field(default_factory=list)
    read_seconds: list[float] = field(default_factory=list)


class Browser:
    """Somebody on a connection of their own."""

    def __init__(self, storm: Storm, cookie: str = "") -> None:
        self.storm = storm
        self.cookie = cookie
        self.token = ""
        self.connection = http.client.HTTPConnection(
            "127.0.0.1", storm.port, timeout=TIMEOUT_SECONDS
        )

    def request(self, method: str, path: str, **fields: str) -> http.client.HTTPResponse:
        """One request and its answer, whose text is read into ``page``."""
        headers = {"Accept-Language": "en"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        body = None
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode({"csrf_token": self.token, **fields})
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        self.page = response.read().decode()
        return response

    def log_in(self, token: str) -> None:
        """Take the login, and the token that forms need."""
        self.cookie = f"__Host-login={token}"
        response = self.request("GET", "/questions/ask")
        session = response.getheader("Set-Cookie", "").partition(";")[0]
        self.cookie += f"; {session}"
        self.token = re.search(r'name="csrf_token" value="(\w+)"', self.page)[1]


@dataclass
class Writer:
    """A browser of a member, who does one thing after the other."""

    browser: Browser
    user_id: int
    chance: random.Random
    own: list[tuple[int, str]] = field(default_factory=list)
    deleted: list[tuple[int, str]] = field(default_factory=list)

    def run(self) -> None:
        storm = self.browser.storm
        while time.monotonic() < storm.ends_at:
            (act,) = self.chance.choices(list(ACTS), ACTS.values())
            if act in ("edit", "delete") and not self.own:
                act = "answer"
            if act == "restore" and not self.deleted:
                act = "vote"
            began = time.monotonic()
            try:
                getattr(self, act)()
            except (OSError, http.client.HTTPException, LookupError) as error:
                storm.failures.append(f"{act}: {error!r}")
                return
            storm.written_seconds.append(time.monotonic() - began)
            storm.done[act] += 1

    def post(self, act: str, path: str, **fields: str) -> str:
        """Send a form; where it leads to.

        :raises LookupError: when the board does not accept it.
        """
        response = self.browser.request("POST", path, **fields)
        if response.status != http.client.SEE_OTHER:
            heading = re.search(r"<h1>(.*?)</h1>", self.browser.page, re.S)
            raise LookupError(f"{response.status} {heading and heading[1]}")
        return response.getheader("Location")

    def vote(self) -> None:
        storm = self.browser.storm
        post_id = self.chance.choice(list(storm.post_paths))
        value = self.chance.choice((1, -1, 0))
        self.post("vote", f"{storm.post_paths[post_id]}vote", value=str(value))
        storm.voted[post_id, self.user_id] = value

    def answer(self) -> None:
        question_id = self.chance.choice(self.browser.storm.question_ids)
        text = f"An answer {secrets.token_hex(8)}"
        location = self.post("answer", f"/questions/{question_id}/answers/", body=text)
        answer_id = int(location.rpartition("#answer-")[2])
        self.own.append((answer_id, f"/questions/{question_id}/answers/{answer_id}/"))
        self.browser.storm.answered[answer_id] = text

    def edit(self) -> None:
        answer_id, path = self.chance.choice(self.own)
        text = f"Edited {secrets.token_hex(8)}"
        self.post("edit", f"{path}edit", body=text)
        self.browser.storm.answered[answer_id] = text

    def delete(self) -> None:
        mine = self.own.pop(self.chance.randrange(len(self.own)))
        self.post("delete", f"{mine[1]}delete")
        self.deleted.append(mine)

    def restore(self) -> None:
        mine = self.deleted.pop(self.chance.randrange(len(self.deleted)))
        self.post("restore", f"{mine[1]}restore")
        self.own.append(mine)

    def ask(self) -> None:
        title = f"A question {secrets.token_hex(4)}"
        self.post("ask", "/questions/ask", title=title, body="What do you think of it?")


def read(browser: Browser) -> None:
    """Read the list and the questions, over and over, as a visitor."""
    storm = browser.storm
    paths = ["/questions/", *(f"/questions/{number}/" for number in storm.question_ids)]
    while time.monotonic() < storm.ends_at:
        for path in paths:
            began = time.monotonic()
            try:
                status = browser.request("GET", path).status
            except (OSError, http.client.HTTPException) as error:
                storm.failures.append(f"read: {error!r}")
                return
            if status != http.client.OK:
                storm.failures.append(f"read: {status}")
            storm.read_seconds.append(time.monotonic() - began)
            storm.done["read"] += 1


def prepare(engine: Engine, count: int) -> tuple[list[int], dict[int, str], dict[int, str]]:
    """Questions and answers of one user to vote on, and other users.

    :return: the ids of the questions, the address of each post, the login of each other user.
    """
    # Nobody logs in by it, so it may be cheap.
    password_hash = PasswordHasher(1, 8, 1).hash(secrets.token_hex())
    with make_session(engine, writes=True) as session, session.begin():
        users = [
            sign_up(
                session,
                username=f"user{number}",
                email=f"user{number}@example.com",
                password_hash=password_hash,
                is_verified=True,
            )
            for number in range(count + 1)
        ]
        author_id = users[0].id
        paths = {}
        question_ids = []
        for number in range(QUESTIONS):
            question = ask(
                session,
                author_id=author_id,
                title=f"Question {number}",
                body="What do you think?",
                render=markup.render,
            )
            question_ids.append(question.id)
            paths[question.id] = f"/questions/{question.id}/"
            for _ in range(ANSWERS):
                given = answer(
                    session, question, author_id=author_id, body="This.", render=markup.render
                )
                paths[given.id] = f"{paths[question.id]}answers/{given.id}/"
        lifetime = timedelta(days=1)
        logins = {user.id: open_session(session, user.id, lifetime=lifetime) for user in users[1:]}
    return question_ids, paths, logins


def losses(engine: Engine, storm: Storm) -> list[str]:
    """What is not as it was acknowledged, and what the checks of ``qaboard doctor`` find."""
    found = []
    with make_session(engine, writes=False) as session:
        votes = {
            (post_id, user_id): value
            for post_id, user_id, value in session.execute(
                select(Vote.post_id, Vote.user_id, Vote.value)
            )
        }
        for key, value in storm.voted.items():
            if votes.pop(key, 0) != value:
                found.append(f"the vote {key} is not {value}")
        found += [f"the vote {key} was never acknowledged" for key in votes]
        texts = dict(session.execute(select(Answer.id, Answer.body)).all())
        found += [
            f"answer {answer_id} is lost or says something else"
            for answer_id, text in storm.answered.items()
            if texts.get(answer_id) != text
        ]
        for check in checks_for(engine.dialect.name):
            finding = check.find(session)
            if finding.total:
                found.append(f"not so: {check.statement} ({', '.join(finding.examples)})")
        found += [] if session.scalar(select(Post.id).limit(1)) else ["there are no posts"]
    return found


def storm_on(name: str, url: str, seconds: float, browsers: int) -> bool:
    """Let the browsers write to a board on a database; whether all went well."""
    os.environ["QABOARD_DATABASE_URL"] = url
    engine = make_engine(load_database_url({}, os.environ))
    migrate(engine)
    question_ids, paths, logins = prepare(engine, browsers)
    with started("unlimited", name, {"QABOARD_DATABASE_URL": url}) as server:
        storm = Storm(server.port, question_ids, paths, time.monotonic() + seconds)
        threads = []
        for user_id, token in logins.items():
            browser = Browser(storm)
            browser.log_in(token)
            chance = random.Random(user_id)  # no secret  # nosec B311
            writer = Writer(browser, user_id, chance)
            threads.append(threading.Thread(target=writer.run))
        threads += [threading.Thread(target=read, args=(Browser(storm),)) for _ in range(READERS)]
        storm.ends_at = time.monotonic() + seconds
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lost = losses(engine, storm)
    engine.dispose()
    report(name, storm, lost)
    return not storm.failures and not lost


def report(name: str, storm: Storm, lost: list[str]) -> None:
    counts = ", ".join(f"{count:,} {act}" for act, count in storm.done.most_common())
    print(f"{name:10} {counts}")
    for who, waited in (("writers", storm.written_seconds), ("readers", storm.read_seconds)):
        if len(waited) > 1:
            median, most = statistics.median(waited), statistics.quantiles(waited, n=100)[98]
            print(
                f"{name:10} {who} waited {median * 1000:.0f} ms at the median,"
                f" {most * 1000:.0f} ms in 99 of 100 cases, {max(waited) * 1000:.0f} ms at most"
            )
    print(f"{name:10} {len(storm.failures)} requests failed, {len(lost)} things lost or wrong")
    for line in [*storm.failures, *lost][:20]:
        print(f"{name:10}   {line}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", metavar="URL", help="a server, to storm it too")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--browsers", type=int, default=20)
    arguments = parser.parse_args()
    os.environ["QABOARD_SECRET"] = secrets.token_urlsafe(48)
    with tempfile.TemporaryDirectory() as directory, contextlib.ExitStack() as stack:
        urls = {"sqlite": f"sqlite:///{directory}/qaboard.sqlite"}
        if arguments.postgresql:
            urls["postgresql"] = stack.enter_context(own_database(arguments.postgresql))
        went_well = [
            storm_on(name, url, arguments.seconds, arguments.browsers) for name, url in urls.items()
        ]
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
