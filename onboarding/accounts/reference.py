"""The platforms that are known, as dated data. What is not confirmed is said in the note."""

from __future__ import annotations

from onboarding.accounts.models import Platform

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
    """Bring the platforms to the state of this file."""
    for facts in PLATFORMS:
        Platform.objects.update_or_create(code=facts["code"], defaults={k: v for k, v in facts.items() if k != "code"})
