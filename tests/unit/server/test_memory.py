"""What was used for a moment is given back to the system."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import re
from pathlib import Path

from pyramid.config import Configurator

from qaboard.server import memory
from qaboard.security.passwords import PasswordHashing
from qaboard.settings import PasswordSettings

def resident_kib() -> int:
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

Configurator().include(memory)
passwords = PasswordHashing(
    PasswordSettings(memory_kib=19456, passes=1, lanes=1, concurrent_hashes=1)
)
before = resident_kib()
for _ in range(4):
    passwords.hash("correct horse")
print(resident_kib() - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="there is nothing to be set")
def test_hashing_leaves_no_memory_behind():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 8 * 1024
