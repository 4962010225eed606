"""Leaving: taking along what one wrote, and closing the account."""

from __future__ import annotations

import io
import json
import threading
import tracemalloc
import zipfile
from datetime import timedelta

import pytest
from click.testing import CliRunner
from factories import PASSWORD
from project import PROJECT
from sqlalchemy import insert, update

from qaboard.commands import qaboard
from qaboard.database.transaction import make_snapshot_session
from qaboard.http.client import Client
from qaboard.models import Passkey, Post, Role, SecurityEvent, User, UserSession, utc_now
from qaboard.services.accounts import archive
from qaboard.services.moderation.user_management import Actor, suspend
from qaboard.services.site import due_deletions as account_closing
from qaboard.services.site.due_deletions import close_due_accounts

HOSTILE = "../../<script>alert(1)</script>\\..\\"


def close(client, posts="keep", username="alex", **options):
    form = client.get("/account/close").forms["close"]
    if posts:
        form["posts"] = posts
    form["username"] = username
    return form.submit("submit", **options)


def log_in(client, username="alex", password=PASSWORD):
    form = client.get("/login").forms["login"]
    form["username"], form["password"] = username, password
    return form.submit("submit", expect_errors=True)


def a_week_later(board) -> None:
    with board.transaction() as session:
        week_ago = utc_now() - timedelta(seconds=1)
        session.execute(
            update(User).where(User.closing_at.is_not(None)).values(closing_at=week_ago)
        )


def leave(browser, board, user, posts="keep") -> None:
    close(browser(user), posts, user.username, status=303)
    a_week_later(board)
    assert close_due_accounts(board.engine) == 1


@pytest.fixture
def user(board):
    return board.user("alex")


def test_an_archive_has_everything_one_wrote_and_nothing_secret(browser, board, user):
    question = board.question(user, title=HOSTILE, body="My **question**")
    other = board.question(title="Another's question", body="Another's text")
    answer = board.answer(other, user, body="My answer")
    board.vote(other, 1, user)
    gone = board.question(user, title="Gone", body="A deleted text")
    board.delete(gone)
    client = browser(user)
    page = client.get("/account/download")
    form = next(f for f in page.forms.values() if f.action == "/account/download")
    file = form.submit()
    assert file.content_type == "application/zip"
    assert file.headers["Content-Disposition"] == 'attachment; filename="qaboard.zip"'
    assert file.headers["Cache-Control"] == "private, no-store"
    unpacked = zipfile.ZipFile(io.BytesIO(file.body))
    assert unpacked.testzip() is None
    assert sorted(unpacked.namelist()) == sorted(
        [
            "account.json",
            "activity.json",
            "drafts.json",
            "posts.json",
            "sessions.json",
            "votes.json",
            f"questions/{question.id}.md",
            f"questions/{gone.id}.md",
            f"answers/{answer.id}.md",
        ]
    )
    posts = json.loads(unpacked.read("posts.json"))
    assert [post["body"] for post in posts] == ["My **question**", "My answer", "A deleted text"]
    assert posts[0]["title"] == HOSTILE
    assert posts[1]["title"] == "Another's question"
    assert posts[1]["address"] == f"http://localhost:6543/questions/{other.id}/answers/{answer.id}/"
    assert "My **question**" in unpacked.read(f"questions/{question.id}.md").decode()
    assert json.loads(unpacked.read("account.json"))["email"] == "alex@example.com"
    assert json.loads(unpacked.read("votes.json"))[0]["post_id"] == other.id
    assert json.loads(unpacked.read("activity.json"))[0]["kind"] == "data_download"
    everything = b"".join(unpacked.read(name) for name in unpacked.namelist())
    assert b"Another's text" not in everything
    assert b"argon2" not in everything
    assert client.cookies["login"].encode() not in everything


def test_an_archive_costs_no_query_for_each_post(browser, board, user, count_queries):
    counts = []
    for number in (3, 30):
        for _ in range(number):
            board.question(user)
        client = browser(user)
        token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
        with count_queries() as statements:
            client.post("/account/download", {"csrf_token": token})
        counts.append(len(statements))
    assert counts[0] == counts[1] == 9


def test_it_is_announced_and_ends_all_logins(browser, board, user, mails):
    here, there = browser(user), browser(user)
    page = close(here)
    assert page.headers["Clear-Site-Data"]
    page = page.follow().follow()
    assert "Your account will be deleted on" in page
    assert there.get("/account/").status_int == 303
    assert here.get("/account/").status_int == 303
    (mail,) = mails()
    assert mail["Subject"] == "Your account is scheduled for deletion"
    assert mail["To"] == "alex@example.com"


@pytest.mark.parametrize(
    ("posts", "username", "field"),
    [("keep", "bela", "username"), ("keep", "", "username"), (None, "alex", "posts")],
)
def test_a_form_with_gaps_closes_nothing(browser, board, user, posts, username, field):
    page = close(browser(user), posts, username, status=400)
    assert page.html.find(id=f"close-{field}-error")
    assert board.users()[0].closing_at is None


def test_for_a_week_it_can_be_undone(browser, board, user):
    close(browser(user), "remove")
    with board.transaction() as session:
        left = session.query(User).one().closing_at - utc_now()
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    assert close_due_accounts(board.engine) == 0
    client = browser()
    page = log_in(client).follow().follow()
    form = next(f for f in page.forms.values() if f.action == "/account/keep")
    page = form.submit().follow()
    assert "Your account won’t be deleted." in page
    assert "Keep account" not in page
    a_week_later(board)
    assert close_due_accounts(board.engine) == 0
    assert client.get("/account/").status_int == 200


def test_after_a_week_the_account_is_gone_at_once(browser, board, user, mails):
    close(browser(user))
    client = browser()
    log_in(client)
    a_week_later(board)
    assert client.get("/account/").status_int == 303
    page = log_in(browser())
    assert page.status_int == 400
    assert "Wrong username, email address or password." in page
    form = browser().get("/forgot-password").forms["forgot"]
    form["email"] = "alex@example.com"
    before = len(mails())
    form.submit("submit")
    assert len(mails()) == before


def test_whoever_visits_makes_the_board_look(board, browser, user, keep_house):
    close(browser(user))
    a_week_later(board)
    keep_house()
    (row,) = board.users()
    assert (row.username, row.closing_at) == ("deleted user", None)


def test_an_operator_can_look_too(browser, board, user, database_url, monkeypatch):
    monkeypatch.setenv("QABOARD_DATABASE_URL", database_url)
    close(browser(user))
    a_week_later(board)
    arguments = ["-c", str(PROJECT / "development.ini"), "user", "close-due"]
    assert CliRunner().invoke(qaboard, arguments).stdout == "Deleted 1 accounts.\n"
    assert CliRunner().invoke(qaboard, arguments).stdout == "Deleted 0 accounts.\n"


def test_posts_stay_without_the_name(browser, board, user):
    question = board.question(user, title="My title", body="My text")
    answer = board.answer(board.question(title="Other"), user, body="My answer")
    board.vote(question, 1)
    other = board.question()
    board.vote(other, 1, user)
    leave(browser, board, user)
    client = browser()
    page = client.get(f"/questions/{question.id}/")
    assert "My text" in page
    assert page.html.find("a", class_="user-link").text == "deleted user"
    assert "alex" not in page
    assert "My answer" in client.get(f"/questions/{answer.question_id}/")
    assert board.read(question).score == 1
    assert board.read(other).score == 1
    assert "0 results" in client.get("/questions/?q=alex").text or "Nothing" in client.get(
        "/questions/?q=alex"
    )
    assert "My title" in client.get("/questions/?q=My").html.find("main").text
    page = client.get(f"/users/{user.id}/")
    assert page.html.find("h1").text == "deleted user"
    assert "탈퇴한 회원" in browser(locale="ko").get(f"/users/{user.id}/")


def test_posts_go_for_good_and_take_nothing_of_others_along(browser, board, user):
    question = board.question(user, title="My title", body="My text")
    answerer = board.user("answerer")
    board.answer(question, answerer, body="Another's answer")
    other = board.question(title="Other")
    board.answer(other, user, body="My answer")
    deleted = board.answer(other, user, body="My deleted answer")
    board.delete(deleted)
    leave(browser, board, user, "remove")
    facts = repr(board.facts())
    for text in ("My title", "My text", "My answer", "My deleted answer", "alex"):
        assert text not in facts, text
    assert board.read(other).answer_count == 0
    assert browser().get(f"/questions/{question.id}/", expect_errors=True).status_int == 404
    page = browser(answerer).get(f"/users/{answerer.id}/?tab=answers")
    assert "Another&#39;s answer" in page.text or "Another's answer" in page.text
    moderator = browser(board.user("moderator", Role.MODERATOR))
    page = moderator.get(f"/questions/{question.id}/")
    assert "restore" not in page.text.lower()
    token = moderator.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    moderator.post(f"/questions/{question.id}/restore", {"csrf_token": token}, status=403)


@pytest.mark.parametrize("posts", ["keep", "remove"])
def test_the_doctor_finds_nothing_afterwards(
    browser, board, user, database_url, monkeypatch, posts
):
    monkeypatch.setenv("QABOARD_DATABASE_URL", database_url)
    question = board.question(user)
    board.answer(question)
    board.answer(question, user)
    board.vote(question, 1)
    leave(browser, board, user, posts)
    result = CliRunner().invoke(qaboard, ["-c", str(PROJECT / "development.ini"), "doctor"])
    assert result.exit_code == 0, result.output


def test_nothing_personal_is_left(browser, board, user):
    with board.transaction() as session:
        session.add(
            Passkey(
                user_id=user.id, credential_id=b"x", public_key=b"x", sign_count=0, name="phone"
            )
        )
    log_in(browser())
    leave(browser, board, user)
    with board.transaction() as session:
        row = session.query(User).one()
        assert row.username == "deleted user"
        assert row.email is None
        assert row.password_hash == ""
        assert session.query(UserSession).count() == 0
        assert session.query(Passkey).count() == 0
        kinds = [k for (k,) in session.query(SecurityEvent.kind).filter_by(user_id=user.id)]
        assert kinds == ["closed"]


def test_the_name_is_free_and_several_can_leave(browser, board, user):
    leave(browser, board, user)
    another = board.user("alex")
    leave(browser, board, another)
    form = browser().get("/signup").forms["signup"]
    form["username"], form["email"] = "Alex", "alex@example.com"
    form["password"] = form["password_confirm"] = PASSWORD
    form.submit("submit", status=303)
    assert sorted(each.username for each in board.users()) == ["Alex", *["deleted user"] * 2]


def test_the_last_admin_stays(browser, board):
    admin = board.user("boss", Role.ADMIN)
    page = close(browser(admin), username="boss", status=400)
    assert "This is the only administrator." in page
    board.user("other", Role.ADMIN)
    close(browser(admin), username="boss", status=303)


def test_several_processes_close_an_account_once(browser, board, user):
    for _ in range(5):
        board.question(user)
    close(browser(user), "remove")
    a_week_later(board)
    counts = []
    threads = [
        threading.Thread(target=lambda: counts.append(close_due_accounts(board.engine)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    # One that finds the row locked leaves it to the other.
    assert sum(counts) == 1
    with board.transaction() as session:
        assert session.query(SecurityEvent).filter_by(user_id=user.id, kind="closed").count() == 1


def test_what_is_interrupted_goes_on(browser, board, user, monkeypatch):
    monkeypatch.setattr(account_closing, "BATCH_SIZE", 2)
    for _ in range(5):
        board.question(user)
    close(browser(user), "remove")
    a_week_later(board)
    erase = Post.erase
    erased = []

    def erase_three(post) -> None:
        if len(erased) == 3:
            raise RuntimeError("the power is out")
        erased.append(post.id)
        erase(post)

    monkeypatch.setattr(Post, "erase", erase_three)
    with pytest.raises(RuntimeError, match="power"):
        close_due_accounts(board.engine)
    monkeypatch.setattr(Post, "erase", erase)
    assert close_due_accounts(board.engine) == 1
    with board.transaction() as session:
        assert {post.body for post in session.query(Post)} == {""}


def download(client) -> zipfile.ZipFile:
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    file = client.post("/account/download", {"csrf_token": token})
    return zipfile.ZipFile(io.BytesIO(file.body))


def test_an_archive_is_of_one_moment_and_keeps_nobody_from_writing(
    browser, board, user, monkeypatch
):
    question = board.question(user, title="질문 제목", body="처음")
    posts = archive._posts

    def write_meanwhile(session, reader):
        yield from posts(session, reader)
        board.question(user, title="Later")
        board.delete(question)

    monkeypatch.setattr(archive, "_posts", write_meanwhile)
    file = download(browser(user))
    (entry,) = json.loads(file.read("posts.json"))
    assert (entry["title"], entry["deleted_at"]) == ("질문 제목", None)
    assert [name for name in file.namelist() if name.endswith(".md")] == [
        f"questions/{question.id}.md"
    ]
    assert file.read(f"questions/{question.id}.md").decode().startswith("# 질문 제목\n")
    with board.transaction() as session:
        assert session.query(Post).count() == 3


def test_an_archive_tells_what_was_done_to_one_but_not_from_where(browser, board, user):
    with board.transaction() as session:
        suspend(
            session,
            user.id,
            until=utc_now() + timedelta(days=1),
            reason="Too loud",
            actor=Actor(
                board.user("boss", Role.ADMIN).id, Role.ADMIN, Client("192.0.2.9", "Mozilla/9")
            ),
        )
    file = download(browser(user))
    suspension, own = json.loads(file.read("activity.json"))
    assert (suspension["kind"], suspension["details"]["reason"]) == ("suspension", "Too loud")
    assert (suspension["address"], suspension["user_agent"]) == (None, None)
    assert own["kind"] == "data_download"
    assert b"192.0.2.9" not in file.read("activity.json")


def test_an_archive_is_written_with_little_memory(board, user, tmp_path):
    event = {
        "kind": "login_failure",
        "user_id": user.id,
        "is_administrative": False,
        "details": dict.fromkeys("abcdef", "x" * 500),
    }
    with board.transaction() as session:
        session.execute(insert(SecurityEvent), [event] * 4000)
    tracemalloc.start()
    try:
        with (
            make_snapshot_session(board.engine) as session,
            open(tmp_path / "archive.zip", "wb") as file,
        ):
            archive.write_archive(
                session, session.get_one(User, user.id), file, address_of=lambda _post: ""
            )
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The events alone are twelve million bytes.
    assert peak < 5_000_000


def test_an_archive_needs_a_recent_login(browser, board, user):
    client = browser(user)
    with board.transaction() as session:
        session.execute(
            update(UserSession).values(authenticated_at=utc_now() - timedelta(minutes=16))
        )
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    answer = client.post("/account/download", {"csrf_token": token}, status=303)
    assert answer.location.endswith("/account/confirm?next=%2Faccount%2Fdownload")


def test_an_archive_can_be_had_only_so_often(make_app, browser, board, user):
    strict = make_app({"rate_limits.download": "2 per hour"})
    client = browser(user, of=strict)
    download(client)
    download(client)
    token = client.get("/account/").html.find(attrs={"name": "csrf_token"})["value"]
    page = client.post("/account/download", {"csrf_token": token}, status=429)
    assert page.headers["Cache-Control"] == "private, no-store"
