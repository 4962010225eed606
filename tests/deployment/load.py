"""Readers and writers who keep a site busy, and remember every answer."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from reader import Reader
from site_in_directory import Site
from sqlalchemy import select
from waiting import wait_until

from qaboard.models import Answer

WRITERS = 3
READERS = 3
PAUSE_SECONDS = 0.02
"""Between two requests of one of them: the machine of a test has other things to do."""


@dataclass
class Load:
    """What the readers and writers got: ``"read 200"``, ``"write 303"``."""

    site: Site
    results: Counter[str] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    is_over: threading.Event = field(default_factory=threading.Event)

    def count(self, *results: str) -> int:
        return sum(self.results[result] for result in results)

    def wait_for(self, number: int, *results: str) -> None:
        """Wait until some results have come so often again."""
        goal = self.count(*results) + number
        wait_until(lambda: self.count(*results) >= goal, f"no {results}: {self.results}")

    def run(self, kind: str, act) -> None:
        for number in itertools.count():
            if self.is_over.is_set():
                return
            try:
                status = str(act(number))
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
            self.results[f"{kind} {status}"] += 1
            time.sleep(PAUSE_SECONDS)

    def missing(self) -> set[str]:
        """The texts that a writer was told are saved, and that are not."""
        with self.site.board.transaction() as session:
            return set(self.acknowledged) - set(session.scalars(select(Answer.body)))


@contextmanager
def busy(site: Site) -> Iterator[Load]:
    """Visitors and members who read, and members who answer, until the end of the block."""
    load = Load(site)
    asked = site.board.question(site.board.user(), title="A busy question")
    page = f"/questions/{asked.id}/"

    def writer() -> None:
        member = Reader(site).log_in(site.board.user())
        token = member.token("/questions/ask")

        def write(number: int) -> int:
            text = f"{member.cookies['__Host-login']} {number}"
            form = urlencode({"body": text, "csrf_token": token})
            status = member.send("POST", f"{page}answers/", form).status
            if status == 303:
                load.acknowledged.append(text)
            return status

        load.run("write", write)

    def reader(paths: tuple[str, ...], member: Reader) -> None:
        load.run("read", lambda number: member.get(paths[number % len(paths)]).status)

    paths = ("/questions/", page, "/questions/?sort=votes", "/nowhere")
    threads = [threading.Thread(target=writer) for _ in range(WRITERS)]
    for number in range(READERS):
        one = Reader(site) if number else Reader(site).log_in(site.board.user())
        threads.append(threading.Thread(target=reader, args=(paths, one)))
    for thread in threads:
        thread.start()
    try:
        load.wait_for(10, "write 303")
        yield load
    finally:
        load.is_over.set()
        for thread in threads:
            thread.join()
