"""Programs of the system that some tests need; in CI a missing one is a failure."""

from __future__ import annotations

import os
import shutil

import pytest


def required_program(name: str, *, package: str) -> str:
    """The path of a program; a test that needs one that is missing is skipped, in CI it fails.

    :param package: the Debian package that has it.
    """
    path = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if path is not None:
        return path
    reason = f"{name} is not installed; on Debian: apt-get install {package}"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
