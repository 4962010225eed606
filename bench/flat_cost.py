"""Does a page cost more on a larger board?  ``python bench/flat_cost.py SMALL_URL LARGE_URL``

The databases are two boards that ``bench/load.py`` filled, of different sizes, on the same kind of
server. A visitor's pages are asked for, of one board and of the other by turns, so that whatever
else the machine does meets both alike. What is measured is the time that the driver takes for all
statements of a page, fetching their rows included, and none of the time in which Python makes a
page of them.

A table in Markdown has medians in milliseconds. Where a page says something of the board (a user, a
question, a word that few posts have), several are asked for. Each is asked for once and then again,
by turns. When it is asked for again, what it reads is in memory ("warm"); how the larger board is
to the smaller one then is the ratio: 1.0 is flat. The first time ("cold") the rows may have to come
from the disk, unless another page, or whoever filled the board, has read them before: on a board
that is larger than the memory most of them do. It judges nothing.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sqlite3
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

from board_words import COMMON_KOREAN_STEMS, known_words_of
from pyramid.paster import get_appsettings
from sqlalchemy import Engine, event, func, select
from sqlalchemy.orm import Session
from webtest import TestApp

import qaboard
from qaboard.commands.context import progress_bar
from qaboard.database.transaction import make_session
from qaboard.models import Answer, Post, Question, User
from qaboard.presenters.accounts.user import ProfileTab
from qaboard.search import SearchSort
from qaboard.services.board.question_list import QuestionSort, find_position
from qaboard.settings import SettingsError

PROJECT = Path(__file__).resolve().parent.parent

RUNS = 31
SAMPLES = 10
"""How many different users, questions or words a kind of page is measured with at most."""

ANSWERS_ON_PAGE = 30
PAGE_IN_ADDRESS = re.compile(r"[?&;]page=([0-9]+)")
UNIQUE_WORD = re.compile(r"0x[0-9a-f]{8}")


class Board:
    """A board that is asked for pages, and the clock of its database.

    :param database_url: of a database that ``bench/load.py`` filled.
    :raises SystemExit: when the settings refuse it.
    """

    def __init__(self, database_url: str) -> None:
        settings = get_appsettings(str(PROJECT / "development.ini"))
        settings.update(
            {
                "pyramid.includes": "",
                "mail.enabled": "false",
                "rate_limits.search": "none",
                "sqlalchemy.url": database_url,
            }
        )
        try:
            self.app = qaboard.main({}, **settings)
        except SettingsError as error:
            raise SystemExit(str(error)) from error
        registry = self.app.registry
        # What the board does by itself would be measured with the page that it comes beside.
        registry["housekeeping"].due_at = math.inf
        self.engine: Engine = registry["engine"]
        self.seconds = 0.0
        event.listen(self.engine, "do_connect", self._put_clock_in)
        self.client = TestApp(self.app, extra_environ={"HTTP_ACCEPT_LANGUAGE": "ko"})
        with self.session() as session:
            # To count them would have the index in memory.
            self.question_count = find_position(session, QuestionSort.NEWEST, 0).total
            self.user_count = session.scalar(select(func.max(User.id)))

    def session(self) -> Session:
        """A session that reads, for what is to be known before the clock runs."""
        return make_session(self.engine, writes=False)

    def get(self, address: str) -> str:
        """The page at an address."""
        return self.client.get(address, status=200).text

    def measure(self, address: str) -> float:
        """The time of the statements of a page in seconds."""
        self.seconds = 0.0
        self.get(address)
        return self.seconds

    def close(self) -> None:
        self.app.registry["background"].close()
        self.app.registry["housekeeping"].worker.close()
        self.engine.dispose()

    def _put_clock_in(self, dialect, _record, _arguments, options: dict) -> None:
        if dialect.name == "sqlite":
            options["factory"] = _sqlite_connection_with_clock(self)
        else:
            from psycopg import Cursor  # PostgreSQL is an extra.

            options["cursor_factory"] = _cursor_with_clock(Cursor, self)


def _cursor_with_clock(kind: type, board: Board) -> type:
    """A cursor that adds what its calls take to the clock of a board."""

    @contextmanager
    def clock() -> Iterator[None]:
        begin = time.perf_counter()
        try:
            yield
        finally:
            board.seconds += time.perf_counter() - begin

    class CursorWithClock(kind):
        def execute(self, *arguments, **options):
            with clock():
                return super().execute(*arguments, **options)

        # SQLite finds a row when it is asked for it.
        def fetchone(self):
            with clock():
                return super().fetchone()

        def fetchmany(self, *arguments):
            with clock():
                return super().fetchmany(*arguments)

        def fetchall(self):
            with clock():
                return super().fetchall()

    return CursorWithClock


def _sqlite_connection_with_clock(board: Board) -> type[sqlite3.Connection]:
    kind = _cursor_with_clock(sqlite3.Cursor, board)

    class ConnectionWithClock(sqlite3.Connection):
        def cursor(self, *_arguments):
            return super().cursor(kind)

    return ConnectionWithClock


Addresses = Callable[[Board], list[str]]
"""The pages of a kind, on a board; they are asked for by turns."""


def kinds() -> dict[str, Addresses]:
    """What is measured, by name."""
    found: dict[str, Addresses] = {}
    for sort in QuestionSort:
        found[f"list by {sort}, first page"] = _list_pages(sort, lambda _last: [1])
        found[f"list by {sort}, pages about the middle"] = _list_pages(sort, _about_the_middle)
        found[f"list by {sort}, last page"] = _list_pages(sort, lambda last: [last])
    found[f"question with {ANSWERS_ON_PAGE} answers"] = _questions_with_many_answers
    found["question without answers"] = _questions_without_answers
    for tab in ProfileTab:
        found[f"typical user, {tab}"] = _user_page(tab, _typical_users)
        found[f"most active user, {tab}"] = _user_page(tab, lambda _board: [1])
    half, common = known_words_of("half"), known_words_of("1 %")
    for sort in SearchSort:
        found[f"search: in 3 posts, by {sort}"] = _search(known_words_of("3 posts"), sort)
        found[f"search: in half of all posts, by {sort}"] = _search(half, sort)
        found[f"search: in 1 % of all posts, by {sort}"] = _search(common, sort)
    pairs = [f"{half[0]} {other}" for other in COMMON_KOREAN_STEMS[:SAMPLES]]
    found["search: in one post"] = _unique_words
    found["search: in 0.1 % of all posts"] = _search(known_words_of("0.1 %"))
    found["search: two common words"] = _search(pairs)
    found["search: three common words"] = _search([f"{pair} 오류" for pair in pairs[4:]])
    found["search: a common and a rare word"] = _search(
        [f"{half[0]} {word}" for word in known_words_of("3 posts")]
    )
    found["search: a phrase of two words"] = _phrases
    found["search: Korean word of 3 syllables"] = _search([common[0]])
    found["search: Korean words of 3 syllables from titles"] = _words_of_three_syllables
    found["similar: typical titles"] = _similar_to_titles
    found["similar: common words only"] = _similar(
        " ".join([half[0], *COMMON_KOREAN_STEMS[start : start + 4]])
        for start in range(0, len(COMMON_KOREAN_STEMS) - 4, 4)
    )
    return found


def _list_pages(sort: QuestionSort, choose: Callable[[int], list[int]]) -> Addresses:
    def addresses(board: Board) -> list[str]:
        first = f"/questions/?sort={sort}"
        last = max(map(int, PAGE_IN_ADDRESS.findall(board.get(first))), default=1)
        return [first if number == 1 else f"{first}&page={number}" for number in choose(last)]

    return addresses


def _about_the_middle(last: int) -> list[int]:
    """Several, since how far one is from where its segment begins depends on the board's size."""
    first, step = last * 2 // 5, last / 5 / SAMPLES
    return [max(1, round(first + step * number)) for number in range(1, SAMPLES + 1)]


def _questions(board: Board, answer_count: int) -> list[str]:
    statement = (
        select(Question.id)
        .where(Question.deleted_at.is_(None), Question.answer_count == answer_count)
        .order_by(Question.id)
        .limit(SAMPLES)
    )
    with board.session() as session:
        return [f"/questions/{each}/" for each in session.scalars(statement)]


def _questions_with_many_answers(board: Board) -> list[str]:
    return _questions(board, ANSWERS_ON_PAGE)


def _questions_without_answers(board: Board) -> list[str]:
    return _questions(board, 0)


def _typical_users(board: Board) -> list[int]:
    middle = board.user_count // 2
    return [*range(middle, min(middle + SAMPLES, board.user_count + 1))]


def _user_page(tab: ProfileTab, users: Callable[[Board], list[int]]) -> Addresses:
    return lambda board: [f"/users/{each}/?tab={tab}" for each in users(board)]


def _search(texts, sort: SearchSort = SearchSort.RELEVANCE) -> Addresses:
    addresses = [f"/questions/?{urlencode({'q': text, 'sort': sort})}" for text in texts]
    return lambda _board: addresses


def _similar(titles) -> Addresses:
    addresses = [f"/questions/similar?{urlencode({'title': title})}" for title in titles]
    return lambda _board: addresses


def _sample(board: Board, column, model: type[Post]) -> list:
    """Values of a column of posts from all over a board, the same on each run."""
    chance = random.Random(1)  # no secret  # nosec B311
    with board.session() as session:
        last = session.scalar(select(func.max(Post.id)))
        found = (
            session.scalar(
                select(column)
                .where(model.deleted_at.is_(None), Post.id >= chance.randint(1, last))
                .order_by(Post.id)
                .limit(1)
            )
            for _time in range(20 * SAMPLES)
        )
        return [value for value in found if value is not None]


def _unique_words(board: Board) -> list[str]:
    bodies = _sample(board, Answer.body, Answer)
    words = [word for body in bodies for word in UNIQUE_WORD.findall(body)]
    return _search(words[:SAMPLES])(board)


def _phrases(board: Board) -> list[str]:
    """Two words that follow one another in some post."""
    phrases = []
    for body in _sample(board, Answer.body, Answer)[:SAMPLES]:
        # Within the first sentence.
        phrases.append('"' + " ".join(body.split()[3:5]) + '"')
    return _search(phrases)(board)


def _words_of_three_syllables(board: Board) -> list[str]:
    titles = _sample(board, Question.title, Question)
    words = [word for title in titles for word in re.findall(r"\b[가-힣]{3}\b", title)]
    return _search(words[:SAMPLES])(board)


def _similar_to_titles(board: Board) -> list[str]:
    return _similar(_sample(board, Question.title, Question)[:SAMPLES])(board)


def measure(boards: list[Board], runs: int, pattern: str) -> Iterator[SimpleNamespace]:
    """Measure each kind of page.

    :param runs: how often pages of a kind are asked for again.
    :param pattern: a regular expression that the names of the kinds have.
    :return: for each kind its name, and for each board the median times in seconds, cold and warm.
    """
    chosen = {name: addresses for name, addresses in kinds().items() if re.search(pattern, name)}
    with progress_bar(len(chosen), "Asking for pages") as bar:
        for name, addresses_of in chosen.items():
            addresses = [addresses_of(board)[:SAMPLES] for board in boards]
            if not all(addresses):
                raise SystemExit(f"One of the boards is too small to have: {name}.")
            cold: list[list[float]] = [[] for _board in boards]
            warm: list[list[float]] = [[] for _board in boards]
            longest = max(map(len, addresses))
            for run in range(longest + runs):
                # By turns, and each of them as often the first one.
                order = range(len(boards)) if run % 2 else reversed(range(len(boards)))
                for number in order:
                    there = addresses[number]
                    times = cold if run < len(there) else warm
                    times[number].append(boards[number].measure(there[run % len(there)]))
            bar.update(1)
            yield SimpleNamespace(
                name=name,
                cold=[*map(statistics.median, cold)],
                warm=[*map(statistics.median, warm)],
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("small", help="the URL of the database of a board")
    parser.add_argument("large", help="the URL of the database of a larger one, of the same kind")
    parser.add_argument(
        "--runs", type=int, default=RUNS, help="how often pages of a kind are asked for again"
    )
    parser.add_argument("--only", default="", help="a regular expression for names of pages")
    arguments = parser.parse_args()
    with closing(Board(arguments.small)) as small, closing(Board(arguments.large)) as large:
        boards = [small, large]
        # Only when all is measured: the bar would be in between otherwise.
        rows = list(measure(boards, arguments.runs, arguments.only))
        print(f"Milliseconds in {small.engine.dialect.name}, by visible questions:\n")
        sizes = [f"{board.question_count:,}" for board in boards]
        heads = [f"{size}, warm" for size in sizes] + ["ratio", f"{sizes[-1]}, cold"]
        print(f"| page | {' | '.join(heads)} |")
        print("|---|---:|---:|---:|---:|")
        for row in rows:
            warm = " | ".join(f"{seconds * 1000:.2f}" for seconds in row.warm)
            ratio = row.warm[1] / row.warm[0]
            print(f"| {row.name} | {warm} | {ratio:.1f} | {row.cold[1] * 1000:.2f} |")


if __name__ == "__main__":
    main()
