"""What a seller has to do about goods: run out, unfinished, a promotion about to end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.urls import reverse

from core.desk.registry import Todo
from core.kit import clock
from core.people.queries import Viewer
from market.listings.models import Listing, Promotion
from market.listings.queries import listings_of
from market.listings.registry import needs_of_all
from market.shops.queries import shop_of

FEW = 10
# Of many goods only the ones changed last are asked for what they miss: the rest stands on the list of goods.
LOOKED_AT = 25
SOON = timedelta(days=2)


def listing_todos(viewer: Viewer) -> Iterable[Todo]:
    """Goods that have run out, then promotions that end, then what keeps goods from being shown; a fixed number of
    queries."""
    if not viewer.is_signed_in:
        return
    shop = shop_of(viewer)
    if shop is None:
        return
    rows = listings_of(viewer).filter(shop=shop)
    empty = rows.prefetch_related(None).filter(state=Listing.State.PUBLISHED, stock=0, taken_down_at__isnull=True)
    for listing in empty[:FEW]:
        yield Todo(
            f"{listing.full_name} đã hết hàng.",
            reverse("seller_stock", args=[listing.sku]),
            "Ghi thêm số lượng",
            2,
            "warn",
        )
    yield from _promotions(shop.pk)
    found = list(rows.filter(state__in=[Listing.State.DRAFT, Listing.State.PUBLISHED])[:LOOKED_AT])
    if not found and not rows.exists():
        yield Todo(
            "Gian hàng chưa có sản phẩm nào.", reverse("seller_listing_new"), "Đăng sản phẩm đầu tiên", 3, "info"
        )
    yield from _unfinished(found)


def _promotions(shop_id: int) -> Iterable[Todo]:
    today = clock.today()
    ending = Promotion.objects.filter(
        listing__shop=shop_id, listing__state=Listing.State.PUBLISHED, cancelled_at__isnull=True,
        starts_on__lte=today, ends_on__range=(today, today + SOON),
    )  # fmt: skip
    for promotion in ending.select_related("listing").order_by("ends_on", "pk")[:FEW]:
        yield Todo(
            f"Khuyến mại {promotion.listing.full_name} hết ngày {promotion.ends_on:%d/%m/%Y}, rồi giá trở lại như cũ.",
            reverse("seller_prices", args=[promotion.listing.sku]),
            "Xem giá",
            4,
            "info",
        )


def _unfinished(listings: list[Listing]) -> Iterable[Todo]:
    needs = needs_of_all(listings)
    told = 0
    for listing in listings:
        blocking = [need for need in needs[listing.pk] if need.blocks]
        is_draft = listing.state == Listing.State.DRAFT
        if told == FEW or not (blocking or is_draft):
            continue
        told += 1
        if is_draft:
            sentence = f"{listing.full_name} còn là bản nháp, người mua chưa thấy."
        else:
            sentence = f"{listing.full_name} chưa đủ cho {blocking[0].platform}. {blocking[0].sentence}"
        label = "Xem lại và đăng bán" if is_draft else "Bổ sung"
        yield Todo(sentence, reverse("seller_listing_edit", args=[listing.sku]), label, 4, "info")
