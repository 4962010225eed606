"""What Lighthouse says of the site, but for its speed: that is ``bench/lighthouse_scores.py``."""

from __future__ import annotations

from lighthouse import judge, pages_of

SCRIPT_AND_STYLE_MAX_BYTES = 60_000


def test_pages_are_as_they_should_be_for_people_and_search_engines(site):
    for name, (path, reader) in pages_of(site).items():
        verdict = judge(site, path, reader)
        for category in ("accessibility", "best-practices", "seo"):
            found = (name, category, verdict.complaints[category])
            assert verdict.scores[category] == 100, found
        assert verdict.layout_shift == 0, name
        assert 0 < verdict.script_and_style_bytes <= SCRIPT_AND_STYLE_MAX_BYTES, name
