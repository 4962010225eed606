"""Signing up, logging in and out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from factories import PASSWORD, PASSWORD_SETTINGS
from sqlalchemy import select

from qaboard.models import User, UserSession
from qaboard.services.accounts.user_session import open_session


def sign_up_form(client, **fields):
    form = client.get("/signup").forms["signup"]
    values = {
        "username": "김철수",
        "email": "Chulsoo@Example.com",
        "password": "correct horse",
        "password_confirm": "correct horse",
    } | fields
    for name, value in values.items():
        form[name] = value
    return form


def log_in(client, username, password, next_address=""):
    form = client.get("/login", {"next": next_address} if next_address else {}).forms["login"]
    form["username"], form["password"] = username, password
    return form.submit("submit", expect_errors=True)


def test_signing_up_logs_in_and_keeps_only_hashes(browser, board):
    client = browser()
    page = sign_up_form(client).submit("submit").follow().follow()
    assert "Welcome, 김철수!" in page
    with board.transaction() as session:
        user = session.scalars(select(User)).one()
        assert user.email == "chulsoo@example.com"
        cost = f"m={PASSWORD_SETTINGS.memory_kib},t={PASSWORD_SETTINGS.passes},p=1"
        assert user.password_hash.startswith(f"$argon2id$v=19${cost}$")
        stored = session.scalars(select(UserSession)).one()
        assert stored.token_hash != client.cookies["login"].encode()
    assert client.cookies["login"] not in repr(board.facts())


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("username", "", "Choose a username."),
        ("username", "a", "2 to 25 characters"),
        ("username", "a" * 26, "2 to 25 characters"),
        ("username", "two words", "letters, digits"),
        ("username", "<b>bold</b>", "letters, digits"),
        ("username", "zero\u200bwidth", "letters, digits"),
        ("username", "...", "at least one letter"),
        ("email", "", "Enter your email address."),
        ("email", "nobody", "Enter an email address like"),
        ("email", "a@b@c", "Enter an email address like"),
        ("email", "a b@example.com", "Enter an email address like"),
        ("email", "a@" + "b" * 260, "Too long"),
        ("password", "", "Enter a password."),
        ("password", "short", "at least 10"),
        ("password", "x" * 129, "Too long"),
        ("password_confirm", "something else", "don’t match"),
    ],
)
def test_what_is_wrong_with_a_sign_up_is_said_at_its_field(browser, board, field, value, message):
    page = sign_up_form(browser(), **{field: value}).submit("submit", status=400)
    shown = page.html.find(id=f"signup-{field}-error")
    assert message in shown.text
    assert page.forms["signup"]["password"].value == ""
    if field != "username":
        assert page.forms["signup"]["username"].value == "김철수"
    assert board.facts()["users"] == []


@pytest.mark.parametrize("username", ["ALEX", "alex", "ａｌｅｘ", " Alex "])
def test_a_name_is_taken_in_any_of_its_spellings(browser, board, username):
    board.user("Alex")
    page = sign_up_form(browser(), username=username).submit("submit", status=400)
    assert "That username is taken." in page
    assert page.forms["signup"]["email"].value == "Chulsoo@Example.com"


def test_signing_up_tells_nobody_that_an_address_has_an_account(browser, board):
    board.user("someone")
    answers = []
    for username, email in (("하늘", "SOMEONE@example.com"), ("바다", "nobody@example.com")):
        client = browser()
        page = sign_up_form(client, username=username, email=email).submit("submit")
        page = page.follow().follow()
        text = page.html.find("main").text.replace(username, "…")
        answers.append((page.request.path, text.replace(email.lower(), "…")))
    assert answers[0] == answers[1]
    assert [user.email_verified_at is None for user in board.users()] == [False, True, True]


def test_nothing_is_asked_but_what_an_account_needs(browser):
    # No hint and no secret question.
    fields = browser().get("/signup").forms["signup"].fields
    unseen = {"csrf_token", "submit", "next", "website", "stamp", "idempotency_key"}
    assert set(filter(None, fields)) - unseen == {
        "username",
        "email",
        "password",
        "password_confirm",
    }


def test_nobody_signs_up_as_an_admin(browser, board):
    client = browser()
    form = sign_up_form(client)
    further = {"role": "admin", "email_verified_at": "2026-01-01", "id": "1000", "locale": "en"}
    client.post("/signup", dict(form.submit_fields()) | further, status=303)
    (user,) = board.users()
    assert (user.role, user.email_verified_at, user.locale) == ("member", None, None)
    assert user.id != 1000


@pytest.mark.parametrize("length", [64, 128])
@pytest.mark.parametrize("character", ["a", "비", "\U0001f511", "<"])
def test_a_long_password_counts_to_its_last_character(browser, board, length, character):
    password = character * (length - 1)
    sign_up_form(browser(), password=f"{password}1", password_confirm=f"{password}1").submit(
        "submit", status=303
    )
    assert log_in(browser(), "김철수", f"{password}2").status_int == 400
    assert log_in(browser(), "김철수", f"{password}1").status_int == 303


def test_every_page_of_a_member_has_the_way_out(browser, board):
    client = browser(board.user())
    question = board.question()
    for path in ("/questions/", f"/questions/{question.id}/", "/questions/ask", "/account/",
                 "/account/sessions", "/account/password", "/account/two-factor", "/users/1000/",
                 "/account/close"):  # fmt: skip
        page = client.get(path, expect_errors=True)
        assert [form.action for form in page.forms.values()].count("/logout") >= 1, path


def test_spaces_are_part_of_a_password(browser, board):
    password = "  spaces around  "
    client = browser()
    sign_up_form(client, password=password, password_confirm=password).submit("submit")
    assert log_in(browser(), "김철수", password.strip()).status_int == 400
    assert log_in(browser(), "김철수", password).status_int == 303


def test_logging_in_by_any_spelling_of_the_name(browser, board):
    board.user("alex")
    assert log_in(browser(), "ＡＬＥＸ", "correct horse battery").status_int == 303


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(browser, board):
    board.user("alex")

    def answer(username, password):
        page = log_in(browser(), username, password)
        assert page.status_int == 400
        assert page.forms["login"]["username"].value == username
        main = page.html.find("main")
        for changing in main.select("[name=csrf_token], [name=username]"):
            changing.decompose()
        return str(main)

    assert answer("alex", "wrong password") == answer("nobody", "wrong password")
    assert answer("alex", "wrong password") == answer("no\u00a0such <name>", "wrong password")


def test_a_password_is_checked_while_nothing_is_locked(app, browser, board, monkeypatch):
    board.user("alex")
    form = browser().get("/login").forms["login"]
    form["username"], form["password"] = "alex", PASSWORD
    verify = app.registry["passwords"].verify

    def verify_while_somebody_writes(*arguments):
        # On SQLite this waits for the lock, in vain when the login itself has it.
        board.user("blake")
        return verify(*arguments)

    monkeypatch.setattr(app.registry["passwords"], "verify", verify_while_somebody_writes)
    assert form.submit("submit").status_int == 303


def test_a_password_that_changes_while_it_is_checked_is_wrong(app, browser, board, monkeypatch):
    user = board.user("alex")
    form = browser().get("/login").forms["login"]
    form["username"], form["password"] = "alex", PASSWORD
    verify = app.registry["passwords"].verify

    def verify_while_it_changes(*arguments):
        with board.transaction() as session:
            session.get_one(User, user.id).password_hash = "another"
        return verify(*arguments)

    monkeypatch.setattr(app.registry["passwords"], "verify", verify_while_it_changes)
    page = form.submit("submit", status=400)
    assert "Wrong username, email address or password." in page
    assert board.facts()["user_sessions"] == []


def test_logging_out_ends_the_login_on_the_server(browser, board):
    board.user("alex")
    client = browser()
    log_in(client, "alex", "correct horse battery")
    token = client.cookies["login"]
    page = client.get("/questions/")
    form = next(f for f in page.forms.values() if f.action == "/logout")
    page = form.submit().follow().follow()
    assert "You’re logged out." in page
    assert "Log in" in page.html.find(class_="site-links").text
    assert "login" not in client.cookies
    stolen = browser()
    stolen.set_cookie("login", token)
    assert stolen.get("/account/").status_int == 303
    assert board.facts()["user_sessions"] == []


def test_a_login_gets_a_new_csrf_token_and_a_new_session(browser, board):
    board.user("alex")
    client = browser()
    before = client.get("/login").forms["login"]["csrf_token"].value
    log_in(client, "alex", "correct horse battery")
    page = client.get("/account/")
    assert page.html.find("input", attrs={"name": "csrf_token"})["value"] != before


@pytest.mark.parametrize(
    "address",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/\n/evil.example",
        "///evil.example",
        "evil.example",
        "http:///evil.example",
        "/%0d%0aSet-Cookie:x=1\r\nx: y",
    ],
)
def test_a_login_leads_nowhere_else(browser, board, address):
    board.user("alex")
    page = log_in(browser(), "alex", "correct horse battery", address)
    assert page.location == "/"


def test_a_login_leads_to_a_page_of_this_site(browser, board):
    board.user("alex")
    page = log_in(browser(), "alex", "correct horse battery", "/questions/?q=커피&page=1#top")
    assert page.location == "/questions/?q=%EC%BB%A4%ED%94%BC&page=1#top"


def test_a_login_expires(browser, board):
    user = board.user()
    with board.transaction() as session:
        token = open_session(session, user.id, lifetime=timedelta(seconds=-1))
    client = browser()
    client.set_cookie("login", token)
    assert client.get("/account/").status_int == 303


@pytest.mark.parametrize("token", ["", "x", "a" * 5000, "%00", "한글"])
def test_a_made_up_token_is_nobodys(browser, board, token):
    client = browser()
    page = client.get(
        "/questions/", headers={"Cookie": f"login={token}".encode().decode("latin-1")}
    )
    assert "Log in" in page.html.find(class_="site-links").text


def test_who_is_logged_in_is_not_asked_again(browser, board):
    client = browser(board.user())
    assert client.get("/login?next=/account/").location == "/account/"
    assert client.get("/signup").location == "/"


def test_a_profile_shows_what_a_user_wrote_and_not_their_address(browser, board):
    author = board.user("하늘")
    question = board.question(author, title="My question")
    other = board.question(title="Another's question")
    board.answer(other, author)
    page = browser().get(f"/users/{author.id}/")
    assert "My question" in page
    assert "Another's question" not in page
    page = page.click("Answers")
    assert "Another's question" in page.html.find("main").text.replace("\u2019", "'")
    assert "example.com" not in page
    assert f"/questions/{question.id}/" not in str(page.html.find("main"))


def test_a_profile_shows_how_each_answer_begins(browser, board):
    author = board.user()
    board.answer(board.question(), author, body="**Grind** the `beans`.\n\nThen pour.")
    board.answer(board.question(), author, body=f"Heat {'the water ' * 100}to the boil")
    page = browser().get(f"/users/{author.id}/?tab=answers")
    long, short = (" ".join(row.text.split()) for row in page.html.select("main .question-row"))
    assert "Grind the beans. Then pour." in short
    assert "Heat the water the water" in long
    assert "…" in long
    assert "to the boil" not in page
