"""The people of the demo board. All of them have the same password."""

from datetime import timedelta

from qaboard.commands.demo.shape import DemoUser
from qaboard.models import Role

PASSWORD = "demo password 1"  # noqa: S105 - known to all, and seeded into development boards only

USERS = (
    DemoUser("sujin", "admin@demo.example", "ko", timedelta(days=240), Role.ADMIN),
    DemoUser("moderator", "moderator@demo.example", "en", timedelta(days=238), Role.MODERATOR),
    DemoUser("민지_dev", "minji@demo.example", "ko", timedelta(days=231)),
    DemoUser("커피좋아", "coffee@demo.example", "ko", timedelta(days=224)),
    DemoUser("alex", "alex@demo.example", "en", timedelta(days=220)),
    DemoUser("하늘", "haneul@demo.example", "ko", timedelta(days=212)),
    DemoUser("텃밭지기", "garden@demo.example", "ko", timedelta(days=205)),
    DemoUser("Priya", "priya@demo.example", "en", timedelta(days=198)),
    DemoUser("은호쌤", "eunho@demo.example", "ko", timedelta(days=190)),
)
