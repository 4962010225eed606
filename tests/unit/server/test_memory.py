"""The memory that only the start needed is given back at its end."""

from __future__ import annotations

import linecache

from pyramid.config import Configurator

from qaboard.server import memory


def test_the_lines_of_modules_that_the_start_has_read_are_forgotten():
    linecache.getlines(memory.__file__)
    assert memory.__file__ in linecache.cache
    config = Configurator()
    config.include(memory)
    config.make_wsgi_app()
    assert not linecache.cache
