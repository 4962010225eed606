# ruff: noqa: E501 - a paragraph is one line, as people type it into the form.
"""Questions about gardens and balconies."""

from qaboard.commands.demo.shape import DAYS, HOURS, MINUTES, DemoAnswer, DemoQuestion

QUESTIONS = (
    DemoQuestion(
        author="텃밭지기",
        age=36 * HOURS,
        title="베란다 바질이 키만 크고 힘이 없어요",
        body="""
            씨를 뿌린 지 5주 됐습니다. 줄기가 가늘게 길어지기만 하고 잎 사이가 멀어요. 남동향 베란다라서 해는 오전에만 들어옵니다. 물은 하루에 한 번 주고 있어요.

            햇빛이 모자란 걸까요, 아니면 물이 많은 걸까요?
        """,
        up=2,
        answers=(
            DemoAnswer(
                author="하늘",
                after=40 * MINUTES,
                body="""
                    둘 다일 것 같아요. 먼저 **순지르기**부터 해 주세요. 본잎이 서너 쌍 나왔을 때 맨 위 순을 따 주면 곁가지가 두 개씩 나와서 낮고 풍성하게 자랍니다.

                    물은 날짜를 세지 말고 겉흙이 말랐을 때 흠뻑 주는 게 좋아요.
                """,
                up=4,
            ),
            DemoAnswer(
                author="커피좋아",
                after=5 * HOURS,
                body="딴 순은 버리지 마시고 물컵에 꽂아 보세요. 일주일이면 뿌리가 나와서 화분이 하나 늘어납니다.",
                up=3,
            ),
        ),
    ),
    DemoQuestion(
        author="하늘",
        age=97 * DAYS,
        title="방울토마토 곁순은 언제까지 따 줘야 하나요?",
        body="주말농장에서 방울토마토를 처음 키워 봅니다. 곁순을 따라는 말은 들었는데, 계속 나오더라고요. 언제까지 따 줘야 하고, 혹시 깜빡해서 크게 자란 것도 잘라야 하나요?",
        up=3,
        answers=(
            DemoAnswer(
                author="텃밭지기",
                after=2 * HOURS,
                body="""
                    거둘 때까지 계속 따 주시면 됩니다. 손가락 길이보다 짧을 때 손으로 똑 꺾는 게 가장 좋아요.

                    이미 굵어졌다면 한꺼번에 다 자르지 말고 며칠에 나눠서 자르세요. 맑은 날 오전에 잘라야 상처가 빨리 마릅니다.
                """,
                up=6,
            ),
            DemoAnswer(
                author="sujin",
                after=2 * DAYS,
                body="""
                    저는 일부러 첫 꽃송이 바로 아래 곁순 하나만 남겨서 **두 줄기**로 키웁니다. 지지대가 하나 더 필요하지만 열매는 더 많이 달려요.
                """,
                up=2,
            ),
        ),
    ),
    DemoQuestion(
        author="Priya",
        age=120 * DAYS,
        title="Slugs ate my lettuce overnight. What works without poison?",
        body="""
            Yesterday I had twelve lettuce seedlings. This morning I have three and a silver trail.

            There are hedgehogs and a curious toddler in this garden, so no pellets, please. What has *actually* worked for you?
        """,
        up=3,
        answers=(
            DemoAnswer(
                author="텃밭지기",
                after=3 * HOURS,
                body="""
                    Three things, in the order of how well they worked for me:

                    1. Go out after dark with a torch and collect them. Twenty minutes, three evenings in a row.
                    2. Water in the **morning**. A dry surface at night is hard going for a slug.
                    3. Put a wet plank between the rows. They hide under it during the day, and you know where to look.
                """,
                up=6,
            ),
            DemoAnswer(
                author="alex",
                after=8 * HOURS,
                body="Raise the seedlings indoors until they have five or six leaves. Big plants survive a bite, small ones do not.",
                up=4,
            ),
            DemoAnswer(
                author="은호쌤",
                after=1 * DAYS,
                body="Coffee grounds. I have read that it works, though I never tried it.",
                up=1,
                down=2,
            ),
        ),
    ),
)
