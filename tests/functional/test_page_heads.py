"""What the heads of pages say to search engines and to those who show a link."""

from __future__ import annotations

import re
import struct

import pytest

from qaboard.models import Question
from qaboard.rendering.page_head import DESCRIPTION_MAX_CHARACTERS
from qaboard.services.board.post import delete_post

SITE = "http://localhost:6543"


def said(page, name: str) -> str | None:
    """What a meta element of the page says, or ``None``."""
    element = page.html.find("meta", attrs={"name": name}) or page.html.find(
        "meta", attrs={"property": name}
    )
    return element and element["content"]


def canonical(page) -> str | None:
    element = page.html.find("link", rel="canonical")
    return element and element["href"]


@pytest.fixture
def long_board(board):
    """A question with two pages of answers, on a list of two pages."""
    author = board.user("author")
    board.asked = board.question(
        author, '커피를 <b>어떻게</b> "내리나요"?', "물을 **끓여요**. " * 40
    )
    for _ in range(31):
        board.answer(board.asked, author)
    for number in range(20):
        board.question(author, f"Question {number}")
    board.author = author
    return board


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/questions/", "/questions/"),
        ("/questions/?utm_source=x", "/questions/"),
        ("/questions/?page=1&sort=newest", "/questions/"),
        ("/questions/?page=2&x=y&sort=votes", "/questions/?sort=votes&page=2"),
        ("/questions/?sort=active", "/questions/?sort=active"),
        ("/questions/{question}/", "/questions/{question}/"),
        ("/questions/{question}/?page=2", "/questions/{question}/?page=2"),
        ("/questions/{question}/?sort=oldest", "/questions/{question}/?sort=oldest"),
        ("/questions/{short}/?sort=oldest", "/questions/{short}/"),
        ("/users/{user}/", "/users/{user}/"),
        ("/users/{user}/?tab=answers&page=2", "/users/{user}/?tab=answers&page=2"),
        ("/questions/ask", "/questions/ask"),
    ],
)
def test_a_page_names_its_one_address_to_members_and_visitors(long_board, browser, path, expected):
    ids = {
        "question": long_board.asked.id,
        "short": long_board.asked.id + 1 + 31,
        "user": long_board.author.id,
    }
    path, expected = path.format(**ids), SITE + expected.format(**ids)
    clients = [browser(long_board.user())]
    if path != "/questions/ask":
        clients += [browser(), browser()]
    for client in clients:
        page = client.get(path)
        assert canonical(page) == said(page, "og:url") == expected
        assert said(page, "robots") is None
        alternates = {link["hreflang"]: link["href"] for link in page.html.select("[hreflang]")}
        separator = "&" if "?" in expected else "?"
        assert alternates == {
            "ko": f"{expected}{separator}lang=ko",
            "en": f"{expected}{separator}lang=en",
            "x-default": expected,
        }


def test_a_question_is_described_by_its_beginning(long_board, browser):
    path = f"/questions/{long_board.asked.id}/"
    for client in (browser(), browser(long_board.user())):
        page = client.get(path)
        description = said(page, "description")
        assert description.startswith("물을 끓여요. 물을 끓여요.")
        assert description.endswith("끓여요.…")
        assert len(description) <= DESCRIPTION_MAX_CHARACTERS
        assert said(page, "og:description") == description
        assert said(page, "og:title") == '커피를 <b>어떻게</b> "내리나요"?'
        assert said(page, "og:type") == "article"
        assert said(page, "og:locale") == "en_US"
        assert said(page, "og:site_name") == page.html.title.text.rpartition(" – ")[2]


@pytest.mark.parametrize("path", ["/questions/", "/questions/{question}/", "/login"])
def test_a_link_to_any_page_is_shown_with_the_picture_of_the_board(board, browser, path):
    path = path.format(question=board.question().id)
    client = browser()
    page = client.get(path)
    address = said(page, "og:image")
    assert address.startswith(f"{SITE}/static/")
    picture = client.get(address.removeprefix(SITE))
    assert picture.content_type == "image/png"
    assert len(picture.body) < 40_000
    # The beginning of a PNG (ISO/IEC 15948): its signature, the header's length and name, the size.
    signature, _, _, *size = struct.unpack(">8sI4sII", picture.body[:24])
    assert signature == b"\x89PNG\r\n\x1a\n"
    assert [said(page, "og:image:width"), said(page, "og:image:height")] == [str(n) for n in size]
    assert size == [1200, 630]
    assert said(page, "og:site_name") in said(page, "og:image:alt")
    assert said(page, "twitter:card") == "summary_large_image"


@pytest.mark.parametrize("body", ["", "![](/x.png)", '"><script>alert(1)</script>', "가" * 30_000])
def test_any_text_has_a_description(board, browser, body):
    question = board.question(title="Short", body=body or "​")
    page = browser().get(f"/questions/{question.id}/")
    assert 0 < len(said(page, "description")) <= DESCRIPTION_MAX_CHARACTERS
    assert page.html.head.find_all("script", src=False) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/questions/?q=coffee", 200),
        ("/login", 200),
        ("/signup", 200),
        ("/forgot-password", 200),
        ("/language", 200),
        ("/nowhere", 404),
        ("/questions/?page=99", 404),
        ("/questions/999/", 404),
    ],
)
def test_search_engines_leave_out_what_is_no_reading(board, browser, path, status):
    page = browser().get(path, status=status)
    assert said(page, "robots") == "noindex"
    assert canonical(page) is None
    assert page.html.select("[hreflang]") == []


def test_so_do_they_a_deleted_question(board, browser):
    author = board.user()
    question = board.question(author)
    with board.transaction() as session:
        delete_post(session, session.get_one(Question, question.id))
    page = browser(author).get(f"/questions/{question.id}/")
    assert said(page, "robots") == "noindex"


def test_every_title_is_its_own(long_board, browser):
    client = browser(long_board.user())
    paths = ["/questions/", "/questions/?page=2", "/questions/?sort=votes", "/questions/ask"]
    paths += [f"/questions/{long_board.asked.id}/", f"/questions/{long_board.asked.id}/?page=2"]
    paths += [f"/users/{long_board.author.id}/", "/account/", "/account/email", "/language"]
    titles = [client.get(path).html.title.text for path in paths]
    assert len(set(titles)) == len(titles)
    assert all(re.fullmatch(r".+ – \S+", title) for title in titles)


def test_an_address_can_ask_for_a_language(board, browser):
    """As search engines do, which say neither by a cookie nor by a header what they read."""
    board.question()
    for _ in range(2):
        for locale, words in (("en", "Questions"), ("ko", "질문")):
            page = browser(locale="").get(f"/questions/?lang={locale}")
            assert page.html.html["lang"] == locale
            assert page.html.h1.text == words
            assert canonical(page) == f"{SITE}/questions/?lang={locale}"
    assert browser(locale="").get("/questions/").html.html["lang"] == "ko"
    # It is more than what the browser says in general.
    assert browser(locale="en").get("/questions/?lang=ko").html.html["lang"] == "ko"


def test_what_somebody_chose_counts_more_than_the_address(board, browser):
    client = browser(locale="en")
    form = next(f for f in client.get("/language").forms.values() if f.action == "/language")
    form.submit("locale", value="ko")
    assert client.get("/questions/?lang=en").html.html["lang"] == "ko"
    client = browser(board.user(locale="en"))
    assert client.get("/questions/?lang=ko").html.html["lang"] == "en"


@pytest.mark.parametrize(
    "query", ["lang=fr", "lang=", "lang=ko&lang=en", "lang=%ff", "language=en"]
)
def test_an_address_that_asks_for_no_language_of_ours_is_as_without(board, browser, query):
    page = browser(locale="ko").get(f"/questions/?{query}", expect_errors=True)
    assert page.html.html["lang"] == "ko"
    assert canonical(page) in (f"{SITE}/questions/", None)
