"""Mail: rendered from templates in the reader's language, and sent after the commit."""

from qaboard.mail.composing import compose_mail

__all__ = ["compose_mail", "includeme"]


def includeme(config) -> None:
    config.include("qaboard.mail.sending")
