"""Template filters for how Vietnamese pages write money, rates, phones and moments."""

from __future__ import annotations

from datetime import datetime

from django import template
from django.utils import timezone

from core.kit import clock, money, phones

register = template.Library()


@register.filter
def dong(amount: int) -> str:
    """1234567 → "1.234.567 đ"."""
    return money.dong(int(amount))


@register.filter
def phone(e164: str) -> str:
    """ "+84912345678" → "0912 345 678"."""
    return phones.national(e164)


@register.filter
def masked_phone(e164: str) -> str:
    """ "+84912345678" → "091… …678"."""
    return phones.masked(e164)


@register.filter
def moment(value: datetime | None) -> str:
    """ "hôm nay 09:12", then "09:12, 21/11/2026"; "" for None."""
    if value is None:
        return ""
    local = timezone.localtime(value, clock.VIETNAM)
    if local.date() == clock.today():
        return f"hôm nay {local:%H:%M}"
    return f"{local:%H:%M, %d/%m/%Y}"


@register.filter
def duration_since(value: datetime) -> str:
    """How long ago, in one unit: "dưới 1 phút", "7 phút", "3 giờ", "12 ngày"."""
    minutes = int((clock.now() - value).total_seconds() // 60)
    if minutes < 1:
        return "dưới 1 phút"
    if minutes < 60:
        return f"{minutes} phút"
    return f"{minutes // 60} giờ" if minutes < 48 * 60 else f"{minutes // 1440} ngày"


@register.filter
def weight(grams: int | None) -> str:
    """350 → "350 g", 1500 → "1,5 kg"; "" for None."""
    if grams is None:
        return ""
    if grams < 1000:
        return f"{grams} g"
    return f"{grams / 1000:g} kg".replace(".", ",")


@register.filter
def named(names: dict[int, str], key: int | None) -> str:
    """The name of a person by id, "hệ thống" for nobody: `people|named:row.registered_by_id`."""
    return names.get(key or 0, "hệ thống")
