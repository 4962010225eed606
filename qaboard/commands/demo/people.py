"""The people of the demo board. All of them have the same password."""

from qaboard.commands.demo.shape import DAYS, DemoUser
from qaboard.models import Role

PASSWORD = "demo password 1"  # noqa: S105 - known to all, and seeded into development boards only

USERS = (
    DemoUser("sujin", "admin@demo.example", "ko", 240 * DAYS, Role.ADMIN),
    DemoUser("moderator", "moderator@demo.example", "en", 238 * DAYS, Role.MODERATOR),
    DemoUser("민지_dev", "minji@demo.example", "ko", 231 * DAYS),
    DemoUser("커피좋아", "coffee@demo.example", "ko", 224 * DAYS),
    DemoUser("alex", "alex@demo.example", "en", 220 * DAYS),
    DemoUser("하늘", "haneul@demo.example", "ko", 212 * DAYS),
    DemoUser("텃밭지기", "garden@demo.example", "ko", 205 * DAYS),
    DemoUser("Priya", "priya@demo.example", "en", 198 * DAYS),
    DemoUser("은호쌤", "eunho@demo.example", "ko", 190 * DAYS),
)
