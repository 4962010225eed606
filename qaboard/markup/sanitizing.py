"""The allow-list: the only tags, attributes, classes and schemes that rendered HTML may hold.

The renderer writes nothing else in the first place.  This is the second wall, held by another
program (nh3 parses the HTML as a browser does), in case the first one has a hole.
"""

import nh3

from qaboard.markup.addresses import LINK_SCHEMES
from qaboard.markup.autolinks import BARE
from qaboard.markup.highlighting import CLASSES, LANGUAGE_CLASSES
from qaboard.markup.tables import ALIGNMENTS, FIGURES

LINK_RELATION = "nofollow ugc noopener"

TAGS = frozenset(
    (
        *("p", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "hr", "br"),
        *("em", "strong", "del", "a", "img", "span"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    )
)
ATTRIBUTES = {
    # nh3 would let a title and a language stand on every tag.
    "*": set(),
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "ol": {"start"},
}
ATTRIBUTE_VALUES = {
    "img": {"loading": {"lazy"}},
    # They scroll sideways when they are wide, by keyboard too.
    "pre": {"tabindex": {"0"}},
    "table": {"tabindex": {"0"}},
}
ALLOWED_CLASSES = {
    "a": {BARE},
    "pre": {"highlight"},
    "code": set(LANGUAGE_CLASSES),
    "span": set(CLASSES),
    "th": {*ALIGNMENTS.values(), FIGURES},
    "td": {*ALIGNMENTS.values(), FIGURES},
}

_cleaner = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(),
    attributes=ATTRIBUTES,
    tag_attribute_values=ATTRIBUTE_VALUES,
    set_tag_attribute_values={"pre": {"tabindex": "0"}, "table": {"tabindex": "0"}},
    allowed_classes=ALLOWED_CLASSES,
    url_schemes=set(LINK_SCHEMES),
    link_rel=LINK_RELATION,
    strip_comments=True,
)


def sanitise(html: str) -> str:
    """Return `html` with everything removed that is not on the allow-list."""
    return _cleaner.clean(html)
