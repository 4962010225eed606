"""Lighthouse (npm) with the system's Chromium, as a phone, on pages of a whole site."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass

from node_programs import installed_programs
from programs import required_program
from reader import Reader
from site_in_directory import DOMAIN, Site

TIMEOUT_SECONDS = 180
BODY = "물이 **너무** 뜨거워요.\n\n```python\nprint('hot')\n```\n\n[링크](https://example.org/)"


@dataclass(frozen=True)
class Verdict:
    """What Lighthouse says of a page.

    :param scores: by category, 0 to 100.
    :param layout_shift: the sum of the page's unexpected movements (CLS), without a unit.
    :param script_and_style_bytes: of style sheets and scripts, as they were transferred.
    :param complaints: the audits of which the page fails some part, by category.
    """

    scores: dict[str, int]
    layout_shift: float
    script_and_style_bytes: int
    complaints: dict[str, list[str]]


def pages_of(site: Site) -> dict[str, tuple[str, Reader]]:
    """A list, a question with answers and the form to ask: where they are, and who reads them."""
    author = site.board.user()
    questions = [site.board.question(author, f"커피가 왜 써요? {n}", BODY) for n in range(25)]
    for _ in range(5):
        site.board.answer(questions[0], author, BODY)
    visitor = Reader(site)
    return {
        "list": ("/questions/", visitor),
        "question": (f"/questions/{questions[0].id}/", visitor),
        "ask": ("/questions/ask", Reader(site).log_in(author)),
    }


def judge(site: Site, path: str, reader: Reader) -> Verdict:
    """Have Lighthouse look at a page, with its preset for mobile devices."""
    flags = [
        "--headless=new",
        "--no-sandbox",
        "--ignore-certificate-errors",
        # Quoted, since Lighthouse divides the flags at spaces.
        f'--host-resolver-rules="MAP {DOMAIN}:443 127.0.0.1:{site.https_port}"',
    ]
    cookies = "; ".join(f"{name}={value}" for name, value in reader.cookies.items())
    command = [
        installed_programs() / "lighthouse",
        f"https://{DOMAIN}{path}",
        f"--chrome-flags={' '.join(flags)}",
        "--quiet",
        "--no-enable-error-reporting",
        "--output=json",
        "--only-categories=performance,accessibility,best-practices,seo",
        *([f"--extra-headers={json.dumps({'Cookie': cookies})}"] if cookies else []),
    ]
    chromium = required_program("chromium", package="chromium")
    for _attempt in range(2):
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            env=os.environ | {"CHROME_PATH": chromium},
        )
        # It has not seen the page begin, and asks to be run again.
        if "NO_NAVSTART" not in done.stderr:
            break
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    audits = report["audits"]
    complaints = {}
    for name, category in report["categories"].items():
        failed = [each["id"] for each in category["auditRefs"] if each["weight"]]
        complaints[name] = [key for key in failed if (audits[key]["score"] or 0) < 1]
    return Verdict(
        scores={
            name: round(100 * category["score"]) for name, category in report["categories"].items()
        },
        layout_shift=audits["cumulative-layout-shift"]["numericValue"],
        script_and_style_bytes=sum(
            request["transferSize"]
            for request in audits["network-requests"]["details"]["items"]
            if request["resourceType"] in ("Script", "Stylesheet")
        ),
        complaints=complaints,
    )
