# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""Questions about bicycles."""

from qaboard.commands.demo.shape import DAYS, HOURS, DemoAnswer, DemoQuestion

QUESTIONS = (
    DemoQuestion(
        author="커피좋아",
        age=8 * DAYS,
        title="출퇴근용 자전거, 타이어 공기압은 얼마가 좋을까요?",
        body="""
            몸무게가 70kg이고 가방까지 더하면 80kg쯤 됩니다. 타이어는 700×32C이고 옆면에는 `50-85 PSI`라고 적혀 있어요. 지금까지는 별생각 없이 85까지 넣고 다녔는데, 보도블록을 지날 때마다 손목이 아픕니다.
        """,
        up=2,
        answers=(
            DemoAnswer(
                author="하늘",
                after=2 * HOURS,
                body="""
                    옆면의 큰 숫자는 *최대*이지 추천이 아니에요. 그 무게와 폭이면 이 정도에서 시작해 보세요.

                    | 바퀴 | 처음 넣을 값 |
                    |---|--:|
                    | 앞 | 55 PSI |
                    | 뒤 | 62 PSI |

                    뒷바퀴에 무게가 더 실리니 조금 높게 넣습니다. 턱을 넘을 때 림까지 쿵 하고 닿으면 3 PSI씩 올려 보세요.
                """,
                up=5,
            ),
            DemoAnswer(
                author="텃밭지기",
                after=1 * DAYS,
                body="숫자보다 중요한 건 *자주* 넣는 겁니다. 저는 월요일 아침마다 넣어요.",
                up=3,
            ),
        ),
    ),
    DemoQuestion(
        author="alex",
        age=2 * DAYS,
        title="New chain skips under load. Do I need a new cassette too?",
        body="""
            I replaced the chain after about 6,000 km. Since then it jumps over the teeth when I push hard, but only on the two sprockets that I use most.

            Did I do something wrong, or is the cassette worn?
        """,
        up=2,
        answers=(
            DemoAnswer(
                author="커피좋아",
                after=3 * HOURS,
                body="""
                    You answered it yourself: *only on the two sprockets I use most*. The old chain had worn those teeth to its own shape, and the new one does not fit into them. A new cassette will cure it.

                    Next time measure the chain with a gauge and change it at **0.5 %**. Two or three chains then last as long as one cassette.
                """,
                up=5,
            ),
            DemoAnswer(
                author="민지_dev",
                after=10 * HOURS,
                body="Before you buy anything, check for a stiff link: turn the pedals backwards slowly and watch the chain at the derailleur. It costs nothing.",
                up=2,
            ),
        ),
    ),
    DemoQuestion(
        author="은호쌤",
        age=13 * HOURS,
        title="초등학생과 함께 달리기 좋은 한강 자전거길은 어디인가요?",
        body="""
            이번 주말에 초등학교 3학년 아이와 처음으로 한강에 가 보려고 합니다. 왕복 10km 안팎이면 좋겠고, 중간에 쉬면서 간식을 먹을 곳이 있으면 더 좋아요.

            - 출발은 뚝섬이나 여의도
            - 빠른 자전거가 적은 시간대도 궁금합니다
        """,
        up=2,
    ),
)
