"""Taking over what somebody wrote on a platform, into a listing that is held."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.kit.text import plain_text, squeeze
from core.people.queries import Viewer
from market.listings.actions import ListingFacts, NotReady, WrittenMeanwhile, WrongFacts, write_listing
from market.listings.actions.meanwhile import stamp_of
from market.listings.counting import stock_and_last_move
from market.listings.models import Listing
from market.listings.rules import selling_price
from market.platforms.models import Drift
from market.platforms.reconcile.holding import NotPossible
from market.platforms.reconcile.wording import field_words

# Fields of a document that a seller may take over, and where they stand in a listing.
TAKEN = {
    "title": "name",
    "description": "description",
    "price": "price",
    "ingredients": "ingredients",
    "warnings": "warning",
}
# As long as the listing's own form lets each be, and whether it has lines.
LIMITS = {"title": 120, "description": 4_000, "ingredients": 1_000, "warnings": 300}
WITH_LINES = {"description", "ingredients"}
MOST_DONG = 999_999_999


def taken_over(drift: Drift) -> tuple[str, ...]:
    """The fields that taking theirs would change here."""
    listing = drift.row.listing if drift.row is not None else None
    has_sizes = listing is not None and (listing.variant_name or listing.main_id or listing.variants.exists())
    names = (line["field"] for line in drift.fields)
    # A size's name on a platform is made of two of ours: nobody can say which of them was changed.
    return tuple(name for name in names if name in TAKEN and not (has_sizes and name == "title"))


def write_theirs(listing: Listing, drift: Drift, by: Viewer) -> None:
    """Their words and price into the listing, which the caller holds. Its stock is never theirs. Raises NotPossible."""
    lines: dict[str, dict[str, str]] = {line["field"]: line for line in drift.fields}
    stock, move = stock_and_last_move(listing)
    names = ListingFacts.__dataclass_fields__.keys() - {"papers"}
    facts = {name: getattr(listing, name) for name in names} | {"stock": stock}
    for name in taken_over(drift):
        facts[TAKEN[name]] = _price(listing, lines[name]) if name == "price" else _text(listing, name, lines[name])
    try:
        write_listing(
            shop=listing.shop,
            facts=ListingFacts(**facts),
            photos=[each.photo for each in listing.photos.select_related("photo")],
            by=by,
            listing=listing,
            move_seen=move,
            content_seen=stamp_of(listing),
        )
    except NotReady as refusal:
        raise NotPossible(" ".join(item.sentence for item in refusal.missing)) from refusal
    except (WrittenMeanwhile, WrongFacts) as refusal:
        raise NotPossible("Sản phẩm vừa được sửa. Hãy xem lại rồi quyết.") from refusal


def _price(listing: Listing, line: Mapping[str, str]) -> int:
    if selling_price(listing) != listing.price:
        raise NotPossible("Sản phẩm đang có khuyến mại. Hãy kết thúc khuyến mại trước khi lấy giá của sàn.")
    price = int(_theirs(line, str(listing.price)) or 0)
    if not 0 < price <= MOST_DONG:
        raise NotPossible("Giá trên sàn không dùng được ở đây. Hãy giữ bản của bạn, hoặc sửa giá ở sản phẩm.")
    return price


def _text(listing: Listing, name: str, line: Mapping[str, str]) -> str:
    theirs = _theirs(line, getattr(listing, TAKEN[name]))
    text = plain_text(theirs, len(theirs)) if name in WITH_LINES else squeeze(theirs)
    if len(text) > LIMITS[name]:
        words = "Mục «{}» trên sàn dài quá mức ở đây ({} ký tự). Hãy giữ bản của bạn, hoặc chép phần cần vào sản phẩm."
        raise NotPossible(words.format(field_words(name), LIMITS[name]))
    if name == "title" and not text:
        raise NotPossible("Trên sàn tin không có tên. Hãy giữ bản của bạn.")
    return text


def _theirs(line: Mapping[str, str], ours: Any) -> str:
    """The whole of what stands there; raises NotPossible when only a part is known, or ours was changed since."""
    if "whole" not in line:
        raise NotPossible("Bản trên sàn dài quá nên chưa đọc hết. Hãy giữ bản của bạn, hoặc chép vào sản phẩm.")
    if line["was"] != ours:
        raise NotPossible("Bạn đã sửa mục này sau lần đối chiếu. Hãy đợi lần đối chiếu sau rồi quyết.")
    return line["whole"]
