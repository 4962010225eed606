"""The site that the files of ``deploy/`` make: its journeys over HTTPS, and what nginx adds."""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import subprocess
from contextlib import ExitStack, closing

import pytest
from reader import Reader
from site_in_directory import BIN, DOMAIN, PROCESSES
from sqlalchemy import DDL
from sqlalchemy.exc import ProgrammingError
from waiting import wait_until

PASSWORD = "a long phrase of tests"


def sign_up(site, name: str) -> Reader:
    reader = Reader(site)
    fields = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
    fields |= {"password_confirm": PASSWORD, "website": ""}
    page = reader.get("/signup").text
    stamp = re.search(r'name="stamp"[^>]* value="([^"]*)"', page)
    if stamp:
        fields["stamp"] = stamp[1]
    assert reader.submit("/signup", "/signup", **fields).status == 303
    return reader


def test_the_configuration_is_right(site):
    checked = subprocess.run(site.nginx_command("-t"), capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr


def test_journeys(site):
    asker, answerer, visitor = sign_up(site, "asker"), sign_up(site, "answerer"), Reader(site)
    asked = asker.submit(
        "/questions/ask", "/questions/ask", title="커피가 왜 써요?", body="Too **hot**?"
    )
    assert asked.status == 303
    question = asked.headers["Location"]
    assert re.fullmatch(r"/questions/\d+/", question)
    # Its author sees it at once.
    assert "<strong>hot</strong>" in asker.get(question).text
    assert "커피가 왜 써요?" in asker.get("/questions/").text
    answered = answerer.submit(question, f"{question}answers/", body="With less water.")
    assert answered.status == 303
    assert answerer.submit(question, f"{question}vote", value="1").status == 303
    page = visitor.get(question).text
    assert "With less water." in page
    found = visitor.get("/questions/?q=%EC%BB%A4%ED%94%BC").text
    assert "less water" in found or "커피가" in re.sub("<[^>]*>", "", found)
    edit = f"{question}edit"
    version = re.search(r'name="version"[^>]* value="(\d+)"', asker.get(edit).text)[1]
    edited = {"title": "커피가 왜 써요?", "body": "Much too hot.", "version": version}
    assert asker.submit(edit, edit, **edited).status == 303
    assert "Much too hot." in asker.get(question).text
    assert asker.submit(question, f"{question}delete").status == 303
    assert answerer.get(question).status == 404
    assert asker.submit(question, f"{question}restore").status == 303
    assert answerer.get(question).status == 200
    assert asker.submit("/account/", "/logout").status == 303
    assert "__Host-login" not in asker.cookies
    assert asker.get("/account/").status == 303


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE votes",
        "ALTER TABLE security_events DISABLE TRIGGER ALL",
        "CREATE TABLE more (id integer)",
        "TRUNCATE security_events",
    ],
)
def test_the_board_may_only_change_rows(site, statement):
    refused = pytest.raises(ProgrammingError, match=r"must be owner|permission denied")
    with site.engine.connect() as connection, refused:
        connection.execute(DDL(statement))


def test_the_board_may_be_backed_up_by_its_own_role(site, tmp_path):
    command = [BIN / "qaboard", "-c", site.ini, "backup", tmp_path / "monday"]
    done = subprocess.run(command, env=site.environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_http_leads_to_https_and_takes_no_forms(site):
    def ask(method: str, host: str = DOMAIN, path: str = "/questions/?page=2"):
        with closing(http.client.HTTPConnection("127.0.0.1", site.http_port, 30)) as connection:
            connection.request(method, path, headers={"Host": host})
            response = connection.getresponse()
            return response.status, response.getheader("Location"), response.read()

    assert ask("GET")[:2] == (301, f"https://{DOMAIN}/questions/?page=2")
    assert ask("GET", host="evil.example")[1] == f"https://{DOMAIN}/questions/?page=2"
    assert ask("POST")[:2] == (403, None)
    challenges = site.directory / "acme" / ".well-known" / "acme-challenge"
    challenges.mkdir(parents=True)
    (challenges / "token").write_text("answer")
    assert ask("GET", path="/.well-known/acme-challenge/token")[::2] == (200, b"answer")


def handshake(site, **options: object) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(site.directory / "fullchain.pem"))
    for name, value in options.items():
        if name == "ciphers":
            context.set_ciphers(value)
        elif name == "alpn":
            context.set_alpn_protocols(value)
        else:
            setattr(context, name, value)
    plain = socket.create_connection(("127.0.0.1", site.https_port), 30)
    try:
        return context.wrap_socket(plain, server_hostname=DOMAIN)
    except BaseException:
        plain.close()
        raise


def test_tls_is_of_this_decade(site):
    with handshake(site, alpn=["h2", "http/1.1"]) as connection:
        assert connection.version() == "TLSv1.3"
        assert connection.selected_alpn_protocol() == "h2"
    with handshake(site, maximum_version=ssl.TLSVersion.TLSv1_2) as connection:
        assert connection.cipher()[0] == "ECDHE-ECDSA-AES256-GCM-SHA384"
        assert connection.compression() is None
    for ciphers in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"):
        options = {"maximum_version": ssl.TLSVersion.TLSv1_2, "ciphers": f"{ciphers}@SECLEVEL=0"}
        with pytest.raises(ssl.SSLError), handshake(site, **options):
            pass


@pytest.mark.parametrize("version", ["-tls1", "-tls1_1", "-tls1_2", "-tls1_3"])
def test_old_versions_of_tls_are_refused(site, version):
    address = f"127.0.0.1:{site.https_port}"
    command = ["openssl", "s_client", "-connect", address, "-servername", DOMAIN, version]
    command += ["-cipher", "ALL@SECLEVEL=0", "-CAfile", str(site.directory / "fullchain.pem")]
    done = subprocess.run(command, input="", capture_output=True, text=True, timeout=60)
    is_modern = version in ("-tls1_2", "-tls1_3")
    assert ("Verify return code: 0 (ok)" in done.stdout and done.returncode == 0) == is_modern


def test_another_name_is_misdirected(site):
    answer = Reader(site).get("/questions/", Host="evil.example")
    assert answer.status == 421


def test_headers_of_https(site):
    visitor = Reader(site)
    static = re.search(r'href="(/static/[^/"]+/css/qaboard.css)"', visitor.get("/login").text)[1]
    visitor = Reader(site)
    for path in ("/questions/", "/nowhere", static):
        answer = visitor.get(path)
        hsts = answer.headers.get_all("Strict-Transport-Security")
        assert hsts == ["max-age=63072000"], path
        assert answer.headers.get_all("X-Content-Type-Options") == ["nosniff"], path
        assert answer.headers["Server"] == "nginx"


def test_static_files_are_kept_for_a_year_under_the_hash_of_their_release_alone(site):
    def cache_control(path: str) -> str | None:
        answer = Reader(site).get(path, **{"Accept-Encoding": "br"})
        assert answer.status == 404 or answer.headers["Content-Encoding"] == "br"
        return answer.headers.get("Cache-Control")

    page = Reader(site).get("/login").text
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:js|css))"', page)
    (release_hash,) = {address.split("/")[2] for address in addresses}
    assert len(addresses) > 10
    for address in addresses:
        assert cache_control(address) == "public, max-age=31536000, immutable", address
    for prefix in ("", "000000000000/", f"000000000000/{release_hash}/"):
        assert cache_control(f"/static/{prefix}js/copy.js") == "no-cache", prefix
    for path in (f"{release_hash}/nothing.js", "000000000000/nothing.js", f"{release_hash}/js"):
        assert cache_control(f"/static/{path}") is None, path
    # The next release, from the moment at which its folder is there.
    link = site.release / "static" / release_hash
    link.rename(link.with_name("111111111111"))
    try:
        assert cache_control(f"/static/{release_hash}/js/copy.js") == "no-cache"
    finally:
        link.with_name("111111111111").rename(link)


def test_static_files_are_those_of_the_board_and_come_compressed(site):
    for path in sorted((site.release / "static").rglob("*")):
        if path.suffix not in (".css", ".js", ".svg") and path.name != "LICENSE":
            continue
        address = f"/{path.relative_to(site.release).as_posix()}"
        answer = Reader(site).get(address)
        assert answer.body == path.read_bytes(), address
        assert answer.headers.get_content_charset() == "utf-8", address
    bootstrap = "/static/vendor/bootstrap/bootstrap.min.css"
    sizes = {}
    for encoding in ("br", "gzip"):
        answer = Reader(site).get(bootstrap, **{"Accept-Encoding": f"deflate, {encoding}"})
        assert answer.headers["Content-Encoding"] == encoding
        assert answer.headers["Vary"] == "Accept-Encoding"
        sizes[encoding] = len(answer.body)
    assert sizes["br"] < sizes["gzip"] < len(Reader(site).get(bootstrap).body) / 4
    icon = Reader(site).get("/static/icons/touch-icon.png")
    assert (icon.headers["Content-Type"], icon.body[:4]) == ("image/png", b"\x89PNG")
    # nginx serves them itself: no process of the board is asked.
    assert f'"GET {bootstrap} HTTP/1.1" 200' in site.access_log.read_text()
    for path in ("/static/", "/static/css/", "/static/../production.ini", "/static/%2e%2e/x"):
        assert Reader(site).get(path).status in (400, 403, 404), path
    assert Reader(site).send("POST", bootstrap, "x").status == 405


def test_pages_of_visitors_are_compressed_and_those_with_a_token_are_not(site):
    accept = {"Accept-Encoding": "gzip"}
    user = site.board.user("compressing")
    site.board.question(user)
    member, visitor = Reader(site).log_in(user), Reader(site)
    assert visitor.get("/questions/", **accept).headers["Content-Encoding"] == "gzip"
    for _ in range(2):
        assert member.get("/questions/", **accept).headers["Content-Encoding"] is None
    # Whoever opens a form has a cookie from then on.
    visitor.get("/login")
    assert visitor.get("/login", **accept).headers["Content-Encoding"] is None


def test_a_reader_cannot_say_where_they_come_from(site):
    reader = Reader(site, source="127.0.0.9")
    forged = {"X-Forwarded-For": "203.0.113.1", "X-Forwarded-Host": "evil.example"}
    forged |= {"X-Forwarded-Proto": "http", "Forwarded": "for=203.0.113.1", "X-Real-IP": "1.2.3.4"}
    answer = reader.send("GET", "/", **forged)
    assert answer.headers["Location"] == "/questions/"
    assert "evil" not in answer.text
    fields = {"username": site.board.user().username, "password": "wrong password"}
    assert reader.submit("/login", "/login", **fields).status == 400
    log = site.directory / "board.log"
    # It is written after the answer.
    wait_until(lambda: "address=127.0.0.9" in log.read_text(), "the login was not logged")
    assert "203.0.113" not in log.read_text()


def test_no_log_of_nginx_has_what_stands_behind_the_question_mark(site):
    addresses = (
        "/reset-password?token=hidden-token",
        "/static/x?hidden-token",
        "/%zz?hidden-token",
    )
    for path in addresses:
        Reader(site).get(path, Referer=f"https://{DOMAIN}/?hidden-token")
    for path in site.directory.glob("*.log"):
        if path.name != "board.log":
            assert "hidden-token" not in path.read_text(), path
    assert '"GET /reset-password HTTP/1.1"' in site.access_log.read_text()


def test_monitoring_reaches_each_process_and_strangers_reach_none(site):
    def times_asked(number: int) -> float:
        page = Reader(site).get(f"/metrics/{number}").text
        counted = r'^qaboard_requests_total\{.*view="monitoring.show_metrics"\} (\S+)$'
        found = re.search(counted, page, re.MULTILINE)
        return float(found[1]) if found else 0

    # Each counts for itself how often it was asked.
    for number in range(1, PROCESSES + 1):
        before = [times_asked(each) for each in range(1, PROCESSES + 1)]
        times_asked(number)
        after = [times_asked(each) for each in range(1, PROCESSES + 1)]
        more = [2 if each == number else 1 for each in range(1, PROCESSES + 1)]
        assert [new - old for new, old in zip(after, before, strict=True)] == more
    for path in ("/metrics/1", "/metrics", "/readyz"):
        assert Reader(site, source="127.0.0.2").get(path).status == 404, path
    assert Reader(site).get("/metrics/999").status == 503


def test_a_text_that_is_too_long_for_the_board_meets_its_own_page(site):
    user = site.board.user("writer")
    member = Reader(site).log_in(user)
    sentences = {1_500_000: "Text too long", 3_000_000: "내용이 너무 길어요"}
    for size, sentence in sentences.items():
        answer = member.send("POST", "/preview", "body=" + "x" * size)
        assert answer.status == 413
        assert sentence in answer.text


def test_one_address_cannot_take_all_connections(site):
    slow = f"POST /preview HTTP/1.1\r\nHost: {DOMAIN}\r\nContent-Length: 9\r\n\r\n".encode()
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(handshake(site)).sendall(slow)

        def is_refused() -> bool:
            answer = Reader(site).get("/questions/?sort=votes")
            return answer.status == 503 and "지금은 사이트를 이용할 수 없어요" in answer.text

        wait_until(is_refused, "the 201st connection is let in")
        assert Reader(site, source="127.0.0.2").get("/questions/?sort=votes").status == 200
    wait_until(lambda: not is_refused(), "the address is still refused")


def test_a_page_of_nginx_is_shown_when_every_process_is_away(site):
    for number in site.processes:
        site.stop_process(number)
    try:
        # Another address, which nginx has no page of.
        visitor = Reader(site)
        for answer in (
            visitor.get("/questions/?sort=active"),
            visitor.send("POST", "/login", "username=x"),
            Reader(site, cookies={"__Host-login": "x"}).get("/account/"),
        ):
            assert answer.status == 503
            assert answer.headers["Retry-After"] == "10"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "지금은 사이트를 이용할 수 없어요" in answer.text
            assert "The site is temporarily unavailable" in answer.text
        # A link that was mailed still works later, so it is not written down now either.
        assert visitor.get("/reset-password?token=hidden-token").status == 503
        assert all("hidden-token" not in log.read_text() for log in site.directory.glob("*.log"))
        page = visitor.get("/questions/?sort=active").text
        for link in re.findall(r'href="([^"]+)"', page):
            assert visitor.get(link).status == 200
    finally:
        site.start_processes(*site.numbers)
    assert visitor.get("/questions/?sort=active").status == 200
