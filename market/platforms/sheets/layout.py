"""What a sheet looks like, as data: which of our fields stands under which heading, in which version."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from market.platforms.contract import (
    BadgeDocument,
    Capabilities,
    Issue,
    ListingDocument,
    PaperDocument,
    RemoteIds,
    Severity,
    SheetTask,
    ValidationFailed,
)

URL_LIMIT = 400


class ColumnKind(StrEnum):
    """How a cell is written: a number stays a number, everything else is text and never a formula."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"


@dataclass(frozen=True)
class Column:
    """One column: `field` is a key of CELL_VALUES, `width` in characters."""

    field: str
    heading: str
    width: int
    kind: ColumnKind = ColumnKind.TEXT


@dataclass(frozen=True)
class LinkRule:
    """What a product page's address looks like: hosts, and a path whose group "id" is the product number."""

    hosts: tuple[str, ...]
    path: re.Pattern[str]
    example: str


@dataclass(frozen=True)
class SheetLayout:
    """One version of one platform's sheet. Another template means another version, never an edit."""

    key: str
    platform_name: str
    version: str
    columns: tuple[Column, ...]
    link_rule: LinkRule
    capabilities: Capabilities
    guide: tuple[str, ...] = ()

    @property
    def sku_heading(self) -> str:
        """The heading over our SKU, by which rows are recognised when the sheet comes back."""
        return next(column.heading for column in self.columns if column.field == "sku")


# The columns that the platform's people fill in; the same in every layout.
REMOTE_ID_HEADING = "Mã trên sàn"
LINK_HEADING = "Liên kết"
RESULT_HEADING = "Kết quả"
REASON_HEADING = "Lý do"
RESULT_COLUMNS = (
    Column("remote_id", REMOTE_ID_HEADING, 16),
    Column("link", LINK_HEADING, 40),
    Column("result", RESULT_HEADING, 16),
    Column("reason", REASON_HEADING, 40, ColumnKind.LONG_TEXT),
)
# The columns that say what to do, before all others, in a file that belongs to a batch.
BATCH_HEADING, TASK_HEADING, PAGE_HEADING = "Lô gửi", "Việc cần làm", "Trang đang có"
TASK_COLUMNS = (Column("batch", BATCH_HEADING, 14), Column("task", TASK_HEADING, 24), Column("page", PAGE_HEADING, 40))
OWN_COLUMNS = (*TASK_COLUMNS, *RESULT_COLUMNS)
TASK_WORDS = {
    SheetTask.PUT: "Đăng hoặc sửa cả tin",
    SheetTask.OFFER: "Sửa giá và số lượng",
    SheetTask.TAKE_DOWN: "Gỡ xuống",
}
LIVE_WORD, CHANGED_WORD, GONE_WORD, REJECTED_WORD, WAITING_WORD = "Đã lên sàn", "Đã sửa", "Đã gỡ", "Từ chối", "Đang chờ"
RESULT_WORDS = (LIVE_WORD, CHANGED_WORD, GONE_WORD, REJECTED_WORD, WAITING_WORD)


def badge_text(badge: BadgeDocument) -> str:
    """ "OCOP 4 sao, quyết định 12/QĐ-UBND, đến 31/12/2027": only what is known."""
    parts = [
        f"OCOP {badge.stars} sao" if badge.stars else "",
        f"quyết định {badge.decision_number}" if badge.decision_number else "",
        f"đến {badge.valid_until:%d/%m/%Y}" if badge.valid_until else "",
    ]
    return ", ".join(part for part in parts if part)


def paper_text(paper: PaperDocument) -> str:
    """ "VietGAP, số 12-34, Sở Nông nghiệp cấp, đến 31/12/2027": only what is known."""
    parts = [
        paper.name,
        f"số {paper.number}" if paper.number else "",
        f"{paper.issuer} cấp" if paper.issuer else "",
        f"đến {paper.valid_until:%d/%m/%Y}" if paper.valid_until else "",
    ]
    return ", ".join(part for part in parts if part)


def _origin(document: ListingDocument) -> str:
    return ", ".join(place for place in (document.origin_commune, document.origin_province) if place)


CELL_VALUES: dict[str, Callable[[ListingDocument], str | int | None]] = {
    "sku": lambda document: document.reference.sku,
    "title": lambda document: document.title,
    "description": lambda document: document.description,
    "category_code": lambda document: document.category_code,
    "price": lambda document: document.price,
    "unit": lambda document: document.unit,
    "net_weight_grams": lambda document: document.net_weight_grams,
    "stock": lambda document: document.stock,
    "producer_name": lambda document: document.producer_name,
    "origin": _origin,
    "badges": lambda document: "\n".join(badge_text(badge) for badge in document.badges),
    "badge_links": lambda document: "\n".join(badge.check_url for badge in document.badges),
    "papers": lambda document: "\n".join(paper_text(paper) for paper in document.papers),
    "ingredients": lambda document: document.ingredients,
    "warnings": lambda document: document.warnings,
    "shelf_life": lambda document: document.shelf_life,
    "category_path": lambda document: document.category_path,
}
PHOTOS_FIELD = "photos"


def recognise_link(layout: SheetLayout, url: str) -> RemoteIds:
    """A pasted page address as https without query or fragment, and the product number in it.

    Raises ValidationFailed (field "url") when it is not a product page of this platform.
    """
    text = url.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        is_plain = parts.scheme in {"http", "https"} and parts.port is None and "@" not in parts.netloc
    except ValueError:
        raise _not_a_page(layout, text) from None
    found = layout.link_rule.path.fullmatch(parts.path)
    if not is_plain or len(text) > URL_LIMIT or parts.hostname not in layout.link_rule.hosts or found is None:
        raise _not_a_page(layout, text)
    return RemoteIds(product_id=found["id"], url=f"https://{parts.hostname}{parts.path}")


def _not_a_page(layout: SheetLayout, text: str) -> ValidationFailed:
    message = (
        f"Liên kết này không phải trang sản phẩm trên {layout.platform_name}. "
        f"Hãy mở trang sản phẩm rồi chép lại địa chỉ, ví dụ {layout.link_rule.example}."
    )
    return ValidationFailed([Issue("link_refused", "url", Severity.BLOCK, message, text[:URL_LIMIT])])
