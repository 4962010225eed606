# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""Questions of teachers."""

from qaboard.commands.demo.shape import DAYS, HOURS, MINUTES, DemoAnswer, DemoQuestion

QUESTIONS = (
    DemoQuestion(
        author="은호쌤",
        age=5 * HOURS,
        title="중학생에게 파이썬을 처음 가르칠 때 무엇부터 시작하면 좋을까요?",
        body="""
            다음 달부터 중학교 2학년 동아리에서 파이썬을 가르칩니다. 한 번에 두 시간씩, 모두 여덟 번이에요. 아이들은 블록 코딩을 조금 해 봤습니다.

            작년에는 변수, 조건문, 반복문 차례로 나갔더니 셋째 시간부터 눈에 띄게 지루해하더라고요. 다른 분들은 어떻게 시작하시나요?
        """,
        up=4,
        answers=(
            DemoAnswer(
                author="민지_dev",
                after=20 * MINUTES,
                body="""
                    첫 시간에는 설명하지 않고 **고치게** 해 보세요. 잘 돌아가는 작은 프로그램을 나눠 주고 숫자와 글자를 바꿔 보게 하는 거예요.

                    ```python
                    import random

                    answer = random.randint(1, 30)
                    guess = 0
                    while guess != answer:
                        guess = int(input("1부터 30까지, 어떤 수일까요? "))
                        if guess < answer:
                            print("더 커요!")
                        elif guess > answer:
                            print("더 작아요!")
                    print("맞았어요!")
                    ```

                    "100까지로 바꾸려면 어디를 고칠까?" 하고 물으면 변수도 조건문도 반복문도 아이들이 먼저 찾아냅니다.
                """,
                up=5,
            ),
            DemoAnswer(
                author="하늘",
                after=70 * MINUTES,
                body="`turtle`로 그림부터 그리게 했더니 반응이 좋았어요. 설치할 것도 없고, 틀리면 눈에 바로 보이니까요.",
                up=4,
            ),
            DemoAnswer(
                author="alex",
                after=2 * HOURS,
                body="오류 메시지를 읽는 법을 첫날에 가르쳐 주세요. 저는 *오류를 가장 많이 모은 모둠이 이기는 놀이*로 했습니다. 그 뒤로는 아이들이 빨간 글씨를 무서워하지 않아요.",
                up=6,
            ),
            DemoAnswer(
                author="텃밭지기",
                after=4 * HOURS,
                body="코딩은 모르지만, 여덟 번 가운데 마지막 두 번은 꼭 발표로 비워 두세요. 부모님을 모시면 더 좋고요.",
                up=2,
            ),
        ),
    ),
    DemoQuestion(
        author="은호쌤",
        age=150 * DAYS,
        title="모둠 활동을 하면 늘 한 명만 일합니다. 어떻게 하시나요?",
        body="""
            네 명씩 모둠을 만들면 한 명이 다 하고, 두 명은 구경하고, 한 명은 장난을 칩니다. 역할을 나눠 줘도 며칠 지나면 똑같아져요. 점수로 겁주지 않고도 함께하게 만드는 방법이 있을까요?
        """,
        up=5,
        answers=(
            DemoAnswer(
                author="하늘",
                after=6 * HOURS,
                body="학생 때를 떠올려 보면, 각자 **다른 자료**를 받았을 때는 안 할 수가 없었어요. 제가 읽은 것을 제가 말해 주지 않으면 모둠이 답을 낼 수 없었거든요.",
                up=6,
            ),
            DemoAnswer(
                author="sujin",
                after=1 * DAYS,
                body="""
                    모둠을 넷에서 **둘**로 줄여 보세요. 숨을 곳이 없어집니다. 두 사람이 한 것을 옆 모둠과 바꿔 보게 하면 넷이 함께하는 효과도 나요.
                """,
                up=5,
            ),
            DemoAnswer(
                author="Priya",
                after=3 * DAYS,
                body="We let a die decide who presents, one minute before the presentation. Suddenly everybody wants to know what the group has found out.",
                up=7,
            ),
        ),
    ),
)
