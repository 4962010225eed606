# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""Questions about programming, with code in their answers."""

from qaboard.commands.demo.shape import DAYS, HOURS, MINUTES, DemoAnswer, DemoQuestion

QUESTIONS = (
    DemoQuestion(
        author="Priya",
        age=9 * HOURS,
        title="How do I stop SQLAlchemy from running one query per row?",
        body="""
            I show a list of twenty questions together with the names of their authors. The log says that this takes **21 queries**: one for the list and one for each author.

            ```python
            questions = session.scalars(select(Question).limit(20)).all()
            for question in questions:
                print(question.title, question.author.username)
            ```

            I know that this is called the "N+1 problem". What I do not know is which of the loading options I should pick. `joinedload`, `selectinload`, `subqueryload`… is there a rule of thumb?
        """,
        up=5,
        answers=(
            DemoAnswer(
                author="민지_dev",
                after=35 * MINUTES,
                body="""
                    My rule of thumb:

                    | the relationship leads to | use | because |
                    |---|---|---|
                    | one row (`question.author`) | `joinedload` | one query, and no row is repeated |
                    | many rows (`question.answers`) | `selectinload` | two queries, and `LIMIT` still counts questions |

                    So in your case:

                    ```python
                    statement = (
                        select(Question)
                        .options(joinedload(Question.author, innerjoin=True))
                        .limit(20)
                    )
                    ```

                    `innerjoin=True` is right when the foreign key cannot be `NULL`.
                """,
                up=6,
            ),
            DemoAnswer(
                author="alex",
                after=2 * HOURS,
                body="""
                    Whatever you choose, write a test that counts. Otherwise the problem comes back with the next column somebody adds to the template.

                    ```python
                    @event.listens_for(engine, "before_cursor_execute")
                    def count(*arguments):
                        queries.append(arguments[2])
                    ```

                    Then `assert len(queries) == 1` around the page.
                """,
                up=3,
            ),
            DemoAnswer(
                author="텃밭지기",
                after=4 * HOURS,
                body="Could you not simply cache the names in a dictionary? That is what I do.",
                down=2,
            ),
        ),
    ),
    DemoQuestion(
        author="하늘",
        age=4 * DAYS,
        title="파이썬으로 한글 이름에서 초성만 뽑으려면 어떻게 하나요?",
        body="""
            주소록에서 `ㅎㄱㄷ`이라고 치면 `홍길동`이 나오게 하고 싶어요. 글자마다 표를 만들어 두어야 하나 싶은데, 더 간단한 방법이 있을까요?

            외부 라이브러리 없이 할 수 있으면 좋겠습니다.
        """,
        up=4,
        answers=(
            DemoAnswer(
                author="민지_dev",
                after=50 * MINUTES,
                body="""
                    표는 열아홉 글자면 됩니다. 완성형 한글은 유니코드에 초성, 중성, 종성 순서로 차곡차곡 놓여 있어서 나눗셈 한 번으로 초성을 알 수 있어요.

                    ```python
                    INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"


                    def initials(text: str) -> str:
                        \"\"\"완성형 한글은 초성으로 바꾸고 나머지는 그대로 둡니다.\"\"\"
                        return "".join(
                            INITIALS[(ord(character) - ord("가")) // 588] if "가" <= character <= "힣" else character
                            for character in text
                        )


                    assert initials("홍길동 2세") == "ㅎㄱㄷ 2ㅅ"
                    ```

                    588은 중성 21개에 종성 28개(없는 경우 포함)를 곱한 수입니다.
                """,
                up=7,
            ),
            DemoAnswer(
                author="alex",
                after=3 * HOURS,
                body="""
                    덧붙이자면 macOS에서 온 파일 이름은 글자가 풀어져(NFD) 있을 수 있어요. 먼저 `unicodedata.normalize("NFC", text)`로 모아 주세요. 저는 이것 때문에 하루를 썼습니다.
                """,
                up=4,
            ),
        ),
    ),
    DemoQuestion(
        author="alex",
        age=18 * DAYS,
        title="Is setup.py really deprecated, or may a small package keep it?",
        body="""
            Our package has a `setup.py` of forty lines that nobody has touched for years. A colleague wants to replace it with `pyproject.toml` "because setup.py is deprecated".

            Is that so? And is there anything to gain if all we need is `pip install -e .`?
        """,
        up=2,
        answers=(
            DemoAnswer(
                author="민지_dev",
                after=2 * HOURS,
                body="""
                    Two different things are mixed up here:

                    - **Running** `python setup.py install` is deprecated. Do not do that any more.
                    - **Having** a `setup.py` as the configuration of setuptools is fine.

                    What I would add in any case is a `pyproject.toml` with a `[build-system]` table, so that pip knows which version of setuptools to build with:

                    ```toml
                    [build-system]
                    requires = ["setuptools>=68"]
                    build-backend = "setuptools.build_meta"
                    ```
                """,
                up=5,
            ),
            DemoAnswer(
                author="Priya",
                after=1 * DAYS,
                body="If it has worked for years and `pip install -e .` is all you need, spend the afternoon on something else. ~~Rewriting~~ *reading* a build file is free.",
                up=1,
                down=1,
            ),
        ),
    ),
    DemoQuestion(
        author="민지_dev",
        age=11 * DAYS,
        title="SQLite의 WAL 모드는 언제 켜는 게 좋을까요?",
        body="""
            작은 게시판을 SQLite로 운영하고 있는데 가끔 `database is locked` 오류가 납니다. 찾아보니 WAL을 켜라는 글이 많더라고요.

            ```sql
            PRAGMA journal_mode = WAL;
            ```

            1. 이 한 줄이면 되나요?
            2. 켜면 안 되는 때도 있나요?
        """,
        up=3,
        answers=(
            DemoAnswer(
                author="하늘",
                after=4 * HOURS,
                body="""
                    읽는 쪽이 쓰는 쪽을 막지 않게 되니 웹 서비스라면 켜는 편이 낫습니다. 다만 쓰는 쪽은 여전히 **한 번에 하나**예요. 그래서 두 가지를 함께 해 주세요.

                    ```sql
                    PRAGMA busy_timeout = 10000;  -- 10초까지는 기다립니다
                    BEGIN IMMEDIATE;              -- 쓸 거라면 처음부터 잠급니다
                    ```

                    읽다가 중간에 쓰기로 바꾸는 트랜잭션은 기다리지 않고 바로 실패할 수 있어서 `BEGIN IMMEDIATE`가 중요합니다.
                """,
                up=5,
            ),
            DemoAnswer(
                author="sujin",
                after=1 * DAYS,
                body="""
                    켜면 안 되는 때는 데이터베이스 파일이 **네트워크 드라이브**에 있을 때입니다. WAL은 같은 컴퓨터의 프로세스끼리 메모리를 나눠 쓰기 때문에 여러 컴퓨터에서 함께 쓸 수 없어요. 자세한 내용은 [SQLite 문서](https://www.sqlite.org/wal.html)에 있습니다.

                    백업할 때는 파일을 그냥 복사하지 마시고 `VACUUM INTO`나 `.backup` 명령을 쓰세요. `-wal` 파일에 아직 옮겨지지 않은 내용이 있을 수 있습니다.
                """,
                up=4,
            ),
        ),
    ),
    DemoQuestion(
        author="은호쌤",
        age=55 * DAYS,
        title="커밋 메시지를 한국어로 써도 괜찮을까요?",
        body="""
            방과 후 동아리 학생들과 작은 프로젝트를 하고 있습니다. 영어로 쓰게 했더니 모두 `fix`, `update`, `asdf`가 되어 버렸어요. 한국어로 쓰게 하는 편이 나을지, 조금 힘들어도 영어에 익숙해지게 하는 편이 나을지 고민입니다.
        """,
        up=5,
        answers=(
            DemoAnswer(
                author="민지_dev",
                after=1 * HOURS,
                body="""
                    읽을 사람이 누구인지가 먼저라고 생각해요. 함께 읽는 사람이 모두 한국어를 쓴다면 한국어가 낫습니다. *왜* 바꿨는지를 또렷이 적는 연습이 영어 단어 몇 개보다 훨씬 오래 남거든요.

                    저희 팀은 이렇게 씁니다.

                    ```
                    로그인 실패 횟수를 이름별로 센다

                    주소별로 세면 학교처럼 주소 하나를 함께 쓰는 곳에서
                    한 사람의 실수로 모두가 막힌다.
                    ```
                """,
                up=7,
            ),
            DemoAnswer(
                author="alex",
                after=5 * HOURS,
                body="영어가 모국어인 사람들도 `fix`라고만 씁니다. 언어 문제가 아니라 습관 문제예요. :)",
                up=6,
            ),
            DemoAnswer(
                author="하늘",
                after=9 * HOURS,
                body="공개 프로젝트에 참여할 계획이 있다면 제목은 영어로, 설명은 한국어로 쓰게 하는 것도 방법입니다.",
                up=2,
            ),
            DemoAnswer(
                author="커피좋아",
                after=2 * DAYS,
                body="무조건 영어로 써야죠. 한국어로 쓰면 깨지지 않나요?",
                down=3,
            ),
            DemoAnswer(
                author="sujin",
                after=2 * DAYS + 3 * HOURS,
                body="""
                    > 한국어로 쓰면 깨지지 않나요?

                    Git은 커밋 메시지를 UTF-8로 저장하므로 요즘은 깨질 일이 거의 없습니다. 다만 한글 *파일 이름*이 `\\354\\240\\234`처럼 보이면 이 설정을 해 보세요.

                    ```bash
                    git config --global core.quotePath false
                    ```
                """,
                up=5,
            ),
        ),
    ),
)
