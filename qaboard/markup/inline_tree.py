"""Inline syntax, second half: tokens become elements."""

from collections.abc import Collection
from enum import Enum, auto
from xml.etree.ElementTree import Element, SubElement

from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString

from qaboard.markup.addresses import image_address, link_address
from qaboard.markup.autolinks import BARE
from qaboard.markup.emphasis import Run
from qaboard.markup.inline import Kind, References, Scanner, Token

# Inline elements inside each other; deeper delimiters are shown as typed.  It bounds recursion.
DEEPEST_INLINE = 8

IMAGES_MAX_COUNT = 20
"""How many pictures of a text are shown; more become links.  A step-by-step answer has ten, and
each is a request by every reader of a page with thirty posts."""

_TAGS = {("*", 1): "em", ("*", 2): "strong", ("_", 1): "em", ("_", 2): "strong", ("~", 2): "del"}


class _Frame(Enum):
    """Kinds of inline elements that are open."""

    ELEMENT = auto()
    LINK = auto()
    IMAGE = auto()
    SOURCE = auto()  # too deep: both delimiters are shown
    NOTHING = auto()  # only the content is shown


class Images:
    """The pictures that a text may still show, and the hosts that they may come from."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts
        self.left = IMAGES_MAX_COUNT

    def source(self, address: str) -> str | None:
        """Return the ``src`` for `address`, or None when it becomes a link."""
        return image_address(address, self._hosts) if self.left else None


class InlineBuilder:
    """Builds the elements for one text into a fresh element."""

    def __init__(self, images: Images) -> None:
        self._images = images
        self.root = Element("inline")
        self._path = [self.root]
        self._frames: list[_Frame] = []
        self._text: list[str] = []
        self._in_link = False
        self._image: Element | None = None

    def build(self, tokens: list[Token]) -> Element:
        """Return an element that holds what `tokens` stand for."""
        for token in tokens:
            match token.kind:
                case Kind.TEXT:
                    self._text.append(token.text)
                case Kind.RUN:
                    self._write_run(token.run)
                case Kind.CODE:
                    self._write_leaf("code", token.text)
                case Kind.BREAK:
                    self._write_leaf("br", "")
                    self._text.append("\n")
                case Kind.ADDRESS:
                    self._write_address(token)
                case Kind.OPEN_LINK:
                    self._open_link(token)
                case Kind.OPEN_IMAGE:
                    self._open_image(token)
                case Kind.CLOSE:
                    self._close(token.text)
        self._flush()
        return self.root

    def _flush(self) -> None:
        """Put the collected text where it belongs: behind the last child, or first."""
        if not self._text:
            return
        text = "".join(self._text)
        self._text.clear()
        parent = self._path[-1]
        if len(parent):
            parent[-1].tail = (parent[-1].tail or "") + text
        else:
            parent.text = (parent.text or "") + text

    def _write_leaf(self, tag: str, text: str, attributes: dict[str, str] | None = None) -> None:
        if self._image is not None:
            self._text.append(text)  # an alternative text has no markup
            return
        self._flush()
        SubElement(self._path[-1], tag, attributes or {}).text = text

    def _write_address(self, token: Token) -> None:
        if self._in_link or self._image is not None:
            self._text.append(token.text)
            return
        attributes = {"href": link_address(token.target.address), "class": BARE}
        self._write_leaf("a", token.text, attributes)

    def _write_run(self, run: Run) -> None:
        for width in run.closes:
            self._close(run.character * width)
        if run.left:
            self._text.append(run.character * run.left)
        for width in reversed(run.opens):
            self._open(_TAGS[run.character, width], run.character * width)

    def _open(self, tag: str, source: str, attributes: dict[str, str] | None = None) -> None:
        if self._image is not None:
            self._frames.append(_Frame.NOTHING)
        elif len(self._path) > DEEPEST_INLINE:
            self._text.append(source)
            self._frames.append(_Frame.SOURCE)
        else:
            self._flush()
            self._path.append(SubElement(self._path[-1], tag, attributes or {}))
            self._frames.append(_Frame.LINK if tag == "a" else _Frame.ELEMENT)
            self._in_link = self._in_link or tag == "a"

    def _open_link(self, token: Token) -> None:
        if self._in_link:
            self._frames.append(_Frame.NOTHING)
            return
        attributes = {"href": link_address(token.target.address)}
        if token.target.title:
            attributes["title"] = token.target.title
        self._open("a", token.text, attributes)

    def _open_image(self, token: Token) -> None:
        source = self._images.source(token.target.address)
        if source is None:
            self._open_link(token)
            return
        if self._image is not None or len(self._path) > DEEPEST_INLINE:
            self._open("img", token.text)
            return
        self._flush()
        self._images.left -= 1
        self._image = SubElement(self._path[-1], "img", {"src": source, "alt": ""})
        if token.target.title:
            self._image.set("title", token.target.title)
        self._image.set("loading", "lazy")
        self._frames.append(_Frame.IMAGE)

    def _close(self, source: str) -> None:
        frame = self._frames.pop()
        if frame is _Frame.SOURCE:
            self._text.append(source)
        elif frame is _Frame.IMAGE:
            self._image.set("alt", "".join(self._text))
            self._text.clear()
            self._image = None
        elif frame is not _Frame.NOTHING:
            self._flush()
            element = self._path.pop()
            if frame is _Frame.LINK:
                self._in_link = False
                if not len(element) and not (element.text or "").strip():
                    element.text = element.get("href")  # otherwise nobody could see the link
                    element.set("class", BARE)


class InlineTreeprocessor(Treeprocessor):
    """Replaces Python-Markdown's inline processor: parses each text and tail of the tree once."""

    def __init__(self, md, image_hosts: Collection[str]) -> None:
        """Take the converter, which renders one text, and the hosts whose images are shown."""
        super().__init__(md)
        self._images = Images(image_hosts)

    def run(self, root: Element) -> None:
        """Parse all text of the tree that is not an `AtomicString`, in place."""
        references = References(self.md.references)
        for element in list(root.iter()):
            if element.tag in ("pre", "code"):
                continue
            children: list[Element] = []
            inline = self._parse(element.text, references)
            if inline is not None:
                element.text = inline.text
                children += inline
            for child in element:
                children.append(child)
                inline = self._parse(child.tail, references)
                if inline is not None:
                    child.tail = inline.text
                    children += inline
            element[:] = children

    def _parse(self, text: str | None, references: References) -> Element | None:
        if not text or isinstance(text, AtomicString):
            return None
        return InlineBuilder(self._images).build(Scanner(text, references).scan())
