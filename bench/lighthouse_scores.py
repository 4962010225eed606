"""What does Lighthouse think of the pages?  ``python bench/lighthouse_scores.py``

Builds the site of ``deploy/`` in a temporary directory, as ``tests/deployment/`` does, and has
Lighthouse look at a list, a question and the form to ask as a phone does: on a slow network, with a
processor that is four times as slow as this one. Medians of several looks. Needs npm and Chromium
(on Debian: apt-get install nodejs npm chromium).

Exit status 1 when a page has less than 98 of 100 for its speed, less than 100 for accessibility,
best practices or search engines, or when its layout shifts.
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# The site of the tests serves here too; their folders are no packages, so they must be on the path
# before the imports (E402).
sys.path[:0] = [str(PROJECT / "tests"), str(PROJECT / "tests" / "deployment")]

from lighthouse import judge, pages_of  # noqa: E402 - the path above
from site_in_directory import running_site  # noqa: E402 - the path above

LEAST_SCORES = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--looks", type=int, default=3, help="at each page")
    arguments = parser.parse_args()
    is_good = True
    print(f"{'':10} {' '.join(f'{name:>14}' for name in LEAST_SCORES)}  layout shift  CSS and JS")
    with running_site() as site:
        for name, (path, reader) in pages_of(site).items():
            verdicts = [judge(site, path, reader) for _look in range(arguments.looks)]
            scores = {
                category: statistics.median(verdict.scores[category] for verdict in verdicts)
                for category in LEAST_SCORES
            }
            shift = max(verdict.layout_shift for verdict in verdicts)
            size = verdicts[0].script_and_style_bytes
            told = " ".join(f"{score:14.0f}" for score in scores.values())
            print(f"{name:10} {told}  {shift:12.3f}  {size:,} bytes")
            is_good &= all(scores[each] >= least for each, least in LEAST_SCORES.items())
            is_good &= shift == 0
            for category, complaints in verdicts[-1].complaints.items():
                if complaints:
                    print(f"{'':10} {category}: {', '.join(complaints)}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
