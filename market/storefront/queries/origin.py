"""Who made something, and where that is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from core.places.models import Unit
from market.storefront.drawing.small_map import draw_map
from market.storefront.queries.places import dots_of, former_areas
from onboarding.producers.models import Producer


@dataclass(frozen=True)
class Origin:
    """A commune in words ("xã Bắc Ruộng, tỉnh Lâm Đồng"), what its area was called until 30/6/2025, and a small map (""
    where the place is not known)."""

    words: str
    former: list[str]
    map: SafeString


def origin_of(commune: Unit) -> Origin:
    """Where a commune lies; `commune.parent` must be there. Two queries, none where asked within the hour."""
    province = commune.parent
    words = f"{commune}, {province}" if province else str(commune)
    label = f"Bản đồ nhỏ: {commune} được đánh dấu giữa các xã, phường của {province}."
    return Origin(words, former_areas(commune), draw_map(dots_of(commune.parent_id), commune.pk, label))


def public_phone(producer: Producer, agreed: bool) -> str:
    """The producer's phone (E.164) if they agreed that buyers see it, else ""."""
    return producer.phone if agreed else ""
