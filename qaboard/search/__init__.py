"""Search: how text is analysed, indexed, found again and ranked."""

from qaboard.search.highlighting import cut_snippet, split_at_hits
from qaboard.search.index import (
    Found,
    SearchSort,
    find_posts,
    find_similar_questions,
    index_post,
    merge_index_parts,
)
from qaboard.search.query import Query, parse_query

__all__ = [
    "Found",
    "Query",
    "SearchSort",
    "cut_snippet",
    "find_posts",
    "find_similar_questions",
    "index_post",
    "merge_index_parts",
    "parse_query",
    "split_at_hits",
]
