"""What is read from the search box."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qaboard.search.analysis import tokenize
from qaboard.search.query import (
    Comparison,
    DayBound,
    ScoreBound,
    State,
    parse_query,
)


def phrases(terms):
    return [[form.tokens for form in term.forms] for term in terms]


def test_words_phrases_and_what_must_not_be_there():
    query = parse_query('커피 "hand drip" -보험을 -"cold brew"')
    assert phrases(query.terms) == [[("커피",)], [("hand", "drip")]]
    assert phrases(query.excluded) == [[("보험",)], [("cold", "brew")]]
    assert query.misread == ()


def test_a_word_is_found_in_its_other_forms_and_a_phrase_is_not():
    assert phrases(parse_query("강아지를").terms) == [[("강아", "아지")]]
    assert phrases(parse_query('"강아지를"').terms) == [[("강아", "아지", "지를")]]


def test_a_compound_may_be_divided():
    assert phrases(parse_query("게시판질문").terms) == [
        [
            ("게시", "시판", "판질", "질문"),
            ("게시", "시", "판질", "질문"),
            ("게시", "시판", "판", "질문"),
        ]
    ]


def test_a_word_of_four_syllables_is_a_compound_and_one_of_three_is_none():
    assert phrases(parse_query("보험청구").terms) == [
        [("보험", "험청", "청구"), ("보험", "험", "청구")]
    ]
    assert phrases(parse_query("게시판").terms) == [[("게시", "시판")]]


def test_an_option_of_a_program_is_searched_for_and_not_excluded():
    query = parse_query("tar --list -verbose")
    assert phrases(query.terms) == [[("tar",)], [("list",)]]
    assert phrases(query.excluded) == [[("verbos",)]]
    assert query.misread == ()


def test_a_particle_after_latin_letters_is_left_out():
    assert phrases(parse_query("commit을").terms) == [[("commit",)]]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("user:Kim", {"author_key": "kim"}),
        ("USER:@민지_dev", {"author_key": "민지_dev"}),
        ("is:question", {"states": (State.QUESTION,)}),
        ("IS:Unanswered", {"states": (State.UNANSWERED,)}),
        ("score:>3", {"scores": (ScoreBound(Comparison.MORE, 3),)}),
        ("score:<=-2", {"scores": (ScoreBound(Comparison.AT_MOST, -2),)}),
        ("score:0", {"scores": (ScoreBound(Comparison.EXACTLY, 0),)}),
        ("created:>2026-01-01", {"days": (DayBound(Comparison.MORE, date(2026, 1, 1)),)}),
        ("created:2026-02-28", {"days": (DayBound(Comparison.EXACTLY, date(2026, 2, 28)),)}),
    ],
)
def test_operators(text, names):
    query = parse_query(text)
    assert not query.is_empty
    assert query.terms == ()
    assert query.misread == ()
    for name, value in names.items():
        assert getattr(query, name) == value


@pytest.mark.parametrize(
    "text",
    [
        "user:", "is:", "is:nothing", "score:", "score:much", "score:>", "score:1e3", "score:٣",
        "score:99999999999", "created:yesterday", "created:2026-02-30", "created:0001-01-01",
        "created:9999-12-31", 'x"unclosed', '"unclosed',
    ],
)  # fmt: skip
def test_what_is_misread_is_searched_for_as_words(text):
    query = parse_query(text)
    assert query.misread == (text,)
    assert query.terms


def test_only_one_user_can_have_written_a_post():
    query = parse_query("user:kim user:lee")
    assert query.author_key == "kim"
    assert query.misread == ("user:lee",)


@pytest.mark.parametrize("text", ["-", "--", "- -", '""', '-""', "!?", ""])
def test_a_search_for_nothing(text):
    assert parse_query(text).is_empty


def test_a_day_is_one_of_the_time_zone():
    seoul = ZoneInfo("Asia/Seoul")
    day = DayBound(Comparison.EXACTLY, date(2026, 1, 1))
    assert day.interval(seoul) == (
        datetime(2025, 12, 31, 15, tzinfo=UTC),
        datetime(2026, 1, 1, 15, tzinfo=UTC),
    )
    after = DayBound(Comparison.MORE, date(2026, 1, 1))
    assert after.interval(seoul) == (datetime(2026, 1, 1, 15, tzinfo=UTC), None)


@given(st.text(max_size=100))
def test_any_text_can_be_read(text):
    parse_query(text)


@given(st.text(st.characters(exclude_characters='"-:'), max_size=100))
def test_a_text_is_a_search_for_itself(text):
    """What is in a title can be pasted into the search box."""
    indexed = tokenize(text)
    for term in parse_query(text).terms:
        assert any(is_in(form, indexed) for form in term.forms), (term, indexed)


def is_in(phrase, indexed: list[str]) -> bool:
    length = len(phrase.tokens)
    for start in range(len(indexed) - length + 1):
        *others, last = indexed[start : start + length]
        if tuple(others) == phrase.tokens[:-1] and (
            last.startswith(phrase.tokens[-1]) if phrase.is_prefix else last == phrase.tokens[-1]
        ):
            return True
    return False
