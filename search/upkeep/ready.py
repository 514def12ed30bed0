"""What the upkeep of the search registers once, when the storey gets ready."""

from __future__ import annotations

from datetime import time

from django.utils.translation import gettext_lazy as _

from core.desk.registry import register_section
from core.jobs.registry import register_periodic
from search.upkeep import jobs
from search.upkeep.rules import can_read_health, can_read_misses


def register() -> None:
    """The daily check, forgetting, and the two sections of the staff home."""
    register_periodic("search.check", jobs.EVERY, jobs.check, label="đối chiếu chỉ mục tìm kiếm với sổ gốc")
    register_periodic(
        "search.forget", jobs.EVERY, jobs.forget, label="xoá từ tìm không thấy quá 90 ngày", at=time(2, 40)
    )
    register_section(
        _("Tìm không thấy"), "search_misses", can_read_misses, about=_("Người mua tìm gì mà chưa có ai bán."), order=70
    )
    register_section(
        _("Máy tìm kiếm"),
        "search_health",
        can_read_health,
        about=_("Chỉ mục có bao nhiêu mục, lần đối chiếu cuối."),
        order=81,
    )
