# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""Questions about coffee and cooking."""

from qaboard.commands.demo.shape import DAYS, HOURS, MINUTES, DemoAnswer, DemoQuestion

QUESTIONS = (
    DemoQuestion(
        author="커피좋아",
        age=38 * MINUTES,
        title="드립 커피가 자꾸 써요. 무엇부터 바꿔 볼까요?",
        body="""
            집에서 핸드 드립을 시작한 지 한 달쯤 됐는데 카페에서 마시는 것보다 늘 씁니다. 지금은 이렇게 내리고 있어요.

            - 원두 20g, 중간보다 조금 곱게 갈기
            - 끓자마자 바로 부은 물 300ml
            - 다 내려오는 데 4분쯤

            한꺼번에 다 바꾸면 뭐가 문제였는지 모를 것 같아서, 하나씩 바꿔 보려고 합니다. 순서를 추천해 주세요!
        """,
        up=3,
        answers=(
            DemoAnswer(
                author="텃밭지기",
                after=12 * MINUTES,
                body="""
                    굵기부터요! 4분이면 조금 오래 걸리는 편이니 굵게 갈아 **3분 안쪽**으로 맞춰 보세요. 그다음이 물 온도입니다. 끓인 물을 1분쯤 식혔다가 부으면 훨씬 부드러워져요.
                """,
                up=2,
            ),
            DemoAnswer(
                author="은호쌤",
                after=26 * MINUTES,
                body="""
                    저는 표를 그려 두고 한 칸씩만 바꿔 봤어요.

                    | 차례 | 굵기 | 온도 | 시간 | 맛 |
                    |--:|---|--:|--:|---|
                    | 1 | 조금 곱게 | 98℃ | 4:00 | 쓰고 텁텁함 |
                    | 2 | 중간 | 98℃ | 3:10 | 조금 씀 |
                    | 3 | 중간 | 92℃ | 3:00 | 좋음! |

                    원두마다 다르니 숫자는 참고만 하세요.
                """,
                up=3,
            ),
        ),
    ),
    DemoQuestion(
        author="텃밭지기",
        age=6 * DAYS,
        title="묵은지가 너무 시어졌는데 살릴 방법이 있을까요?",
        body="작년 김장 김치가 아직 한 통 남았는데 그냥 먹기에는 너무 십니다. 버리기는 아까워요. 찌개 말고 다른 방법도 있으면 알려 주세요.",
        up=4,
        answers=(
            DemoAnswer(
                author="은호쌤",
                after=1 * HOURS,
                body="""
                    물에 살짝 헹궈서 꼭 짠 다음 들기름에 볶아 보세요. 설탕을 반 숟가락만 넣으면 신맛이 한결 누그러집니다. 남은 국물은 비빔국수 양념에 넣으면 맛있어요.
                """,
                up=5,
            ),
            DemoAnswer(
                author="커피좋아",
                after=3 * HOURS,
                body="""
                    저희 집 순서입니다.

                    1. 속을 털어 내고 찬물에 30분 담가 둡니다.
                    2. 멸치와 된장 한 숟가락을 넣고 약한 불에 푹 지집니다.
                    3. 하루 두었다가 다시 데워 먹습니다. 둘째 날이 더 맛있어요.
                """,
                up=6,
            ),
            DemoAnswer(
                author="Priya",
                after=9 * HOURS,
                body="In my family we put very sour pickles into fried rice. I tried it with old kimchi: wonderful, with an egg on top.",
                up=3,
            ),
        ),
    ),
    DemoQuestion(
        author="alex",
        age=36 * DAYS,
        title="Is a burr grinder really worth it for filter coffee?",
        body="I own a blade grinder that cost next to nothing. Everybody tells me to buy a burr grinder before anything else. Is the difference something a normal person can taste, or is this one of those hobby things?",
        up=1,
        answers=(
            DemoAnswer(
                author="커피좋아",
                after=1 * HOURS,
                body="""
                    Yes, and it is the one thing I would not want to give back. A blade makes dust and pebbles at the same time: the dust turns bitter while the pebbles stay sour, so you get both in one cup.

                    A *hand* grinder with burrs is much cheaper than an electric one, and for one or two cups it is fine.
                """,
                up=6,
            ),
            DemoAnswer(
                author="하늘",
                after=7 * HOURS,
                body="A cheap experiment first: grind as usual, then shake the dust out through a fine sieve. If you like that cup better, you have your answer.",
                up=4,
            ),
            DemoAnswer(
                author="민지_dev",
                after=1 * DAYS,
                body="It is all imagination. Instant coffee is the same thing.",
                down=4,
            ),
        ),
    ),
    DemoQuestion(
        author="은호쌤",
        age=66 * DAYS,
        title="일주일 도시락 반찬, 일요일에 한꺼번에 만드시는 분 계신가요?",
        body="""
            새 학기부터 도시락을 싸 다니려고 합니다. 아침에는 시간이 없어서 일요일에 몰아서 만들어 둘 생각인데, 금요일까지 먹어도 괜찮은 반찬에는 어떤 것이 있을까요?
        """,
        up=2,
        answers=(
            DemoAnswer(
                author="커피좋아",
                after=4 * HOURS,
                body="""
                    닷새를 버티는 것과 그러지 못하는 것을 나누면 편합니다.

                    - **닷새**: 멸치볶음, 콩자반, 장조림, 무말랭이
                    - **사흘**: 어묵볶음, 달걀말이, 감자채볶음
                    - **그날그날**: 시금치나물 같은 나물, 두부

                    저는 사흘짜리를 수요일 저녁에 한 번 더 만들어요.
                """,
                up=5,
            ),
            DemoAnswer(
                author="텃밭지기",
                after=1 * DAYS,
                body="먹을 만큼만 작은 통에 나눠 담고, 덜어 먹는 젓가락은 꼭 마른 것으로 쓰세요. 이것만 지켜도 훨씬 오래갑니다.",
                up=4,
            ),
        ),
    ),
    DemoQuestion(
        author="Priya",
        age=6 * MINUTES,
        title="How do you keep rice from sticking to a steel pot?",
        body="""
            My rice cooker broke, so I am back to a plain steel pot. The rice is fine, but a layer of it stays at the bottom every single time.

            I use 1 cup of rice to 1.2 cups of water, high heat until it boils, then 15 minutes on low with the lid on.
        """,
        up=1,
    ),
)
