"""How many requests a second does the whole site take?  ``python bench/through_nginx.py``

Builds the site of ``deploy/`` in a temporary directory, as ``tests/deployment/`` does: PostgreSQL,
processes of the board, and nginx with TLS. A visitor asks for the list over connections that stay
open: one process alone (HTTP), and nginx (HTTPS), which has it in its cache. By turns in short
rounds; what is printed are the medians. Needs ``wrk`` (on Debian: apt-get install wrk), with which
they share the cores.

Exit status 1 when the site takes less than twenty times the requests of one process.
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


def measure(site: Site, rounds: int, seconds: int) -> dict[str, list[float]]:
    """The requests a second of each way, in each round."""
    process = f"http://127.0.0.1:{site.tcp_port}"
    nginx = f"https://127.0.0.1:{site.https_port}"
    ways = {
        "one process alone": (process, "X-Forwarded-Proto: https"),
        "through nginx": (nginx,),
        "through nginx, gzip": (nginx, "Accept-Encoding: gzip"),
        "through nginx, kept by nobody": (nginx, "Cookie: other=1"),
    }
    rates: dict[str, list[float]] = {way: [] for way in ways}
    # The first round warms up.
    for number in range(rounds + 1):
        for way, (address, *headers) in ways.items():
            rate = requests_a_second(address, seconds, *headers)
            if number:
                rates[way].append(rate)
    return rates


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
    alone, cached, *_others = (statistics.median(each) for each in rates.values())
    for way, each in rates.items():
        rate = statistics.median(each)
        print(f"{way:30} {rate:8.0f}/s  ratio {rate / alone:.1f}")
    is_enough = cached >= LEAST_RATIO * alone
    print(f"{PROCESSES + 1} processes; at least {LEAST_RATIO}: {'yes' if is_enough else 'NO'}")
    return 0 if is_enough else 1


if __name__ == "__main__":
    sys.exit(main())
