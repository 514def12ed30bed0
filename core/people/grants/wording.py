"""Grants in words, the way a page says them."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.text import capfirst

from core.kit import clock
from core.people.models import Grant

SOON = timedelta(days=30)


def place_words(grant: Grant) -> str:
    """ "Thôn 1, xã Phước Hữu, tỉnh Khánh Hòa", "tỉnh Khánh Hòa" or "cả nước". Reads unit, its parent and the hamlet."""
    if grant.unit is None:
        return "cả nước"
    parts = [grant.hamlet.name] if grant.hamlet else []
    parts.append(str(grant.unit))
    if grant.unit.parent:
        parts.append(str(grant.unit.parent))
    return ", ".join(parts)


def role_words(grant: Grant) -> str:
    """ "Cán bộ xã"."""
    return capfirst(str(grant.get_role_display()))


def until_words(grant: Grant) -> str:
    """ "đến hết 21/11/2027", or that there is no end. `valid_to` itself is the first day without."""
    if grant.valid_to and grant.valid_to <= grant.valid_from:
        return "đã kết thúc ngay trong ngày"
    return f"đến hết {last_day(grant.valid_to):%d/%m/%Y}" if grant.valid_to else "không ghi hạn"


def last_day(valid_to: date) -> date:
    """The last day that counts, as people write ends."""
    return valid_to - timedelta(days=1)


def state_words(grant: Grant) -> tuple[str, str]:
    """A status kind of the design system and a word for where the grant stands today."""
    today = clock.today()
    if grant.valid_to is not None and grant.valid_to <= max(today, grant.valid_from):
        return "info", "Đã kết thúc."
    if grant.valid_from > today:
        return "wait", "Chưa bắt đầu."
    if grant.to_decide or (grant.unit is not None and grant.unit.valid_to is not None and grant.unit.valid_to <= today):
        return "warn", "Cần quyết định."
    if grant.valid_to is not None and grant.valid_to - today <= SOON:
        return "warn", "Sắp hết hạn."
    return "good", "Đang có."
