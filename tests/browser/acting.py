"""What a person does on a page: with a mouse, or by the keyboard alone, as the browser is used.

By keyboard every step begins where the focus is. The Tab key goes on, or Shift+Tab back, until the
element has the focus; on the way every stop must show that it has it. Nothing is clicked, and
nothing gets the focus by other means: the fixture ``browser`` sees to that.
"""

from __future__ import annotations

from weakref import WeakSet

import pytest
from playwright.sync_api import BrowserContext, ElementHandle, Locator, Mouse, Page, expect

# A page of twenty questions has some sixty; whoever presses more often has lost the way.
MOST_STOPS = 150
# A browser scrolls to the next stop when it draws the page the next time.
PATIENCE_MILLISECONDS = 1_000
PAUSE_MILLISECONDS = 20

_by_keyboard: WeakSet[BrowserContext] = WeakSet()

WITH_A_MOUSE = {
    Locator: [
        "check",
        "click",
        "dblclick",
        "fill",
        "focus",
        "hover",
        "press",
        "press_sequentially",
        "select_option",
        "set_checked",
        "tap",
        "type",
        "uncheck",
    ],
    Page: ["check", "click", "dblclick", "fill", "focus", "press", "select_option", "tap"],
    Mouse: ["click", "dblclick", "down", "move"],
}

# How the next step goes: the key that leads from the focus to the element, or nothing where the
# focus is on it; and what is wrong with how the focus is shown (WCAG 2.2: 2.4.7 and 2.4.11), or
# nothing. Within tabs, toolbars and radio buttons, which are one stop of the Tab key, the keys are
# the arrows.
NEXT_STEP = """target => {
  const focused = document.activeElement;

  function trouble() {
    if (focused === document.body) return "";
    const name = focused.outerHTML.slice(0, 120);
    const style = getComputedStyle(focused);
    if (style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) {
      return `no ring around ${name}`;
    }
    const isSeen = (box) => {
      const xs = [(box.left + box.right) / 2, box.left + 2, box.right - 2];
      const ys = [(box.top + box.bottom) / 2, box.top + 2, box.bottom - 2];
      return xs.some((x) => ys.some((y) => {
        const above = document.elementFromPoint(x, y);
        return above !== null && (focused.contains(above) || above.control === focused);
      }));
    };
    return [...focused.getClientRects()].some(isSeen) ? "" : `out of sight: ${name}`;
  }

  function key() {
    if (focused === target) return "";
    const isBefore = focused.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING;
    const group = (element) => element.closest("[role=tablist], [role=toolbar]")
      ?? (element.type === "radio" ? element.closest("fieldset") : null);
    if (group(target) && group(target) === group(focused)) {
      return isBefore ? "ArrowLeft" : "ArrowRight";
    }
    return isBefore && !focused.contains(target) ? "Shift+Tab" : "Tab";
  }

  return [key(), trouble()];
}"""

# Whether a page that was used already has let go of the focus: whoever cannot see then begins anew.
IS_LOST = """() => {
  const isLost = document.isInUse && document.activeElement === document.body;
  document.isInUse = true;
  return Boolean(isLost);
}"""


def use_by_keyboard(context: BrowserContext) -> None:
    """From now on its pages are used by keyboard alone."""
    _by_keyboard.add(context)


def forbid_the_mouse(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a test fail that does not act by the functions below."""

    def refuse(*_arguments, **_options) -> None:
        raise AssertionError("By keyboard alone tests act by press, fill and choose of acting.py.")

    for kind, names in WITH_A_MOUSE.items():
        for name in names:
            monkeypatch.setattr(kind, name, refuse)


def press(target: Locator) -> None:
    """Press a button, follow a link, unfold a part of the page, or tick a box."""
    if target.page.context not in _by_keyboard:
        target.click()
        return
    reached = reach(target)
    is_ticked = reached.evaluate("e => e.matches('[type=checkbox], [type=radio]')")
    # It has the focus; unlike `keyboard.press` this waits for a page that begins to load.
    reached.press("Space" if is_ticked else "Enter")


def fill(target: Locator, text: str) -> None:
    """Have a field contain this text and nothing else; a date is given as ``2099-03-01``."""
    if target.page.context not in _by_keyboard:
        target.fill(text)
        return
    reached, keyboard = reach(target), target.page.keyboard
    if reached.get_attribute("type") == "date":
        year, month, day = text.split("-")
        # As en-US writes it.
        keyboard.type(f"{month}{day}{year}")
        return
    keyboard.press("Control+a")
    if not text:
        keyboard.press("Delete")
    elif len(text) > 60 or "\n" in text:
        # As from the clipboard.
        keyboard.insert_text(text)
    else:
        keyboard.type(text)


def choose(target: Locator, option: str) -> None:
    """Choose from a list by what it shows."""
    if target.page.context not in _by_keyboard:
        target.select_option(option)
        return
    reached = reach(target)
    reached.press("Home")
    options = reached.evaluate("e => [...e.options].map((option) => option.label.trim())")
    for _ in range(options.index(option)):
        reached.press("ArrowDown")
    assert reached.evaluate("e => e.selectedOptions[0].label.trim()") == option


def reach(target: Locator) -> ElementHandle:
    """Go by keyboard to what shall be used next.

    :return: the element, which has the focus.
    :raises AssertionError: if it cannot be reached, if the focus is not seen on the way, or if what
        was done before has lost it.
    """
    page = target.page
    expect(target).to_be_visible()
    assert not page.evaluate(IS_LOST), f"The focus was lost on {page.url}."
    element = target.element_handle()
    # Where it begins nothing was chosen yet: a page may have put the focus on all of its content.
    key, _ = element.evaluate(NEXT_STEP)
    for _ in range(MOST_STOPS):
        if not key:
            return element
        page.keyboard.press(key)
        key = seen_step(page, element)
    name = element.evaluate("e => e.outerHTML.slice(0, 200)")
    raise AssertionError(f"By keyboard one does not reach {name} on {page.url}.")


def seen_step(page: Page, element: ElementHandle) -> str:
    """Whoever looks at the page sees where the focus is.

    :return: the key that leads on from there to the element, or nothing where it is reached.
    :raises AssertionError: if there is no ring around the focus, or if it is out of sight.
    """
    key, trouble = element.evaluate(NEXT_STEP)
    for _ in range(PATIENCE_MILLISECONDS // PAUSE_MILLISECONDS):
        if not trouble:
            return key
        page.wait_for_timeout(PAUSE_MILLISECONDS)
        key, trouble = element.evaluate(NEXT_STEP)
    raise AssertionError(f"{trouble} on {page.url}")
