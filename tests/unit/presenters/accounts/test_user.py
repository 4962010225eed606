"""The profile of a user."""

from __future__ import annotations

import pytest

from qaboard.http.pagination import NoSuchPageError
from qaboard.models import Role
from qaboard.presenters.accounts.user import ProfileTab, present_profile

pytestmark = pytest.mark.usefixtures("small_pages")


@pytest.fixture
def author(people):
    """The author of a live and a deleted question, and of an answer below a deleted one."""
    author = people.user("author")
    people.question(author, title="Live")
    people.delete(people.question(author, title="Deleted"))
    other = people.question(title="Of somebody else")
    people.answer(other, author)
    people.delete(other)
    return author


@pytest.fixture
def profile(ask, author):
    """The profile of the author, as somebody sees it."""

    def read(user=None, tab=ProfileTab.QUESTIONS, address="/"):
        request = ask(address, user)
        root = request.context
        resource = root["users"][str(author.id)]
        return present_profile(request, resource, root["questions"], tab)

    return read


def test_a_visitor_sees_what_everybody_sees(profile):
    questions, answers = profile(), profile(tab=ProfileTab.ANSWERS)
    assert [row.title for row in questions.rows] == ["Live"]
    assert (questions.question_count, questions.answer_count) == (1, 0)
    assert answers.rows == []


@pytest.mark.parametrize("is_moderator", [True, False])
def test_the_author_and_moderators_see_what_is_deleted(people, author, profile, is_moderator):
    reader = people.user(role=Role.MODERATOR) if is_moderator else author
    questions = profile(reader)
    assert [row.title for row in questions.rows] == ["Deleted", "Live"]
    (answer,) = profile(reader, ProfileTab.ANSWERS).rows
    assert answer.is_hidden
    # The author wrote the answer, and not the question.
    assert answer.title == ("Of somebody else" if is_moderator else "")


def test_rows_lead_to_the_posts(profile):
    (row,) = profile().rows
    assert row.resource.question.title == "Live"


def test_a_page_that_is_not_there_raises_an_error(profile):
    with pytest.raises(NoSuchPageError):
        profile(address="/?page=2")
