# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""Questions about the board itself, and a thread so long that its answers have pages."""

from qaboard.commands.demo.shape import DAYS, HOURS, MINUTES, DemoAnswer, DemoQuestion

_LESSONS = (
    (
        "커피좋아",
        "원두는 냉장고보다 서늘하고 어두운 곳에 꼭 닫아 두는 편이 낫다고 해요. 냉장고에서는 냄새와 습기를 먹는대요.",
    ),
    ("민지_dev", "`git switch -`라고 치면 바로 앞에 있던 브랜치로 돌아갑니다."),
    (
        "alex",
        "`python -m http.server` serves the folder you are in. Handy for looking at a static site.",
    ),
    ("하늘", "`sort | uniq -c | sort -rn`, 이 세 마디면 웬만한 통계는 끝납니다."),
    (
        "텃밭지기",
        "고추는 첫 가지가 갈라지는 곳에 핀 꽃을 따 줘야 뿌리와 줄기가 먼저 튼튼해진다고 합니다.",
    ),
    ("Priya", '눈 is "eye" and also "snow", and 눈물 is eye + water: tears.'),
    ("은호쌤", "수업을 시작하기 전에 아이들 이름을 한 번씩 불러 주면 대답 소리가 달라집니다."),
    ("하늘", '파이썬에서 `int("٣")`은 3입니다. 다른 문자의 숫자도 읽는다는 걸 오늘 알았어요.'),
    ("커피좋아", "뜸을 들일 때 붓는 물은 원두 무게의 두 배쯤이면 충분하대요."),
    (
        "alex",
        "The left pedal of a bicycle has a left-hand thread, so that it does not unscrew itself while you ride.",
    ),
    (
        "민지_dev",
        "`less`에서 `Shift+F`를 누르면 `tail -f`처럼 새 줄을 따라갑니다. 멈출 때는 `Ctrl+C`예요.",
    ),
    ("sujin", "'몇 일'이 아니라 언제나 '며칠'이 맞습니다."),
    ("텃밭지기", "상추는 겉잎부터 따야 오래 먹을 수 있어요."),
    ("Priya", "`EXPLAIN QUERY PLAN` tells me whether SQLite uses my index. It did not."),
    (
        "하늘",
        "'되'와 '돼'가 헷갈릴 때는 '하'와 '해'를 넣어 보면 된대요. '해요'가 자연스러우니 '돼요'가 맞습니다.",
    ),
    ("은호쌤", '칠판에 오늘 할 일을 세 줄로 적어 두면 "오늘 뭐 해요?"라는 질문이 사라집니다.'),
    (
        "alex",
        "`Ctrl+R` searches the history of the shell. And I pressed the up arrow for ten years…",
    ),
    ("커피좋아", "우유는 60℃ 안팎까지만 데워야 단맛이 살아 있어요."),
    (
        "민지_dev",
        "`functools.partial`로 만든 함수에는 `__name__`이 없네요. 로그를 찍다가 알았습니다.",
    ),
    (
        "moderator",
        "A duplicate question is not a bad question. It is a second door to the same answer.",
    ),
    ("하늘", "SQLite에서는 `UNIQUE` 열에 `NULL`을 여러 번 넣을 수 있어요."),
    ("텃밭지기", "달걀 껍데기는 곱게 부숴서 넣어야 흙에서 그나마 빨리 삭습니다."),
    (
        "Priya",
        "ㅋㅋㅋ is laughing out loud, ㅎㅎㅎ is smiling. I had used them the wrong way round for a year.",
    ),
    ("은호쌤", "손가락으로는 '가리키고', 지식은 '가르칩니다'. 설명하다가 저도 다시 배웠어요."),
    ("alex", "`find … -print0 | xargs -0 …` survives file names with spaces in them."),
    ("커피좋아", "자전거 체인은 기름을 바르는 것보다 닦아 내는 게 더 중요하다고 합니다."),
    (
        "민지_dev",
        "유니코드 순서로 정렬하면 'ㄱ'이 '가'보다 앞에 옵니다. 목록 맨 위에 자음이 나와서 알았어요.",
    ),
    ("sujin", "백업은 되돌려 봐야 백업입니다. 오늘 정말로 되돌려 봤어요."),
    ("하늘", "`man` 페이지에서 `/`로 찾고 `n`으로 다음 것을 볼 수 있다는 걸 이제야 알았어요."),
    ("Priya", "HTTP status 418, \"I'm a teapot\", comes from an April Fools' RFC of 1998."),
    (
        "텃밭지기",
        "물은 아침에 주는 게 좋답니다. 한낮보다 덜 마르고, 밤새 잎이 젖어 있지도 않으니까요.",
    ),
    ("은호쌤", "연필을 자주 빌리는 아이에게는 연필 관리를 맡기면 됩니다."),
    ("alex", "I count apples with 하나, 둘, 셋 but minutes with 일, 이, 삼."),
    ("커피좋아", "오늘은 새로 배운 게 없어서 어제 배운 것을 한 번 더 읽었습니다. :)"),
)

_EVERY = 34 * HOURS

QUESTIONS = (
    DemoQuestion(
        author="sujin",
        # Long enough ago for the last lesson to be from yesterday.
        age=(len(_LESSONS) + 1) * _EVERY,
        title="오늘 새로 배운 것을 한 줄로 남겨 주세요 (Today I learned)",
        body="""
            거창하지 않아도 좋습니다. 요리, 코드, 맞춤법, 무엇이든 오늘 새로 알게 된 것을 한 줄로 남겨 주세요. 여러 번 쓰셔도 됩니다.

            *Anything you learned today, in one line, in either language. Come back as often as you like.*
        """,
        up=7,
        answers=tuple(
            DemoAnswer(
                author=author,
                after=number * _EVERY,
                body=lesson,
                # Uneven, as votes are; the multiplier only has to have no factor in common with 7.
                up=number * 3 % 7,
            )
            for number, (author, lesson) in enumerate(_LESSONS, start=1)
        ),
    ),
    DemoQuestion(
        author="moderator",
        age=180 * DAYS,
        title="어떤 질문이 좋은 답을 받나요? (How to ask)",
        body="""
            처음 오신 분들이 자주 물으셔서 적어 둡니다. *English below.*

            1. **제목**에는 궁금한 것을 한 문장으로 적어 주세요. '도와주세요'만으로는 아무도 열어 보지 않습니다.
            2. 무엇을 **해 봤는지**, 어떤 결과를 바랐는지 적어 주세요.
            3. 오류 메시지는 사진 대신 **글자 그대로** 붙여 넣어 주세요. 그래야 검색이 됩니다.
            4. 해결했다면 어떻게 해결했는지 답을 남겨 주세요. 다음 사람이 고마워할 거예요.

            ---

            Write the question into the title, say what you tried and what you expected, and paste error messages as text. If you find the answer yourself, please post it.
        """,
        up=8,
        answers=(
            DemoAnswer(
                author="민지_dev",
                after=3 * HOURS,
                body="""
                    코드는 이렇게 감싸 주시면 색까지 입혀집니다.

                    ````
                    ```python
                    print("안녕하세요")
                    ```
                    ````
                """,
                up=5,
            ),
        ),
    ),
    DemoQuestion(
        author="하늘",
        age=17 * HOURS,
        title="왜 안 되나요??",
        body="어제까지 됐는데 오늘 갑자기 안 돼요. 급합니다!!",
        up=1,
        down=5,
        answers=(
            DemoAnswer(
                author="moderator",
                after=15 * MINUTES,
                body="""
                    급하신 마음은 알겠는데, 무엇이 안 되는지 저희가 알 수 없어서 도와드리기가 어렵네요. 세 가지만 더 적어 주시겠어요?

                    - 무엇을 하려고 하셨나요?
                    - 화면에 어떤 글이 나오나요?
                    - 어제와 오늘 사이에 바뀐 것이 있나요?
                """,
                up=4,
            ),
            DemoAnswer(
                author="하늘",
                after=2 * HOURS,
                body="죄송합니다, 와이파이가 꺼져 있었어요… 다음부터는 자세히 적겠습니다. 😅",
                up=6,
            ),
        ),
    ),
)
