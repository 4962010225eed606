"""Whether the time of a refused login tells that its name or mail address is known.
``python bench/login_timing.py``

Logs in with a wrong password, by turns in random order as a user who exists and as one who does
not, by name and by mail address, and compares the medians of the times of the answers. What the
difference is worth is seen by shuffling: it is less than the noise when at least one in a thousand
random halvings of all times differs as much, so that chance alone fails one run in a thousand. Exit
status 1 when it is not.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

from pyramid.paster import get_appsettings
from servers import migrate
from webtest import TestApp

import qaboard
from qaboard.database.transaction import make_session
from qaboard.services.accounts.user import sign_up
from qaboard.settings import SettingsError

PROJECT = Path(__file__).resolve().parent.parent
SHUFFLES = 5_000
SIGNIFICANT = 0.001
WARM_UPS = 20


def make_app(directory: str):
    """The board of development.ini on an empty database, without limits for logins."""
    settings = get_appsettings(str(PROJECT / "development.ini"))
    settings.update(
        {
            "pyramid.includes": "",
            "mail.enabled": "false",
            "rate_limits.login_account": "none",
            "rate_limits.login_address": "none",
            "sqlalchemy.url": f"sqlite:///{directory}/qaboard.sqlite",
        }
    )
    try:
        app = qaboard.main({}, **settings)
    except SettingsError as error:
        raise SystemExit(str(error)) from error
    migrate(app.registry["engine"])
    return app


PAIRS = {
    "name": ("somebody", "nobody12"),
    "address": ("somebody@example.com", "nobody12@example.com"),
}
"""One that an account has, and one that none has."""


def open_account(app) -> None:
    """The account that is known."""
    with make_session(app.registry["engine"], writes=True) as session, session.begin():
        hasher = app.registry["passwords"]
        sign_up(
            session,
            username="somebody",
            email="somebody@example.com",
            password_hash=hasher.hash("correct horse battery"),
            is_verified=True,
        )


def measure(app, pair: tuple[str, str], count: int) -> list[list[float]]:
    """The times of refused logins, in seconds, for what exists and for what does not."""
    client = TestApp(app)
    token = client.get("/login").forms["login"]["csrf_token"].value
    times: dict[str, list[float]] = {name: [] for name in pair}
    names = [*times] * count
    random.shuffle(names)
    for number, name in enumerate([*times] * (WARM_UPS // 2) + names):
        fields = {"csrf_token": token, "username": name, "password": "wrong horse battery"}
        # What the one before has left to do in the background belongs to the one before.
        app.registry["background"].wait()
        begin = time.perf_counter()
        client.post("/login", fields, status=400)
        if number >= WARM_UPS:
            times[name].append(time.perf_counter() - begin)
    return list(times.values())


def share_of_larger_differences(known: list[float], unknown: list[float]) -> float:
    """How many of the random halvings of all times differ as much as these two, 0 to 1."""
    difference = abs(statistics.median(known) - statistics.median(unknown))
    everything = [*known, *unknown]
    larger = 0
    for _ in range(SHUFFLES):
        random.shuffle(everything)
        halves = everything[: len(known)], everything[len(known) :]
        larger += abs(statistics.median(halves[0]) - statistics.median(halves[1])) >= difference
    return larger / SHUFFLES


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300, help="logins of each kind")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as directory:
        app = make_app(directory)
        open_account(app)
        times = {kind: measure(app, pair, count) for kind, pair in PAIRS.items()}
        app.registry["background"].close()
        app.registry["engine"].dispose()
    # All of them are printed, also after one that is not noise.
    verdicts = [is_noise(kind, *measured) for kind, measured in times.items()]
    return 0 if all(verdicts) else 1


def is_noise(kind: str, known: list[float], unknown: list[float]) -> bool:
    """Print what was measured, and say whether it tells nothing."""
    share = share_of_larger_differences(known, unknown)
    milliseconds = [1000 * statistics.median(times) for times in (known, unknown)]
    print(f"known {kind:9s}{milliseconds[0]:8.3f} ms, median of {len(known)}")
    print(f"unknown {kind:7s}{milliseconds[1]:8.3f} ms, median of {len(unknown)}")
    print(f"difference     {milliseconds[0] - milliseconds[1]:+8.3f} ms")
    print(f"as large by chance in {share:.0%} of {SHUFFLES} shuffles")
    quartiles = statistics.quantiles([*known, *unknown], n=4)
    spread = 1000 * (quartiles[2] - quartiles[0])
    print(f"spread         {spread:8.3f} ms between the quartiles of all answers")
    # What one answer varies by hides what the medians differ by.
    tells_nothing = share >= SIGNIFICANT or abs(milliseconds[0] - milliseconds[1]) < spread
    print("less than the noise" if tells_nothing else "MORE THAN THE NOISE")
    return tells_nothing


if __name__ == "__main__":
    sys.exit(main())
