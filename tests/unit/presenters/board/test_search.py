"""The page of a search."""

from __future__ import annotations

import pytest

from qaboard.http.pagination import NoSuchPageError
from qaboard.models import User, utc_now
from qaboard.presenters.board.search import present_search_page
from qaboard.search import SearchSort, parse_query

pytestmark = pytest.mark.usefixtures("small_pages")


@pytest.fixture
def search(ask):
    def find(text, sort=SearchSort.RELEVANCE, page=1):
        request = ask(f"/?page={page}")
        questions = request.context["questions"]
        return present_search_page(request, questions, parse_query(text), sort)

    return find


def test_a_hit_shows_where_the_words_are(people, search):
    author = people.user("kettle_fan")
    question = people.question(author, title="A kettle", body="The **kettle** boils.")
    (hit,) = search("kettle").hits
    assert hit.post.id == question.id
    assert hit.title == [("A ", False), ("kettle", True)]
    assert ("kettle", True) in hit.snippet
    assert ("kettle", True) in hit.author


def test_an_answer_has_the_title_of_its_question_and_leads_to_itself(people, search):
    question = people.question(title="Tea")
    answer = people.answer(question, body="With a teapot.")
    (hit,) = search("teapot").hits
    assert (hit.title, hit.resource.answer.id) == ([("Tea", False)], answer.id)


def test_an_author_who_left_has_no_name(people, search):
    author = people.user()
    people.question(author, title="kettle")
    with people.transaction() as session:
        row = session.get_one(User, author.id)
        row.closed_at, row.email = utc_now(), None
    (hit,) = search("kettle").hits
    assert hit.author == [("deleted user", False)]


def test_hits_are_divided_into_pages(people, search):
    questions = [people.question(title="kettle") for _ in range(3)]
    ids = [
        [hit.post.id for hit in search("kettle", SearchSort.NEWEST, page).hits] for page in (1, 2)
    ]
    assert ids == [[questions[2].id, questions[1].id], [questions[0].id]]
    with pytest.raises(NoSuchPageError):
        search("kettle", page=3)


def test_what_has_some_of_the_words_is_shown_where_nothing_has_all(people, search):
    people.question(title="kettle")
    page = search("kettle zebra")
    assert (len(page.hits), page.has_all_words) == (1, False)
