"""The rows of a made-up board of any size, in the order in which they came to be.

The same size gives the same rows. Whatever a row must know of later ones (a question of its
answers, a post of its votes) is decided when it is made, so that the rows can be written as they
come and never all of them are held.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from argon2 import PasswordHasher
from board_words import (
    KNOWN_WORDS,
    RARE_WORD_POSTS,
    KnownWord,
    Language,
    Vocabulary,
    Word,
    make_word,
    unique_word,
)

from qaboard import markup
from qaboard.models import Post, Question, Role, email_key, username_key
from qaboard.search.analysis import ANALYSIS_VERSION, tokenize
from qaboard.search.candidates import pack

ANSWERS_PER_QUESTION = 3
VOTES_PER_QUESTION = 5
QUESTIONS_PER_USER = 10
QUESTION_MIN_COUNT = 100
"""With fewer there are too few users to vote."""

KNOWN_ANSWER_COUNTS = (30, 5)
"""How many answers the first questions have, of which none is deleted."""

BEGIN = datetime(2022, 1, 1, tzinfo=UTC).timestamp()
END = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
LAST_QUESTION = END - timedelta(days=1).total_seconds()
LONGEST_DELAY = timedelta(days=60).total_seconds()

DELETED_SHARE = 0.01
EDITED_SHARE = 0.05
UNIQUE_WORD_SHARE = 0.05
UPVOTE_SHARE = 0.85
LANGUAGES = (Language.KOREAN,) * 6 + (Language.ENGLISH,) * 3 + (Language.MIXED,)
WORDS_IN_TITLE = (4, 10)
WORDS_IN_BODY = (20, 60)
WORDS_IN_SENTENCE = 11

AUTHOR_OFFSET = 2
"""The author of rank r writes in proportion to 1 / √(r + 2); of 100,000 the first one writes one
post in a thousand."""

PASSWORD = "correct horse battery"  # noqa: S105 - of people who do not exist.
FAMILY_NAMES = "김이박최정강조윤장임한오서신권황안송전홍"
GIVEN_NAMES = "민서지현우수빈준영호은주하윤도연재성유진아람"

SAMPLED = 997
"""One post in so many is compared with what the board itself makes of its text."""

Stamp = Callable[[float], object]
"""A time in seconds since 1970 as the driver of the database takes it."""


class RowsError(Exception):
    """A row is not what the board would have written."""


@dataclass(slots=True)
class Batch:
    """Rows of each table, in the order of the columns that are named below."""

    posts: list[tuple] = field(default_factory=list)
    votes: list[tuple] = field(default_factory=list)
    search: list[tuple] = field(default_factory=list)


USER_COLUMNS = (
    "id", "username", "username_key", "email", "email_verified_at", "password_hash", "role",
    "locale", "created_at",
)  # fmt: skip
POST_COLUMNS = (
    "id", "kind", "author_id", "body", "body_html", "renderer_version", "score", "version",
    "created_at", "edited_at", "deleted_at", "title", "answer_count", "last_activity_at",
    "question_id",
)  # fmt: skip
VOTE_COLUMNS = ("post_id", "user_id", "value", "created_at")
SEARCH_COLUMNS = ("id", "title", "body", "author", "version")


@dataclass(slots=True)
class WordCount:
    """How many posts have a known word: all, those that can be seen, and in how many titles."""

    posts: int = 0
    visible: int = 0
    titles: int = 0


@dataclass(frozen=True, slots=True, order=True)
class _Plan:
    """What is known of a post before it is written; times in seconds since 1970."""

    created_at: float
    number: int
    question_id: int
    is_below_deleted: bool = field(compare=False)
    edited_at: float | None = field(compare=False)
    deleted_at: float | None = field(compare=False)
    language: Language = field(compare=False)


class MadeUpBoard:
    """A board of a size.

    :param question_count: how many questions; everything else follows from it.
    :param seed: another one gives another board of the same size.
    :raises ValueError: when the board would be too small for its votes.
    """

    def __init__(self, question_count: int, seed: int = 1) -> None:
        if question_count < QUESTION_MIN_COUNT:
            raise ValueError(f"The board needs {QUESTION_MIN_COUNT} questions at least.")
        self.question_count = question_count
        self.post_count = question_count * (1 + ANSWERS_PER_QUESTION)
        self.vote_count = question_count * VOTES_PER_QUESTION
        self.user_count = question_count // QUESTIONS_PER_USER
        self.vocabulary = Vocabulary(question_count)
        self.word_counts = {word.text: WordCount() for word in KNOWN_WORDS}
        self._random = random.Random(seed)  # no secret  # nosec B311
        self._answer_counts = self._deal_answers()
        self._vote_counts = self._deal_votes()
        self._names = [pack(tokenize(self._username(each))) for each in self._user_ids()]
        # The questions whose texts end with the words that are in exactly so many posts.
        self._with_rare_words = {
            question_count * part // RARE_WORD_POSTS for part in range(RARE_WORD_POSTS)
        }
        self._rare_words = [make_word(word.text) for word in KNOWN_WORDS if not word.frequency]
        self._needles = [(_as_searched(word), self.word_counts[word.text]) for word in KNOWN_WORDS]

    def _user_ids(self) -> range:
        return range(1, self.user_count + 1)

    def _username(self, user_id: int) -> str:
        if user_id % 2:
            return f"user{user_id}"
        family = FAMILY_NAMES[user_id // 2 % len(FAMILY_NAMES)]
        first = GIVEN_NAMES[user_id // 7 % len(GIVEN_NAMES)]
        second = GIVEN_NAMES[user_id // 11 % len(GIVEN_NAMES)]
        return f"{family}{first}{second}{user_id}"

    def users(self, stamp: Stamp) -> Iterator[tuple]:
        """The rows of all users, the most active one first. They have one password."""
        # The salt of a hash is random otherwise, and the board would not be the same twice.
        hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        password_hash = hasher.hash(PASSWORD, salt=b"of a made-up one")
        for user_id in self._user_ids():
            username = self._username(user_id)
            signed_up_at = stamp(BEGIN - (self.user_count - user_id + 1))
            role = {1: Role.ADMIN, 2: Role.MODERATOR}.get(user_id, Role.MEMBER)
            email = email_key(f"user{user_id}@example.com")
            yield (
                user_id, username, username_key(username), email, signed_up_at, password_hash,
                role.value, ("ko", "en", None)[user_id % 3], signed_up_at,
            )  # fmt: skip

    def batches(self, stamp: Stamp, post_count: int) -> Iterator[Batch]:
        """All posts with their votes and rows of the index.

        :param post_count: how many posts are in a batch.
        :raises RowsError: when one of a sample is not what the board would have written.
        """
        plans = self._plans()
        post_ids = itertools.count(1)
        while True:
            batch = Batch()
            for plan, answers in itertools.islice(plans, post_count):
                self._write(batch, next(post_ids), plan, answers, stamp)
            if not batch.posts:
                return
            yield batch

    def _deal_answers(self) -> array:
        draw = self._random

        def one() -> int:
            return 0 if draw.random() < 0.32 else max(1, round(draw.lognormvariate(1.1, 0.85)))

        counts = array("H", (min(one(), 200) for _question in range(self.question_count)))
        counts[: len(KNOWN_ANSWER_COUNTS)] = array("H", KNOWN_ANSWER_COUNTS)
        self._adjust(counts, ANSWERS_PER_QUESTION * self.question_count, 200)
        return counts

    def _deal_votes(self) -> array:
        draw = self._random
        most = min(self.user_count // 2, 250)

        def one() -> int:
            return 0 if draw.random() < 0.45 else max(1, round(draw.lognormvariate(0.5, 0.8)))

        counts = array("B", (min(one(), most) for _post in range(self.post_count)))
        self._adjust(counts, self.vote_count, most)
        return counts

    def _adjust(self, counts: array, total: int, most: int) -> None:
        """Change a few of the counts by one until they have this sum."""
        missing = total - sum(counts)
        step = 1 if missing > 0 else -1
        while missing:
            place = self._random.randrange(len(KNOWN_ANSWER_COUNTS), len(counts))
            # What has none keeps none.
            if counts[place] and 1 <= counts[place] + step <= most:
                counts[place] += step
                missing -= step

    def _plans(self) -> Iterator[tuple[_Plan, list[_Plan]]]:
        """All posts by time, each with the answers it will have.

        An id is counted here as in `batches`: a question's answers must know it.
        """
        waiting: list[_Plan] = []
        post_id = 0
        for number in range(self.question_count):
            asked_at = self._asked_at(number)
            while waiting and waiting[0].created_at <= asked_at:
                post_id += 1
                yield heapq.heappop(waiting), []
            post_id += 1
            plan = self._plan_question(number, asked_at)
            answers = self._plan_answers(plan, post_id)
            if plan.deleted_at is not None:
                # Nothing happens below it afterwards.
                plan = replace(
                    plan, deleted_at=max(plan.deleted_at, self._last_activity(plan, answers))
                )
            yield plan, answers
            for answer in answers:
                heapq.heappush(waiting, answer)
        while waiting:
            yield heapq.heappop(waiting), []

    def _asked_at(self, number: int) -> float:
        """When a question was asked; the board grows, and the first ones are close together."""
        if number < len(KNOWN_ANSWER_COUNTS):
            return BEGIN + number
        share = ((number + self._random.random()) / self.question_count) ** 0.7
        return BEGIN + len(KNOWN_ANSWER_COUNTS) + share * (LAST_QUESTION - BEGIN - 10)

    def _plan_question(self, number: int, asked_at: float) -> _Plan:
        is_kept = number < len(KNOWN_ANSWER_COUNTS) or number in self._with_rare_words
        edited_at, deleted_at = self._changes(asked_at, is_kept)
        language = self._random.choice(LANGUAGES)
        is_deleted = deleted_at is not None
        return _Plan(asked_at, number, 0, is_deleted, edited_at, deleted_at, language)

    def _plan_answers(self, question: _Plan, question_id: int) -> list[_Plan]:
        plans = []
        for number in range(self._answer_counts[question.number]):
            delay = min(self._random.lognormvariate(math.log(6 * 3600), 1.8), LONGEST_DELAY)
            answered_at = question.created_at + 60 + self._within(delay, question.created_at + 60)
            edited_at, deleted_at = self._changes(
                answered_at, is_kept=question.number < len(KNOWN_ANSWER_COUNTS)
            )
            plans.append(
                _Plan(
                    answered_at, number, question_id, question.deleted_at is not None,
                    edited_at, deleted_at, question.language,
                )
            )  # fmt: skip
        return plans

    def _within(self, delay: float, since: float) -> float:
        """A delay that ends before the board does."""
        left = END - since
        return delay if delay < left else left * self._random.random()

    def _changes(self, since: float, is_kept: bool) -> tuple[float | None, float | None]:
        """When a post is edited and deleted, if ever."""
        chance = self._random.random
        edited_at = deleted_at = None
        if chance() < EDITED_SHARE:
            edited_at = since + self._within(chance() * 86_400, since)
        if chance() < DELETED_SHARE and not is_kept:
            deleted_at = since + self._within(chance() * LONGEST_DELAY, since)
            if edited_at is not None and edited_at > deleted_at:
                edited_at = None
        return edited_at, deleted_at

    def _draw_author(self) -> int:
        least, most = math.sqrt(AUTHOR_OFFSET), math.sqrt(self.user_count + AUTHOR_OFFSET)
        rank = (least + self._random.random() * (most - least)) ** 2 - AUTHOR_OFFSET
        return min(int(rank), self.user_count - 1) + 1

    def _write(
        self, batch: Batch, post_id: int, plan: _Plan, answers: list[_Plan], stamp: Stamp
    ) -> None:
        is_question = plan.question_id == 0
        author_id = self._draw_author()
        title, title_packed = None, ""
        if is_question:
            words = self._words(plan.language, WORDS_IN_TITLE)
            title = " ".join([word.html for word in words]).replace("<code>", "")
            title = title.replace("</code>", "")
            title_packed = "".join([word.packed for word in words])
        body, html, packed = self._text(plan, is_question)
        score = self._write_votes(batch, post_id, author_id, plan.created_at, stamp)
        row = (
            post_id, "question" if is_question else "answer", author_id, body, html,
            markup.RENDERER_VERSION, score,
            1 + (plan.edited_at is not None) + (plan.deleted_at is not None),
            stamp(plan.created_at), plan.edited_at and stamp(plan.edited_at),
            plan.deleted_at and stamp(plan.deleted_at), title,
        )  # fmt: skip
        if is_question:
            answer_count = sum(answer.deleted_at is None for answer in answers)
            row += (answer_count, stamp(self._last_activity(plan, answers)), None)
        else:
            row += (None, None, plan.question_id)
        batch.posts.append(row)
        author = self._names[author_id - 1]
        batch.search.append((post_id, title_packed, packed, author, ANALYSIS_VERSION))
        is_visible = plan.deleted_at is None and not plan.is_below_deleted
        self._count_words(title_packed, packed, is_visible)
        if post_id % SAMPLED == 1:
            _check(title, body, html, title_packed, packed)

    @staticmethod
    def _last_activity(question: _Plan, answers: list[_Plan]) -> float:
        times = [question.created_at, question.edited_at]
        times += [answer.created_at for answer in answers]
        times += [answer.edited_at for answer in answers]
        return max(time for time in times if time is not None)

    def _words(self, language: Language, bounds: tuple[int, int]) -> list[Word]:
        count = bounds[0] + int(self._random.random() * (bounds[1] - bounds[0] + 1))
        return self.vocabulary.draw(self._random, language, count)

    def _text(self, plan: _Plan, is_question: bool) -> tuple[str, str, str]:
        """The Markdown, the HTML and the tokens of a text of some sentences."""
        words = self._words(plan.language, WORDS_IN_BODY)
        if self._random.random() < UNIQUE_WORD_SHARE:
            words.append(unique_word(self._random))
        if is_question and plan.number in self._with_rare_words:
            words += self._rare_words
        sentences = [
            words[start : start + WORDS_IN_SENTENCE]
            for start in range(0, len(words), WORDS_IN_SENTENCE)
        ]
        markdowns = [" ".join([word.markdown for word in each]) + "." for each in sentences]
        if plan.language is Language.MIXED:
            htmls = [" ".join([word.html for word in each]) + "." for each in sentences]
        else:
            # Only mixed texts have code, and nothing else is shown otherwise than it is typed.
            htmls = markdowns
        first = (len(sentences) + 1) // 2
        body = " ".join(markdowns[:first])
        html = "<p>" + " ".join(htmls[:first]) + "</p>"
        if len(sentences) > first:
            body += "\n\n" + " ".join(markdowns[first:])
            html += "\n<p>" + " ".join(htmls[first:]) + "</p>"
        return body, html, "".join([word.packed for word in words])

    def _write_votes(
        self, batch: Batch, post_id: int, author_id: int, since: float, stamp: Stamp
    ) -> int:
        """Let others vote on a post.

        :return: what the votes add up to.
        """
        draw = self._random.random
        voters: set[int] = set()
        while len(voters) < self._vote_counts[post_id - 1]:
            voter = 1 + int(draw() * self.user_count)
            if voter != author_id:
                voters.add(voter)
        score = 0
        for voter in sorted(voters):
            value = 1 if draw() < UPVOTE_SHARE else -1
            voted_at = since + self._within(draw() * LONGEST_DELAY, since)
            batch.votes.append((post_id, voter, value, stamp(voted_at)))
            score += value
        return score

    def _count_words(self, title: str, body: str, is_visible: bool) -> None:
        for needle, count in self._needles:
            is_in_title = needle in title
            if is_in_title or needle in body:
                count.posts += 1
                count.visible += is_visible
                count.titles += is_in_title


def _as_searched(word: KnownWord) -> str:
    """The packed tokens of whatever is found by a word."""
    packed = make_word(word.text).packed
    # Inside a longer Korean word the last character is the beginning of a pair.
    return packed[: -len(" x ")] if word.language is Language.KOREAN else packed


def _check(title: str | None, body: str, html: str, title_packed: str, packed: str) -> None:
    """Compare the texts of a post with what the board makes of them.

    :raises RowsError: when they differ.
    """
    rendered = markup.render(markup.normalise(body))
    if rendered != html:
        raise RowsError(f"{body!r} is rendered as {rendered!r} and was written as {html!r}")
    for text, tokens in ((markup.plain_text(rendered), packed), (title or "", title_packed)):
        if pack(tokenize(text)) != tokens:
            raise RowsError(f"{text!r} has other tokens than {tokens!r}")
    if len(body) > Post.BODY_MAX_CHARACTERS or len(title or "") > Question.TITLE_MAX_CHARACTERS:
        raise RowsError(f"{title!r} or its text is too long")
