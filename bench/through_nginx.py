"""How many requests a second does the whole site take?  ``python bench/through_nginx.py``

Builds the site of ``deploy/`` in a temporary directory, as ``tests/deployment/`` does: PostgreSQL,
processes of the board, and nginx with TLS. A visitor asks for the list over connections that stay
open: one process alone (HTTP), and nginx (HTTPS), which has it in its cache; compressed as every
browser has it, and as it is. By turns in short rounds; what is printed are the medians, and their
ratio to one process asked in the same way. Needs ``wrk`` (on Debian: apt-get install wrk), with
which they share the cores.

Exit status 1 when the site takes less than twenty times the requests of one process, compressed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "tests"), str(PROJECT / "tests" / "deployment")]

from site_in_directory import DOMAIN, PROCESSES, Site, running_site  # noqa: E402 - the path above

LEAST_RATIO = 20
CONNECTIONS = 32
QUESTIONS = 40


def requests_a_second(address: str, seconds: int, *headers: str) -> float:
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout=30s"]
    command += [f"-H{header}" for header in (f"Host: {DOMAIN}", *headers)]
    command.append(f"{address}/questions/")
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output or "Socket errors" in output:
        raise SystemExit(f"{address}: {output}")
    return float(re.search(r"Requests/sec:\s+([0-9.]+)", output)[1])


def measure(site: Site, rounds: int, seconds: int) -> dict[tuple[str, str], float]:
    """The requests a second of each server and page, the median of the rounds."""
    process = f"http://127.0.0.1:{site.tcp_port}"
    nginx = f"https://127.0.0.1:{site.https_port}"
    servers = {
        "one process alone": (process, "X-Forwarded-Proto: https"),
        "through nginx": (nginx,),
        "through nginx, kept by nobody": (nginx, "Cookie: other=1"),
    }
    pages = {"compressed": "Accept-Encoding: gzip, deflate, br, zstd", "as it is": "Accept: */*"}
    rates: dict[tuple[str, str], list[float]] = {}
    # The first round warms up.
    for number in range(rounds + 1):
        for page, header in pages.items():
            for server, (address, *headers) in servers.items():
                rate = requests_a_second(address, seconds, header, *headers)
                if number:
                    rates.setdefault((page, server), []).append(rate)
    return {way: statistics.median(each) for way, each in rates.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each way in a round")
    arguments = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed; on Debian: apt-get install wrk")
    with running_site() as site:
        author = site.board.user()
        for number in range(QUESTIONS):
            site.board.question(author, title=f"Why is my coffee no. {number} bitter?")
        rates = measure(site, arguments.rounds, arguments.seconds)
    for (page, server), rate in rates.items():
        ratio = rate / rates[page, "one process alone"]
        print(f"{page:12} {server:30} {rate:8.0f}/s  ratio {ratio:.1f}")
    is_enough = (
        rates["compressed", "through nginx"]
        >= LEAST_RATIO * rates["compressed", "one process alone"]
    )
    print(f"{PROCESSES + 1} processes; at least {LEAST_RATIO}: {'yes' if is_enough else 'NO'}")
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
