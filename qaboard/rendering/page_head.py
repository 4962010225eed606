"""Page metadata: description, canonical URL, Open Graph tags."""

from __future__ import annotations

from jinja2 import pass_context
from pyramid.request import Request

from qaboard import markup
from qaboard.i18n.negotiation import LANGUAGE_FIELD, requested_locale

DESCRIPTION_MAX_CHARACTERS = 160
"""About what search engines show of it."""

LOOKED_AT_MAX_CHARACTERS = 4000
"""How much of a post is looked at for its beginning; a long one is twenty times that."""

OPEN_GRAPH_LOCALES = {"ko": "ko_KR", "en": "en_US"}


def beginning(body_html: str) -> str:
    """The beginning of a post as one line of plain text, cut between words.

    :param body_html: as `markup.render` returns it.
    """
    looked_at = body_html[:LOOKED_AT_MAX_CHARACTERS]
    if looked_at.rfind("<") > looked_at.rfind(">"):
        # Half a tag would be read as text.
        looked_at = looked_at[: looked_at.rfind("<")]
    text = " ".join(markup.plain_text(looked_at).split())
    if len(text) <= DESCRIPTION_MAX_CHARACTERS:
        return text
    cut = text[:DESCRIPTION_MAX_CHARACTERS]
    # A language without spaces, or one long address, is cut where it is.
    words = cut.rpartition(" ")[0] or cut[:-1]
    return f"{words}…"


@pass_context
def absolute_address(context, path: str, locale: str | None = None) -> str:
    """The one address of a page, also where the board is reached by several.

    :param path: with its query.
    :param locale: the language that the address asks for; ``None`` leaves it to the reader.
    """
    site_address = context["request"].registry["settings"].site_address
    separator = "&" if "?" in path else "?"
    language = f"{separator}{LANGUAGE_FIELD}={locale}" if locale else ""
    return f"{site_address}{path}{language}"


def address_locale(request: Request) -> str | None:
    """The language that the address of the page asks for, if it does."""
    return requested_locale(request.environ["QUERY_STRING"])
