"""The index on SQLite."""

from __future__ import annotations

from datetime import UTC

import pytest

from qaboard.search.query import parse_query
from qaboard.search.sqlite import SQLiteIndex


@pytest.fixture
def index(session) -> SQLiteIndex:
    return SQLiteIndex(session)


@pytest.fixture
def found(index):
    """The ids of the candidates for what is typed, newest first."""

    def find(searched: str, **options) -> list[int]:
        candidates = index.find_candidates(parse_query(searched), UTC, 10, **options)
        return [candidate.post_id for candidate in candidates]

    return find


def test_all_words_must_be_there_and_excluded_ones_not(people, found):
    both = people.question(title="Tea", body="green leaves")
    people.question(title="Tea", body="black")
    assert found("tea leaves") == [both.id]
    assert found("tea -black") == [both.id]


def test_a_phrase_is_found_in_its_order(people, found):
    people.question(title="drip by hand")
    phrase = people.question(title="a hand drip")
    assert found('"hand drip"') == [phrase.id]


def test_a_word_is_looked_for_in_titles_alone(people, found):
    titled = people.question(title="Kettle", body="x")
    people.question(title="Other", body="kettle")
    assert found("kettle", in_title=True) == [titled.id]


def test_any_of_some_terms_will_do(people, found):
    questions = [people.question(title=title).id for title in ("apple", "banana", "cherry")]
    terms = parse_query("apple banana").terms
    assert found("apple banana") == []
    assert found("apple banana", any_of=terms) == [questions[1], questions[0]]


def test_posts_are_counted_up_to_a_limit(people, index):
    for _ in range(3):
        people.question(title="tea")
    terms = parse_query("tea coffee").terms
    assert index.count_documents(terms, 10) == [3, 0]
    assert index.count_documents(terms, 2) == [2, 0]


def test_titles_are_found_with_those_of_deleted_questions(people, index):
    question = people.question(title="tea")
    people.delete(question)
    (candidate,) = index.find_titles(parse_query("tea").terms, 10)
    assert candidate.post_id == question.id


def test_a_row_that_is_written_again_takes_the_place_of_the_first(people, session, index, found):
    question = people.question(title="tea")
    values = {"title": " kettl ", "body": "", "author": "", "version": 1}
    index.write_row(question.id, **values)
    assert (found("tea"), found("kettle")) == ([], [question.id])
    assert found("kettle", in_title=True) == [question.id]


def test_operators_alone_find_posts_without_the_words_that_are_excluded(people, index):
    tea, coffee = people.question(title="tea"), people.question(title="coffee")
    assert index.find_without_words(parse_query("is:question"), UTC, 10) == [coffee.id, tea.id]
    assert index.find_without_words(parse_query("is:question -tea"), UTC, 10) == [coffee.id]
