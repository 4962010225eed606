"""Fenced code in colour: Pygments finds the tokens, this module marks them with short classes.

Many lexers of Pygments are quadratic on text made for it (10,000 characters of ``"\\n "`` keep the
Python one busy for more than a second), so three bounds apply, none of which depends on the clock:

- only the languages in `LANGUAGES`, each of which ``bench/rendering.py`` measures, and at most
  `LANGUAGES_PER_BODY` of them in one body, because loading a lexer for the first time is slow;
- a rule of a lexer sees at most `RULE_WINDOW` characters ahead (a longer comment may lose its
  colour in the middle);
- at most `HIGHLIGHTED_CHARACTERS` of one body are coloured; a block that does not fit is plain.
"""

import re
from functools import cache
from types import MappingProxyType
from xml.etree.ElementTree import Element, SubElement

from pygments.lexer import Lexer, RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.token import STANDARD_TYPES, Token, _TokenType

HIGHLIGHTED_CHARACTERS = 5_000
LANGUAGES_PER_BODY = 5
RULE_WINDOW = 500
# Lexers with rules that are worse than linear in the window.
_NARROW_WINDOWS = {"csharp": 120}

# Name written after the fence -> alias of the lexer.
LANGUAGES = MappingProxyType(
    {
        "bash": "bash", "sh": "bash", "shell": "bash", "zsh": "bash",
        "c": "c", "h": "c",
        "c++": "cpp", "cpp": "cpp", "cc": "cpp", "hpp": "cpp",
        "c#": "csharp", "cs": "csharp", "csharp": "csharp",
        "css": "css",
        "dart": "dart",
        "diff": "diff", "patch": "diff", "udiff": "diff",
        "docker": "docker", "dockerfile": "docker",
        "go": "go", "golang": "go",
        "html": "html",
        "ini": "ini", "cfg": "ini",
        "java": "java",
        "javascript": "javascript", "js": "javascript", "node": "javascript", "jsx": "javascript",
        "json": "json",
        "kotlin": "kotlin", "kt": "kotlin",
        "lua": "lua",
        "make": "basemake", "makefile": "basemake",
        "nginx": "nginx",
        "perl": "perl", "pl": "perl",
        "php": "php",
        "powershell": "powershell", "ps1": "powershell",
        "python": "python", "py": "python", "python3": "python", "py3": "python",
        "r": "r",
        "ruby": "ruby", "rb": "ruby",
        "rust": "rust", "rs": "rust",
        "scss": "scss",
        "sql": "sql", "mysql": "sql", "postgresql": "sql", "sqlite": "sql",
        "swift": "swift",
        "toml": "toml",
        "typescript": "typescript", "ts": "typescript", "tsx": "typescript",
        "xml": "xml", "svg": "xml",
        "yaml": "yaml", "yml": "yaml",
    }
)  # fmt: skip

# What a code element is marked with, for the label that style sheets put above it.
LANGUAGE_CLASSES = frozenset(f"language-{alias}" for alias in LANGUAGES.values())

CLASSES = frozenset(name for name in STANDARD_TYPES.values() if name)


def _windowed(pattern: re.Pattern[str], window: int):
    """Return a replacement for ``pattern.match`` that looks at `window` characters at most."""

    def match(text: str, position: int = 0, end: int | None = None) -> re.Match[str] | None:
        limit = position + window
        return pattern.match(text, position, limit if end is None or end > limit else end)

    return match


@cache
def _bounded_rules(alias: str) -> dict[str, list[tuple]]:
    """Return the rules of a lexer, each of them windowed."""
    lexer = get_lexer_by_name(alias)
    window = _NARROW_WINDOWS.get(alias, RULE_WINDOW)
    return {
        state: [
            (_windowed(match.__self__, window), action, change) for match, action, change in rules
        ]
        for state, rules in lexer._tokens.items()
    }


def _bounded_lexer(alias: str) -> Lexer:
    lexer = get_lexer_by_name(alias)
    if isinstance(lexer, RegexLexer):  # the others (JSON) read each character once
        lexer._tokens = _bounded_rules(alias)
    return lexer


def language_class(language: str) -> str | None:
    """Return the class of a code element in a language; ``None`` for an unknown one.

    Arguments:
        language: the name after the fence, in any case.
    """
    alias = LANGUAGES.get(language.lower())
    return f"language-{alias}" if alias else None


def _class_of(token: _TokenType) -> str:
    while token not in STANDARD_TYPES:
        token = token.parent
    return STANDARD_TYPES[token]


class Highlighter:
    """Colours the code blocks of one body, up to its allowance of characters."""

    def __init__(self) -> None:
        self._allowance = HIGHLIGHTED_CHARACTERS
        self._lexers: dict[str, Lexer] = {}

    def colour(self, code: Element, language: str) -> bool:
        """Replace the text of a code element by marked tokens; return False to leave it plain.

        Arguments:
            code: an element with text only.
            language: the name after the fence, in any case; unknown names leave the code plain.
        """
        alias = LANGUAGES.get(language.lower())
        source = code.text or ""
        if alias is None or not source.strip() or len(source) > self._allowance:
            return False
        if alias not in self._lexers:
            if len(self._lexers) >= LANGUAGES_PER_BODY:
                return False
            self._lexers[alias] = _bounded_lexer(alias)
        self._allowance -= len(source)
        try:
            tokens = list(self._lexers[alias].get_tokens_unprocessed(source))
        except Exception:  # a fault in one of many lexers must not keep a post from being saved
            return False
        _mark(code, tokens)
        return True


def _mark(code: Element, tokens) -> None:
    """Fill `code` with one span for each run of tokens of the same class."""
    code.text = ""
    parts: list[str] = []
    current = ""

    def finish() -> None:
        text = "".join(parts)
        parts.clear()
        if current:
            SubElement(code, "span", {"class": current}).text = text
        elif len(code):
            code[-1].tail = text
        else:
            code.text = text

    for _, token, value in tokens:
        name = "" if token in Token.Text or token in Token.Error else _class_of(token)
        if name != current and not (name and value.isspace()):
            if parts:
                finish()
            current = name
        parts.append(value)
    if parts:
        finish()
