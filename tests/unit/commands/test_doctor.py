"""Each check of the doctor finds its own mistake, and a repair changes nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from qaboard.models import Vote, utc_now


@pytest.fixture
def execute(board):
    """Does to the database what no service would."""

    def run(statement: str, **values) -> None:
        with board.transaction() as session:
            session.execute(text(statement), values)

    return run


@pytest.fixture
def post(board):
    """A question with a vote and two answers, one of them deleted."""
    question = board.question(title="두유로 라떼를 만들 수 있나요?")
    board.vote(question)
    board.answer(question)
    board.delete(board.answer(question))
    return question


def wrong_lines(result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line.startswith("FAIL")]


def test_a_sound_board_has_only_ok_lines(run, post):
    result = run("doctor")
    assert result.exit_code == 0
    assert {line[:7] for line in result.stdout.splitlines()} == {"ok     "}


def test_a_sound_board_has_nothing_to_repair(run, facts, post):
    before = facts()
    result = run("doctor", "--repair")
    assert result.exit_code == 0
    assert "Nothing to repair." in result.stdout
    assert facts() == before


def test_a_board_without_posts_is_sound(run, board):
    # The log of other tests stays, and tells of accounts that were opened before this one.
    board.user()
    assert run("doctor").exit_code == 0


def test_a_wrong_score_is_found_and_repaired(run, facts, post, execute):
    before = facts()
    execute("UPDATE posts SET score = 40 WHERE id = :id", id=post.id)
    result = run("doctor")
    assert result.exit_code == 1
    (line,) = wrong_lines(result)
    assert f"post scores are correct: fails for 1 ({post.id})." in line
    result = run("doctor", "--repair")
    assert result.exit_code == 0
    assert "Corrected the scores of 1 posts." in result.stdout
    assert facts() == before


def test_the_score_of_a_post_without_votes_is_nought(run, board, post, execute):
    answer = board.answer(post)
    execute("UPDATE posts SET score = -1 WHERE id = :id", id=answer.id)
    assert f"({answer.id})" in wrong_lines(run("doctor"))[0]
    assert run("doctor", "--repair").exit_code == 0
    assert board.read(answer).score == 0


def test_a_wrong_answer_count_is_found_and_repaired(run, facts, post, execute):
    before = facts()
    # What it would be if deleted answers counted.
    execute("UPDATE posts SET answer_count = 2 WHERE id = :id", id=post.id)
    result = run("doctor")
    assert result.exit_code == 1
    (line,) = wrong_lines(result)
    assert f"answer counts are correct: fails for 1 ({post.id})." in line
    result = run("doctor", "--repair")
    assert result.exit_code == 0
    assert "Corrected the answer counts of 1 questions." in result.stdout
    assert facts() == before


def test_the_answer_count_of_a_question_without_answers_is_nought(run, board, execute):
    question = board.question()
    execute("UPDATE posts SET answer_count = 3 WHERE id = :id", id=question.id)
    assert run("doctor", "--repair").exit_code == 0
    assert board.read(question).answer_count == 0


def test_a_vote_on_a_post_of_ones_own_is_found_and_left_to_people(run, board, post):
    with board.transaction() as session:
        session.add(Vote(post_id=post.id, user_id=post.author_id, value=1, created_at=utc_now()))
    result = run("doctor", "--repair")
    assert result.exit_code == 1
    (line,) = wrong_lines(result)
    assert f"no votes on own posts: fails for 1 ({post.id})." in line
    assert "Delete these rows from the table votes" in line


def test_a_post_missing_from_the_search_index_is_found_and_put_there(
    run, facts, browser, post, execute
):
    execute("DELETE FROM post_search")
    result = run("doctor")
    assert result.exit_code == 1
    (line,) = wrong_lines(result)
    assert "every post is in the search index: fails for 3 (" in line
    before = facts()
    result = run("doctor", "--repair")
    assert result.exit_code == 0
    assert "Added 3 posts to the search index." in result.stdout
    assert facts() == before
    browser().get("/questions/", {"q": "라떼"}).mustcontain(f"/questions/{post.id}/")


def test_a_post_of_another_analysis_is_a_warning(run, post, execute):
    execute("UPDATE post_search SET version = 0")
    result = run("doctor")
    assert result.exit_code == 0
    assert "current analyzer: fails for 3 (" in result.stdout
    assert "Run: qaboard reindex" in result.stdout


def test_a_row_of_the_search_index_without_a_post_is_found_and_removed(
    run, board, database_url, post, execute
):
    if not database_url.startswith("sqlite"):
        with pytest.raises(IntegrityError, match="fk_post_search_post_id_posts"):
            execute(
                "INSERT INTO post_search (post_id, title, body, author, version)"
                " VALUES (:id, '', '', '', 1)",
                id=post.id + 1000,
            )
        return
    execute("INSERT INTO post_search (rowid, title) VALUES (:id, 'lost')", id=post.id + 1000)
    result = run("doctor")
    assert result.exit_code == 1
    (line,) = wrong_lines(result)
    assert f"belongs to a post: fails for 1 ({post.id + 1000})." in line
    result = run("doctor", "--repair")
    assert result.exit_code == 0
    assert "Removed 1 rows from the search index." in result.stdout


def test_posts_of_another_renderer_are_a_warning(run, board, post, execute):
    execute("UPDATE posts SET renderer_version = 0 WHERE id = :id", id=post.id)
    result = run("doctor")
    assert result.exit_code == 0
    (line,) = [line for line in result.stdout.splitlines() if line.startswith("WARN")]
    assert f"fails for 1 ({post.id}). Run: qaboard render" in line


def test_only_the_first_of_many_are_named(run, board, execute):
    author, questions = board.user(), []
    for _ in range(12):
        questions.append(board.question(author=author))
    execute("UPDATE posts SET score = 1")
    named = ", ".join(str(question.id) for question in questions[:10])
    assert f"fails for 12 ({named}, …)." in wrong_lines(run("doctor"))[0]
