"""Jinja2 environment and renderer of the pages."""

from __future__ import annotations

from typing import Any

from jinja2 import Template
from markupsafe import Markup
from pyramid.config import Configurator
from pyramid.csrf import get_csrf_token
from pyramid.request import Request
from pyramid_jinja2 import IJinja2Environment

from qaboard import markup
from qaboard.http.devices import describe_device
from qaboard.http.redirect_target import own_address
from qaboard.i18n import LOCALES
from qaboard.i18n.domain_names import address_for_display
from qaboard.i18n.language_detection import language_of_post, language_of_title
from qaboard.i18n.negotiation import LANGUAGE_NAMES
from qaboard.i18n.template_messages import gettext, ngettext, pgettext
from qaboard.presenters.accounts.security_event import event_sentence, event_until
from qaboard.presenters.board.markdown_help import MARKDOWN_EXAMPLES
from qaboard.rendering.filters import (
    ago,
    display_name,
    full_time,
    number,
    relative_time,
    translate,
)
from qaboard.rendering.page_head import (
    OPEN_GRAPH_LOCALES,
    absolute_address,
    address_locale,
    beginning,
)
from qaboard.rendering.question_row import question_row
from qaboard.search.candidates import EXAMINED_MAX_COUNT
from qaboard.search.query import QUERY_MAX_CHARACTERS


def system_values(request: Request) -> dict[str, Any]:
    """What templates of pieces of a page can use, beside their own values."""
    return {"request": request}


def csrf_field(request: Request) -> Markup:
    """The hidden field of a form with the token against cross-site requests."""
    token = get_csrf_token(request)
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)


def render_template(request: Request, name: str, /, **values: Any) -> Markup:
    """A piece of a page.

    :param name: the template's path below ``templates/``.
    """
    html = page_template(request, name).render(system_values(request), **values)
    return Markup(html)  # noqa: S704 - autoescaped


def page_template(request: Request, name: str) -> Template:
    return request.registry.queryUtility(IJinja2Environment, name=".jinja2").get_template(name)


def render_markdown(request: Request, source: str) -> str:
    """The safe HTML of a Markdown text, with the image hosts that the ini allows."""
    return markup.render(source, image_hosts=request.registry["settings"].image_hosts)


def renderer_factory(info):
    """The renderer of a page.

    That of pyramid_jinja2 looks on the disk, at each page, for a template beside the module of the
    view; all of ours are below ``templates/``.
    """
    environment = info.registry.queryUtility(IJinja2Environment, name=".jinja2")

    def render(values: dict, system: dict) -> str:
        return environment.get_template(info.name).render(system, **values)

    return render


def is_html(template_name: str | None) -> bool:
    """Whether values in a template are escaped: in all but the texts of mails."""
    return not (template_name or "").endswith(".txt.jinja2")


def includeme(config: Configurator) -> None:
    settings = config.registry["settings"]
    config.get_settings().update(
        {
            "jinja2.directories": "qaboard:templates",
            "jinja2.undefined": "strict",
            "jinja2.trim_blocks": "true",
            "jinja2.lstrip_blocks": "true",
            "jinja2.newstyle": "true",
            "jinja2.filters": {
                "relative_time": relative_time,
                "full_time": full_time,
                "ago": ago,
                "question_row": question_row,
                "number": number,
                "title_language": language_of_title,
                "post_language": language_of_post,
                "display_name": display_name,
                "translate": translate,
                "event_sentence": event_sentence,
                "event_until": event_until,
                "device": describe_device,
                "email_address": address_for_display,
                "beginning": beginning,
                "absolute_address": absolute_address,
            },
            "jinja2.globals": {
                "_": gettext,
                "gettext": gettext,
                "ngettext": ngettext,
                "pgettext": pgettext,
                "LOCALES": LOCALES,
                "QUERY_MAX_CHARACTERS": QUERY_MAX_CHARACTERS,
                "EXAMINED_MAX_COUNT": EXAMINED_MAX_COUNT,
                "MARKDOWN_EXAMPLES": MARKDOWN_EXAMPLES,
                "LANGUAGE_NAMES": LANGUAGE_NAMES,
                "OPEN_GRAPH_LOCALES": OPEN_GRAPH_LOCALES,
                "settings": settings,
                "own_address": own_address,
            },
        }
    )
    config.include("pyramid_jinja2")
    config.include("qaboard.rendering.addresses")
    config.add_renderer(".jinja2", renderer_factory)

    def escape_html() -> None:
        config.get_jinja2_environment().autoescape = is_html

    # After the phase in which pyramid_jinja2 makes the environment.
    config.action("qaboard.rendering.environment.escape_html", escape_html, order=999)
    config.add_request_method(render_template)
    config.add_request_method(render_markdown)
    config.add_request_method(csrf_field)
    config.add_request_method(address_locale, reify=True)
