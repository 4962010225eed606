"""From Markdown to HTML: the parts of this package as an extension of Python-Markdown.

Python-Markdown runs the stages (preprocessors, block parser, tree processors, serialiser,
postprocessors); every stage holds only what this package puts into it.  Its own processors are
taken out as a whole, whatever they are called in the version installed: they are quadratic or
worse on text made for it.
"""

from collections.abc import Collection
from xml.etree.ElementTree import Element, tostring

from markdown import Markdown
from markdown.blockprocessors import BlockProcessor
from markdown.extensions import Extension
from markdown.postprocessors import Postprocessor
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString, Registry

from qaboard.markup.blocks import BlockParser
from qaboard.markup.highlighting import Highlighter, language_class
from qaboard.markup.inline_tree import InlineTreeprocessor
from qaboard.markup.sanitizing import sanitise
from qaboard.markup.text import printable
from qaboard.markup.tree import LANGUAGE, TreeBuilder

# Stored with each rendered body; raised when the same source would give other HTML.
RENDERER_VERSION = 4


class _PrintableText(Preprocessor):
    """Replaces line ends and characters that HTML cannot hold."""

    def run(self, lines: list[str]) -> list[str]:
        return printable("\n".join(lines)).split("\n")


class _Document(BlockProcessor):
    """Takes all blocks of the document at once and hands them to the linear parser."""

    def test(self, parent: Element, block: str) -> bool:
        return True

    def run(self, parent: Element, blocks: list[str]) -> None:
        parser = BlockParser()
        document = parser.parse("\n\n".join(blocks))  # they were split there
        blocks.clear()
        for definition in parser.definitions:
            # The first definition of a label counts (CommonMark 0.31, section 4.7).
            target = definition.target
            self.parser.md.references.setdefault(definition.label, (target.address, target.title))
        TreeBuilder().write(document, parent)


class _Colours(Treeprocessor):
    """Marks code whose language is known with it, and highlights it."""

    def run(self, root: Element) -> None:
        highlighter = Highlighter()
        for block in root.iter("pre"):
            code = block[0]
            language = code.attrib.pop(LANGUAGE, "")
            known = language_class(language)
            if known is None:
                continue
            # Also where it stays without colours, because there is too much of it.
            code.set("class", known)
            if highlighter.colour(code, language):
                block.set("class", "highlight")


class _LinePerBlock(Treeprocessor):
    """Puts each top-level block on a line of its own; stored HTML is read by people, too."""

    def run(self, root: Element) -> None:
        for block in root:
            block.tail = AtomicString("\n")


class _Sanitised(Postprocessor):
    """Lets the allow-list have the last word."""

    def run(self, text: str) -> str:
        return sanitise(text)


class BoardSyntax(Extension):
    """Installs the stages of this package into a converter, and nothing else."""

    def __init__(self, image_hosts: Collection[str]) -> None:
        """Take the lower-case hosts whose images are shown."""
        super().__init__()
        self._image_hosts = image_hosts

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - its name there
        """Replace all registries of `md`; called by Python-Markdown."""
        md.preprocessors = Registry()
        md.preprocessors.register(_PrintableText(md), "printable", 10)
        md.parser.blockprocessors = Registry()
        md.parser.blockprocessors.register(_Document(md.parser), "document", 10)
        md.inlinePatterns = Registry()
        md.treeprocessors = Registry()
        md.treeprocessors.register(InlineTreeprocessor(md, self._image_hosts), "inline", 30)
        md.treeprocessors.register(_Colours(md), "colours", 20)
        md.treeprocessors.register(_LinePerBlock(md), "lines", 10)
        md.postprocessors = Registry()
        md.postprocessors.register(_Sanitised(md), "sanitised", 10)


def _serialise(root: Element) -> str:
    # Python-Markdown's own serialiser leaves `&lt;` in a text as it is; here it was typed as text.
    return tostring(root, encoding="unicode", method="html")


def render(source: str, *, image_hosts: Collection[str] = ()) -> str:
    """Return the HTML of a Markdown body, safe to put into a page as it is.

    Time and size of the result are proportional to the length of `source`, which should still be
    limited by the caller (bodies of the board: 30,000 characters).  Nothing is shared between two
    calls, so it may be called from several threads.

    Arguments:
        source: Markdown; any characters.  NUL, other control characters and lone surrogates come
            out as U+FFFD.
        image_hosts: hosts from which images are shown, such as ``"img.example.org"`` or
            ``"img.example.org:8443"``, besides the pictures of this site.  International names in
            their ``xn--`` form.  Other images become links.

    Returns:
        HTML with the tags, attributes and classes listed in `qaboard.markup.sanitizing`; an empty
        string when there is nothing to show.

    Raises:
        TypeError: `source` is not a string, or `image_hosts` is one.
    """
    if not isinstance(source, str) or isinstance(image_hosts, str):
        raise TypeError("render() takes a string, and a collection of host names")
    hosts = frozenset(host.lower() for host in image_hosts)
    converter = Markdown(extensions=[BoardSyntax(hosts)], output_format="html")
    converter.serializer = _serialise
    return converter.convert(source)
