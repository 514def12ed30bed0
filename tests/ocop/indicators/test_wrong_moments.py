"""Moments at which the kept counts of the board once said something else than the rows: each is counted as it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import time_machine

from core.kit import clock
from core.people.models import Role, User
from core.people.queries import SYSTEM
from core.places.models import Unit, UnitLink
from market.platforms.desk.actions import confirm_link
from market.platforms.models import Connection, PlatformListing
from ocop.indicators.actions import count_day, recount_due
from ocop.indicators.models import Recount
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import INDICATORS
from ocop.indicators.tallies import figures, kept_series
from ocop.presence.actions import LinkRefused, link_listing
from ocop.presence.models import PresenceLink
from ocop.register.models import OcopProduct
from onboarding.accounts.models import OutsideLink, Platform
from onboarding.matching.actions.merging import merge_households
from onboarding.matching.models import DuplicatePair
from tests.ocop.conftest import (
    Land,
    account,
    framed,
    household,
    linked,
    listing,
    look,
    moment,
    person,
    platform,
    producer,
    product,
    put_on,
    viewer,
)

TODAY = date(2026, 11, 22)
Numbers = tuple[int, int, int]


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as traveller:
        yield traveller


def kept(code: str, scope: Scope) -> Numbers:
    found = figures(scope)
    assert found.counted_at is not None, "today was not counted"
    return next((m.numerator, m.denominator, m.missing) for m in found.measurements if m.indicator.code == code)


def live(code: str, scope: Scope) -> Numbers:
    [found] = measure([INDICATORS[code]], scope)
    return found.numerator, found.denominator, found.missing


def sauce(land: Land, name: str = "Nước mắm nhĩ") -> OcopProduct:
    return product(name, (4, "2025-03-01"), unit=land.phu_thuy, former=land.old_binh_thuan)


def test_a_page_that_a_person_confirmed_is_counted(land: Land, phuong: User, chi: User) -> None:
    sold = listing("Nước mắm nhĩ", land.phu_thuy)
    linked(sauce(land), sold)
    on, _ = Platform.objects.get_or_create(code="voso", defaults={"name": "Voso"})
    connection, _ = Connection.objects.get_or_create(platform=on, defaults={"adapter": "voso"})
    row = PlatformListing.objects.create(
        listing=sold,
        connection=connection,
        revision=1,
        claimed_url="https://voso.vn/nuoc-mam-nhi-p123.html",
        claimed_by=person("Bưu", Role.PLATFORM_OPERATOR),
    )
    count_day()
    scope = Scope(viewer(phuong), TODAY)
    assert kept("I2v", scope) == (0, 1, 0)
    confirm_link(row=row, by=viewer(chi))
    recount_due()
    assert not Recount.objects.exists()
    assert kept("I2v", scope) == live("I2v", scope) == (1, 1, 0)


def test_merging_over_communes_counts_both(land: Land, phuong: User) -> None:
    one, other = household(land.tuy_phong), household(land.phu_thuy)
    framed(one, other)
    own = account(producer("Hộ", land.phu_thuy, other), platform("voso"))
    page = OutsideLink.objects.create(
        platform=own.platform, account=own, url="https://voso.example/1", claimed_at=moment(TODAY)
    )
    look(page, moment(TODAY, 8))
    count_day()
    scope = Scope(viewer(phuong), TODAY)
    assert kept("I1", scope) == (1, 2, 0)
    first, second = sorted((one, other), key=lambda each: each.pk)
    pair = DuplicatePair.objects.create(first=first, second=second, score=90, found_at=clock.now())
    merge_households(pair=pair, keep_id=one.pk, choices={}, by=viewer(phuong))
    recount_due()
    assert kept("I1", scope) == live("I1", scope)


def test_what_was_marked_before_midnight_is_counted_for_that_day(land: Land, phuong: User, noon: Any) -> None:
    noon.move_to("2026-11-30T05:00:00+00:00")
    made, sold = sauce(land), listing("Nước mắm nhĩ", land.phu_thuy)
    look(put_on(sold, "voso"), moment(date(2026, 11, 29)))
    count_day()
    noon.move_to("2026-11-30T16:59:59+00:00")
    link_listing(product=made, listing=sold, by=SYSTEM)
    noon.move_to("2026-11-30T17:00:01+00:00")
    recount_due()
    day = date(2026, 11, 30)
    series = kept_series([INDICATORS["I2v"]], Scope(viewer(phuong), date(2026, 12, 1)), [day])
    assert series["I2v"][day] == live("I2v", Scope(viewer(phuong), day)) == (1, 1, 0)


def test_a_commune_has_no_kept_count_of_days_before_it_was_there(land: Land, phuong: User, noon: Any) -> None:
    noon.move_to("2026-10-31T05:00:00+00:00")
    product("A", (4, "2025-03-01"), unit=land.tuy_phong, former=land.old_binh_thuan)
    count_day()
    noon.move_to("2026-11-22T05:00:00+00:00")
    new = Unit.objects.create(
        level="commune", code="29999", name="Mới", parent=land.lam_dong, valid_from=date(2026, 11, 10), kind="Xã"
    )
    UnitLink.objects.create(old=land.tuy_phong, new=new, on=date(2026, 11, 10), kind="whole")
    OcopProduct.objects.filter(unit=land.tuy_phong).update(unit=new)
    count_day()
    days = [date(2026, 10, 31), TODAY]
    series = kept_series([INDICATORS["I2v"]], Scope(viewer(phuong), TODAY, new), days)
    assert series == {"I2v": {TODAY: (0, 1, 0)}}


def test_linking_a_listing_recounts_the_product_that_loses_the_page(land: Land, phuong: User) -> None:
    made = sauce(land, "A")
    loses = product("B", (4, "2025-03-01"), unit=land.tuy_phong, former=land.old_binh_thuan)
    sold = listing("A", land.phu_thuy)
    page = put_on(sold, "voso")
    look(page, moment(date(2026, 11, 21)))
    PresenceLink.objects.create(product=loses, outside_link=page, linked_at=moment(date(2026, 11, 20)))
    count_day()
    link_listing(product=made, listing=sold, by=SYSTEM)
    recount_due()
    scope = Scope(viewer(phuong), TODAY)
    assert kept("I2v", scope) == live("I2v", scope) == (1, 2, 0)


def test_another_good_of_the_same_maker_is_not_the_product(land: Land, phuong: User) -> None:
    made, shirt = sauce(land), listing("Áo thun in hình", land.phu_thuy)
    look(put_on(shirt, "voso"), moment(date(2026, 11, 21)))
    with pytest.raises(LinkRefused, match="không giống tên sản phẩm"):
        link_listing(product=made, listing=shirt, by=viewer(phuong), same_maker_confirmed=True)
    assert not PresenceLink.objects.exists()
    assert live("I2v", Scope(viewer(phuong), TODAY)) == (0, 1, 0)
