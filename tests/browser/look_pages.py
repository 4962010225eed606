"""A page of every kind, on a board of what is hard to show well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import pyotp
from factories import PASSWORD, Board
from playwright.sync_api import Page
from scripting import PHONE_WIDTH
from second_factors import add_app, add_recovery_codes
from sqlalchemy import update

from qaboard.http.client import Client
from qaboard.models import Draft, EventKind, Post, Question, Role, User, utc_now
from qaboard.services.accounts.password_reset import issue_reset_token
from qaboard.services.accounts.security_event import record_event

WIDE_NAME = "뷁" * 25
LONG_TITLE = (
    "아주 긴 제목의 질문: 자전거 체인이 힘을 주면 미끄러지는데 카세트까지 바꾸어야 하는지, "
    "아니면 체인만 바꾸어도 되는지, 그리고 그것을 집에서 어떻게 알아볼 수 있는지 알려 주세요 "
    "https://example.org/" + "a" * 60
)
LONG_BODY = (
    """\
첫 문단이에요. **굵게**, *기울여*, ~~지워서~~, `inline_code()`, [링크](https://example.org/).

### 제목

> 인용한 말이에요.
>
> 두 번째 문단.

```python
def very_long(name: str, count: int = 4) -> str:  # 주석은 이렇게 보여요
    return f"{name!r} has been seen {count} times" + "x" * 100 if name else "nothing at all"
```

```diff
-removed = 1
+added = 2
 same = 3
```

```
plain text without a language
```

| 시간 | 서울 출발 | 도착 |
|:-----|:---------:|-----:|
| 4:00 | 용산역 3번 승강장 | 12:30 |
| 16:05 | 청량리 | 2026-01-01 |

1. 하나
2. 둘
    - 안쪽
    - 또 하나

---

![그림](/static/icons/touch-icon.png)

"""
    + "w" * 300
)
SHORT_BODY = "짧은 답변이에요."
PHONE = Client(
    "2001:db8:85a3::8a2e:370:7334",
    "Mozilla/5.0 (Linux; Android 13; SM-S918N) AppleWebKit/537.36 (KHTML, like Gecko) "
    "SamsungBrowser/25.0 Chrome/121.0.0.0 Mobile Safari/537.36",
)


@dataclass
class PageKind:
    """A page, who reads it, and what they do on it before it is looked at."""

    name: str
    path: str
    reader: User | None = None
    act: Callable[[Page], None] | None = None


def send(page: Page, **values: str) -> None:
    """Send the form of the page, which is refused."""
    for name, value in values.items():
        page.locator(f"main [name={name}]").fill(value)
    page.locator("main form button[type=submit]:visible").first.click()
    page.locator(".error-summary").wait_for()


def look_at_preview(page: Page) -> None:
    page.locator("[name=body]").fill(LONG_BODY)
    page.locator("[role=tab]").nth(1).click()
    page.locator(".preview pre").first.wait_for()


def open_keys(page: Page) -> None:
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()


def open_menu(page: Page) -> None:
    page.set_viewport_size({"width": PHONE_WIDTH, "height": 800})
    page.locator("[data-toggles=site-menu]").click()
    page.locator("#site-menu a").first.wait_for()


def open_help(page: Page) -> None:
    page.locator("main summary").first.click()
    page.locator("main details[open]").wait_for()


def see_similar_questions(page: Page) -> None:
    page.locator("[name=title]").fill("자전거 체인이 힘을 주면 미끄러져요")
    page.locator(".similar-questions a").first.wait_for()


def come_too_late(page: Page, board: Board, post: Post) -> None:
    """Somebody else saves while the form is open."""
    page.locator("[name=body]").fill("첫 문단이 바뀌었어요.\n\n" + LONG_BODY)
    with board.transaction() as session:
        saved = session.get_one(Post, post.id)
        saved.body = LONG_BODY.replace("인용한", "옮겨 온") + "\n끝."
    send(page)


def set_up_app(page: Page) -> None:
    page.locator("form[action$=set-up-app] button").click()
    page.locator(".secret-key").wait_for()


def see_recovery_codes(page: Page) -> None:
    set_up_app(page)
    secret = page.locator(".secret-key").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(pyotp.TOTP(secret).now())
    page.locator("main form button[type=submit]:visible").first.click()
    page.locator("#recovery-codes").wait_for()


def enter_password(page: Page, user: User) -> None:
    page.locator("[name=username]").fill(user.username)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form button[type=submit]:visible").first.click()
    page.locator("[name=code]").wait_for()


def page_kinds(board: Board, app) -> list[PageKind]:
    """Fill the board; a page of every kind on it."""
    author = board.user(WIDE_NAME)
    member = board.user("member")
    admin = board.user("admin", Role.ADMIN)
    suspended = board.user(
        "suspended", suspended_until=utc_now() + timedelta(days=3), suspension_reason="Insults"
    )
    closing = board.user("closing", closing_at=utc_now() + timedelta(days=3))
    question = board.question(author, LONG_TITLE, LONG_BODY)
    answer = board.answer(question, member, LONG_BODY)
    board.vote(answer, user=author)
    for _ in range(4):
        board.answer(question, admin, SHORT_BODY)
    hidden = board.question(member, "지운 질문", SHORT_BODY)
    board.delete(hidden)
    gone = board.answer(question, member, SHORT_BODY)
    board.delete(gone)
    for number in range(25):
        board.question(member, f"질문 {number}: 체인과 카세트는 어떻게 고르나요?")
    with board.transaction() as session:
        session.execute(
            update(Question)
            .where(Question.id == question.id)
            .values(score=-1_234, answer_count=1_005)
        )
    with board.transaction() as session:
        session.add(
            Draft(user_id=author.id, place="ask", title="", body=SHORT_BODY, writer="0" * 16)
        )
        reset = issue_reset_token(session, session.get_one(User, member.id), email=member.email)
        for kind in (EventKind.SIGN_UP, EventKind.LOGIN_FAILURE, EventKind.PASSWORD_CHANGE):
            record_event(session, kind, user_id=member.id, actor_id=member.id, client=PHONE)
        record_event(
            session,
            EventKind.SUSPENSION,
            user_id=suspended.id,
            actor_id=admin.id,
            is_administrative=True,
            reason="Insults",
            until=suspended.suspended_until.isoformat(),
        )
    careful, newcomer = board.user("careful"), board.user("newcomer")
    add_app(board, app, careful)
    add_recovery_codes(board, careful)
    too_late = partial(come_too_late, board=board, post=question)
    own = f"/questions/{question.id}/"
    account = ("email", "password", "two-factor", "passkeys", "sessions", "activity", "download")
    return [
        PageKind("list", "/questions/"),
        PageKind("list of a member", "/questions/?sort=active&page=2", author),
        PageKind("search", "/questions/?q=체인"),
        PageKind("search without a hit", "/questions/?q=xyzzyx", author),
        PageKind("question", own),
        PageKind("question of an author", own, author),
        PageKind("question of a member", own, member),
        PageKind("question of a suspended member", own, suspended),
        PageKind("deleted question", f"/questions/{hidden.id}/", member),
        PageKind("deleted answer", f"{own}answers/{gone.id}/", member),
        PageKind("ask", "/questions/ask", member),
        PageKind("refused question", "/questions/ask", member, partial(send, title="", body="")),
        PageKind("preview", "/questions/ask", member, look_at_preview),
        PageKind("offered draft", "/questions/ask", author),
        PageKind("menu", "/questions/", admin, open_menu),
        PageKind("search help", "/questions/?q=체인", None, open_help),
        PageKind("Markdown help", "/questions/ask", admin, open_help),
        PageKind("similar questions", "/questions/ask", admin, see_similar_questions),
        PageKind("edit", f"{own}edit", author),
        PageKind("conflict", f"{own}edit", author, too_late),
        PageKind("delete", f"{own}delete", author),
        PageKind("profile", f"/users/{author.id}/"),
        PageKind("own answers", f"/users/{member.id}/?tab=answers", member),
        PageKind("empty profile", f"/users/{admin.id}/"),
        PageKind("login", "/login"),
        PageKind("refused login", "/login", None, partial(send, username="", password="")),
        PageKind("second step", "/login", None, partial(enter_password, user=careful)),
        PageKind("keys", "/questions/", None, open_keys),
        PageKind("new password", f"/reset-password?token={reset}"),
        PageKind("signup", "/signup"),
        PageKind("forgotten password", "/forgot-password"),
        PageKind("dead link", "/verify-email?token=x"),
        PageKind("language", "/language"),
        PageKind("theme", "/theme"),
        PageKind("account", "/account/", author),
        PageKind("account that closes", "/account/", closing),
        *(PageKind(f"account: {name}", f"/account/{name}", member) for name in account),
        PageKind("account: close", "/account/close", member),
        PageKind("account: app", "/account/two-factor", newcomer, set_up_app),
        PageKind("account: codes", "/account/two-factor", newcomer, see_recovery_codes),
        PageKind("account: confirm", "/account/confirm", member),
        PageKind("users", "/users/", admin),
        PageKind("users: nobody", "/users/?q=xyzzyx", admin),
        PageKind("log", "/users/log", admin),
        PageKind("manage", f"/users/{suspended.id}/manage", admin),
        PageKind("forbidden", "/users/", member),
        PageKind("not found", "/nowhere"),
    ]


def open_page(page: Page, kind: PageKind) -> None:
    """Open it, and do what has to be done for it."""
    page.goto(kind.path)
    if kind.act is not None:
        kind.act(page)


def readers(kinds: list[PageKind]) -> Iterator[tuple[User | None, list[PageKind]]]:
    """The kinds of pages by who reads them."""
    by_reader: dict[int | None, tuple[User | None, list[PageKind]]] = {}
    for kind in kinds:
        key = kind.reader.id if kind.reader else None
        by_reader.setdefault(key, (kind.reader, []))[1].append(kind)
    yield from by_reader.values()
