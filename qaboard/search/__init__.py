"""Search: how text is analysed, indexed and found again."""

from qaboard.search.index import count_hits, find_post_ids, index_post
from qaboard.search.query import Query, cut_snippet, parse_query, split_at_hits

__all__ = [
    "Query",
    "count_hits",
    "cut_snippet",
    "find_post_ids",
    "index_post",
    "parse_query",
    "split_at_hits",
]
