"""A member who uses all of a board: what ``bench/request_rates.py`` sends between the pages."""

from __future__ import annotations

import contextlib
import http.client
import re
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pyotp

TIMEOUT_SECONDS = 30
BROWSER = (
    "Mozilla/5.0 (Linux; Android 13; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36"
)
# Each language has a lexer of its own, which stays in the process.
CODE = "".join(
    f"\n```{language}\nx = 'a' + 1\n```\n" for language in ("html", "js", "sql", "java", "bash")
)
# No secret: one that the board must refuse.
COMMON_PASSWORD = "qwertyuiop"  # noqa: S105  # nosec B105
OPENED = ("/account/", "/account/activity", "/account/sessions", "/account/two-factor")


@dataclass
class Member:
    """Their account, which asks for a code of an app too once they have set one up."""

    port: int
    username: str
    password: str
    cookies: dict[str, str] = field(default_factory=dict)

    def send(
        self, method: str, path: str, fields: dict[str, str] | None = None, *, refused: bool = False
    ) -> tuple[str, str]:
        """Send one request, as a browser behind the proxy does.

        :param refused: whether the form must come back.

        :return: where the answer leads to, if anywhere, and the page.
        """
        headers = {
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "User-Agent": BROWSER,
            "X-Forwarded-Proto": "https",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT_SECONDS)
        with contextlib.closing(connection):
            connection.request(method, path, urlencode(fields) if fields else None, headers)
            response = connection.getresponse()
            page = response.read().decode()
        if response.status != 400 if refused else response.status >= 400:
            raise SystemExit(f"{method} {path} is {response.status}")
        for cookie in response.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response.getheader("Location", ""), page

    def submit(
        self, form_path: str, path: str, *, refused: bool = False, **fields: str
    ) -> tuple[str, str]:
        """Open the page of a form, and send the form."""
        _, page = self.send("GET", form_path)
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)[1]
        return self.send("POST", path, {"csrf_token": token} | fields, refused=refused)

    def visit(self, text: str, other_post: str) -> None:
        """Log in, set an app up, ask, answer, vote, look at all pages, and log out.

        :param text: Markdown.
        :param other_post: the address of a post of somebody else.
        """
        self.submit("/login", "/login", username=self.username, password=self.password)
        for path in OPENED:
            self.send("GET", path)
        self.submit("/account/passkeys", "/account/passkey-options")
        self.submit("/account/two-factor", "/account/set-up-app")
        _, page = self.send("GET", "/account/authenticator-app")
        secret = re.search(r"secret=([A-Z2-7]+)", page)[1]
        app_page, remove_path = "/account/authenticator-app", "/account/remove-app"
        self.submit(app_page, app_page, code=pyotp.TOTP(secret).now())
        self.submit("/account/two-factor", remove_path)
        self.submit(
            "/account/password",
            "/account/password",
            refused=True,
            current_password=self.password,
            password=COMMON_PASSWORD,
            password_confirm=COMMON_PASSWORD,
        )
        self.submit("/questions/ask", "/preview", body=text + CODE)
        place, _ = self.submit("/questions/ask", "/questions/ask", title="커피 coffee", body=text)
        question = re.search(r"/questions/\d+/", place)[0]
        self.submit(question, f"{question}answers/", body=text)
        self.submit(f"{question}edit", f"{question}edit", title="또 커피", body=text + "!")
        self.send("GET", "/questions/?q=coffee+커피".replace("커피", "%EC%BB%A4%ED%94%BC"))
        self.submit(other_post, f"{other_post}vote", value="1")
        self.send("GET", f"/questions/?q=user%3A{self.username}+coffee&sort=newest")
        self.submit(f"{question}delete", f"{question}delete")
        self.submit("/account/", "/logout")
