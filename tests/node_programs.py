"""Programs of npm that some tests run, as `validity/package.json` and its lock file pin them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from programs import required_program

PACKAGE = Path(__file__).parent / "validity"
INSTALL_TIMEOUT_SECONDS = 300


def installed_programs() -> Path:
    """The folder of the programs, installed as the lock file says the first time.

    Without npm, or a registry that it reaches, the test is skipped; in CI it fails.
    """
    npm = required_program("npm", package="nodejs npm")
    lock = PACKAGE / "package-lock.json"
    installed = PACKAGE / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        result = subprocess.run(
            command, cwd=PACKAGE, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_SECONDS
        )
        if result.returncode:
            reason = f"npm could not install its programs: {result.stderr[-500:]}"
            if os.environ.get("CI"):
                pytest.fail(reason)
            pytest.skip(reason)
        installed.touch()
    return PACKAGE / "node_modules" / ".bin"
