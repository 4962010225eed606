"""The page of a question: its order, its languages, who wrote what, and where one answers."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from qaboard.models import Question, Role


def article(page, post):
    return page.html.find("article", id=f"answer-{post.id}")


def test_the_text_of_a_post_comes_before_its_buttons(browser, board):
    question = board.question(body="the question")
    board.answer(question, body="the answer")
    for client in (browser(), browser(board.user())):
        for post in client.get(f"/questions/{question.id}/").html.select("article.post"):
            parts = post.select(".byline, .post-body, .vote-button")
            names = [part["class"][0] for part in parts]
            assert names == ["byline", "post-body", "vote-button", "vote-button"]


def test_each_answer_has_a_heading(browser, board):
    question = board.question()
    board.answer(question, board.user("Ann"))
    page = browser(locale="en").get(f"/questions/{question.id}/")
    headings = [
        (each.name, " ".join(each.text.split()))
        for each in page.html.select("main :is(h1, h2, h3)")
    ]
    assert headings[1:3] == [("h2", "Question"), ("h2", "1 answer")]
    assert headings[3][0] == "h3"
    assert headings[3][1].startswith("Ann · answered")


@pytest.mark.parametrize(("locale", "word"), [("ko", "운영진"), ("en", "Staff")])
def test_staff_have_a_badge_beside_their_posts(browser, board, locale, word):
    moderator = board.user(role=Role.MODERATOR)
    question = board.question(moderator)
    answers = [board.answer(question, user) for user in (board.user(role=Role.ADMIN), board.user())]
    page = browser(locale=locale).get(f"/questions/{question.id}/")
    posts = page.html.find("article", id="question"), *(article(page, each) for each in answers)
    badges = [[badge.text for badge in post.select(".byline .badge")] for post in posts]
    assert badges == [[word], [word], []]


def test_texts_and_titles_say_their_language_and_find_their_direction(browser, board):
    question = board.question(title="체인이 미끄러져요", body="힘을 주면 그래요")
    english = board.answer(question, body="It is the cassette, not the chain.")
    arabic = board.answer(question, body="كيف أقرأ ملفا كبيرا")
    for path in (f"/questions/{question.id}/", "/questions/", f"/questions/?q={quote('체인')}"):
        titles = browser().get(path).html.select("h1.detail-title, .question-title")
        assert {(title["lang"], title["dir"]) for title in titles} == {("ko", "auto")}
    page = browser().get(f"/questions/{question.id}/")
    bodies = [page.html.select_one("#question .post-body")]
    bodies += [article(page, each).select_one(".post-body") for each in (english, arabic)]
    assert [(body["lang"], body["dir"]) for body in bodies] == [
        ("ko", "auto"),
        ("en", "auto"),
        ("", "auto"),
    ]


def test_a_negative_score_has_a_minus_sign(browser, board):
    question = board.question()
    with board.transaction() as session:
        session.get_one(Question, question.id).score = -1_234
    for locale in ("ko", "en"):
        client = browser(locale=locale)
        for path in (f"/questions/{question.id}/", "/questions/"):
            assert "\N{MINUS SIGN}1,234" in client.get(path)


def test_the_form_to_answer_is_folded_for_whoever_asked(browser, board):
    author = board.user()
    question = board.question(author)
    path = f"/questions/{question.id}/"
    page = browser(author).get(path)
    (folded,) = page.html.select("#your-answer details:has(#answer)")
    assert not folded.has_attr("open")
    refused = page.forms["answer"].submit("submit", status=400)
    assert not refused.html.select("details:has(#answer)")
    other = browser(board.user()).get(path)
    assert other.forms["answer"]
    assert not other.html.select("details:has(#answer)")


def test_a_draft_keeps_the_form_open_for_whoever_asked(browser, board):
    author = board.user()
    question = board.question(author)
    path = f"/questions/{question.id}/"
    client = browser(author)
    token = client.get(path).forms["answer"]["csrf_token"].value
    draft = {"writer": "0" * 16, "body": "begun", "csrf_token": token}
    client.post(f"{path}answers/draft", draft)
    for query in ("", "?draft=1"):
        assert not client.get(f"{path}{query}").html.select("details:has(#answer)")


def test_similar_questions_come_after_the_form(browser, board):
    question, _other = (board.question(title="How do I brew coffee?") for _ in range(2))
    page = browser(board.user()).get(f"/questions/{question.id}/")
    order = [each["id"] for each in page.html.select("#answer, #similar-title")]
    assert order == ["answer", "similar-title"]
