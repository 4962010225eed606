"""What tests read in style sheets: rules, variables of both themes, and contrasts."""

from __future__ import annotations

import re

from project import PROJECT

_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")

THEMES = ("light", "dark")


def rules(css: str) -> list[tuple[str, dict[str, str]]]:
    """Each selector with the properties that it sets, whatever the conditions around it."""
    found = []
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    for selectors, body in _RULE.findall(css):
        parts = (line.split(":", 1) for line in body.split(";") if ":" in line)
        properties = {name.strip(): value.strip() for name, value in parts}
        found += [(selector.strip(), properties) for selector in selectors.split(",")]
    return found


def variables(css: str) -> dict[str, str]:
    """The variables that hold a colour."""
    return {
        name: value
        for selector, properties in rules(css)
        if selector == ":root"
        for name, value in properties.items()
        if name.startswith("--") and value.startswith(("#", "rgb"))
    }


def style_sheet(name: str) -> str:
    return (PROJECT / "static/css" / name).read_text(encoding="utf-8")


def theme_colours(theme: str) -> dict[str, str]:
    """The variables of a theme, as the style sheets of a page leave them."""
    colours = variables(style_sheet("qaboard.css")) | variables(style_sheet("highlight.css"))
    return colours | variables(style_sheet("dark.css")) if theme == "dark" else colours


def colour(value: str, values: dict[str, str]) -> str:
    """The colour itself, where a property names a variable."""
    name = re.fullmatch(r"var\((--[a-z-]+)\)", value)
    return values[name[1]] if name else value


def luminance(value: str) -> float:
    """The relative luminance of a colour in hexadecimal digits (WCAG 2.2)."""
    digits = value.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(2 * digit for digit in digits)
    channels = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)
