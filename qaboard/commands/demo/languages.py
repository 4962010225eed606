# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""Questions of people who learn each other's languages."""

from qaboard.commands.demo.shape import DAYS, HOURS, MINUTES, DemoAnswer, DemoQuestion

QUESTIONS = (
    DemoQuestion(
        author="alex",
        age=3 * DAYS,
        title="When do I use 은/는 and when 이/가?",
        body="""
            I have read four explanations, and I can repeat all of them, but when I speak I still guess. All of these seem to be correct, yet my teacher says they are not the same:

            - 저는 알렉스예요.
            - 제가 알렉스예요.
            - 커피는 좋아해요.
            - 커피가 좋아요.

            How do *you* feel the difference?
        """,
        up=6,
        answers=(
            DemoAnswer(
                author="은호쌤",
                after=1 * HOURS,
                body="""
                    Ask which question the sentence answers.

                    | sentence | it answers |
                    |---|---|
                    | **저는** 알렉스예요. | And you? Who are you? |
                    | **제가** 알렉스예요. | Which of you is Alex? |

                    With 은/는 the *rest* of the sentence is the news. With 이/가 the *marked word* is the news. That is why question words such as 누가 and 뭐가 take 이/가: what you ask for cannot be old news.
                """,
                up=8,
            ),
            DemoAnswer(
                author="하늘",
                after=5 * HOURS,
                body="""
                    은/는 also draws a contrast, often with something that nobody says aloud:

                    > 커피는 좋아해요.

                    A Korean listener hears "coffee, yes… *but* perhaps not tea". If you want to say simply that you like coffee, 커피를 좋아해요 or 커피가 좋아요 is safer.
                """,
                up=5,
            ),
            DemoAnswer(
                author="Priya",
                after=1 * DAYS,
                body='Fellow learner here. What helped me was to stop translating both of them with "subject". I think of 은/는 as *"as for…"* and that gets me through most days.',
                up=3,
            ),
        ),
    ),
    DemoQuestion(
        author="커피좋아",
        age=14 * DAYS,
        title="영어 메일을 늘 'Dear'로 시작해도 되나요?",
        body="""
            해외 거래처에 메일을 보낼 때 첫 줄이 가장 어렵습니다. 저는 늘 `Dear Mr. Smith,`라고 쓰는데, 상대방은 늘 `Hi 지은,`이라고 답장해요. 제가 너무 딱딱한 걸까요?
        """,
        up=3,
        answers=(
            DemoAnswer(
                author="alex",
                after=2 * HOURS,
                body="""
                    틀린 것은 아니에요. 다만 상대가 이름만 부르며 `Hi`로 답했다면 "편하게 말해도 됩니다"라는 신호입니다. 다음 메일부터는 그대로 따라 하시면 돼요.

                    - 처음 보내는 메일: `Dear Ms. Lee,`
                    - 몇 번 주고받은 뒤: `Hi Anna,`
                    - 여러 사람에게: `Hi all,` 또는 `Hello everyone,`
                """,
                up=6,
            ),
            DemoAnswer(
                author="Priya",
                after=7 * HOURS,
                body="One more thing: `Dear Mr. John` with the first name sounds odd. It is either `Dear Mr. Smith` or `Dear John`.",
                up=4,
            ),
        ),
    ),
    DemoQuestion(
        author="Priya",
        age=20 * HOURS,
        title="Does 괜찮아요 mean yes or no?",
        body="""
            At the bakery I was asked whether I need a bag. I said 괜찮아요, meaning "a bag is fine", and got none. My colleague says 괜찮아요 when she agrees with a plan.

            So which is it?
        """,
        up=5,
        answers=(
            DemoAnswer(
                author="커피좋아",
                after=30 * MINUTES,
                body="""
                    It means "it is fine", and the situation says *what* is fine:

                    - You are **offered** something (봉투 드릴까요?): fine as it is, so *no, thank you*.
                    - You are asked for your **opinion** (내일 어때요?): fine by me, so *yes*.

                    For a clear yes to the bag, say "네, 주세요."
                """,
                up=7,
            ),
            DemoAnswer(
                author="alex",
                after=6 * HOURS,
                body='It is like "I\'m good" in English. "More coffee?" "I\'m good." Nobody pours.',
                up=5,
            ),
        ),
    ),
)
