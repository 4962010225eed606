"""Pages of a list, and the numbered links between them."""

from __future__ import annotations

from dataclasses import dataclass

from webob.multidict import MultiDict

from qaboard.http.numbers import parse_natural_number

NEIGHBOURS = 2
"""How many pages are linked on each side of the current one."""


class NoSuchPageError(LookupError):
    """The address names a page that the list does not have."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    ``number`` counts from 1; ``size`` is the rows of a full page; ``total`` the rows of the list.
    """

    number: int
    size: int
    total: int

    @property
    def count(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def offset(self) -> int:
        """How many rows come before this page."""
        return (self.number - 1) * self.size

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.count else None

    @property
    def links(self) -> list[int | None]:
        """The numbers to link: first, last, the current one's neighbours; ``None`` is a gap."""
        near = range(self.number - NEIGHBOURS, self.number + NEIGHBOURS + 1)
        wanted = sorted({1, self.count, *(n for n in near if 1 <= n <= self.count)})
        links: list[int | None] = []
        for number in wanted:
            if links and number - links[-1] == 2:
                # A gap of one page takes no less room than its number.
                links.append(number - 1)
            elif links and number - links[-1] > 2:
                links.append(None)
            links.append(number)
        return links


def requested_number(query: MultiDict) -> int:
    """The number of the page that ``?page=`` names, from 1; the first by default.

    :param query: the fields of the address, ``request.GET``.
    :raises NoSuchPageError: when it is no number, or comes twice.
    """
    values = query.getall("page")
    if not values:
        return 1
    try:
        (value,) = values
        return parse_natural_number(value)
    except ValueError:
        raise NoSuchPageError from None


def requested_page(query: MultiDict, *, size: int, total: int) -> Page:
    """The page that ``?page=`` names, or the first.

    :param query: the fields of the address, ``request.GET``.
    :param size: rows of a full page.
    :param total: rows of the list.
    :raises NoSuchPageError: as `requested_number` does, and for one beyond the end.
    """
    page = Page(requested_number(query), size, total)
    if page.number > page.count:
        raise NoSuchPageError
    return page
