"""How many queries the desk's pages cost, as literals: with one and with twenty-five of everything they show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.kit import clock
from market.listings.models import Listing
from market.platforms.engine.push import push_due
from market.platforms.models import SheetAnswer, SheetBatch
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.platforms.desk_tools import Desk
from tests.people import make_listing

PAGES = {
    "platform_desk": 10,
    "platform_batch_page": 8,
    "platform_checklist": 6,
    "platform_columns": 14,
}


@pytest.mark.parametrize("rows", [1, 25])
def test_pages_cost_the_same_with_one_and_with_many(
    desk: Desk, shop: Shop, listing: Listing, browser: Browser, rows: int
) -> None:
    for number in range(rows - 1):
        make_listing(shop, name=f"Hàng {number}")
    push_due()
    desk.export()
    for number in range(2, rows + 1):
        SheetBatch.objects.create(
            connection=desk.connection, number=number, count=0, made_at=clock.now(), made_by=desk.people.users["buu"]
        )
        SheetAnswer.objects.create(
            connection=desk.connection, sha256=f"{number:064}", taken_at=clock.now(), taken_by=desk.people.users["buu"]
        )
    buu = browser("buu")
    one: list[str | int] = ["voso", 1]
    arguments = {
        "platform_desk": [],
        "platform_columns": one[:1],
        "platform_batch_page": one,
        "platform_checklist": one,
    }
    costs = {}
    for name in PAGES:
        address = reverse(name, args=arguments[name])
        buu.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert buu.get(address).status_code == 200
        costs[name] = len([query for query in queries if "SAVEPOINT" not in query["sql"]])
    assert costs == PAGES
