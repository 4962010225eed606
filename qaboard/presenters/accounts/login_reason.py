"""Reason for a login page: derived from where the login leads, out of a closed list."""

from __future__ import annotations

from urllib.parse import urlsplit

from translationstring import TranslationString

from qaboard.http.redirect_target import safe_next_address
from qaboard.i18n import _

VOTE_ANCHOR = "vote"
"""The fragment of an address to which somebody comes back who wanted to vote."""

_BY_FRAGMENT = {
    "your-answer": _("Log in to post an answer."),
    VOTE_ANCHOR: _("Log in to vote."),
}
_BY_VIEW = {
    "ask": _("Log in to ask a question."),
    "edit": _("Log in to edit this post."),
    "delete": _("Log in to delete this post."),
    "draft": _("Log in to save drafts."),
}
_BY_PLACE = {
    "account": _("Log in to see your settings."),
    "users": _("Log in to manage users."),
}


def login_reason(next_address: str) -> TranslationString | None:
    """What a login is for; ``None`` where the page can be read without one.

    :param next_address: where it leads, as the request says: it chooses a sentence, and is no part
        of any.
    """
    parts = urlsplit(safe_next_address(next_address))
    names = parts.path.strip("/").split("/")
    if names[0] == "questions":
        return _BY_FRAGMENT.get(parts.fragment) or _BY_VIEW.get(names[-1])
    if names[0] == "users" and names[-1].isdecimal():
        # A profile, which everybody can read.
        return None
    return _BY_PLACE.get(names[0])
