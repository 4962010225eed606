"""Jinja2 for pages: filters for times and numbers, and addresses of static files."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from babel.dates import format_datetime, format_timedelta
from babel.numbers import format_decimal
from jinja2 import pass_context
from pyramid.config import Configurator
from pyramid.request import Request
from pyramid.static import QueryStringCacheBuster

from qaboard import markup
from qaboard.i18n import LANGUAGE_NAMES, _
from qaboard.kept_pages.notes import note_moment
from qaboard.models import User, utc_now
from qaboard.presenters.security_event import event_sentence, event_until
from qaboard.resources import RootResource
from qaboard.search.query import QUERY_MAX_CHARACTERS
from qaboard.security.devices import describe_device
from qaboard.settings import LOCALES

# Babel's own Korean styles say "PM 3시", and all of them show seconds or no weekday.
FULL_TIME_PATTERNS = {
    "ko": "y년 M월 d일 EEEE aaaa h시 m분",
    "en": "EEEE, MMMM d, y 'at' h:mm a",
}

LEFT = _("deleted user")

STATIC_MAX_AGE_SECONDS = 365 * 24 * 60 * 60


@pass_context
def relative_time(context, moment: datetime) -> str:
    """How long ago it was, in the reader's language: "3시간 전", "3 hours ago"."""
    # Never in the future: "in 0 seconds" is what a clock that is slightly ahead would make.
    note_moment(context["request"], moment)
    elapsed = min(moment - utc_now(), timedelta(seconds=-1))
    return format_timedelta(elapsed, add_direction=True, locale=context["request"].locale_name)


@pass_context
def full_time(context, moment: datetime) -> str:
    """The date and time in the site's zone and the reader's language."""
    return format_full_time(context["request"], moment)


def format_full_time(request: Request, moment: datetime) -> str:
    """The same outside of a template."""
    zone = request.registry["settings"].time_zone
    pattern = FULL_TIME_PATTERNS[request.locale_name]
    return format_datetime(moment, pattern, tzinfo=zone, locale=request.locale_name)


@pass_context
def number(context, value: int) -> str:
    """A number with the separators of the reader's language."""
    return format_decimal(value, locale=context["request"].locale_name)


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
    return context["request"].localizer.translate(message)


class ContentHashCacheBuster(QueryStringCacheBuster):
    """Puts a hash of the file's content into its address, so that browsers may keep it."""

    def __init__(self, directory: Path) -> None:
        super().__init__()
        self.directory = directory
        self.hashes: dict[str, tuple[float, str]] = {}

    def tokenize(self, request, pathspec, kw) -> str:
        path = self.directory / pathspec
        modified_at = path.stat().st_mtime
        known = self.hashes.get(pathspec)
        if known is None or known[0] != modified_at:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
            known = self.hashes[pathspec] = (modified_at, digest)
        return known[1]


def static_file_path(request: Request, name: str) -> str:
    """The address of a file below ``static/``.

    :param name: its path there, such as ``css/qaboard.css``.
    """
    return request.static_path(str(Path(request.registry["settings"].static_directory) / name))


def render_markdown(request: Request, source: str) -> str:
    """The safe HTML of a Markdown text, with the image hosts that the ini allows."""
    return markup.render(source, image_hosts=request.registry["settings"].image_hosts)


def site_root(request: Request) -> RootResource:
    """The root of the tree, for links; pages of errors have no context to take it from."""
    return RootResource(request)


def user_path(request: Request, user_id: int) -> str:
    """The address of a user's profile, for pages that show their name and need no more of them."""
    return request.resource_path(request.site_root["users"], str(user_id), "")


def is_html(template_name: str | None) -> bool:
    """Whether values in a template are escaped: in all but the texts of mails."""
    return not (template_name or "").endswith(".txt.jinja2")


def includeme(config: Configurator) -> None:
    settings = config.registry["settings"]
    config.get_settings().update(
        {
            "jinja2.directories": "qaboard:templates",
            "jinja2.i18n.domain": "qaboard",
            "jinja2.undefined": "strict",
            "jinja2.trim_blocks": "true",
            "jinja2.lstrip_blocks": "true",
            "jinja2.newstyle": "true",
            "jinja2.filters": {
                "relative_time": relative_time,
                "full_time": full_time,
                "number": number,
                "display_name": display_name,
                "translate": translate,
                "event_sentence": event_sentence,
                "event_until": event_until,
                "device": describe_device,
            },
            "jinja2.globals": {
                "LOCALES": LOCALES,
                "QUERY_MAX_CHARACTERS": QUERY_MAX_CHARACTERS,
                "LANGUAGE_NAMES": LANGUAGE_NAMES,
                "settings": settings,
            },
        }
    )
    config.include("pyramid_jinja2")

    def escape_html() -> None:
        config.get_jinja2_environment().autoescape = is_html

    # After the phase in which pyramid_jinja2 makes the environment.
    config.action("qaboard.templating.escape_html", escape_html, order=999)
    config.add_static_view(
        "static",
        settings.static_directory,
        cache_max_age=STATIC_MAX_AGE_SECONDS,
        request_method="GET",
    )
    config.add_cache_buster(
        settings.static_directory, ContentHashCacheBuster(Path(settings.static_directory))
    )
    config.add_request_method(static_file_path)
    config.add_request_method(render_markdown)
    config.add_request_method(user_path)
    config.add_request_method(site_root, reify=True)
