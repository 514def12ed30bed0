"""What differs, in words."""

from __future__ import annotations

from collections.abc import Mapping

from core.kit.money import dong
from market.platforms.models import Drift

SHOWN_SIGNS = 300
# The fields of a document, where a platform's copy differs from ours.
DRIFT_FIELDS = {
    "title": "Tên sản phẩm",
    "description": "Mô tả",
    "category_code": "Ngành hàng",
    "price": "Giá",
    "unit": "Đơn vị tính",
    "net_weight_grams": "Khối lượng tịnh (gam)",
    "stock": "Số lượng còn",
    "origin_commune": "Xã, phường của hàng",
    "origin_province": "Tỉnh của hàng",
    "producer_name": "Nhà sản xuất",
    "ingredients": "Thành phần",
    "warnings": "Cảnh báo",
    "shelf_life": "Hạn dùng",
    "photos": "Số ảnh",
    "badges": "Số dấu chứng nhận",
    "papers": "Số giấy tờ",
}


def field_words(name: str) -> str:
    """A field as people call it."""
    return DRIFT_FIELDS.get(name, name)


def lines_of(drift: Drift) -> tuple[tuple[str, str, str], ...]:
    """(field, ours, theirs) of a drift in words, long texts cut: they are shown, never written."""
    return tuple((field_words(line["field"]), _words(line, "ours"), _words(line, "theirs")) for line in drift.fields)


def web_address(drift: Drift) -> str:
    """Where it stands; "" where that is no address of the web."""
    return drift.url if drift.url.startswith(("https://", "http://")) else ""


def _words(line: Mapping[str, str], side: str) -> str:
    text = line[side]
    if line["field"] == "price" and text.isdecimal():
        return dong(int(text))
    return text if len(text) <= SHOWN_SIGNS else f"{text[:SHOWN_SIGNS]}…"
