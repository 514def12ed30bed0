"""Promotions: a lower price on some days, ended early or taken back."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from core.kit import clock
from core.kit.money import dong
from core.people.queries import Viewer
from market.listings.actions.promoting import close_promotion, may_be_promoted, promotion_told
from market.listings.actions.shared import bump, check_shop, done, locked
from market.listings.models import Listing, Promotion

LOWEST = 1_000
LONGEST = timedelta(days=366)


class PromotionRefused(ValueError):
    """No promotion was made; `field` (price, starts_on, ends_on or "") is where to mend it, the message a Vietnamese
    sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@transaction.atomic
def make_promotion(*, listing: Listing, price: int, starts_on: date, ends_on: date, by: Viewer) -> Promotion:
    """A lower `price` (whole đồng) from `starts_on` to `ends_on`, days in Vietnam, both included. Raises NotYourShop,
    PromotionRefused."""
    check_shop(listing.shop, by)
    # Locked: of two promotions made at once the second sees the first.
    listing = locked(listing)
    _check_days(starts_on, ends_on)
    if not LOWEST <= price < listing.price:
        raise PromotionRefused("price", f"Giá khuyến mại phải từ 1.000 đ và thấp hơn giá bán {dong(listing.price)}.")
    if not may_be_promoted(listing, starts_on, ends_on):
        hint = " Nếu dưới 15 độ, hãy ghi độ cồn của sản phẩm." if listing.alcohol is None else ""
        raise PromotionRefused("", f"Luật không cho khuyến mại hàng này.{hint}")
    if (other := _overlapping(listing, starts_on, ends_on)) is not None:
        days = f"{other.starts_on:%d/%m/%Y} đến {other.ends_on:%d/%m/%Y}"
        raise PromotionRefused("starts_on", f"Đã có khuyến mại từ {days}. Hãy chọn ngày khác, hoặc kết thúc đợt đó.")
    promotion = Promotion.objects.create(
        listing=listing, price=price, starts_on=starts_on, ends_on=ends_on, made_by_id=by.user_id, made_at=clock.now()
    )
    bump(listing)
    done("promotion.made", listing, by, {"khuyến mại": ("", promotion_told(promotion))})
    return promotion


@transaction.atomic
def end_promotion(*, promotion: Promotion, by: Viewer) -> Promotion:
    """The usual price counts from now on: a promotion that runs ends with yesterday, one that has not begun before today
    never was. One that is over stays as it is. Raises NotYourShop."""
    check_shop(promotion.listing.shop, by)
    listing = locked(promotion.listing)
    promotion = Promotion.objects.select_for_update().get(pk=promotion.pk)
    close_promotion(listing, promotion, by)
    return promotion


def _check_days(starts_on: date, ends_on: date) -> None:
    if starts_on < clock.today():
        raise PromotionRefused("starts_on", "Ngày bắt đầu đã qua. Hãy chọn hôm nay hoặc sau đó.")
    if ends_on < starts_on:
        raise PromotionRefused("ends_on", "Ngày cuối phải bằng hoặc sau ngày bắt đầu.")
    if ends_on - starts_on > LONGEST:
        raise PromotionRefused("ends_on", "Một đợt dài nhất là một năm. Giá thấp lâu hơn thì hãy đổi giá bán.")


def _overlapping(listing: Listing, starts_on: date, ends_on: date) -> Promotion | None:
    held = listing.promotions.filter(cancelled_at__isnull=True, starts_on__lte=ends_on, ends_on__gte=starts_on)
    return held.order_by("starts_on").first()
