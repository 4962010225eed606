from __future__ import annotations

from qaboard.http.headers import content_security_policy


def test_images_come_from_this_site_and_the_hosts_of_the_ini():
    policy = content_security_policy(["img.example.org", "img.example.org:8443"])
    assert "img-src 'self' data: img.example.org img.example.org:8443;" in policy


def test_nothing_is_allowed_that_is_not_named():
    policy = content_security_policy([])
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "*" not in policy
