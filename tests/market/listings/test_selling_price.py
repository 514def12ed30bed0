"""The price of a day: promotions count on their days, for buyers, platforms and orders alike."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.kit import clock
from market.goods.models import Category
from market.listings.models import Listing, Promotion
from market.listings.queries import advertisable, goods_for_sale, with_promotions
from market.listings.rules import may_be_advertised, selling_price
from market.platforms.engine.documents import document_of
from tests.market.buying import ordered

pytestmark = pytest.mark.django_db


def promote(listing: Listing, price: int, first: int, last: int, *, cancelled: bool = False) -> Promotion:
    """From `first` to `last`, in days from today."""
    today = clock.today()
    return Promotion.objects.create(
        listing=listing, price=price, starts_on=today + timedelta(first), ends_on=today + timedelta(last),
        made_at=clock.now(), cancelled_at=clock.now() if cancelled else None,
    )  # fmt: skip


def test_it_holds_on_its_first_and_last_day_only(listing: Listing) -> None:
    promote(listing, 40_000, 1, 2)
    today = clock.today()
    days = [selling_price(listing, today + timedelta(day)) for day in range(4)]
    assert days == [50_000, 40_000, 40_000, 50_000]


def test_a_cancelled_one_never(listing: Listing) -> None:
    promote(listing, 40_000, 0, 2, cancelled=True)
    assert selling_price(listing) == 50_000


def test_nobody_pays_more_for_a_promotion(listing: Listing) -> None:
    """The seller lowered the usual price meanwhile."""
    promote(listing, 40_000, 0, 2)
    listing.price = 35_000
    assert selling_price(listing) == 35_000


def test_read_beforehand_it_costs_no_query(listing: Listing, django_assert_num_queries: object) -> None:
    promote(listing, 40_000, 0, 2)
    # The listings, their promotions, the law of the day.
    with django_assert_num_queries(3):  # type: ignore[operator]
        found = with_promotions(Listing.objects.all())[0]
        assert (selling_price(found), selling_price(found, clock.today() + timedelta(3))) == (40_000, 50_000)


def test_orders_and_platforms_use_it(listing: Listing) -> None:
    promote(listing, 40_000, 0, 0)
    order = ordered((listing, 2))
    assert (order.total, [line.price for line in order.orders.get().lines.all()]) == (80_000, [40_000])
    assert document_of(listing).price == 40_000


def test_what_may_not_be_advertised_stays_off_the_front_page(listing: Listing) -> None:
    assert may_be_advertised(listing) and listing in advertisable(goods_for_sale())
    Listing.objects.update(category=Category.objects.get(code="ruou-gao-nep"), alcohol=390)
    listing = goods_for_sale().get()
    assert not may_be_advertised(listing) and listing not in advertisable(goods_for_sale())
    Listing.objects.update(alcohol=149)
    listing = goods_for_sale().get()
    assert may_be_advertised(listing) and listing in advertisable(goods_for_sale())
    Listing.objects.update(alcohol=None)
    assert not advertisable(goods_for_sale()).exists()
