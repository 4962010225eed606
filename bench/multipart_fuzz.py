"""CPU time of hostile bodies.  ``python bench/multipart_fuzz.py [--fuzz SECONDS] [--save FILE]``

Looks for bodies that cost much before they are refused: every pair of pieces of multipart and form
syntax, repeated behind several beginnings, then random patterns until the seconds are over. The ten
that cost most per byte are made as long as a body may be and posted once more; printed are the CPU
seconds of each, the status of the answer and the recipe. Exit status 1 if one takes half a second.

``--replay FILE`` posts the bodies that ``--save`` wrote down, for comparing two releases.

``--through-nginx`` posts them nine at once to a whole site (as ``tests/deployment/`` builds it) and
prints how long visitors wait for a page meanwhile.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import logging
import random
import ssl
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from webob import Request

PROJECT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(PROJECT / "tests"), str(PROJECT / "tests" / "deployment")]

from login_timing import make_app  # noqa: E402 - the path above

PROBE_BYTES = 32 * 1024
BODY_BYTES = 1024 * 1024
"""The longest body that is read at all."""
LIMIT_SECONDS = 0.5
SHOWN_COUNT = 10
SENDERS = 9
PATHS = ("/login", "/nowhere", "/questions/draft")

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=x"
TYPES = (
    MULTIPART,
    FORM,
    "multipart/form-data",
    "multipart/mixed; boundary=x",
    "application/json",
    "",
    f'{FORM}; a="{";" * 8000}',
    f'{MULTIPART}; a="{";" * 8000}',
)

PART = '--x\r\nContent-Disposition: form-data; name="a"'
BEGINNINGS = (
    "",
    "--x\r\n",
    PART,
    f"{PART}\r\n",
    f"{PART}\r\n\r\n",
    f"{PART}; filename=f\r\n\r\n",
    "--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n",
    "--x\r\nA: b",
)
PIECES = (
    "--x\r\n", "\r\n--x\r\n", "--x\n", "--x--\r\n", "\r\n--", "--y\r\n", f"{PART}\r\n\r\n1\r\n",
    'Content-Disposition: form-data; name="a"\r\n', "Content-Disposition: form-data; name=",
    "Content-Type: multipart/mixed; boundary=y\r\n", "Content-Type: message/rfc822\r\n",
    "Content-Transfer-Encoding: base64\r\n", "Content-Length: 1\r\n", "A: b\r\n", "A:\r\n", ":",
    "; a=b", '; a="', ";", '"', '\\"', "\\", " b\r\n", "\tb\r\n", " ", "\r\n", "\r\n\r\n", "\n",
    "\r", "a", "=", "&", "a=1&", "%41", "%", "%ff", "+", "가", "\x00", "-", "x",
)  # fmt: skip


class Body(NamedTuple):
    """A body by its recipe: a pattern, repeated behind a beginning."""

    content_type: str
    path: str
    beginning: str
    pattern: str

    def made(self, length: int) -> bytes:
        beginning, pattern = self.beginning.encode(), self.pattern.encode()
        count = (length - len(beginning)) // len(pattern)
        return beginning + pattern * count

    def told(self) -> str:
        kind = self.content_type[:60] or "no Content-Type"
        return f"{self.path} {kind!r} {self.beginning!r} + {self.pattern!r} ..."


def post(app, body: Body, length: int) -> tuple[float, int]:
    """The CPU seconds of this process for a request, and the status of the answer."""
    request = Request.blank(body.path, method="POST", body=body.made(length))
    request.content_type = ""
    request.environ["CONTENT_TYPE"] = body.content_type
    begin = time.process_time()
    response = request.get_response(app)
    return time.process_time() - begin, response.status_int


def candidates(seconds: float) -> Iterator[Body]:
    """Bodies to be tried: the systematic ones, then random ones until the seconds are over."""
    until = time.monotonic() + seconds
    for kind, beginning, piece in itertools.product(TYPES, BEGINNINGS, PIECES):
        yield Body(kind, "/login", beginning, piece)
    chance = random.Random(1)  # bodies, not secrets  # nosec B311
    while time.monotonic() < until:
        pattern = "".join(chance.choices(PIECES, k=chance.randint(2, 5)))
        kind = chance.choice((MULTIPART, MULTIPART, FORM, *TYPES))
        yield Body(kind, chance.choice(PATHS), chance.choice(BEGINNINGS), pattern)


def worst(app, seconds: float) -> list[Body]:
    """The bodies that cost most, each beginning and pattern once."""
    times = [(post(app, body, PROBE_BYTES)[0], body) for body in candidates(seconds)]
    times.sort(reverse=True)
    # A collection of garbage may have made one look slow, so the leaders are tried again.
    again = [
        (min(post(app, body, PROBE_BYTES)[0] for _ in range(3)), body) for _, body in times[:40]
    ]
    again.sort(reverse=True)
    print(f"{len(times)} bodies of {PROBE_BYTES} bytes tried")
    return [body for _seconds, body in again[:SHOWN_COUNT]]


def wait_for_page(site, number: int) -> float:
    """How long a visitor waits for a page that nginx does not have."""
    context = ssl.create_default_context(cafile=str(site.directory / "fullchain.pem"))
    context.check_hostname = False
    connection = http.client.HTTPSConnection(
        "127.0.0.1", site.https_port, timeout=120, context=context
    )
    begin = time.perf_counter()
    connection.request("GET", f"/questions/?x={number}", headers={"Host": "board.example"})
    response = connection.getresponse()
    response.read()
    connection.close()
    if response.status != 200:
        raise SystemExit(f"a visitor got {response.status}")
    return time.perf_counter() - begin


def send(site, body: Body, stop: threading.Event) -> None:
    """Post a body again and again until told to stop."""
    context = ssl.create_default_context(cafile=str(site.directory / "fullchain.pem"))
    context.check_hostname = False
    made = body.made(BODY_BYTES)
    while not stop.is_set():
        connection = http.client.HTTPSConnection(
            "127.0.0.1", site.https_port, timeout=120, context=context
        )
        headers = {"Host": "board.example", "Content-Type": body.content_type}
        try:
            connection.request("POST", body.path, made, headers)
            connection.getresponse().read()
        except OSError:
            # nginx may answer before it has read all of it.
            pass
        connection.close()


def measure_latency(bodies: list[Body], seconds: float) -> None:
    """Print how long visitors wait while nobody, and while nine senders send the worst bodies."""
    from site_in_directory import running_site

    with running_site() as site:
        site.board.question(site.board.user())
        for label, senders in (("nobody sends", 0), (f"{SENDERS} at once", SENDERS)):
            stop = threading.Event()
            threads = [
                threading.Thread(target=send, args=(site, bodies[number % len(bodies)], stop))
                for number in range(senders)
            ]
            for thread in threads:
                thread.start()
            time.sleep(2 if senders else 0)
            times, until = [], time.monotonic() + seconds
            while time.monotonic() < until:
                times.append(wait_for_page(site, len(times)))
                time.sleep(0.1)
            stop.set()
            for thread in threads:
                thread.join()
            print(
                f"{label:14} {len(times)} pages: median {statistics.median(times):.3f} s, "
                f"longest {max(times):.3f} s"
            )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fuzz", type=float, default=30, metavar="SECONDS")
    parser.add_argument("--save", type=Path, metavar="FILE")
    parser.add_argument("--replay", type=Path, metavar="FILE")
    parser.add_argument("--through-nginx", type=float, metavar="SECONDS")
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    slowest = 0.0
    with tempfile.TemporaryDirectory() as directory:
        app = make_app(directory)
        if arguments.replay:
            bodies = [Body(*fields) for fields in json.loads(arguments.replay.read_text())]
        else:
            bodies = worst(app, arguments.fuzz)
        if arguments.save:
            arguments.save.write_text(json.dumps(bodies, indent=1))
        for body in bodies:
            seconds, status = post(app, body, BODY_BYTES)
            slowest = max(slowest, seconds)
            print(f"{seconds:7.3f} s  {status}  {body.told()}", flush=True)
    if arguments.through_nginx:
        measure_latency(bodies, arguments.through_nginx)
    return 0 if slowest < LIMIT_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
