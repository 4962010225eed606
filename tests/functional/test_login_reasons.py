"""Whoever is sent to log in reads what for, and sees how to sign up."""

from __future__ import annotations

import pytest

ANY_TOKEN = {"csrf_token": "x"}


def main_of(page):
    return page.html.find("main")


@pytest.mark.parametrize(
    ("path", "english", "korean"),
    [
        ("/questions/ask", "Log in to ask a question.", "질문하려면 로그인해 주세요."),
        ("/questions/{id}/edit", "Log in to edit this post.", "글을 수정하려면 로그인해 주세요."),
        (
            "/questions/{id}/delete",
            "Log in to delete this post.",
            "글을 삭제하려면 로그인해 주세요.",
        ),
        ("/account/", "Log in to see your settings.", "설정을 보려면 로그인해 주세요."),
        ("/account/email", "Log in to see your settings.", "설정을 보려면 로그인해 주세요."),
    ],
)
def test_a_page_that_needs_a_login_says_why(browser, board, path, english, korean):
    path = path.format(id=board.question().id)
    for locale, sentence in (("en", english), ("ko", korean)):
        page = browser(locale=locale).get(path, status=303).follow()
        assert main_of(page).select_one(".login-reason").text.strip() == sentence
        sign_up = main_of(page).select_one("a.btn-primary[href*='/signup']")
        assert sign_up.text.strip() == {"en": "Sign up", "ko": "회원 가입"}[locale]


@pytest.mark.parametrize(
    ("selector", "sentence"),
    [
        (".vote-button", "추천하거나 비추천하려면 로그인해 주세요."),
        (".log-in-to-answer a", "답변하려면 로그인해 주세요."),
    ],
)
def test_a_link_to_vote_or_to_answer_says_why(browser, board, selector, sentence):
    question = board.question()
    client = browser(locale="ko")
    link = client.get(f"/questions/{question.id}/").html.select_one(selector)["href"]
    page = client.get(link)
    assert main_of(page).select_one(".login-reason").text.strip() == sentence


def test_who_voted_for_an_answer_comes_back_to_it(browser, board, log_in):
    answer = board.answer(board.question())
    board.user("alex")
    client = browser()
    page = client.get(f"/questions/{answer.question_id}/")
    link = page.html.select_one(f"#answer-{answer.id} a.vote-button")["href"]
    form = client.get(link).forms["login"]
    form["username"], form["password"] = "alex", "correct horse battery"
    way_back = form.submit("submit", status=303)
    assert way_back.location.endswith(f"/answers/{answer.id}/#vote")
    assert way_back.follow(status=303).location.endswith(f"#answer-{answer.id}")


def test_a_form_that_was_sent_without_a_login_says_why(browser, board):
    question = board.question()
    path = f"/questions/{question.id}/"
    for address, sentence in (
        (f"{path}vote", "Log in to vote."),
        (f"{path}answers/", "Log in to post an answer."),
        ("/questions/ask", "Log in to ask a question."),
    ):
        page = browser().post(address, ANY_TOKEN, status=303).follow()
        assert sentence in main_of(page).text


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/",
        "/questions/",
        "/questions/1/",
        "/users/1/",
        "https://evil.example/questions/ask",
        "//evil.example/questions/ask",
        "/questions/1/#Log-in-to-win-a-prize",
        "/Log in to win a prize",
    ],
)
def test_where_no_login_is_needed_none_is_given_and_nothing_is_repeated(browser, address):
    page = browser().get("/login", {"next": address})
    assert main_of(page).select_one(".login-reason") is None
    assert "prize" not in main_of(page).text


def test_the_reason_stays_after_a_wrong_password(browser, board):
    form = browser().get("/questions/ask", status=303).follow().forms["login"]
    form["username"], form["password"] = "nobody", "wrong horse battery"
    page = form.submit("submit", status=400)
    assert "Log in to ask a question." in main_of(page).text
