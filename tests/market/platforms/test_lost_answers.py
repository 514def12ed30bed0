"""A hundred answers are lost after the write: nothing is made twice, nothing is missing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from core.kit import clock
from market.platforms.engine import flow
from market.platforms.engine.push import push_due
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.sandbox.process import Double
from tests.people import People, make_listing, make_shop

NUMBER = 100


def everything_is_due() -> None:
    past = clock.now() - timedelta(seconds=1)
    PlatformListing.objects.update(next_try_at=past, offer_next_try_at=past, not_before=None)
    Flow.objects.update(paused_until=None, open_until=past)


@pytest.mark.parametrize("kind", ["timeout_after", "cut_after"])
def test_a_hundred_lost_answers_double_nothing_and_lose_nothing(
    people: People, double: Double, settings: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key, "read_timeout": 1.0}
    # The breaker has tests of its own: here each of the hundred shall really be tried.
    monkeypatch.setattr(flow, "OPENS_AFTER", 10 * NUMBER)
    connection = Connection.objects.get(adapter="santhu")
    Flow.objects.create(connection=connection, rate_limit=500.0)
    shop = make_shop(people)
    first = make_listing(shop, name="Hạt điều 0")
    listings = [first, *(make_listing(shop, name=f"Hạt điều {number}") for number in range(1, NUMBER))]
    lost = {
        "method": "POST",
        "path": "/api/listings",
        "kind": kind,
        "seconds": 1.6,
        "calls": list(range(1, NUMBER + 1)),
    }
    double.plan(lost)
    rows = PlatformListing.objects.filter(connection=connection)
    while rows.filter(work="queued").exists():
        everything_is_due()
        push_due()
    assert rows.filter(work="outcome_unknown", remote_id="").count() == NUMBER
    for _ in range(10):
        everything_is_due()
        push_due()
        if rows.filter(work="idle").count() == NUMBER:
            break
    there = Counter(found["seller_sku"] for found in double.listings())
    assert there == Counter(listing.sku for listing in listings)
    by_sku = {found["seller_sku"]: str(found["id"]) for found in double.listings()}
    assert {row.listing.sku: row.remote_id for row in rows.select_related("listing")} == by_sku
    assert set(rows.values_list("work", "offer_work", "observed")) == {("idle", "idle", "pending")}
