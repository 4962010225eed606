"""Every kind of page in both themes, on a phone, a tablet and a desk: axe-core finds nothing wrong,
nothing scrolls sideways, and nothing is said on the console or asked of another host.

axe-core 4.14.1 (MPL 2.0) is in ``axe/`` as its npm package has it. With ``QABOARD_SCREENSHOTS`` set
to a folder, each page is put there as a picture, to be looked at.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from look_pages import open_page, page_kinds, readers
from scripting import PHONE_WIDTH
from watching import watch

AXE = Path(__file__).with_name("axe") / "axe.min.js"
HEIGHT = 800
WIDTHS = (1280, 768, PHONE_WIDTH)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

LOOK = """async (rules) => {
  const root = document.documentElement;
  const tooWide = root.scrollWidth <= root.clientWidth ? [] :
    [...document.querySelectorAll("body *")]
      .filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1)
      .map((element) => `too wide: ${element.tagName}.${element.className}`);
  const { violations, passes } = await axe.run({ runOnly: rules, resultTypes: ["violations"] });
  if (passes.length === 0) {
    tooWide.push("axe-core looked at nothing");
  }
  return [...tooWide, ...violations.flatMap(({ id, nodes }) => nodes.map((node) =>
    `${id}: ${node.target} ${node.failureSummary}`.slice(0, 400)))];
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_right_in_its_looks(chromium, site, app, board, theme):
    folder = os.environ.get("QABOARD_SCREENSHOTS")
    troubles: list[str] = []
    for reader, kinds in readers(page_kinds(board, app)):
        context = chromium.new_context(
            base_url=site,
            locale="ko-KR",
            color_scheme=theme,
            reduced_motion="reduce",
            viewport={"width": WIDTHS[0], "height": HEIGHT},
        )
        context.set_default_timeout(10_000)
        watch(context, site, troubles)
        if reader is not None:
            token = board.token(reader)
            context.add_cookies([{"name": "login", "value": token, "url": site}])
        page = context.new_page()
        for kind in kinds:
            page.set_viewport_size({"width": WIDTHS[0], "height": HEIGHT})
            open_page(page, kind)
            page.evaluate(AXE.read_text())
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": HEIGHT})
                found = page.evaluate(LOOK, RULES)
                troubles += [f"{kind.name}, {width} px: {fault}" for fault in found]
                if folder:
                    name = re.sub(r"\W+", "-", kind.name)
                    path = Path(folder) / f"{name}-{width}-{theme}.png"
                    page.screenshot(path=path, full_page=True)
        context.close()
    assert troubles == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_is_wrong_is_found(chromium, site, board, theme):
    context = chromium.new_context(base_url=site, color_scheme=theme)
    page = context.new_page()
    page.goto("/questions/")
    page.evaluate(AXE.read_text())
    page.evaluate(
        """() => {
          const faint = document.createElement("p");
          faint.textContent = "faint";
          faint.style.cssText = "color: #777; background: #888; width: 5000px; max-width: none";
          document.querySelector("main").append(faint);
        }"""
    )
    found = page.evaluate(LOOK, RULES)
    assert [fault.partition(":")[0] for fault in found] == ["too wide", "color-contrast"]
    context.close()
