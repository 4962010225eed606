"""Examples for the formatting help."""

from __future__ import annotations

from translationstring import TranslationString

from qaboard.i18n import _

MARKDOWN_EXAMPLES: tuple[tuple[str, TranslationString], ...] = (
    ("**text**", _("Bold")),
    ("*text*", _("Italic")),
    ("[text](https://example.org/)", _("Link")),
    ("`code`", _("Inline code")),
    ("```python\nprint(1)\n```", _("Code block (language name optional)")),
    ("> text", _("Quote")),
    ("- one\n- two", _("Bulleted list")),
    ("1. one\n2. two", _("Numbered list")),
    ("## text", _("Heading")),
    ("| A | B |\n|---|---|\n| 1 | 2 |", _("Table")),
    ("---", _("Horizontal line")),
)
"""What to type, and what it becomes. A list, a quote or a block begins after an empty line."""
