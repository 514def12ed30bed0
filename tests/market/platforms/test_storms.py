"""Whatever happens in whatever order: when it is quiet again, what is wanted is there, once."""

from __future__ import annotations

import os
from typing import Any

import pytest
from django.db import transaction

from market.platforms.models import PlatformListing
from market.platforms.sandbox.process import Double
from onboarding.accounts.models import PlatformAccount
from tests.market.platforms.storms import CRASH_POINTS, Storm
from tests.people import People, make_listing, make_shop

SEEDS, AT_ONCE, EVERY_DAY = int(os.environ.get("STORMS", "200")), 10, 20


class _Undo(Exception):
    pass


@pytest.mark.parametrize(
    "first",
    [pytest.param(first, marks=[] if first < EVERY_DAY else [pytest.mark.slow]) for first in range(0, SEEDS, AT_ONCE)],
)
def test_after_the_storm_everything_is_there_once(people: People, double: Double, settings: Any, first: int) -> None:
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key, "read_timeout": 2.0}
    shop = make_shop(people)
    listings = [make_listing(shop, name=f"Hạt điều {number}") for number in range(3)]
    for seed in range(first, first + AT_ONCE):
        double.control("POST", "reset")
        try:
            with transaction.atomic():
                storm = Storm(seed, double, listings)
                storm.rage()
                storm.quiet()
                assert storm.unfinished() == []
                raise _Undo
        except _Undo:
            pass


def test_a_storm_can_go_wrong(people: People, double: Double, settings: Any) -> None:
    """The measure sees a listing that is there twice, one that is not there, and words that differ."""
    settings.SANDBOX_MARKET = {"url": double.url, "key": double.key}
    storm = Storm(1, double, [make_listing(make_shop(people))])
    assert storm.unfinished()
    storm.quiet()
    assert storm.unfinished() == []
    PlatformListing.objects.filter(connection__adapter="santhu").update(remote_id="", confirmed_hash="")
    row = PlatformListing.objects.get(connection__adapter="santhu")
    (there,) = double.listings()
    double.control("POST", "reset")
    assert "0 times" in storm.unfinished()[0]
    assert row.listing.sku == there["seller_sku"] and PlatformAccount.objects.exists()


def test_every_place_to_die_exists() -> None:
    assert all(callable(getattr(module, name)) for module, name, _moment in CRASH_POINTS.values())
