"""Markdown to safe HTML, in time proportional to the length of the text.

`render` turns what was typed into HTML once, when it is saved; `RENDERER_VERSION` is stored beside
the HTML.  `normalise` prepares a text for storing, `as_line` makes one line of it, `mend` takes out
what turns or covers the text around it, `plain_text` takes the tags off again.  The package knows
nothing of the board.

How a text passes through: `renderer` runs the stages, `blocks` (with `tables` and `targets`) finds
the block structure, `tree` makes elements of it, `inline` (with `emphasis`, `bare_addresses`,
`escapes` and `targets`) cuts the text of a block into tokens, `inline_tree` makes elements of
those, `highlighting` colours code, `addresses` judges where links and images may lead, and
`sanitising` is the allow-list at the end.
"""

from qaboard.markup.renderer import RENDERER_VERSION, render
from qaboard.markup.text import as_line, mend, normalise, plain_text

__all__ = ["RENDERER_VERSION", "as_line", "mend", "normalise", "plain_text", "render"]
