"""Our text and all that a Vendure product has no field for, as the one description it has. Pure.

A stock Vendure knows a name, a description in HTML, facets and photos. What else a listing says (unit, weight, maker, origin, ingredients,
certificates, papers, and our SKU while a product has no variant yet) stands below the text as a list that buyers read as well: it comes
and goes with the text in one write, and asks nobody to set up fields of their own.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from market.platforms.contract import BadgeDocument, ListingDocument, PaperDocument, normalised_text

# Nothing of ours has these tags: what people typed is escaped.
_START, _END = "\n<h3>Thông tin sản phẩm</h3>\n<ul>\n", "</ul>"
_ROW_START, _ROW_MIDDLE, _ROW_END = "<li><strong>", ":</strong> ", "</li>\n"
_PART, _LINE_BREAK = " · ", "<br>\n"
LABELS = {
    "sku": "Mã hàng",
    "unit": "Đơn vị tính",
    "net_weight_grams": "Khối lượng tịnh (g)",
    "producer_name": "Nhà sản xuất",
    "origin_commune": "Xã, phường",
    "origin_province": "Tỉnh, thành phố",
    "ingredients": "Thành phần",
    "warnings": "Cảnh báo",
    "shelf_life": "Hạn dùng",
    "certificates": "Chứng nhận OCOP",
    "papers": "Giấy tờ",
    "unfinished": "Tình trạng",
}
UNFINISHED = "đang đăng dở"


def written(document: ListingDocument) -> str:
    """The description of a document: its text, then its facts."""
    return f"{_markup(document.description)}{_START}{_rows(_facts(document))}{_END}"


def begun(sku: str) -> str:
    """The description of a product that nothing is sold of yet: whose it is, and that the rest is to come."""
    values = {"sku": sku, "unfinished": UNFINISHED}
    return f"{_START}{_rows(values)}{_END}"


def read(markup: str) -> tuple[str, dict[str, str]]:
    """`written` the other way round: the text, and the facts by our names. What somebody wrote there in another shape is all text,
    and so differs from ours."""
    whole = markup.replace("\r\n", "\n")
    text, start, rows = whole.partition(_START)
    if not start or not rows.endswith(_END):
        return _plain(whole), {}
    names = {label: name for name, label in LABELS.items()}
    found = dict[str, str]()
    for row in rows.removesuffix(_END).split(_ROW_END):
        label, middle, value = row.removeprefix(_ROW_START).partition(_ROW_MIDDLE)
        if middle and label in names:
            found[names[label]] = _plain(value)
    return _plain(text), found


def first_parts(text: str) -> tuple[str, ...]:
    """The names that the lines of certificates and papers begin with."""
    return tuple(line.split(_PART)[0] for line in text.split("\n")) if text else ()


def _rows(values: Mapping[str, str]) -> str:
    return "".join(
        f"{_ROW_START}{LABELS[name]}{_ROW_MIDDLE}{_markup(value)}{_ROW_END}" for name, value in values.items()
    )


def _facts(document: ListingDocument) -> dict[str, str]:
    values = {"sku": document.reference.sku, "unit": document.unit}
    values["net_weight_grams"] = str(document.net_weight_grams or "")
    for name in ("producer_name", "origin_commune", "origin_province", "ingredients", "warnings", "shelf_life"):
        values[name] = getattr(document, name)
    values["certificates"] = "\n".join(_badge_line(badge) for badge in document.badges)
    values["papers"] = "\n".join(_paper_line(paper) for paper in document.papers)
    return {name: value for name, value in values.items() if normalised_text(value)}


def _markup(text: str) -> str:
    return html.escape(normalised_text(text), quote=False).replace("\n", _LINE_BREAK)


def _plain(markup: str) -> str:
    text = markup.replace(_LINE_BREAK, "\n")
    return html.unescape(text) if "<" not in text else text


def _badge_line(badge: BadgeDocument) -> str:
    stars = f"{badge.stars} sao" if badge.stars else ""
    until = f"đến {badge.valid_until:%d/%m/%Y}" if badge.valid_until else ""
    return _line(badge.check_code, badge.decision_number, stars, until, badge.check_url)


def _paper_line(paper: PaperDocument) -> str:
    until = f"đến {paper.valid_until:%d/%m/%Y}" if paper.valid_until else ""
    return _line(paper.number, paper.name, paper.issuer, until)


def _line(*parts: str) -> str:
    flat = [" ".join(normalised_text(part).split()) for part in parts]
    return _PART.join([flat[0], *(part for part in flat[1:] if part)])
