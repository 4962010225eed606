"""The list of questions and the page of one."""

from __future__ import annotations

import pytest

from qaboard.http.pagination import NoSuchPageError
from qaboard.presenters.board.question import present_question_list, present_question_page
from qaboard.services.board.answer import AnswerSort
from qaboard.services.board.question_list import QuestionSort

pytestmark = pytest.mark.usefixtures("small_pages")


def test_rows_are_numbered_down_to_the_oldest(people, ask):
    for title in ("first", "second", "third"):
        people.question(title=title)
    pages = [
        present_question_list(ask(f"/?page={number}"), QuestionSort.NEWEST) for number in (1, 2)
    ]
    rows = [(row.number, row.question.title) for page in pages for row in page.rows]
    assert rows == [(3, "third"), (2, "second"), (1, "first")]
    assert pages[1].address.to(page=1) == "/questions/"


def test_an_empty_list_says_whether_the_board_has_questions(people, ask):
    request = ask()
    assert not present_question_list(request, QuestionSort.UNANSWERED).board_has_questions
    people.answer(people.question())
    found = present_question_list(ask(), QuestionSort.UNANSWERED)
    assert (found.rows, found.board_has_questions) == ([], True)


@pytest.mark.parametrize("page", ["2", "0", "x"])
def test_a_page_that_is_not_there_raises_an_error(ask, page):
    with pytest.raises(NoSuchPageError):
        present_question_list(ask(f"/?page={page}"), QuestionSort.NEWEST)


@pytest.fixture
def page_of(ask):
    def read(question, user=None, sort=AnswerSort.VOTES, number=1):
        request = ask(f"/?page={number}", user)
        resource = request.context["questions"][str(question.id)]
        return present_question_page(request, resource, sort)

    return read


def test_answers_come_in_their_order_page_by_page(people, page_of):
    question = people.question()
    first, second, third = (people.answer(question, body=body) for body in "abc")
    people.vote(third)
    ids = [
        [answer.post.id for answer in page_of(question, sort=sort, number=number).answers]
        for sort in AnswerSort
        for number in (1, 2)
    ]
    assert ids == [[third.id, first.id], [second.id], [first.id, second.id], [third.id]]


def test_a_reader_sees_their_own_votes_and_a_visitor_none(people, page_of):
    question = people.question()
    answer, reader = people.answer(question), people.user()
    people.vote(question, -1, reader)
    people.vote(answer, 1)
    own = page_of(question, reader)
    assert [post.own_vote for post in (own.question, *own.answers)] == [-1, 0]
    assert page_of(question).question.own_vote == 0


def test_a_deleted_answer_is_not_on_the_page(people, page_of):
    question = people.question()
    people.delete(people.answer(question))
    page = page_of(question)
    assert (page.answers, page.page.total) == ([], 0)


def test_a_page_has_one_address(people, page_of):
    question = people.question()
    for _ in range(3):
        people.answer(question)
    path = f"/questions/{question.id}/"
    assert page_of(question).canonical_path == path
    assert page_of(question, sort=AnswerSort.OLDEST).canonical_path == f"{path}?sort=oldest"
    assert page_of(question, number=2).canonical_path == f"{path}?page=2"
    short = people.question()
    assert page_of(short, sort=AnswerSort.OLDEST).canonical_path == f"/questions/{short.id}/"


def test_a_deleted_question_has_no_address_and_hides_its_answers(people, page_of):
    question = people.question()
    people.answer(question)
    people.delete(question)
    page = page_of(question)
    assert page.canonical_path == ""
    assert all(post.is_hidden for post in (page.question, *page.answers))
