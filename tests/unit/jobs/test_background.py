"""The background: in order, whatever happens, and with an end."""

from __future__ import annotations

import threading

from qaboard.http.request_context import RequestRecord, current_record, request_id
from qaboard.jobs import background
from qaboard.jobs.background import BackgroundWorker


def test_jobs_run_one_after_the_other_in_their_order():
    worker = BackgroundWorker()
    done = []
    for number in range(50):
        worker.submit(lambda number=number: done.append(number))
    worker.wait()
    assert done == list(range(50))
    worker.close()


def test_a_job_that_fails_is_logged_and_does_not_stop_the_next(caplog):
    worker = BackgroundWorker()
    done = []
    worker.submit(lambda: 1 / 0)
    worker.submit(lambda: done.append(True))
    worker.wait()
    assert done == [True]
    assert "ZeroDivisionError" in caplog.text
    worker.close()


def test_a_full_queue_drops_the_job_and_says_so(monkeypatch, caplog):
    monkeypatch.setattr(background, "QUEUE_LENGTH", 1)
    worker = BackgroundWorker()
    may_end, began = threading.Event(), threading.Event()
    done = []
    worker.submit(lambda: began.set() or may_end.wait(timeout=10))
    assert began.wait(timeout=10)
    worker.submit(lambda: done.append(1))
    worker.submit(lambda: done.append(2))
    may_end.set()
    worker.wait()
    assert done == [1]
    assert "a job was dropped" in caplog.text
    worker.close()


def test_closing_lets_what_is_there_end():
    worker = BackgroundWorker()
    done = []
    worker.submit(lambda: done.append(True))
    worker.close()
    assert done == [True]
    assert not worker.thread.is_alive()


def test_closing_ends_although_a_job_does_not_and_the_queue_is_full(monkeypatch):
    monkeypatch.setattr(background, "QUEUE_LENGTH", 1)
    monkeypatch.setattr(background, "CLOSE_SECONDS", 0.1)
    worker = BackgroundWorker()
    may_end, began = threading.Event(), threading.Event()
    worker.submit(lambda: began.set() or may_end.wait(timeout=10))
    assert began.wait(timeout=10)
    worker.submit(lambda: None)
    closing = threading.Thread(target=worker.close)
    closing.start()
    closing.join(timeout=5)
    has_closed = not closing.is_alive()
    may_end.set()
    assert has_closed
    worker.wait()
    worker.close()


def test_a_worker_without_jobs_has_no_thread():
    worker = BackgroundWorker()
    assert worker.thread is None
    worker.wait()
    worker.close()


def test_a_job_keeps_the_id_of_its_request():
    worker = BackgroundWorker()
    ids = []
    for given in ("a" * 32, "b" * 32):
        token = current_record.set(RequestRecord(given))
        worker.submit(lambda: ids.append(request_id()))
        current_record.reset(token)
    worker.submit(lambda: ids.append(request_id()))
    worker.wait()
    assert ids == ["a" * 32, "b" * 32, "-"]
    worker.close()
