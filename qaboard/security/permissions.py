"""The vocabulary of what people may do. The ACLs on the resources say who may."""

from enum import StrEnum


class Permission(StrEnum):
    VIEW = "view"
    """See a page and what is on it."""

    VIEW_DELETED = "view_deleted"
    """See in the profile of this user what they wrote and is deleted."""

    ASK = "ask"
    """Write a new question."""

    ANSWER = "answer"
    """Write an answer below this question."""

    VOTE = "vote"
    """Say whether this post is useful, or withdraw that."""

    EDIT = "edit"
    """Change the text of this post, or of one's own profile."""

    DELETE = "delete"
    """Take this post away, until it is restored; once more changes nothing."""

    RESTORE = "restore"
    """Bring this deleted post back; once more changes nothing."""

    PREVIEW = "preview"
    """Have Markdown rendered without storing it."""

    MANAGE_ACCOUNT = "manage_account"
    """See and change one's own settings."""

    LOG_OUT = "log_out"
    """End one's own session."""

    ADMINISTER = "administer"
    """Change how the board works."""

    SUSPEND = "suspend"
    """Keep a user from writing for a while."""

    SET_ROLE = "set_role"
    """Make a user a member, moderator or admin."""

    MANAGE_USERS = "manage_users"
    """See the list of users and what was done to their accounts."""

    PURGE = "purge"
    """Take back all that a user posted."""

    END_SESSIONS = "end_sessions"
    """End all logins of a user."""


WRITING = (
    Permission.ASK,
    Permission.ANSWER,
    Permission.VOTE,
    Permission.EDIT,
    Permission.DELETE,
    Permission.RESTORE,
)
"""What changes what others see; whoever is suspended may do none of it."""
