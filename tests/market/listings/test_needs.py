"""What is still missing, by platform: sentences of the adapters, fields of our form, a fixed number of queries."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.people.queries import SYSTEM
from market.listings.actions import write_listing
from market.listings.models import Listing
from market.listings.queries import listings_of
from market.listings.registry import Need, needs_of, needs_of_all
from market.platforms.models import Connection
from market.shops.models import Shop
from tests.market.listings.test_listing_actions import facts
from tests.people import People, make_listing

NO_PHOTO = ("photos", "Tin chưa có ảnh. Thêm ảnh để người mua thấy sản phẩm.", False)
NAME = ("name", "Tên quá ngắn. Hãy viết ít nhất 3 ký tự.", True)


def test_each_platform_says_what_it_misses(shop: Shop) -> None:
    bare = write_listing(shop=shop, facts=facts(name="X", net_weight=None), photos=[], by=SYSTEM)
    found = needs_of(bare)
    names = list(
        Connection.objects.order_by("-platform__counts_for_target", "platform__name").values_list(
            "platform__name", "adapter"
        )
    )
    assert len(names) == 3
    expected = [
        Need(name, *rest)
        for name, adapter in names
        for rest in ((NAME, NO_PHOTO) if adapter == "santhu" else (NO_PHOTO,))
    ]
    assert found == expected


def test_what_is_complete_needs_nothing(listing: Listing) -> None:
    assert [need for need in needs_of(listing) if need.blocks] == []


def test_a_connection_that_is_off_asks_nothing(shop: Shop) -> None:
    bare = write_listing(shop=shop, facts=facts(net_weight=None), photos=[], by=SYSTEM)
    assert needs_of(bare) != []
    Connection.objects.update(is_enabled=False)
    assert needs_of(bare) == []


@pytest.mark.parametrize("number", [1, 25])
def test_any_number_costs_one_query(people: People, shop: Shop, number: int) -> None:
    first = make_listing(shop)
    for n in range(1, number):
        copy = Listing.objects.get(pk=first.pk)
        copy.pk, copy.sku, copy.slug = None, f"LS-{n}", f"hat-{n}"
        copy.save()
    rows = list(listings_of(people.viewer("an")))
    assert len(rows) == number
    with CaptureQueriesContext(connection) as queries:
        needs_of_all(rows)
    assert len(queries) == 1
    with CaptureQueriesContext(connection) as queries:
        needs_of_all([])
    assert len(queries) == 0
