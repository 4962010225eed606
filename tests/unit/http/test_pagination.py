from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webob.multidict import MultiDict

from qaboard.http.pagination import NoSuchPageError, Page, requested_page


@pytest.mark.parametrize(
    ("number", "count", "links"),
    [
        (1, 1, [1]),
        (1, 3, [1, 2, 3]),
        (1, 10, [1, 2, 3, None, 10]),
        (4, 10, [1, 2, 3, 4, 5, 6, None, 10]),
        (5, 10, [1, 2, 3, 4, 5, 6, 7, None, 10]),
        (6, 12, [1, None, 4, 5, 6, 7, 8, None, 12]),
        (10, 10, [1, None, 8, 9, 10]),
    ],
)
def test_links(number, count, links):
    assert Page(number, 1, count).links == links


@given(st.integers(1, 10**6), st.integers(1, 100), st.integers(0, 10**8))
def test_links_are_rising_and_never_hide_a_single_page(number, size, total):
    page = Page(min(number, max(1, -(-total // size))), size, total)
    links = page.links
    assert links[0] == 1
    assert links[-1] == page.count
    assert page.number in links
    assert len(links) <= 9
    for before, after in pairwise(links):
        if before is not None and after is not None:
            assert after == before + 1
    for index, link in enumerate(links):
        if link is None:
            assert links[index + 1] - links[index - 1] > 2


def test_an_empty_list_has_one_page():
    assert requested_page(MultiDict(), size=20, total=0) == Page(1, 20, 0)
    with pytest.raises(NoSuchPageError):
        requested_page(MultiDict(page="2"), size=20, total=0)


def test_the_page_beyond_a_full_last_one_is_not_there():
    assert requested_page(MultiDict(page="2"), size=20, total=40).next is None
    with pytest.raises(NoSuchPageError):
        requested_page(MultiDict(page="3"), size=20, total=40)
