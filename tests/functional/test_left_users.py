"""What is left of somebody who left: their posts without a name, wherever they are shown."""

from __future__ import annotations

import threading

import pytest
from click.testing import CliRunner
from factories import Board
from project import PROJECT
from sqlalchemy import text

from qaboard import markup
from qaboard.commands import qaboard, reindex
from qaboard.models import Post, Question, Role, User, utc_now
from qaboard.services.board.question import edit_question
from qaboard.services.site.due_deletions import close_due_accounts


def close(board: Board, user: User, *, removes_posts: bool = False, posts: bool = True) -> None:
    """Close an account whose week is over.

    :param posts: whether its posts have been treated, too.
    """
    with board.transaction() as session:
        row = session.get_one(User, user.id)
        row.closing_at, row.closing_removes_posts = utc_now(), removes_posts
    if posts:
        assert close_due_accounts(board.engine) == 1


@pytest.fixture
def run(board, database_url, monkeypatch):
    """Runs a command on the board."""
    monkeypatch.setenv("QABOARD_DATABASE_URL", database_url)

    def run(*arguments: str) -> str:
        arguments = ["-c", str(PROJECT / "development.ini"), *arguments]
        result = CliRunner().invoke(qaboard, arguments, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


@pytest.fixture
def left(board):
    """A question and an answer of somebody who left, and a question of theirs that is deleted."""
    user = board.user("alex")
    question = board.question(user, title="Kettle", body="Brewing")
    answer = board.answer(board.question(title="Other"), user, body="Steaming")
    deleted = board.question(user, title="Gone", body="Bygone")
    board.delete(deleted)
    close(board, user)
    return question, answer, deleted


def found(client, words: str) -> int:
    page = client.get("/questions/", {"q": words})
    return len(page.html.select("main .question-row"))


def check_nobody_is_found(browser) -> None:
    client = browser()
    for words in ("alex", "deleted user", "deleted", "user", "탈퇴한 회원"):
        assert found(client, words) == 0, words
    assert found(client, "Brewing") == found(client, "Steaming") == 1


def test_rendering_again_does_not_bring_a_name_back(browser, board, left, run):
    assert "Rendered 4 of 4" in run("render", "--all")
    check_nobody_is_found(browser)
    assert found(browser(), "Other") == 1


def test_a_repair_of_the_index_does_not_bring_a_name_back(browser, board, left, run):
    with board.transaction() as session:
        session.execute(text("DELETE FROM post_search"))
    assert "Added 4 posts" in run("doctor", "--repair")
    check_nobody_is_found(browser)


def test_an_edit_by_a_moderator_does_not_bring_a_name_back(browser, board, left):
    question, answer, _deleted = left
    client = browser(board.user("moderator", Role.MODERATOR))
    for path, body in (
        (f"/questions/{question.id}/edit", "Brewing better"),
        (f"/questions/{answer.question_id}/answers/{answer.id}/edit", "Steaming better"),
    ):
        form = client.get(path).forms["edit"]
        form["body"] = body
        form.submit("submit", status=303)
    assert found(client, "better") == 2
    check_nobody_is_found(browser)


def test_a_restored_post_has_no_name(browser, board, left):
    _question, _answer, deleted = left
    client = browser(board.user("moderator", Role.MODERATOR))
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    page = client.post(f"/questions/{deleted.id}/restore", {"csrf_token": token}).follow()
    assert page.html.find("a", class_="user-link").text == "deleted user"
    assert found(browser(), "Bygone") == 1
    check_nobody_is_found(browser)


@pytest.mark.parametrize(("locale", "name"), [("en", "deleted user"), ("ko", "탈퇴한 회원")])
def test_every_page_says_that_they_left(browser, board, left, locale, name):
    question, answer, _deleted = left
    client = browser(locale=locale)
    address = f"/users/{question.author_id}/"
    for path in (
        "/questions/",
        f"/questions/{question.id}/",
        f"/questions/{answer.question_id}/",
        "/questions/?q=Brewing",
        "/questions/?q=Steaming",
    ):
        page = client.get(path)
        assert name in [link.text for link in page.html.find_all("a", href=address)], path
        assert "alex" not in page.html.find("main").text, path
    assert client.get(address).html.find("h1").text == name
    admin = browser(board.user("boss", Role.ADMIN), locale=locale)
    for path in ("/users/", f"{address}manage"):
        page = admin.get(path)
        assert name in page.html.find("main").text, path
        assert "alex" not in page, path


@pytest.mark.parametrize(("locale", "name"), [("en", "deleted user"), ("ko", "탈퇴한 회원")])
def test_the_log_tells_of_them_without_a_name(browser, board, locale, name):
    boss, moderator = board.user("boss", Role.ADMIN), board.user("mora", Role.MODERATOR)
    user = board.user("alex")
    client = browser(moderator)
    form = client.get(f"/users/{user.id}/manage").forms["end-sessions"]
    form.submit("submit", status=303)
    for gone in (user, moderator):
        close(board, gone)
    page = browser(boss, locale=locale).get("/users/log", {"user": user.id})
    people = [(link["href"], link.text) for link in page.html.select("main a.user-link")]
    assert people == [(f"/users/{user.id}/", name), (f"/users/{moderator.id}/", name)]
    page = browser(boss, locale=locale).get(f"/users/{user.id}/manage")
    assert name in [link.text for link in page.html.select("main .plain-row .byline a")]


def test_who_takes_the_name_is_somebody_else(browser, board, left):
    question, _answer, _deleted = left
    another = board.user("alex")
    board.question(another, title="Tea", body="Leaves")
    client = browser()
    page = client.get(f"/users/{question.author_id}/")
    assert "alex" not in page
    assert "Tea" not in page
    assert found(client, "alex") == 1
    page = client.get(f"/users/{another.id}/")
    assert "Kettle" not in page


def test_from_the_first_moment_nothing_is_theirs(browser, board, monkeypatch):
    """However many posts there are, the name goes at once; then nothing can be done with them."""
    user = board.user("alex")
    question = board.question(user, title="Kettle")
    board.delete(question)
    close(board, user, removes_posts=True, posts=False)

    def stop(*_arguments, **_options):
        raise RuntimeError("the power is out")

    with monkeypatch.context() as patch:
        patch.setattr(Post, "erase", stop)
        with pytest.raises(RuntimeError, match="power"):
            close_due_accounts(board.engine)
    with board.transaction() as session:
        row = session.get_one(User, user.id)
        assert (row.username, row.email, row.password_hash) == ("deleted user", None, "")
    another = board.user("alex")
    assert another.id != user.id
    page = browser(board.user("boss", Role.ADMIN)).get(f"/users/{user.id}/manage")
    assert "purge" not in page.forms
    assert close_due_accounts(board.engine) == 1
    assert close_due_accounts(board.engine) == 0
    assert board.read(question).body == ""


class TestAtTheSameTime:
    """Two transactions of PostgreSQL; SQLite lets only one write at a time."""

    @pytest.fixture(autouse=True)
    def postgresql(self, app) -> None:
        if app.registry["engine"].dialect.name == "sqlite":
            pytest.skip("SQLite has one writer at a time")

    def during(self, board, user, act) -> None:
        """Close the account while another transaction has done something and not ended."""
        threads = []
        with board.transaction() as session:
            act(session)
            closing = threading.Thread(target=close, args=(board, user), daemon=True)
            threads.append(closing)
            closing.start()
            closing.join(0.3)
        closing.join(10)
        assert not closing.is_alive()
        close_due_accounts(board.engine)

    def test_an_edit_that_has_read_the_name_before(self, browser, board):
        user = board.user("alex")
        question = board.question(user, body="Brewing")

        def edit(session) -> None:
            edit_question(
                session,
                session.get_one(Question, question.id),
                title="Kettle",
                body="Brewing better",
                version=None,
                render=markup.render,
            )

        self.during(board, user, edit)
        assert found(browser(), "better") == 1
        assert found(browser(), "alex") == 0

    def test_an_edit_that_goes_on_afterwards(self, browser, board):
        user = board.user("alex")
        question = board.question(user, body="Brewing")
        with board.transaction() as session:
            row = session.get_one(Question, question.id)
            assert row.author.username == "alex"
            close(board, user)
            edit_question(
                session, row, title="Kettle", body="better", version=None, render=markup.render
            )
        assert found(browser(), "better") == 1
        assert found(browser(), "alex") == 0

    def test_a_repair_that_goes_on_afterwards(self, browser, board, run, monkeypatch):
        user = board.user("alex")
        board.question(user, body="Brewing")
        with board.transaction() as session:
            session.execute(text("DELETE FROM post_search"))
        write = reindex.write_to_index

        def close_first(session, post, *arguments) -> None:
            closing = threading.Thread(target=close, args=(board, user), daemon=True)
            closing.start()
            closing.join(0.3)
            write(session, post, *arguments)

        monkeypatch.setattr(reindex, "write_to_index", close_first)
        assert "Added 1 posts" in run("doctor", "--repair")
        close_due_accounts(board.engine)
        assert found(browser(), "Brewing") == 1
        assert found(browser(), "alex") == 0
