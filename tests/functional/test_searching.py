"""Searching in Korean and English, in titles, bodies, answers and names."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qaboard import markup
from qaboard.models import utc_now
from qaboard.search import (
    SearchSort,
    candidates,
    conditions,
    find_posts,
    index_post,
    parse_query,
    postgresql,
    sqlite,
)
from qaboard.search import index as search_index
from qaboard.search.analysis import tokenize
from qaboard.search.query import Phrase, Query, Term
from qaboard.services.board import question as question_service


def hits(client, text):
    page = client.get("/questions/", {"q": text})
    return {
        row.find(class_="question-title").text.strip() for row in page.html.select(".question-row")
    }


@pytest.fixture
def library(board):
    """A few posts that must be told apart."""
    minji = board.user("민지_dev")
    board.question(minji, "게시판질문을 잘 올리는 방법", "제목을 <자세히> 쓰세요.")
    board.question(title="파이썬에서 list 정렬하기", body="`sorted()`와 **sort**의 차이")
    coffee = board.question(title="How do I clean a MOKA pot?", body="Without soap, I hear.")
    board.answer(coffee, body="뜨거운 물로 헹구고 커피찌꺼기를 버려요.")
    board.question(title="책 추천", body="데이터베이스 책을 찾습니다.")
    board.question(title="카메라와 カメラ", body="漢字も 検索")
    return board


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("질문", {"게시판질문을 잘 올리는 방법"}),
        ("게시판", {"게시판질문을 잘 올리는 방법"}),
        ("판질", {"게시판질문을 잘 올리는 방법"}),
        ("질문 방법", {"게시판질문을 잘 올리는 방법"}),
        ("방법 질문", {"게시판질문을 잘 올리는 방법"}),
        ("파이썬 list", {"파이썬에서 list 정렬하기"}),
        ("파이썬 LIST 정렬", {"파이썬에서 list 정렬하기"}),
        ("ｌｉｓｔ", {"파이썬에서 list 정렬하기"}),
        ("moka", {"How do I clean a MOKA pot?"}),
        ("pot soap", {"How do I clean a MOKA pot?"}),
        ("찌꺼기", {"How do I clean a MOKA pot?"}),
        ("책", {"책 추천"}),
        ("책을", {"책 추천"}),
        ("이스", {"책 추천"}),
        ("カメラ", {"카메라와 カメラ"}),
        ("漢字", {"카메라와 カメラ"}),
        ("민지_dev", {"게시판질문을 잘 올리는 방법"}),
        ("민지", {"게시판질문을 잘 올리는 방법"}),
        ("\u1100\u1166\u1109\u1175\u1111\u1161\u11ab", {"게시판질문을 잘 올리는 방법"}),
        ("없는말", set()),
        ("판게시", set()),
    ],
)
def test_words_are_found(browser, library, text, found):
    assert hits(browser(), text) == found


@pytest.mark.parametrize(
    "text",
    [
        '"', '""', "'", "*", "(", ")", "AND", "NOT", "NEAR(", "a OR", "title:", "^", "-", "--",
        "\\", "'; DROP TABLE posts; --", "%", "_", "a" * 5000, "가" * 5000, "\x00", "\x00질문\x00",
        "&|!:*<->", "😀", "\u200b", "::", "{}", "[" * 200, "a AND (b",
        '"unclosed', "a\tb\nc", "<b>",
        "%00", "\ud7ff",
        " ".join(["질문"] * 100), "ㅋㅋㅋ", "ᄀ", "़",
        "is:answered", "is:answer is:question", "-질문", '-"', "score:>", "created:2026-13-01",
        "user:nobody", "user:민지_dev", "score:<0 created:<=2020-01-01",
        "가나다라마바사아자차카타파하",
    ],
)  # fmt: skip
def test_no_text_is_an_error(browser, library, text):
    assert browser().get("/questions/", {"q": text}).status_int == 200


def test_a_query_of_spaces_is_the_list(browser, library):
    assert "Newest" in browser().get("/questions/", {"q": "   "})


def test_hits_are_counted_and_marked_and_escaped(browser, library):
    page = browser().get("/questions/", {"q": "자세히"})
    assert "1 result" in page.html.find(class_="page-count").text
    assert [mark.text for mark in page.html.select("mark")] == ["자세히"]
    assert "<자세히>" in page.html.find(class_="snippet").text
    assert page.html.find("input", id="search")["value"] == "자세히"
    page = browser().get("/questions/", {"q": '<b>"x'})
    assert page.html.find("input", id="search")["value"] == '<b>"x'


def test_an_answer_is_found_and_leads_to_its_place(browser, library):
    page = browser().get("/questions/", {"q": "찌꺼기"})
    assert "Answer" in page.html.find(class_="question-facts").text
    landing = page.click("MOKA", verbose=False)
    assert "#answer-" in landing.location


def test_the_terms_are_kept_across_pages(browser, board):
    author = board.user()
    for number in range(21):
        board.question(author, title=f"커피 {number}")
    page = browser().get("/questions/", {"q": "커피"})
    assert "21 results" in page
    page = page.click("Next")
    assert page.html.find("input", id="search")["value"] == "커피"
    assert len(page.html.select(".question-row")) == 1
    browser().get("/questions/", {"q": "커피", "page": "3"}, status=404)


def test_the_title_counts_most(browser, board):
    board.question(title="tea", body="coffee once")
    board.question(title="coffee", body="tea once")
    page = browser().get("/questions/", {"q": "coffee"})
    assert page.html.find(class_="question-title").text.strip() == "coffee"


def test_the_name_of_the_author_counts_least(browser, board):
    fan = board.user("커피좋아")
    board.question(
        title="드립 커피가 자꾸 써요", body="집에서 내리기 시작한 지 한 달쯤 됐어요. " * 40
    )
    body = "물 이야기를 하다가 커피 이야기도 해요. " + "그 밖의 이야기도 해요. " * 20
    board.question(title="물", body=body)
    for number in range(5):
        board.question(fan, title=f"자전거 {number}", body="짧은 글")
    page = browser().get("/questions/", {"q": "커피"})
    titles = [row.text.strip() for row in page.html.select(".question-title")]
    assert titles[:2] == ["드립 커피가 자꾸 써요", "물"]
    assert len(titles) == 7


def test_a_late_word_of_the_longest_text_is_found(browser, board):
    board.question(title="long", body="가나다라마바사아자차 " * 2726 + "찾을말")
    assert hits(browser(), "찾을말") == {"long"}


@pytest.fixture
def dated(board):
    """Posts that differ in what operators ask for."""
    kim, lee = board.user("kim"), board.user("lee")
    old = board.question(
        kim, "커피 하나", "물과 커피", created_at=datetime(2025, 12, 31, 14, 59, tzinfo=UTC)
    )
    new = board.question(
        lee, "커피 둘", "커피와 물", created_at=datetime(2025, 12, 31, 15, 0, tzinfo=UTC)
    )
    board.question(kim, "커피 셋", "우유")
    board.answer(old, lee, "커피 답변")
    board.vote(new)
    board.vote(new)
    return board


def kinds(client, text):
    page = client.get("/questions/", {"q": text})
    rows = page.html.select(".question-row")
    return sorted(
        f"{row.find(class_='question-title').text.strip()}"
        f"{' answer' if 'Answer' in row.find(class_='question-facts').text else ''}"
        for row in rows
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("커피", ["커피 둘", "커피 셋", "커피 하나", "커피 하나 answer"]),
        ("커피 is:question", ["커피 둘", "커피 셋", "커피 하나"]),
        ("커피 is:answer", ["커피 하나 answer"]),
        ("커피 is:answered", ["커피 하나"]),
        ("is:unanswered", ["커피 둘", "커피 셋"]),
        ("user:LEE", ["커피 둘", "커피 하나 answer"]),
        ("커피 user:kim", ["커피 셋", "커피 하나"]),
        ("user:nobody 커피", []),
        ("커피 -우유", ["커피 둘", "커피 하나", "커피 하나 answer"]),
        ("-커피", []),
        ("-우유 is:question", ["커피 둘", "커피 하나"]),
        ('"물과 커피"', ["커피 하나"]),
        ("score:>1", ["커피 둘"]),
        ("score:>=2", ["커피 둘"]),
        ("score:2", ["커피 둘"]),
        ("score:<1 is:question", ["커피 셋", "커피 하나"]),
        # The day in Seoul begins at three in the afternoon of the day before in UTC.
        ("created:2026-01-01", ["커피 둘"]),
        ("created:<2026-01-01", ["커피 하나"]),
        ("created:<=2026-01-01", ["커피 둘", "커피 하나"]),
        ("created:>2026-01-01 is:question", ["커피 셋"]),
    ],
)
def test_operators(browser, dated, text, found):
    assert kinds(browser(), text) == found


def test_what_is_deleted_is_not_found_by_operators_either(browser, board):
    kim = board.user("kim")
    question = board.question(kim)
    board.answer(question, kim)
    board.delete(question)
    assert kinds(browser(), "user:kim") == []


def test_a_malformed_search_says_how_it_was_read(browser, library):
    page = browser().get("/questions/", {"q": "score:much <b>"})
    reading = page.html.find(class_="search-reading")
    assert "Not a valid filter, so searched as words" in reading.text
    assert [code.text for code in reading.find_all("code")] == ["score:much"]
    assert "created:>2026-01-01" in page.html.find(class_="search-help").text


def test_what_has_most_of_the_words_is_shown_when_nothing_has_all(browser, library):
    page = browser().get("/questions/", {"q": "파이썬에서 list 정렬을 어떻게 하나요"})
    assert "has all of these words" in page
    assert page.html.find(class_="question-title").text.strip() == "파이썬에서 list 정렬하기"
    assert "No results" in browser().get("/questions/", {"q": "없는말 다른말"})


def test_the_newest_first(browser, board):
    author = board.user()
    board.question(author, "coffee coffee", "coffee")
    board.question(author, "tea", "once coffee")
    client = browser()
    page = client.get("/questions/", {"q": "coffee"})
    titles = [row.text.strip() for row in page.html.select(".question-title")]
    assert titles == ["coffee coffee", "tea"]
    page = page.click("Newest", href="sort=newest")
    titles = [row.text.strip() for row in page.html.select(".question-title")]
    assert titles == ["tea", "coffee coffee"]
    client.get("/questions/", {"q": "coffee", "sort": "votes"}, status=404)


def test_no_more_are_counted_than_are_ranked(browser, board, monkeypatch):
    monkeypatch.setattr(search_index, "CANDIDATES_MAX_COUNT", 5)
    author = board.user()
    board.question(author, "coffee", "the oldest has it in its title")
    for number in range(6):
        board.question(author, f"tea {number}", "coffee")
    page = browser().get("/questions/", {"q": "coffee"})
    assert "5+ results" in page
    titles = [row.text.strip() for row in page.html.select(".question-title")]
    assert len(titles) == 5
    assert titles[0] == "coffee"


@pytest.fixture
def few_are_examined(monkeypatch):
    """As if there were so many posts that not all with a word can be looked at."""
    modules = (candidates, conditions, postgresql, search_index, sqlite)
    for module in modules:
        if hasattr(module, "EXAMINED_MAX_COUNT"):
            monkeypatch.setattr(module, "EXAMINED_MAX_COUNT", 5)
        for name in (
            "_before_examined_statement",
            "_candidates_statement",
            "_count_statement",
            "_counts_statement",
        ):
            if hasattr(module, name):
                # Statements that are kept have the number in them.
                monkeypatch.setattr(module, name, getattr(module, name).__wrapped__)


def test_not_all_posts_with_a_word_are_looked_at_and_that_is_said(browser, board, few_are_examined):
    author = board.user()
    old = board.question(author, "coffee", "the oldest")
    board.vote(old)
    for number in range(6):
        board.question(author, f"coffee {number}", "tea")
    client = browser()
    page = client.get("/questions/", {"q": "coffee score:>0"})
    assert "None of the newest" in page
    assert "0 results" in page
    page = client.get("/questions/", {"q": "coffee is:question"})
    assert "5+ results" in page
    # One more word, and there are few enough.
    page = client.get("/questions/", {"q": "coffee oldest score:>0"})
    assert "1 result" in page
    # A score alone is found by an index.
    page = client.get("/questions/", {"q": "score:>0"})
    assert "1 result" in page
    assert "1+ result" not in page
    page = client.get("/questions/", {"q": "score:<1"})
    assert "5+ results" in page


@pytest.mark.parametrize("text", ['"coffee beans"', "커피콩", "coffee -tea"])
def test_a_phrase_is_looked_for_in_the_newest_posts_with_its_words(
    browser, board, few_are_examined, text
):
    """Nor is what must not be there: to look at all posts with the words would take ever longer."""
    author = board.user()
    board.question(author, "the oldest", "coffee beans 커피콩")
    for number in range(4):
        board.question(author, f"tea {number}", "beans of coffee 커피 피콩")
    client = browser()
    # Few enough.
    page = client.get("/questions/", {"q": text})
    assert "1 result" in page
    assert "1+ result" not in page
    for number in range(2):
        board.question(author, f"tea {number}", "beans of coffee 커피 피콩")
    page = client.get("/questions/", {"q": text})
    assert "None of the newest" in page
    assert "1 result" in client.get("/questions/", {"q": f"{text} oldest"})


def test_the_posts_of_one_author_are_found_among_many(browser, board, few_are_examined):
    board.question(board.user("하늘"), "coffee", "the oldest")
    author = board.user()
    for number in range(8):
        board.question(author, f"coffee {number}", "tea")
    page = browser().get("/questions/", {"q": "coffee user:하늘"})
    assert "1 result" in page


def test_the_best_or_the_youngest_come_first_without_words(browser, board):
    author = board.user()
    now = utc_now()
    for number in range(3):
        question = board.question(
            author, f"question {number}", created_at=now - timedelta(days=number)
        )
        for _ in range(number + 1):
            board.vote(question)

    def titles(**fields):
        page = browser().get("/questions/", fields)
        return [row.text.strip()[-1] for row in page.html.select(".question-title")]

    assert titles(q="score:>0") == ["2", "1", "0"]
    assert titles(q="created:>2020-01-01") == ["0", "1", "2"]
    assert titles(q="created:>2020-01-01 score:>1") == ["1", "2"]


def words_of(text: str) -> list[str]:
    """The words of two or more letters or digits, with the signs that belong to their letters."""
    signs = {character for character in text if unicodedata.category(character) in ("Mn", "Mc")}
    part = rf"[^\W_][{re.escape(''.join(signs))}]*" if signs else r"[^\W_]"
    return re.findall(rf"(?:{part}){{2,}}", text)


def test_what_was_just_posted_is_found_by_any_of_its_words(board):
    author = board.user()

    @settings(max_examples=60, deadline=None)
    @given(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=80))
    def check(text):
        with board.transaction() as session:
            post = question_service.ask(
                session, author_id=author.id, title="t", body=text or "x", render=markup.render
            )
            shown = markup.plain_text(post.body_html)
            for word in words_of(shown):
                # The newest of those that have it, so that what other examples left is no matter.
                found = find_posts(session, parse_query(word), sort=SearchSort.NEWEST)
                assert post.id in found.post_ids, (word, shown)

    check()


def test_both_databases_have_the_tokens_of_the_analyser(board):
    author = board.user()

    @settings(max_examples=60, deadline=None)
    @given(st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=200))
    def check(text):
        with board.transaction() as session:
            post = question_service.ask(
                session, author_id=author.id, title="t", body="x", render=markup.render
            )
            index_post(session, post, text=text, author_name="")
            tokens = tokenize(text)
            for position, token in enumerate(tokens):
                phrase = Phrase(tuple(tokens[position : position + 2]), is_prefix=False)
                query = Query(token, terms=(Term(phrase, (phrase,), ()),))
                found = find_posts(session, query, sort=SearchSort.NEWEST)
                assert post.id in found.post_ids, token

    check()
