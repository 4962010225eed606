"""The content of the demo board is what people could have typed into its forms."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from project import PROJECT

from qaboard import markup
from qaboard.commands.demo import PASSWORD, USERS, read_questions
from qaboard.commands.demo.reading import read_question
from qaboard.schemas.accounts.user import SignUpSchema
from qaboard.schemas.board.answer import AnswerSchema
from qaboard.schemas.board.question import AskSchema

QUESTIONS = read_questions()
POSTS = [*QUESTIONS, *(answer for question in QUESTIONS for answer in question.answers)]
AGES = {user.name: user.age for user in USERS}


def body_of(post) -> str:
    return f"{post.body}\n\n{post.addition}".strip()


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_users_could_sign_up(user):
    SignUpSchema().deserialize(
        {
            "username": user.name,
            "email": user.email,
            "password": PASSWORD,
            "password_confirm": PASSWORD,
        }
    )


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.title)
def test_questions_and_answers_could_be_sent(question):
    AskSchema().deserialize({"title": question.title, "body": body_of(question)})
    for answer in question.answers:
        AnswerSchema().deserialize({"body": body_of(answer)})


def test_markdown_is_well_formed():
    for post in POSTS:
        shown = markup.plain_text(markup.render(body_of(post)))
        without_code = re.sub(r"<(code)[ >].*?</\1>", "", markup.render(body_of(post)), flags=re.S)
        assert "**" not in without_code, shown
        assert "`" not in without_code, shown


def test_everything_happens_after_what_it_needs_and_before_now():
    for question in QUESTIONS:
        assert question.age < AGES[question.author]
        for answer in question.answers:
            assert timedelta(0) < answer.after < question.age
            assert question.age < AGES[answer.author]
            if answer.addition:
                assert answer.after + answer.added_after < question.age
        assert list(question.answers) == sorted(question.answers, key=lambda answer: answer.after)
        if question.addition:
            assert question.added_after < question.age


def test_there_are_enough_users_for_the_votes():
    for post in POSTS:
        assert post.up + post.down < len(USERS)


def test_the_lists_of_questions_and_of_answers_have_a_second_page():
    assert len(QUESTIONS) > 20
    assert max(len(question.answers) for question in QUESTIONS) > 30


def test_half_of_the_questions_at_least_are_in_korean():
    korean = [q for q in QUESTIONS if len(re.findall("[가-힣]", q.body)) > 20]
    assert len(QUESTIONS) > len(korean) >= len(QUESTIONS) / 2


def test_every_file_is_a_question():
    files = [*(PROJECT / "qaboard" / "commands" / "demo").rglob("*.md")]
    assert len(QUESTIONS) == len(files)
    assert [q.age for q in QUESTIONS] == sorted((q.age for q in QUESTIONS), reverse=True)


def test_a_file_has_a_question_and_answers(tmp_path):
    file = tmp_path / "question.md"
    file.write_text(
        "---\ntitle: Why: a colon?\nauthor: alex\nage: 2 days 3 hours\nup: 2\n---\n\n"
        "    code\n\n---\n\nAfter the rule.\n\n"
        "---\nauthor: sujin\nafter: 1 hour\ndown: 1\nadded_after: 5 minutes\n---\n\n"
        "So.\n\nAnd so.\n\nLater.\n",
        encoding="utf-8",
    )
    question = read_question(file)
    assert (question.title, question.author, question.up) == ("Why: a colon?", "alex", 2)
    assert question.age == timedelta(days=2, hours=3)
    assert question.body == "    code\n\n---\n\nAfter the rule."
    assert (question.addition, question.added_after) == ("", None)
    (answer,) = question.answers
    assert (answer.after, answer.up, answer.down) == (timedelta(hours=1), 0, 1)
    assert (answer.body, answer.addition) == ("So.\n\nAnd so.", "Later.")
    assert answer.added_after == timedelta(minutes=5)


@pytest.mark.parametrize(
    "head", ["author: alex\nage: 2 weaks", "author: alex\nage: 2", "author: alex\nages: 2 days"]
)
def test_a_head_that_is_wrong_is_no_question(tmp_path, head):
    file = tmp_path / "question.md"
    file.write_text(f"---\n{head}\n---\n\nText\n", encoding="utf-8")
    with pytest.raises((KeyError, TypeError, ValueError)):
        read_question(file)
