"""A document in the words of people: what is shown before it is sent, and kept of what was."""

from __future__ import annotations

import hashlib

from core.kit.money import dong
from core.templatetags.vietnamese import weight
from market.platforms.documents import ListingDocument
from market.platforms.sheets.layout import badge_text, paper_text

# In the order of the listing's form. What a field of the document is called here, where that differs.
LABELS = {
    "title": "Tên sản phẩm",
    "description": "Mô tả",
    "category": "Ngành hàng",
    "price": "Giá bán",
    "unit": "Đơn vị",
    "net_weight_grams": "Khối lượng tịnh",
    "stock": "Số lượng",
    "photos": "Ảnh",
    "producer_name": "Người làm ra",
    "origin": "Nơi làm ra",
    "badges": "Chứng nhận OCOP",
    "papers": "Giấy tờ đi kèm",
    "ingredients": "Thành phần",
    "warnings": "Cảnh báo",
    "shelf_life": "Hạn dùng",
}
NAMES = {
    "category_code": "category",
    "category_path": "category",
    "origin_commune": "origin",
    "origin_province": "origin",
}
PICTURES = "picture_digest"
OFFER = ("price", "stock")


def shown_fields(document: ListingDocument) -> dict[str, str]:
    """Every field of `LABELS` as people read it ("": nothing), and a digest of the photos and their order."""
    pictures = " ".join(photo.sha256 + photo.alt for photo in document.photos)
    return {
        "title": document.title,
        "description": document.description,
        "category": document.category_path,
        "price": dong(document.price) if document.price else "",
        "unit": document.unit,
        "net_weight_grams": weight(document.net_weight_grams),
        "stock": str(document.stock),
        "photos": f"{len(document.photos)} ảnh" if document.photos else "",
        "producer_name": document.producer_name,
        "origin": ", ".join(place for place in (document.origin_commune, document.origin_province) if place),
        "badges": "; ".join(badge_text(badge) for badge in document.badges),
        "papers": "; ".join(paper_text(paper) for paper in document.papers),
        "ingredients": document.ingredients,
        "warnings": document.warnings,
        "shelf_life": document.shelf_life,
        PICTURES: hashlib.sha256(pictures.encode()).hexdigest(),
    }


def with_offer(sent: dict[str, str], document: ListingDocument) -> dict[str, str]:
    """What was sent before, with the price and the stock of this document; {} while nothing was."""
    fields = shown_fields(document)
    return sent | {name: fields[name] for name in OFFER} if sent else {}


def name_of(path: str) -> str:
    """The field of `LABELS` that a path in the document belongs to: "photos[2].alt" is "photos"."""
    first = path.split("[")[0].split(".")[0]
    return NAMES.get(first, first)
