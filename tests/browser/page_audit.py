"""Looks for what does not belong on a page: in its elements, and in what they do.

A page is compared with one of the same kind that holds nothing but harmless text: outside of the
posts there may be no other elements and attributes than there.  In the posts the allow-list counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from allowed_html import ATTRIBUTES, LINK_RELATION, SCHEMES
from playwright.sync_api import BrowserContext
from watching import watch

from qaboard.markup.sanitizing import ALLOWED_CLASSES, TAGS

SCRIPT = Path(__file__).with_name("page_audit.js")

ALLOWED = {
    "attributes": {tag: sorted(ATTRIBUTES.get(tag, ())) for tag in TAGS},
    "classes": {tag: sorted(classes) for tag, classes in ALLOWED_CLASSES.items()},
    "schemes": sorted(SCHEMES),
    "relation": LINK_RELATION,
}

# The style sheets and scripts of the site, which take most of the time; visits have them.
OWN_FILES = re.compile(
    r'<link rel="(?:stylesheet|modulepreload)" href="/static/[^"<>]*">'
    r'|<script (?:type="module" )?src="/static/[^"<>]*"></script>'
)


class PageAudit:
    """A tab in which pages are looked through.

    First `learn` what a kind of page is made of, then `visit` pages of that kind on the site; or
    `learn_document` and then `read` whole HTML documents, such as mails.  What is found is added
    to ``troubles``, with what `watch` notes.
    """

    def __init__(
        self, context: BrowserContext, site: str, known: dict[str, set[str]] | None = None
    ) -> None:
        """Take a context without pages, and what another audit has learnt."""
        self.site = site
        # The second one stands in development.ini, and so in mails.
        self.origins = [site, "http://localhost:6543"]
        self.known = {} if known is None else known
        self.troubles: list[str] = []
        troubles = self.troubles
        watch(context, site, troubles, missing_images=True)
        context.expose_binding("noteTrouble", lambda _source, text: troubles.append(text))
        context.add_init_script(path=SCRIPT)
        self.page = context.new_page()
        context.on("page", lambda page: troubles.append(f"another tab: {page.url}"))

    def learn(self, kind: str, path: str | None = None) -> None:
        """Take the page at `path`, or else the one that is shown, as what its kind is made of."""
        self._learn(kind, self._open(path))

    def learn_document(self, kind: str, html: str) -> None:
        """Take the document as what documents of this kind are made of."""
        (seen,) = self._open_in_frames([html])
        self._learn(kind, seen)

    def visit(self, kind: str, path: str | None = None) -> int:
        """Look through the page at `path`, or else the one that is shown.

        :return: how many posts stand on it.
        """
        seen = self._open(path)
        self._judge(kind, self.page.url, seen)
        return seen["posts"]

    def read(self, kind: str, documents: Iterable[tuple[str, str]]) -> None:
        """Look through documents, given as pairs of a name for people and the HTML."""
        names, htmls = zip(*documents, strict=True)
        for name, seen in zip(names, self._open_in_frames(htmls), strict=True):
            self._judge(kind, name, seen)

    def _open(self, path: str | None) -> dict:
        if path is not None:
            self.page.goto(f"{self.site}{path}")
        self.page.evaluate("pageAudit.pokeAndSettle()")
        return self.page.evaluate(
            "([allowed, origins]) => pageAudit.look(allowed, origins)", [ALLOWED, self.origins]
        )

    def _open_in_frames(self, documents: Sequence[str]) -> list[dict]:
        # On a page of the site, whose origin a document in a frame has; a short one.
        self.page.goto(f"{self.site}/language")
        return self.page.evaluate(
            "([documents, allowed, origins]) => pageAudit.lookThrough(documents, allowed, origins)",
            [[OWN_FILES.sub("", html) for html in documents], ALLOWED, self.origins],
        )

    def _learn(self, kind: str, seen: dict) -> None:
        self.troubles += seen["faults"]
        self.known.setdefault(kind, set()).update(seen["signatures"])

    def _judge(self, kind: str, name: str, seen: dict) -> None:
        strange = set(seen["signatures"]) - self.known[kind]
        self.troubles += [f"{kind}, {name!r}: {fault}" for fault in seen["faults"]]
        self.troubles += [f"{kind}, {name!r}: what does not belong there: {s}" for s in strange]
