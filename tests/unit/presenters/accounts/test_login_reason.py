"""The reason that a login page gives."""

from __future__ import annotations

import pytest

from qaboard.presenters.accounts.login_reason import login_reason


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/questions/ask", "Log in to ask a question."),
        ("/questions/1/#your-answer", "Log in to post an answer."),
        ("/questions/1/#vote", "Log in to vote."),
        ("/questions/1/answers/2/edit", "Log in to edit this post."),
        ("/account/password", "Log in to see your settings."),
        ("/users/", "Log in to manage users."),
        ("/users/7/", None),
        ("/questions/1/", None),
        ("/", None),
        ("", None),
        ("https://evil.example/questions/ask", None),
        ("//evil.example/account/", None),
    ],
)
def test_the_page_that_a_login_leads_to_says_what_it_is_for(address, reason):
    assert login_reason(address) == reason
