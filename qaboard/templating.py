"""Jinja2 for pages: filters for times and numbers, and pieces of pages."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from jinja2 import Environment, Template, pass_context
from markupsafe import Markup, escape
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.threadlocal import get_current_request
from pyramid_jinja2 import IJinja2Environment
from sqlalchemy import Row

from qaboard import formatting, markup
from qaboard.domain_names import address_for_display
from qaboard.i18n import LANGUAGE_NAMES, _, translate_message
from qaboard.kept_pages.holes import csrf_token_of_page, fill_holes, reader_id, reader_name
from qaboard.kept_pages.notes import note_moment
from qaboard.kept_pages.parts import keep_part, keeps_parts
from qaboard.models import User, utc_now
from qaboard.page_head import (
    OPEN_GRAPH_LOCALES,
    absolute_address,
    address_locale,
    beginning,
)
from qaboard.page_messages import gettext, ngettext, pgettext
from qaboard.presenters.markdown_help import MARKDOWN_EXAMPLES
from qaboard.presenters.security_event import event_sentence, event_until
from qaboard.resources import RootResource
from qaboard.search.candidates import EXAMINED_MAX_COUNT
from qaboard.search.query import QUERY_MAX_CHARACTERS
from qaboard.security.devices import describe_device
from qaboard.security.next_address import own_address
from qaboard.security.permissions import Permission
from qaboard.settings import LOCALES
from qaboard.text_language import language_of_post, language_of_title

LEFT = _("deleted user")

HEAD_VALUES = ("title", "description", "page_type", "canonical_path")
"""What a template can set for the head of its page (``includes/head.jinja2``)."""


@pass_context
def relative_time(context, moment: datetime) -> str:
    """How long ago it was, in the reader's language: "3시간 전", "3 hours ago"."""
    note_moment(context["request"], moment)
    return formatting.time_ago(utc_now() - moment, context["request"].locale_name)


@pass_context
def full_time(context, moment: datetime) -> str:
    """The date and time in the site's zone and the reader's language."""
    return format_full_time(context["request"], moment)


def format_full_time(request: Request, moment: datetime) -> str:
    """The same outside of a template."""
    zone = request.registry["settings"].time_zone
    return formatting.in_full(moment, zone, request.locale_name)


@pass_context
def ago(context, moment: datetime) -> Markup:
    """The element that says how long ago it was, and when it is pointed at, the date and time."""
    # A macro would take longer than what is in it, and a list has dozens of them.
    machine = moment.isoformat(timespec="seconds")
    title, words = escape(full_time(context, moment)), escape(relative_time(context, moment))
    element = f'<time datetime="{machine}" title="{title}">{words}</time>'
    return Markup(element)  # noqa: S704 - escaped


@pass_context
def number(context, value: int) -> str:
    """A number with the separators of the reader's language."""
    return formatting.number(value, context["request"].locale_name)


@pass_context
def display_name(context, user: User) -> str:
    """The name of a user as pages show it; of one who left, that they did."""
    return name_of(context["request"], user)


def name_of(request: Request, user: User) -> str:
    """The same outside of a template."""
    return user.username if user.closed_at is None else request.localizer.translate(LEFT)


@pass_context
def translate(context, message: str) -> str:
    """A translation string made in Python, such as a form's error, in the reader's language.

    Templates use it instead of ``_()``, whose result counts as safe HTML: a message may quote
    what somebody typed.
    """
    return translate_message(context["request"], message, {})


def system_values(request: Request) -> dict[str, Any]:
    """What templates of pieces of a page can use, beside their own values."""
    return {"request": request}


def csrf_field(request: Request) -> Markup:
    """The hidden field of a form with the token against cross-site requests."""
    token = csrf_token_of_page(request)
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(token)


def render_template(request: Request, name: str, /, **values: Any) -> Markup:
    """A piece of a page.

    :param name: the template's path below ``templates/``.
    """
    html = page_template(request, name).render(system_values(request), **values)
    return Markup(html)  # noqa: S704 - autoescaped


def render_content(request: Request, name: str, /, **values: Any) -> dict[str, Markup]:
    """What ``layouts/piece.jinja2`` makes a page of: its content, and what the template sets for
    its head, of which only the title is needed.

    :param name: the template's path below ``templates/``.
    """
    module = page_template(request, name).make_module(system_values(request) | values)
    head = {name: getattr(module, name) for name in HEAD_VALUES if hasattr(module, name)}
    return head | {"content": Markup(module)}  # noqa: S704 - autoescaped


def page_part(request: Request, name: str, /) -> Markup:
    """A piece that is the same on all pages of one language and theme.

    :param name: the template's path below ``templates/``.
    """
    return keep_part(request, name, (request.theme,), partial(request.render_template, name))


def site_bar(request: Request, search_text: str, next_address: str) -> Markup:
    """The bar at the top of a page.

    :param search_text: what stands in the field of the search.
    :param next_address: where a visitor comes back to after logging in.
    """
    values = {"search_text": search_text, "next_address": next_address}
    make = partial(request.render_template, "includes/bar.jinja2", **values)
    if request.identity is None or search_text or not keeps_parts(request):
        return make()
    manages_users = bool(
        request.has_permission(Permission.MANAGE_USERS, request.site_root["users"])
    )
    bar = keep_part(request, "bar", (manages_users,), make, has_holes=True)
    return fill_holes(request, bar)


def page_template(request: Request, name: str) -> Template:
    return request.registry.queryUtility(IJinja2Environment, name=".jinja2").get_template(name)


def render_markdown(request: Request, source: str) -> str:
    """The safe HTML of a Markdown text, with the image hosts that the ini allows."""
    return markup.render(source, image_hosts=request.registry["settings"].image_hosts)


def site_root(request: Request) -> RootResource:
    """The root of the tree, for links; pages of errors have no context to take it from."""
    return RootResource(request)


def users_path(request: Request) -> str:
    """The address that those of the profiles begin with."""
    return request.resource_path(request.site_root["users"])


def user_path(request: Request, user_id: int) -> str:
    """The address of a user's profile, for pages that show their name and need no more of them."""
    return f"{request.users_path}{user_id}/"


def questions_path(request: Request) -> str:
    """The address of the list, which those of the questions begin with."""
    return request.resource_path(request.site_root["questions"])


def question_path(request: Request, question_id: int) -> str:
    """The address of a question, for lists that need no more of it than its title."""
    return f"{request.questions_path}{question_id}/"


def renderer_factory(info):
    """The renderer of a page.

    That of pyramid_jinja2 looks on the disk, at each page, for a template beside the module of the
    view; all of ours are below ``templates/``.
    """
    environment = info.registry.queryUtility(IJinja2Environment, name=".jinja2")

    def render(values: dict, system: dict) -> str:
        return environment.get_template(info.name).render(system, **values)

    return render


@pass_context
def question_row(context, question: Row, asked: Markup, active: Markup | None) -> Markup:
    """What the list says of a question: for all who read it in one language.

    :param question: as the presenter of the list reads it.
    :param asked: when it was asked, in words.
    :param active: when something was last done, in words, where that is told.
    """
    request = context["request"]
    make = _question_row.__wrapped__ if context.environment.auto_reload else _question_row
    return make(
        context.environment,
        request.locale_name,
        request.questions_path,
        request.users_path,
        question,
        asked,
        active,
    )


@lru_cache(maxsize=500)
def _question_row(
    environment: Environment,
    _locale: str,
    questions_path: str,
    users_path: str,
    question: Row,
    asked: Markup,
    active: Markup | None,
) -> Markup:
    # Whatever the row shows must be among the arguments; of the request it takes the language.
    html = environment.get_template("question/row.jinja2").render(
        request=get_current_request(),
        questions_path=questions_path,
        users_path=users_path,
        question=question,
        asked=asked,
        active=active,
    )
    return Markup(html)  # noqa: S704 - autoescaped


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
                "pgettext": pgettext,
                "ngettext": ngettext,
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
    config.add_renderer(".jinja2", renderer_factory)

    def escape_html() -> None:
        config.get_jinja2_environment().autoescape = is_html

    # After the phase in which pyramid_jinja2 makes the environment.
    config.action("qaboard.templating.escape_html", escape_html, order=999)
    config.add_request_method(render_template)
    config.add_request_method(render_content)
    config.add_request_method(render_markdown)
    config.add_request_method(users_path, reify=True)
    config.add_request_method(user_path)
    config.add_request_method(questions_path, reify=True)
    config.add_request_method(question_path)
    config.add_request_method(site_root, reify=True)
    config.add_request_method(reader_id)
    config.add_request_method(reader_name)
    config.add_request_method(csrf_field)
    config.add_request_method(page_part)
    config.add_request_method(site_bar)
    config.add_request_method(address_locale, reify=True)
