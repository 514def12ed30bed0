"""What a listing needs."""

from __future__ import annotations

from dataclasses import dataclass

from market.listings.models import Listing

MAX_PHOTOS = 8


@dataclass(frozen=True)
class Missing:
    """One thing to add before selling: the form field and a plain sentence."""

    field: str
    sentence: str


def missing_for_sale(listing: Listing) -> list[Missing]:
    """What still keeps a listing from being sold; empty when nothing does."""
    found = []
    if not listing.photos.exists():
        found.append(Missing("photos", "Thêm ít nhất một ảnh chụp sản phẩm."))
    if not listing.description:
        found.append(Missing("description", "Viết vài dòng mô tả sản phẩm."))
    if listing.stock < 1:
        found.append(Missing("stock", "Ghi số lượng đang có, ít nhất là 1."))
    return found
