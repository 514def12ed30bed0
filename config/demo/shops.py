"""Shops of the demo world, through the five steps."""

from __future__ import annotations

from core.people.queries import Viewer
from market.goods.models import Category
from market.shops.actions import (
    Sending,
    open_shop,
    set_delivery,
    set_main_goods,
    set_place,
    set_ways_to_pay,
    start_shop,
)
from market.shops.models import DeliveryRule, Shop
from onboarding.producers.models import Producer

Zone = DeliveryRule.Zone
_SENDINGS = (
    Sending(Zone.COMMUNE, 0, None, 0, 1),
    Sending(Zone.PROVINCE, 20_000, 300_000, 1, 2),
    Sending(Zone.COUNTRY, 35_000, 500_000, 2, 5),
)


def open_demo_shop(*, producer: Producer, name: str, story: str, by: Viewer) -> Shop:
    """An open shop, marked as demo."""
    shop = start_shop(producer=producer, name=name, story=story, by=by, is_demo=True)
    set_place(
        shop=shop, pickup_address=f"{producer.commune} (bản mẫu)", place_note="", hours="7 giờ đến 18 giờ", by=by,
    )  # fmt: skip
    set_main_goods(shop=shop, categories=list(Category.objects.filter(code="che-bien-rau-qua")), by=by)
    set_ways_to_pay(shop=shop, cash=True, transfer=False, vnpay=True, by=by)
    set_delivery(shop=shop, sendings=_SENDINGS, by=by)
    return open_shop(shop=shop, by=by)
