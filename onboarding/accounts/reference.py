"""The platforms that are known, as dated data. What is not confirmed is said in the note."""

from __future__ import annotations

from datetime import date

from onboarding.accounts.models import Platform, RobotPermission, SeenWithin
from onboarding.accounts.rules import USUAL_SEEN_WITHIN

FIRST_DAY = date(2018, 1, 1)
PLATFORMS: tuple[dict[str, object], ...] = (
    {
        "code": "voso",
        "name": "VoSo",
        "aliases": ["Vỏ Sò", "Voso", "voso.vn"],
        "operator": "Viettel Post",
        "link_pattern": r"^https://voso\.vn/.*-p\d+\.html$",
        # Of the shop's own page only the host is certain.
        "shop_link_pattern": r"^https://voso\.vn/.+$",
        "counts_for_target": True,
        "note": "Sàn nêu trong mục tiêu. Không công bố API cho người bán; tình trạng hiện nay cần hỏi lại đơn vị vận hành.",
    },
    {
        "code": "postmart",
        "name": "Postmart",
        "aliases": ["Postmart.vn", "buudien.vn", "Nông sản Bưu điện"],
        "operator": "Vietnam Post",
        "link_pattern": r"^https://(postmart\.vn/p/.+-\d+\.html|([a-z]+\.)?buudien\.vn/.+)$",
        "shop_link_pattern": r"^https://(postmart\.vn|([a-z]+\.)?buudien\.vn)/.+$",
        "counts_for_target": True,
        "note": "Sàn nêu trong mục tiêu. Có nguồn ghi đã đổi tên thành buudien.vn từ 31/3/2024, chưa xác nhận.",
    },
    {
        "code": "santhu",
        "name": "Sàn thử",
        "operator": "Lên Sàn",
        "is_simulation": True,
        "note": "Sàn mô phỏng để thử đường gửi tin. Không tính vào mục tiêu nào.",
    },
)


def load_platforms() -> None:
    """Make the platforms that are not there yet. What its operators have changed since stays as they left it."""
    for facts in PLATFORMS:
        Platform.objects.get_or_create(code=facts["code"], defaults={k: v for k, v in facts.items() if k != "code"})
    load_looking()


def load_looking() -> None:
    """How long a look lasts, and where a robot may look: only on pages of our own until an operator has read a platform's
    terms. What somebody has entered is left as it is."""
    SeenWithin.objects.get_or_create(platform=None, since=FIRST_DAY, defaults={"days": USUAL_SEEN_WITHIN})
    for platform in Platform.objects.filter(is_simulation=True):
        RobotPermission.objects.get_or_create(
            platform=platform, since=FIRST_DAY, defaults={"is_granted": True, "ground": "Sàn mô phỏng của Lên Sàn."}
        )
