"""What readers and writers notice of an operator's work, and of accidents."""

from __future__ import annotations

import configparser

from load import WRITERS, busy
from site_in_directory import PROCESSES
from sqlalchemy import text

from qaboard.settings import load_settings

# All that a request can come to when nothing is wrong.
WELL = ("read 200", "read 404", "write 303")


def test_a_rolling_restart_is_not_noticed(site):
    with busy(site) as load:
        for number in range(1, PROCESSES + 1):
            site.stop_process(number)
            load.wait_for(10, *WELL)
            site.start_processes(number)
            load.wait_for(10, "write 303")
    assert set(load.results) == set(WELL)
    assert load.missing() == set()


def test_a_process_that_is_killed_takes_only_its_own_requests_along(site):
    with busy(site) as load:
        for number in range(1, PROCESSES + 1):
            site.kill_process(number)
            load.wait_for(20, "write 303")
            site.start_processes(number)
            load.wait_for(10, *WELL)
    # What only reads is asked of another process; a form is sent once. A writer has one at a time.
    assert set(load.results) <= {*WELL, "write 503"}
    assert load.results["write 503"] <= WRITERS * PROCESSES
    assert load.missing() == set()


def test_a_database_that_stops_and_starts_loses_nothing(site):
    with busy(site) as load:
        site.database.stop()
        load.wait_for(20, "write 503")
        load.wait_for(20, "read 503")
        site.database.start()
        load.wait_for(30, "write 303")
        outage = load.count("read 503", "write 503")
        load.wait_for(60, *WELL)
        assert load.count("read 503", "write 503") == outage
    assert set(load.results) == {*WELL, "read 503", "write 503"}
    assert load.missing() == set()


def test_the_processes_share_the_connections_of_the_database(site):
    ini = configparser.ConfigParser({"here": ""})
    ini.read(site.ini)
    settings = load_settings(ini["app:main"], site.environment)
    statement = text("SELECT count(*) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    with busy(site) as load:
        load.wait_for(100, *WELL)
        with site.engine.connect() as connection:
            count = connection.scalar(statement)
    site.engine.dispose()
    assert count <= PROCESSES * (settings.database_connections + 1) + 5
