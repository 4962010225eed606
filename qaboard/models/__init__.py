"""The tables, one noun a file."""

from qaboard.models.answer import Answer
from qaboard.models.base import CLOCK_TOLERANCE, Base, is_recent, utc_now, was_recent
from qaboard.models.draft import Draft, SeenDraft
from qaboard.models.list_segment import ListSegment
from qaboard.models.post import Post
from qaboard.models.question import Question
from qaboard.models.security_event import EventKind, SecurityEvent
from qaboard.models.single_use_token import SingleUseToken, TokenPurpose
from qaboard.models.two_factor import (
    Passkey,
    RecoveryCode,
    TOTPFactor,
    second_factor_exists,
)
from qaboard.models.user import PurgeStep, Role, User, email_key, email_keys, username_key
from qaboard.models.user_session import UserSession
from qaboard.models.vote import Vote

__all__ = [
    "CLOCK_TOLERANCE",
    "Answer",
    "Base",
    "Draft",
    "EventKind",
    "ListSegment",
    "Passkey",
    "Post",
    "PurgeStep",
    "Question",
    "RecoveryCode",
    "Role",
    "SecurityEvent",
    "SeenDraft",
    "SingleUseToken",
    "TOTPFactor",
    "TokenPurpose",
    "User",
    "UserSession",
    "Vote",
    "email_key",
    "email_keys",
    "is_recent",
    "second_factor_exists",
    "username_key",
    "utc_now",
    "was_recent",
]
