"""Everything that an account posted is taken back, and given back."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from managing import administrative_events
from sqlalchemy import func, insert, select

from qaboard.commands.checks import checks_for
from qaboard.models import Answer, EventKind, Post, Question, Role, User, utc_now
from qaboard.services.moderation import purge as purging
from qaboard.services.moderation.purge import (
    BATCH_SIZE,
    begin_purge,
    begin_undo,
    finish_purge,
    purge,
    undo_purge,
)
from qaboard.services.moderation.user_management import OPERATOR
from qaboard.views.moderation import user_management


@pytest.fixture
def moderator(board):
    return board.user("mod", Role.MODERATOR)


@pytest.fixture
def press(browser, board, moderator):
    """Presses a button on the page of an account, and gives the page that follows."""
    client = browser(moderator)

    def press_button(user: User, act: str):
        page = client.get(f"/users/{user.id}/manage")
        return page.forms[act].submit("submit").follow()

    return press_button


def reread(board, user) -> User:
    with board.transaction() as session:
        return session.get_one(User, user.id)


def assert_sound(board) -> None:
    """Counters, references and search index are as ``qaboard doctor`` wants them."""
    with board.transaction() as session:
        for check in checks_for(session.get_bind().dialect.name):
            assert check.find(session).total == 0, check.statement


def posts_without_versions(board) -> list:
    posts = Post.__table__.alias()
    with board.transaction() as session:
        return session.execute(
            select(Post.id, Post.deleted_at, Post.score, posts.c.answer_count)
            .join(posts, posts.c.id == Post.id)
            .order_by(Post.id)
        ).all()


@pytest.fixture
def scene(board):
    """A spammer among others: questions with answers of both, and what was deleted before."""
    spammer = board.user("spammer")
    other = board.user("other")
    board.own_question = board.question(spammer, title="Cheap watches")
    board.own_answer = board.answer(board.own_question, spammer, body="Buy watches")
    board.others_answer = board.answer(board.own_question, other, body="Please do not")
    board.others_question = board.question(other, title="How do I repair a clock?")
    board.spam = [
        board.answer(board.others_question, spammer, body=f"watches {number}")
        for number in range(3)
    ]
    board.good = board.answer(board.others_question, other, body="With patience")
    board.deleted_by_author = board.question(spammer, title="Deleted by its author")
    board.delete(board.deleted_by_author, days_ago=1)
    board.hidden_question = board.question(other, title="Deleted, with spam below")
    board.hidden_spam = board.answer(board.hidden_question, spammer)
    board.delete(board.hidden_question)
    board.vote(board.own_question, -1)
    board.vote(board.others_answer, user=spammer)
    board.spammer = spammer
    return board


def test_everything_is_taken_back_and_given_back(browser, scene, press):
    visitor = browser()
    before = posts_without_versions(scene)
    page = press(scene.spammer, "purge")
    assert "Posts deleted as spam: 6. spammer is suspended indefinitely." in page
    assert "suspend" in page.forms

    assert visitor.get(f"/questions/{scene.own_question.id}/", status=404)
    page = visitor.get(f"/questions/{scene.others_question.id}/")
    assert "1 answer" in page.html.find(id="answers-title").text
    assert "watches" not in page
    assert "0 results" in visitor.get("/questions/", {"q": "watches"})
    assert scene.read(scene.others_question).answer_count == 1
    assert scene.read(scene.hidden_question).answer_count == 0
    # What was taken back is told from what the author deleted by the time.
    purged_at = reread(scene, scene.spammer).purged_at
    posts = [scene.own_question, scene.own_answer, *scene.spam, scene.hidden_spam]
    assert {scene.read(post).deleted_at for post in posts} == {purged_at}
    assert scene.read(scene.deleted_by_author).deleted_at != purged_at
    assert scene.read(scene.others_answer).deleted_at is None
    assert scene.read(scene.others_answer).score == 1
    assert_sound(scene)

    page = press(scene.spammer, "unpurge")
    assert "Posts restored for spammer: 6." in page
    assert posts_without_versions(scene) == before
    assert "5 results" in visitor.get("/questions/", {"q": "watches"})
    assert "Buy watches" in visitor.get(f"/questions/{scene.own_question.id}/")
    user = reread(scene, scene.spammer)
    assert (user.purged_at, user.suspended_until, user.suspension_reason) == (None, None, None)
    assert_sound(scene)


def test_the_account_is_logged_out_and_reads_why_it_cannot_write(browser, scene, press):
    client = browser(scene.spammer)
    press(scene.spammer, "purge")
    assert client.get("/account/").status_int == 303
    page = browser(scene.spammer).get("/questions/ask", status=403)
    assert "You can read but not post. The suspension has no end date." in page
    assert "all your posts were deleted as spam." in page
    assert "None" not in page


def test_its_author_brings_nothing_back_even_after_the_suspension(browser, scene, press):
    press(scene.spammer, "purge")
    press(scene.spammer, "unsuspend")
    client = browser(scene.spammer)
    path = f"/questions/{scene.own_question.id}/"
    page = client.get(path)
    token = client.get("/language").html.select("main [name=csrf_token]")[0]["value"]
    assert "This question was deleted." in page
    assert "Restore" not in page
    for post in (path, f"/questions/{scene.others_question.id}/answers/{scene.spam[0].id}/"):
        client.post(f"{post}restore", {"csrf_token": token}, status=403)
    assert client.get(f"/users/{scene.spammer.id}/").text.count("Restore") == 1
    # What they had deleted themselves is still theirs to restore.
    own = f"/questions/{scene.deleted_by_author.id}/restore"
    client.post(own, {"csrf_token": token}, status=303)
    assert client.get("/questions/ask")


def test_what_a_moderator_restored_alone_is_not_counted_twice(browser, scene, press, moderator):
    press(scene.spammer, "purge")
    path = f"/questions/{scene.others_question.id}/answers/{scene.spam[1].id}/"
    page = browser(moderator).get(path)
    form = next(form for form in page.forms.values() if form.action.endswith("/restore"))
    form.submit(status=303)
    assert scene.read(scene.others_question).answer_count == 2
    assert "Posts restored for spammer: 5." in press(scene.spammer, "unpurge")
    assert scene.read(scene.others_question).answer_count == 4
    assert_sound(scene)


def test_what_was_deleted_by_hand_after_the_purge_stays_deleted(browser, scene, press, moderator):
    press(scene.spammer, "purge")
    path = f"/questions/{scene.others_question.id}/answers/{scene.spam[1].id}/"
    client = browser(moderator)
    for act in ("restore", "delete"):
        page = client.get(path if act == "restore" else f"{path}delete")
        form = next(form for form in page.forms.values() if form.action.endswith(f"/{act}"))
        form.submit(status=303)
    assert "Posts restored for spammer: 5." in press(scene.spammer, "unpurge")
    assert scene.read(scene.spam[1]).deleted_at is not None
    assert scene.read(scene.others_question).answer_count == 3
    assert_sound(scene)


def test_a_second_purge_is_undone_together_with_the_first(browser, scene, press, moderator):
    before = posts_without_versions(scene)
    press(scene.spammer, "purge")
    first = reread(scene, scene.spammer).purged_at
    # There is nothing more to take back, so nothing offers it.
    page = browser(moderator).get(f"/users/{scene.spammer.id}/manage")
    assert "purge" not in page.forms
    press(scene.spammer, "unsuspend")
    again = scene.answer(scene.others_question, scene.spammer, body="more watches")
    assert "Posts deleted as spam: 1." in press(scene.spammer, "purge")
    # So that all are told from what the author deleted, and come back at once.
    assert reread(scene, scene.spammer).purged_at == first
    assert scene.read(again).deleted_at == scene.read(scene.spam[0]).deleted_at == first
    assert_sound(scene)
    assert "Posts restored for spammer: 7." in press(scene.spammer, "unpurge")
    assert scene.read(again).deleted_at is None
    after = [row for row in posts_without_versions(scene) if row.id != again.id]
    assert [row[:3] for row in after] == [row[:3] for row in before]
    assert_sound(scene)


def test_an_earlier_suspension_comes_back(scene, press):
    until = utc_now() + timedelta(days=3)
    with scene.transaction() as session:
        user = session.get_one(User, scene.spammer.id)
        user.suspended_until, user.suspension_reason = until, "Rude"
    press(scene.spammer, "purge")
    # A second one, while the first one lasts, does not take its own suspension for the earlier.
    purge(scene.engine, scene.spammer.id, actor=OPERATOR)
    press(scene.spammer, "unpurge")
    user = reread(scene, scene.spammer)
    assert (user.suspended_until, user.suspension_reason) == (until, "Rude")


def test_a_later_suspension_stays(browser, scene, press, moderator):
    press(scene.spammer, "purge")
    form = browser(moderator).get(f"/users/{scene.spammer.id}/manage").forms["suspend"]
    form["until"], form["reason"] = "week", "Your answers were rude"
    form.submit("submit", status=303)
    press(scene.spammer, "unpurge")
    user = reread(scene, scene.spammer)
    assert user.suspension_reason == "Your answers were rude"
    assert user.suspended_until > utc_now()


def test_undoing_twice_is_answered_alike_and_done_once(browser, scene, press, moderator):
    press(scene.spammer, "purge")
    form = browser(moderator).get(f"/users/{scene.spammer.id}/manage").forms["unpurge"]
    first = form.submit("submit", status=303)
    before = scene.facts()
    again = form.submit("submit", status=303)
    assert again.location == first.location
    assert "No posts from this account are deleted as spam." in again.follow()
    assert scene.facts() == before
    assert [event.kind for event in administrative_events(scene, scene.spammer)] == [
        EventKind.PURGE,
        EventKind.PURGE_UNDONE,
    ]


def test_an_account_without_posts_can_be_purged(board, press):
    user = board.user("quiet")
    assert "Posts deleted as spam: 0." in press(user, "purge")
    assert "Posts restored for quiet: 0." in press(user, "unpurge")


def test_an_edit_that_began_before_is_told(browser, scene, press, moderator):
    client = browser(moderator)
    form = client.get(f"/questions/{scene.own_question.id}/edit").forms["edit"]
    press(scene.spammer, "purge")
    form["body"] = "edited"
    assert "edited" in form.submit("submit", status=403)
    assert scene.read(scene.own_question).body != "edited"


@pytest.fixture
def thousands(board):
    """An account with 1,000 posts: half of them questions, half answers to 50 questions."""
    spammer = board.user("spammer")
    questions = [board.question() for _ in range(50)]
    with board.transaction() as session:
        common = {
            "author_id": spammer.id,
            "body": "spam",
            "body_html": "<p>spam</p>",
            "renderer_version": 0,
            "version": 1,
            "created_at": utc_now(),
        }
        session.execute(
            insert(Question),
            [
                common | {"title": "spam", "answer_count": 0, "last_activity_at": utc_now()}
                for _ in range(500)
            ],
        )
        session.execute(
            insert(Answer),
            [common | {"question_id": questions[number % 50].id} for number in range(500)],
        )
        for question in questions:
            session.get_one(Question, question.id).answer_count = 10
    board.spammer = spammer
    board.full_questions = questions
    return board


def test_thousands_of_posts_take_few_statements(thousands, count_queries):
    for act, live in ((purge, 0), (undo_purge, 10)):
        with count_queries() as statements:
            assert act(thousands.engine, thousands.spammer.id, actor=OPERATOR) == 1000
        assert len(statements) <= 20 + 12 * (1000 // BATCH_SIZE), statements
        counts = {thousands.read(question).answer_count for question in thousands.full_questions}
        assert counts == {live}


def test_a_purge_that_was_interrupted_goes_on(thousands, keep_house):
    user_id = thousands.spammer.id
    with thousands.transaction() as session:
        begin_purge(session, user_id, actor=OPERATOR)
    assert not finish_purge(thousands.engine, user_id, seconds=0)
    assert 0 < live_posts(thousands) < 1000
    keep_house()
    assert live_posts(thousands) == 0
    assert reread(thousands, thousands.spammer).purge_step is None
    # Begun again the other way before it is done, it gives back what was taken until then.
    with thousands.transaction() as session:
        begin_undo(session, user_id, actor=OPERATOR)
    assert not finish_purge(thousands.engine, user_id, seconds=0)
    assert 0 < live_posts(thousands) < 1000
    assert purge(thousands.engine, user_id, actor=OPERATOR) < 1000
    assert live_posts(thousands) == 0
    assert undo_purge(thousands.engine, user_id, actor=OPERATOR) == 1000
    assert reread(thousands, thousands.spammer).purged_at is None
    assert {thousands.read(question).answer_count for question in thousands.full_questions} == {10}


def test_an_undo_that_was_interrupted_goes_on_when_it_is_given_again(thousands):
    user_id = thousands.spammer.id
    purge(thousands.engine, user_id, actor=OPERATOR)
    with thousands.transaction() as session:
        begin_undo(session, user_id, actor=OPERATOR)
    assert not finish_purge(thousands.engine, user_id, seconds=0)
    assert undo_purge(thousands.engine, user_id, actor=OPERATOR) == 1000 - BATCH_SIZE
    assert live_posts(thousands) == 1000
    kinds = [event.kind for event in administrative_events(thousands, thousands.spammer)]
    assert kinds == [EventKind.PURGE, EventKind.PURGE_UNDONE]


def live_posts(board) -> int:
    with board.transaction() as session:
        return session.scalar(
            select(func.count()).where(
                Post.author_id == board.spammer.id, Post.deleted_at.is_(None)
            )
        )


def test_a_moderator_does_not_wait_for_a_large_account(app, thousands, press, monkeypatch):
    monkeypatch.setattr(user_management, "PURGE_SECONDS", 0)
    assert "Posts deleted as spam: 1,000." in press(thousands.spammer, "purge")
    app.registry["housekeeping"].worker.wait()
    assert live_posts(thousands) == 0


def test_others_write_while_an_account_is_purged(browser, thousands, monkeypatch):
    """In every pause somebody asks, who is told nothing of it."""
    client = browser(thousands.user())
    asked = []

    def ask(_seconds: float) -> None:
        if len(asked) < 2:
            form = client.get("/questions/ask").forms["ask"]
            form["title"], form["body"] = "May I?", "Please."
            asked.append(form.submit("submit").status_int)

    monkeypatch.setattr(purging, "time", SimpleNamespace(sleep=ask, monotonic=time.monotonic))
    purge(thousands.engine, thousands.spammer.id, actor=OPERATOR)
    assert asked == [303] * 2
    assert live_posts(thousands) == 0


def test_answers_of_others_that_come_at_the_same_moment_are_counted(browser, scene):
    people = [scene.user() for _ in range(4)]
    forms = []
    for person in people:
        page = browser(person).get(f"/questions/{scene.others_question.id}/")
        form = page.forms["answer"]
        form["body"] = "mine"
        forms.append(form)

    def take_back() -> None:
        purge(scene.engine, scene.spammer.id, actor=OPERATOR)

    with ThreadPoolExecutor(5) as pool:
        tasks = [pool.submit(form.submit, "submit") for form in forms]
        tasks.insert(2, pool.submit(take_back))
        for task in tasks:
            task.result()
    assert scene.read(scene.others_question).answer_count == 5
    assert_sound(scene)


def test_a_moderator_who_deletes_a_spam_answer_at_the_same_moment_is_not_counted_twice(
    browser, scene, moderator
):
    client = browser(moderator)
    path = f"/questions/{scene.others_question.id}/answers/{scene.spam[0].id}/delete"
    form = next(form for form in client.get(path).forms.values() if form.action.endswith("/delete"))

    def take_back() -> None:
        purge(scene.engine, scene.spammer.id, actor=OPERATOR)

    with ThreadPoolExecutor(2) as pool:
        tasks = [
            pool.submit(form.submit, expect_errors=True),
            pool.submit(take_back),
        ]
        for task in tasks:
            task.result()
    assert scene.read(scene.others_question).answer_count == 1
    assert_sound(scene)


@pytest.mark.parametrize("under_own_question", [True, False])
def test_what_is_posted_while_the_account_is_purged_does_not_stay(
    browser, scene, under_own_question
):
    """Neither database lets it through: it waits for the purge, and is then refused."""
    question = scene.own_question if under_own_question else scene.others_question
    form = browser(scene.spammer).get(f"/questions/{question.id}/").forms["answer"]
    form["body"] = "one more"
    with ThreadPoolExecutor(1) as pool:
        with scene.transaction() as session:
            begin_purge(session, scene.spammer.id, actor=OPERATOR)
            task = pool.submit(form.submit, "submit", expect_errors=True)
            time.sleep(0.5)
            assert not task.done()
        assert task.result().status_int != 200
    finish_purge(scene.engine, scene.spammer.id)
    with scene.transaction() as session:
        live = select(func.count()).where(
            Post.author_id == scene.spammer.id, Post.deleted_at.is_(None)
        )
        assert session.scalar(live) == 0
    assert_sound(scene)
