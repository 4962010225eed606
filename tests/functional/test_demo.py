"""The demo of a development board."""

from __future__ import annotations

import re

from sqlalchemy import select, update

from qaboard.models import Post, Role


def test_the_demo_is_a_board_that_looks_alive(run, board, browser, log_in):
    result = run("seed-demo")
    assert result.exit_code == 0
    assert "Writing demo data" in result.stderr
    names = re.findall(r"^  (\S+) +(member|moderator|admin)$", result.stdout, re.MULTILINE)
    assert {role for _, role in names} == set(Role)
    # The first thing to try is the admin, on whatever keyboard there is.
    assert [name for name, role in names if role == "admin" and name.isascii()]
    password = result.stdout.rstrip().rpartition("Password of all users: ")[2]
    for name, _ in names:
        log_in(name, password)

    first = browser().get("/questions/")
    assert "minutes ago" in first
    assert "days ago" in first
    assert "months ago" in browser().get("/questions/?page=2")
    with board.transaction() as session:
        posts = session.scalars(select(Post)).all()
    assert min(post.score for post in posts) < 0 < 5 < max(post.score for post in posts)
    assert any(post.edited_at for post in posts)
    paged = max(posts, key=lambda post: post.answer_count or 0)
    assert "?page=2" in browser().get(f"/questions/{paged.id}/")
    assert run("doctor").exit_code == 0


def test_the_last_activity_of_a_demo_question_is_that_of_its_posts(run, board):
    run("seed-demo")
    with board.transaction() as session:
        posts = session.scalars(select(Post)).all()
    for question in (post for post in posts if post.question_id is None):
        thread = [post for post in posts if question.id in (post.id, post.question_id)]
        times = [time for post in thread for time in (post.created_at, post.edited_at) if time]
        assert question.last_activity_at == max(times)


def test_a_second_demo_changes_nothing(run, board):
    run("seed-demo")
    before = board.facts()
    result = run("seed-demo")
    assert result.exit_code == 0
    assert "already has the demo data" in result.stdout
    assert "Password of all users: demo password 1" in result.stdout
    assert board.facts() == before


def test_the_demo_keeps_away_from_people_who_have_its_names(run, board):
    board.user("alex")
    before = board.facts()
    result = run("seed-demo")
    assert result.exit_code == 1
    assert "other users with demo usernames (alex)" in result.stderr
    assert board.facts() == before


def test_production_gets_no_demo(run, board, monkeypatch):
    monkeypatch.setenv("QABOARD_SECRET", "0123456789abcdefghijklmnopqrstuvwxyz")
    result = run("seed-demo", ini="production.ini")
    assert result.exit_code == 1
    assert "development boards only" in result.stderr
    assert board.users() == []


def test_render_and_doctor_work_together_after_an_upgrade(run, board):
    run("seed-demo")
    before = sorted(board.facts()["posts"])
    with board.transaction() as session:
        session.execute(update(Post).values(renderer_version=0, body_html="", score=Post.score + 1))
    result = run("doctor")
    assert result.exit_code == 1
    assert "WARN   every post is rendered by the current renderer" in result.stdout
    assert run("render").exit_code == 0
    assert run("doctor", "--repair").exit_code == 0
    assert sorted(board.facts()["posts"]) == before
