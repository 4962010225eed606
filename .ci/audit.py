"""Are there known weaknesses in the libraries that requirements.txt pins?  ``make audit``

Asks pip-audit. Exit status 1 when one has a known weakness, and when the audit itself does not
work; where the advisory data cannot be had, a sentence says so.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements.txt"
TIMEOUT_SECONDS = 300
SKIPPED = "The audit was skipped: the advisory data cannot be had from here."

# How pip-audit ends when its service does not answer, or answers with something else than data.
UNREACHABLE = re.compile(
    r"^(?:requests\.exceptions\.(?:ConnectionError|ProxyError|SSLError|ConnectTimeout|ReadTimeout"
    r"|ChunkedEncodingError|JSONDecodeError)"
    r"|pip_audit\._service\.interface\.(?:ServiceError|ConnectionError)"
    r"|ERROR:pip_audit\._cli:Could not connect to )",
    re.MULTILINE,
)


def audit(arguments: list[str]) -> int:
    """Run pip-audit and judge what it found.

    :param arguments: further ones for it, such as ``--osv-url``.
    :return: the exit status.
    """
    # Every library is pinned, so nothing is left to resolve, and nothing is installed for it.
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(REQUIREMENTS)]
    command += ["--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10", *arguments]
    try:
        result = subprocess.run(  # noqa: S603 - its own arguments
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        print(SKIPPED)
        return 0
    try:
        dependencies = json.loads(result.stdout)["dependencies"]
    except (ValueError, KeyError):
        if UNREACHABLE.search(result.stderr):
            print(SKIPPED)
            return 0
        dependencies = []
    if not dependencies:
        print(result.stderr, end="", file=sys.stderr)
        print("The audit failed: pip-audit does not work here.")
        return 1
    weak = [dependency for dependency in dependencies if dependency.get("vulns")]
    for dependency in weak:
        names = ", ".join(weakness["id"] for weakness in dependency["vulns"])
        print(f"{dependency['name']} {dependency['version']}: {names}")
    if weak:
        return 1
    # What the service has never heard of, pip-audit passes over.
    unknown = [dependency["name"] for dependency in dependencies if "skip_reason" in dependency]
    if len(unknown) == len(dependencies):
        print(SKIPPED)
        return 0
    print(f"No known weakness in {len(dependencies) - len(unknown)} libraries.")
    if unknown:
        print(f"Nothing is known of {', '.join(unknown)}.")
    return 0


if __name__ == "__main__":
    sys.exit(audit(sys.argv[1:]))
