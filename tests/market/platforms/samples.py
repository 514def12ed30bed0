"""Listings that the platform tests share: An's fish sauce, with a real photo."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from functools import cache
from typing import Any

from PIL import Image

from market.platforms.contract import BadgeDocument, ListingDocument, ListingReference, PaperDocument, PhotoReference
from tests.market.platforms.photo_host import HOST


@cache
def jpeg(shade: int) -> bytes:
    """A small real JPEG; another shade is another photo."""
    target = io.BytesIO()
    Image.new("RGB", (64, 64), (shade, 120, 60)).save(target, "JPEG")
    return target.getvalue()


def photo(shade: int = 10, **changes: Any) -> PhotoReference:
    """A photo whose digest fits its bytes, unless `changes` say otherwise."""
    content = jpeg(shade)
    values: dict[str, Any] = {
        "sha256": hashlib.sha256(content).hexdigest(),
        "file_name": f"anh-{shade}.jpg",
        "content_type": "image/jpeg",
        "read": lambda: content,
        "alt": "Chai nước mắm nhìn từ trước",
        "address": HOST.address_of(content),
    }
    return PhotoReference(**{**values, **changes})


def badge(**changes: Any) -> BadgeDocument:
    """A certificate of four stars."""
    values: dict[str, Any] = {
        "check_code": "K7PQ2M",
        "decision_number": "2503/QĐ-UBND",
        "stars": 4,
        "issued_on": date(2025, 3, 1),
        "valid_from": date(2025, 3, 1),
        "valid_until": date(2028, 3, 1),
        "check_url": "https://lensan.example/ocop/K7PQ2M",
    }
    return BadgeDocument(**{**values, **changes})


def paper(**changes: Any) -> PaperDocument:
    """A food safety certificate."""
    values: dict[str, Any] = {
        "kind": "food_safety",
        "name": "Giấy đủ điều kiện an toàn thực phẩm",
        "number": "12/2025/ATTP-LĐ",
        "issuer": "Chi cục An toàn thực phẩm",
        "valid_until": date(2028, 6, 1),
    }
    return PaperDocument(**{**values, **changes})


def document(sku: str = "NM-001", **changes: Any) -> ListingDocument:
    """A listing that every platform takes."""
    values: dict[str, Any] = {
        "reference": ListingReference(listing_id="9f6c", sku=sku, seller="an"),
        "revision": 3,
        "title": "Nước mắm nhĩ Phan Thiết 40 độ đạm",
        "description": "Ủ chượp 12 tháng trong lu sành.\n\nChai thuỷ tinh 500 ml.",
        "category_code": "nuoc-mam",
        "price": 85_000,
        "unit": "chai",
        "net_weight_grams": 500,
        "stock": 24,
        "photos": (photo(10), photo(20)),
        "badges": (badge(),),
        "origin_commune": "Phường Phan Thiết",
        "origin_province": "Tỉnh Lâm Đồng",
        "producer_name": "HTX Nước mắm An",
        "papers": (paper(),),
        "ingredients": "Cá cơm 75%, muối 25%",
        "warnings": "Người kiêng mặn nên dùng ít.",
        "shelf_life": "730 ngày",
    }
    return ListingDocument(**{**values, **changes})
