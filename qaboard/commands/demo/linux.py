# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""Questions about Linux and the shell."""

from qaboard.commands.demo.shape import DAYS, HOURS, MINUTES, DemoAnswer, DemoQuestion

QUESTIONS = (
    DemoQuestion(
        author="alex",
        age=2 * HOURS,
        title="How do I find out which process is using port 6543?",
        body="""
            `pserve` refuses to start:

            ```
            OSError: [Errno 98] Address already in use
            ```

            I am sure that I stopped the other one. How can I see who is still sitting on the port, preferably without installing anything?
        """,
        up=2,
        answers=(
            DemoAnswer(
                author="하늘",
                after=8 * MINUTES,
                body="""
                    `ss` is there on nearly every Linux:

                    ```bash
                    ss -ltnp 'sport = :6543'
                    ```

                    `-l` listening, `-t` TCP, `-n` numbers instead of names, `-p` the process. You see processes of other users only with `sudo`.
                """,
                up=4,
            ),
            DemoAnswer(
                author="Priya",
                after=50 * MINUTES,
                body="""
                    If you have `lsof`, this works on macOS too:

                    ```bash
                    lsof -nP -iTCP:6543 -sTCP:LISTEN
                    ```

                    When I get this, it is nearly always a `pserve --reload` in a terminal tab that I forgot about.
                """,
                up=2,
            ),
        ),
    ),
    DemoQuestion(
        author="하늘",
        age=23 * DAYS,
        title="접속 로그에서 가장 자주 나온 IP 주소를 세고 싶어요",
        body="""
            nginx 접속 로그가 2GB쯤 됩니다. 편집기로 열면 컴퓨터가 멈춰서 명령으로 해결하고 싶어요. 줄은 이렇게 생겼습니다.

            ```
            203.0.113.9 - - [02/Mar/2025:10:15:32 +0900] "GET /questions/ HTTP/1.1" 200 5120
            ```

            가장 많이 나온 주소 열 개와 횟수를 알고 싶습니다.
        """,
        up=3,
        answers=(
            DemoAnswer(
                author="alex",
                after=25 * MINUTES,
                body="""
                    이 한 줄이면 됩니다.

                    ```bash
                    awk '{ print $1 }' access.log | sort | uniq -c | sort -rn | head
                    ```

                    `uniq`는 *이웃한* 줄만 세기 때문에 앞에 `sort`가 꼭 있어야 해요.
                """,
                up=5,
            ),
            DemoAnswer(
                author="민지_dev",
                after=3 * HOURS,
                body="""
                    파일이 크면 정렬하지 않고 `awk` 안에서 세는 쪽이 빠릅니다.

                    ```bash
                    awk '{ hits[$1]++ } END { for (ip in hits) print hits[ip], ip }' access.log \\
                        | sort -rn | head
                    ```

                    메모리는 서로 다른 주소의 수만큼만 씁니다.
                """,
                up=6,
            ),
        ),
    ),
    DemoQuestion(
        author="텃밭지기",
        age=80 * DAYS,
        title="우분투에서 한글 입력이 가끔 멈춰요",
        body="""
            우분투를 새로 깔았는데 브라우저에서 글을 쓰다 보면 한/영 키를 눌러도 한글로 바뀌지 않을 때가 있어요. 로그아웃했다가 다시 들어오면 됩니다. 매번 이렇게 하자니 번거로운데 좋은 방법이 있을까요?

            `ibus-hangul`을 쓰고 있습니다.
        """,
        up=2,
        answers=(
            DemoAnswer(
                author="하늘",
                after=2 * HOURS,
                body="""
                    로그아웃하지 않고 입력기만 다시 켤 수 있어요.

                    ```bash
                    ibus restart
                    ```

                    그래도 자주 멈춘다면 `fcitx5`로 바꿔 보세요. 저는 바꾼 뒤로 같은 문제를 겪지 않았습니다.

                    ```bash
                    sudo apt install fcitx5-hangul
                    im-config -n fcitx5
                    ```

                    바꾼 다음 한 번은 로그아웃해야 합니다.
                """,
                up=4,
                addition="**덧붙임:** 설치한 뒤 `fcitx5-configtool`에서 '한글'을 입력기 목록에 넣어야 합니다.",
                added_after=1 * DAYS,
            ),
        ),
    ),
    DemoQuestion(
        author="Priya",
        age=45 * DAYS,
        title="rsync: when does the trailing slash matter?",
        body="I copied `photos` to the backup disk and ended up with `backup/photos/photos`. I am told that it is about a slash at the end. Which slash, and why?",
        up=4,
        answers=(
            DemoAnswer(
                author="alex",
                after=40 * MINUTES,
                body="""
                    The one on the **source**. Read it as "the contents of":

                    | command | what you get |
                    |---|---|
                    | `rsync -a photos  backup/` | `backup/photos/…` |
                    | `rsync -a photos/ backup/` | `backup/…` |

                    On the destination it makes no difference for a folder that exists.

                    And before anything that deletes, look first:

                    ```bash
                    rsync -a --delete --dry-run --itemize-changes photos/ backup/photos/
                    ```
                """,
                up=6,
            ),
            DemoAnswer(
                author="moderator",
                after=6 * HOURS,
                body="A picture that helped me: with the slash you carry the *books*, without it you carry the *shelf*.",
                up=3,
            ),
        ),
    ),
)
