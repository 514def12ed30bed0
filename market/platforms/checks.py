"""Checks that every adapter makes before a push, driven by the platform's capabilities."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence

from core.kit.money import dong
from market.platforms.contract import (
    Capabilities,
    Issue,
    ListingDocument,
    OfferDocument,
    PhotoReference,
    Severity,
    TextCount,
    ValidationFailed,
    normalised_text,
)
from onboarding.papers.models import PaperKind

PHOTO_STARTS = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "image/webp": b"RIFF"}


def thousands(number: int) -> str:
    """The number with dots between thousands, as Vietnamese readers write it."""
    return f"{number:,}".replace(",", ".")


def document_issues(capabilities: Capabilities, document: ListingDocument) -> tuple[Issue, ...]:
    """Everything these capabilities ask of a listing that the document does not meet, in form order."""
    return (
        *_text_issues(capabilities, document),
        *offer_issues(capabilities, document.price, document.stock),
        *_photo_issues(capabilities, document),
        *_paper_issues(capabilities, document),
    )


def title_length(counts: TextCount, title: str) -> int:
    """How long a title is in a platform's own measure: letters, bytes, or columns (wide East Asian letters take two)."""
    if counts is TextCount.BYTES:
        return len(title.encode("utf-8", "backslashreplace"))
    if counts is TextCount.WIDTH:
        return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in title)
    return len(title)


def offer_issues(capabilities: Capabilities, price: int, stock: int) -> tuple[Issue, ...]:
    """What is wrong with a price (whole đồng) and a stock (units)."""
    found = []
    if price < capabilities.price_minimum:
        found.append(_block("price_too_low", "price", "Giá chưa đúng. Hãy nhập giá lớn hơn 0 đ."))
    elif price > capabilities.price_maximum:
        message = f"Sàn nhận giá tối đa {dong(capabilities.price_maximum)}. Hãy sửa giá."
        found.append(_block("price_too_high", "price", message))
    if stock < 0:
        found.append(_block("stock_negative", "stock", "Số lượng còn phải từ 0 trở lên. Hãy sửa số lượng."))
    elif stock > capabilities.stock_maximum:
        most = thousands(capabilities.stock_maximum)
        found.append(_block("stock_too_high", "stock", f"Sàn nhận số lượng tối đa {most}. Hãy sửa số lượng."))
    return tuple(found)


def refuse_blocked(issues: Iterable[Issue]) -> None:
    """Raise ValidationFailed with all issues when one of them blocks."""
    all_issues = tuple(issues)
    if any(issue.severity is Severity.BLOCK for issue in all_issues):
        raise ValidationFailed(all_issues)


def refuse_bad_offer(capabilities: Capabilities, offer: OfferDocument) -> None:
    """Raise ValidationFailed when the price or the stock cannot be sent."""
    refuse_blocked(offer_issues(capabilities, offer.price, offer.stock))


def photo_bytes(photo: PhotoReference, capabilities: Capabilities) -> bytes:
    """The photo's bytes. Raises ValidationFailed when they cannot be read, are not what the digest says,
    are more than the platform takes, or are no photo at all."""
    try:
        content = photo.read()
    except OSError as error:
        raise ValidationFailed([_photo_issue("photo_unreadable", photo)]) from error
    if hashlib.sha256(content).hexdigest() != photo.sha256:
        raise ValidationFailed([_photo_issue("photo_changed", photo)])
    if len(content) > capabilities.photo_bytes_maximum:
        raise ValidationFailed([_photo_issue("photo_too_large", photo)])
    if not content.startswith(PHOTO_STARTS.get(photo.content_type, b"")):
        raise ValidationFailed([_photo_issue("photo_broken", photo)])
    return content


def _text_issues(capabilities: Capabilities, document: ListingDocument) -> list[Issue]:
    found = []
    if not document.reference.sku.strip():
        found.append(_block("sku_missing", "sku", "Tin chưa có mã hàng. Hãy đặt mã hàng rồi gửi lại."))
    found += _title_issues(capabilities, normalised_text(document.title))
    length = len(normalised_text(document.description))
    if length > capabilities.description_maximum:
        most = thousands(capabilities.description_maximum)
        message = f"Mô tả dài {thousands(length)} ký tự, sàn nhận tối đa {most}. Hãy rút ngắn mô tả."
        found.append(_block("description_too_long", "description", message))
    if capabilities.needs_category and not document.category_code:
        found.append(_block("category_missing", "category_code", "Tin chưa có ngành hàng. Hãy chọn ngành hàng."))
    if capabilities.needs_net_weight and not document.net_weight_grams:
        message = "Sàn cần khối lượng tịnh. Thêm khối lượng rồi gửi lại."
        found.append(_block("net_weight_missing", "net_weight_grams", message))
    return found


def _title_issues(capabilities: Capabilities, title: str) -> list[Issue]:
    length, counts = title_length(capabilities.title_counts, title), capabilities.title_counts
    if not title:
        return [_block("title_missing", "title", "Tin chưa có tên. Hãy nhập tên sản phẩm.")]
    if length < capabilities.title_minimum:
        message = f"Tên quá ngắn. Hãy viết ít nhất {capabilities.title_minimum} ký tự."
        return [_block("title_too_short", "title", message)]
    if length <= capabilities.title_maximum:
        return []
    if counts is TextCount.CHARACTERS:
        message = f"Tên dài {length} ký tự, sàn nhận tối đa {capabilities.title_maximum}. Hãy rút ngắn tên."
    else:
        # Nobody who sells fish sauce counts bytes: said is how many letters have to go.
        kept = title
        while title_length(counts, kept) > capabilities.title_maximum:
            kept = kept[:-1]
        message = f"Tên quá dài với sàn này. Hãy bỏ bớt ít nhất {len(title) - len(kept)} ký tự."
    return [_block("title_too_long", "title", message)]


def _paper_issues(capabilities: Capabilities, document: ListingDocument) -> list[Issue]:
    held, names = {paper.kind for paper in document.papers}, dict(PaperKind.choices)
    return [
        _block("paper_missing", "papers", f"Sàn cần giấy «{names.get(kind, kind)}» còn hạn. Hãy thêm giấy này vào tin.")
        for kind in capabilities.required_papers
        if kind not in held
    ]


def _photo_issues(capabilities: Capabilities, document: ListingDocument) -> list[Issue]:
    found = []
    count = len(document.photos)
    if count < capabilities.photo_minimum:
        message = f"Sàn cần ít nhất {capabilities.photo_minimum} ảnh. Hãy thêm ảnh sản phẩm."
        found.append(_block("photos_too_few", "photos", message))
    elif count == 0:
        message = "Tin chưa có ảnh. Thêm ảnh để người mua thấy sản phẩm."
        found.append(Issue("photos_missing", "photos", Severity.WARN, message))
    elif count > capabilities.photo_maximum:
        message = f"Tin có {count} ảnh, sàn nhận tối đa {capabilities.photo_maximum}. Hãy bỏ bớt ảnh."
        found.append(_block("photos_too_many", "photos", message))
    for photo in _repeated(document.photos):
        message = f"Ảnh «{photo.file_name}» có hai lần. Hãy bỏ bớt một ảnh."
        found.append(Issue("photo_repeated", "photos", Severity.WARN, message))
    for photo in document.photos:
        if photo.content_type not in capabilities.photo_types:
            found.append(_photo_issue("photo_type", photo))
    return found


def _repeated(photos: Sequence[PhotoReference]) -> list[PhotoReference]:
    return [photo for index, photo in enumerate(photos) if photo.sha256 in {each.sha256 for each in photos[:index]}]


def _photo_issue(code: str, photo: PhotoReference) -> Issue:
    message = f"Ảnh «{photo.file_name}» không gửi được. Hãy chụp lại hoặc chọn ảnh khác."
    return _block(code, "photos", message)


def _block(code: str, field: str, message: str) -> Issue:
    return Issue(code, field, Severity.BLOCK, message)
