"""A platform's complaint about one of our fields, in words of ours beside its own. Pure."""

from __future__ import annotations

from market.platforms.contract import Issue, Severity, kept_text

REMOTE_TEXT_LIMIT = 1000
FIELD_NAMES_VI = {
    "sku": "mã hàng",
    "title": "tên sản phẩm",
    "description": "mô tả",
    "category_code": "ngành hàng",
    "price": "giá",
    "unit": "đơn vị tính",
    "net_weight_grams": "khối lượng tịnh",
    "stock": "số lượng",
    "photos": "ảnh",
    "badges": "giấy chứng nhận",
    "papers": "giấy tờ đi kèm",
    "ingredients": "thành phần",
    "warnings": "cảnh báo",
    "shelf_life": "hạn dùng",
    "producer_name": "tên nhà sản xuất",
    "origin_commune": "xã, phường",
    "origin_province": "tỉnh, thành phố",
}


def complaint(field: str, text: str, code: str = "refused_by_platform", rule_version: str = "") -> Issue:
    """What blocks our `field` ("": none of ours). The platform's `text` is kept, cut short, with the version of the rules that it
    names."""
    if field:
        message = f"Sàn chưa nhận mục {FIELD_NAMES_VI[field]}. Hãy sửa theo lời sàn rồi gửi lại."
    else:
        message = "Sàn chưa nhận tin. Hãy sửa theo lời sàn rồi gửi lại."
    return Issue(code, field, Severity.BLOCK, message, kept_text(text, REMOTE_TEXT_LIMIT), rule_version)
