"""Are there known weaknesses in the libraries of this environment?  ``make audit``

Asks pip-audit about every installed package. Exit status 1 when one has a known weakness; where the
advisory data cannot be had, which pip-audit tells by an error or by passing packages over, a
sentence says so.
"""

from __future__ import annotations

import json
import subprocess
import sys

TIMEOUT_SECONDS = 300
SKIPPED = "The audit was skipped: the advisory data cannot be had from here."


def audit(arguments: list[str]) -> int:
    """Run pip-audit and judge what it found.

    :param arguments: further ones for it, such as ``--osv-url``.
    :return: the exit status.
    """
    command = [sys.executable, "-m", "pip_audit", "--local", "--skip-editable"]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "10", *arguments]
    try:
        result = subprocess.run(  # noqa: S603 - its own arguments
            command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
        dependencies = json.loads(result.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        print(SKIPPED)
        return 0
    weak = [dependency for dependency in dependencies if dependency.get("vulns")]
    for dependency in weak:
        names = ", ".join(weakness["id"] for weakness in dependency["vulns"])
        print(f"{dependency['name']} {dependency['version']}: {names}")
    if weak:
        return 1
    audited = [dependency for dependency in dependencies if "skip_reason" not in dependency]
    if not audited:
        print(SKIPPED)
        return 0
    passed_over = len(dependencies) - len(audited)
    print(f"No known weakness in {len(audited)} packages; nothing is known of {passed_over}.")
    return 0


if __name__ == "__main__":
    sys.exit(audit(sys.argv[1:]))
