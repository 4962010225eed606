"""Log entries of forged requests."""

from __future__ import annotations

from qaboard.limits.forged_requests import log_foreign_request


def test_the_log_says_who_sent_it_from_where_and_the_beginning_of_what(
    people, read_identity, make_request, caplog
):
    user = people.user()
    request = make_request(identity=read_identity(user), environ={"REMOTE_ADDR": "192.0.2.7"})
    with caplog.at_level("INFO", "qaboard.security"):
        log_foreign_request(request, "origin", sent="x" * 5000)
    assert f"foreign_request user={user.id} actor=None address=192.0.2.7" in caplog.text
    assert "reason='origin'" in caplog.text
    assert len(caplog.text) < 500


def test_no_line_of_the_log_can_be_forged_by_what_was_sent(make_request, caplog):
    with caplog.at_level("INFO", "qaboard.security"):
        log_foreign_request(make_request(), "origin", sent="a\nINFO forged")
    assert caplog.text.count("\n") == 1
