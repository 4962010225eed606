"""Rendering again changes what is shown and found, and nothing that an author would notice."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text, update

from qaboard import markup
from qaboard.commands import render as render_command
from qaboard.models import Post, Question
from qaboard.services.board.question import edit_question


@pytest.fixture
def spoil(board):
    """Makes posts look as another renderer left them."""

    def run(*posts: Post, renderer_version: int = 0) -> None:
        with board.transaction() as session:
            session.execute(
                update(Post)
                .where(Post.id.in_([post.id for post in posts]))
                .values(body_html="<p>old</p>", renderer_version=renderer_version)
            )

    return run


def html_of(board) -> list[str]:
    with board.transaction() as session:
        return list(session.scalars(select(Post.body_html).order_by(Post.id)))


def test_posts_of_another_renderer_are_rendered_and_nothing_else_changes(run, facts, board, spoil):
    question = board.question(body="*hello*")
    answer = board.answer(question, body="`code`")
    board.delete(board.answer(question))
    before = facts()
    spoil(question, answer)
    result = run("render")
    assert (result.exit_code, result.stdout) == (0, "Rendered 2 of 2 posts.\n")
    assert facts() == before
    assert "Rendering posts" in result.stderr


def test_posts_of_the_present_renderer_are_rendered_only_with_all(run, board, spoil):
    question = board.question(body="*hello*")
    spoil(question, renderer_version=markup.RENDERER_VERSION)
    assert "All posts are up to date." in run("render").stdout
    assert html_of(board) == ["<p>old</p>"]
    assert run("render", "--all").stdout == "Rendered 1 of 1 posts.\n"
    assert html_of(board) == ["<p><em>hello</em></p>"]


def test_what_is_rendered_is_found_by_search(run, board, browser, spoil):
    question = board.question(title="라떼", body="두유로 만들어요")
    with board.transaction() as session:
        session.execute(text("DELETE FROM post_search"))
    spoil(question)
    link = f"/questions/{question.id}/"
    browser().get("/questions/", {"q": "두유"}).mustcontain(no=[link])
    run("render")
    browser().get("/questions/", {"q": "두유"}).mustcontain(link)


def test_it_goes_on_after_an_interruption_where_it_was(run, board, spoil, monkeypatch):
    author = board.user()
    posts = [board.question(author=author, body=f"*{number}*") for number in range(5)]
    spoil(*posts)
    monkeypatch.setattr(render_command, "BATCH_SIZE", 2)
    original = markup.render

    def interrupted(source: str, **options) -> str:
        if source == "*3*":
            raise KeyboardInterrupt
        return original(source, **options)

    monkeypatch.setattr(markup, "render", interrupted)
    assert run("render").exit_code == 1
    assert html_of(board) == ["<p><em>0</em></p>", "<p><em>1</em></p>", *["<p>old</p>"] * 3]
    monkeypatch.setattr(markup, "render", original)
    assert run("render").stdout == "Rendered 3 of 3 posts.\n"
    assert html_of(board) == [f"<p><em>{number}</em></p>" for number in range(5)]


def test_a_post_edited_meanwhile_keeps_what_its_author_wrote(run, board, spoil, monkeypatch):
    question = board.question(body="before")
    spoil(question)
    original = markup.render

    def edit_first(source: str, **options) -> str:
        if source == "before":
            with board.transaction() as session:
                edit_question(
                    session,
                    session.get_one(Question, question.id),
                    title="Title",
                    body="after",
                    version=None,
                    render=original,
                )
        return original(source, **options)

    monkeypatch.setattr(markup, "render", edit_first)
    result = run("render")
    assert result.exit_code == 0
    assert result.stdout.startswith("Rendered 0 of 1 posts.\n")
    assert html_of(board) == ["<p>after</p>"]


def test_images_are_shown_from_the_hosts_of_the_ini(board, database_url, invoke, spoil, tmp_path):
    spoil(board.question(body="![cat](https://img.example.org/cat.png)"))
    project = render_command.__file__.rpartition("/qaboard/commands/")[0]
    with open(f"{project}/development.ini", encoding="utf-8") as file:
        ini_text = file.read().replace("%(here)s", project)
    ini = tmp_path / "own.ini"
    ini.write_text(
        ini_text.replace("qaboard.image_hosts =", "qaboard.image_hosts = img.example.org"),
        encoding="utf-8",
    )
    assert invoke("render", ini=ini, database_url=database_url).exit_code == 0
    assert "<img" in html_of(board)[0]
