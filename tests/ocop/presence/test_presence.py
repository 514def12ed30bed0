"""Was it really to be seen on that platform on that day?"""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from core.kit.clock import window
from ocop.presence.models import PresenceLink
from ocop.presence.queries import seen_on_platforms, with_presence_marks
from ocop.presence.rules import LIMITS, limits_on
from ocop.register.models import OcopProduct
from onboarding.accounts.models import Observation, OutsideLink, Platform
from onboarding.accounts.rules import LIMITS as ACCOUNT_LIMITS
from onboarding.accounts.rules import limit_on
from tests.ocop.conftest import (
    Land,
    account,
    linked,
    listing,
    look,
    moment,
    platform,
    producer,
    product,
    put_on,
)

ON = date(2026, 11, 22)


@pytest.fixture
def page(land: Land) -> OutsideLink:
    """The page on VoSo of a listing that is linked to the only product."""
    sold = listing("Nước mắm", land.phu_thuy)
    linked(product(unit=land.phu_thuy), sold)
    return put_on(sold, "voso")


def online(on: date = ON) -> tuple[bool, bool]:
    found = with_presence_marks(OcopProduct.objects.all(), on).get()
    marks = (found.is_on_voso, found.is_on_postmart)  # type: ignore[attr-defined]
    seen = seen_on_platforms([found.pk], on).get(found.pk, [])
    counted = {each.platform for each in seen if each.counts}
    assert marks == ("voso" in counted, "postmart" in counted), "the evidence must say what the mark says"
    return marks


@pytest.mark.parametrize(("days", "counts"), [(0, True), (1, True), (30, True), (31, False), (-1, False)])
def test_seen_live_at_most_thirty_days_before_the_day(page: OutsideLink, days: int, counts: bool) -> None:
    look(page, moment(ON - timedelta(days=days)))
    assert online() == (counts, False)


def test_days_are_vietnams(page: OutsideLink) -> None:
    look(page, moment(ON, hour=23))
    assert online(ON) == (True, False)
    assert online(ON - timedelta(days=1)) == (False, False)
    assert window(ON, 0).start.isoformat() == "2026-11-22T00:00:00+07:00"


def test_gone_afterwards_takes_it_back_until_it_is_seen_again(page: OutsideLink) -> None:
    look(page, moment(ON - timedelta(days=9)))
    look(page, moment(ON - timedelta(days=5)), Observation.Result.GONE)
    assert online(ON - timedelta(days=6)) == (True, False)
    assert online(ON - timedelta(days=5)) == (False, False)
    assert online() == (False, False)
    look(page, moment(ON - timedelta(days=1)))
    assert online() == (True, False)


def test_what_could_not_be_checked_says_nothing(page: OutsideLink) -> None:
    look(page, moment(ON - timedelta(days=1)), Observation.Result.UNCHECKABLE)
    assert online() == (False, False)
    look(page, moment(ON - timedelta(days=3)))
    assert online() == (True, False)


def test_a_link_taken_back_counts_for_no_day(page: OutsideLink) -> None:
    look(page, moment(ON - timedelta(days=2)))
    assert online() == (True, False)
    PresenceLink.objects.update(ended_at=timezone.now() + timedelta(days=1))
    assert online() == (False, False)
    assert online(ON - timedelta(days=1)) == (False, False)


def test_a_platform_that_no_longer_counts_for_the_target_counts_for_nothing(page: OutsideLink) -> None:
    look(page, moment(ON))
    assert online() == (True, False)
    Platform.objects.filter(code="voso").update(counts_for_target=False)
    assert online() == (False, False)


def test_a_platform_renamed_in_mid_year_counts_through_its_successor(page: OutsideLink, land: Land) -> None:
    """VoSo becomes «Chợ Bưu chính» on 1/10: pages made before stay with VoSo, new ones are with the new name, and the
    target that names VoSo counts both."""
    look(page, moment(ON - timedelta(days=3)))
    renamed_on = date(2026, 10, 1)
    after = platform("cho-buu-chinh")
    Platform.objects.filter(pk=after.pk).update(valid_from=renamed_on)
    Platform.objects.filter(code="voso").update(valid_to=renamed_on)
    assert online() == (False, False), "an ended platform without a successor counts for nothing"
    Platform.objects.filter(code="voso").update(successor=after)
    assert online() == (True, False)
    look(page, moment(ON - timedelta(days=1)), Observation.Result.GONE)
    assert online() == (False, False)
    moved = listing("Nước mắm chai lớn", land.phu_thuy)
    linked(OcopProduct.objects.get(), moved)
    look(put_on(moved, "cho-buu-chinh"), moment(ON))
    marks = with_presence_marks(OcopProduct.objects.all(), ON).get()
    assert (marks.is_on_voso, marks.is_on_postmart) == (True, False)  # type: ignore[attr-defined]


def test_two_listings_may_carry_one_product(page: OutsideLink, land: Land) -> None:
    look(page, moment(ON), Observation.Result.GONE)
    second = listing("Nước mắm chai nhỏ", land.phu_thuy)
    linked(OcopProduct.objects.get(), second)
    look(put_on(second, "voso"), moment(ON))
    look(put_on(second, "postmart"), moment(ON))
    assert online() == (True, True)


def test_the_limits_are_dated() -> None:
    assert [limits.since for limits in LIMITS] == sorted(limits.since for limits in LIMITS)
    assert (limits_on(ON).product_days, limit_on(ON).account_days) == (30, 180)
    assert limits_on(date(2000, 1, 1)) == LIMITS[0]
    assert [limit.since for limit in ACCOUNT_LIMITS] == sorted(limit.since for limit in ACCOUNT_LIMITS)
    assert limit_on(date(2000, 1, 1)) == ACCOUNT_LIMITS[0]


def marks(on: date = ON) -> dict[str, tuple[bool, bool, bool]]:
    found = with_presence_marks(OcopProduct.objects.all(), on)
    return {each.name: (each.is_on_voso, each.is_on_postmart, each.is_on_other) for each in found}  # type: ignore[attr-defined]


def outside_page(land: Land, code: str, number: int = 1, *, counts: bool = True) -> OutsideLink:
    """A page of a maker who does not sell through us."""
    on = platform(code, counts=counts)
    own = account(producer("HTX Phú Hài", land.phu_thuy), on)
    url = f"https://{code}.example/p{number}"
    return OutsideLink.objects.create(platform=on, account=own, url=url, claimed_at=timezone.now())


def test_a_page_that_is_linked_itself_counts_like_a_listings(land: Land) -> None:
    made = product("A")
    page = outside_page(land, "voso")
    PresenceLink.objects.create(product=made, outside_link=page, linked_at=timezone.now())
    assert marks() == {"A": (False, False, False)}
    look(page, moment(ON - timedelta(days=30)))
    assert marks() == {"A": (True, False, False)}
    [seen] = seen_on_platforms([made.pk], ON)[made.pk]
    assert (seen.url, seen.counts, seen.is_live, seen.link_id) == (page.url, True, True, page.pk)
    assert marks(ON + timedelta(days=1)) == {"A": (False, False, False)}
    PresenceLink.objects.update(ended_at=timezone.now() + timedelta(days=1))
    assert marks() == {"A": (False, False, False)}


def test_another_real_platform_is_told_and_never_counts_for_the_target(land: Land) -> None:
    made = product("A")
    page = outside_page(land, "sendo", counts=False)
    PresenceLink.objects.create(product=made, outside_link=page, linked_at=timezone.now())
    look(page, moment(ON))
    assert marks() == {"A": (False, False, True)}
    [seen] = seen_on_platforms([made.pk], ON)[made.pk]
    assert (seen.counts, seen.is_live) == (False, True)
    Platform.objects.filter(code="sendo").update(is_simulation=True)
    assert marks() == {"A": (False, False, False)}, "a simulation is no platform"
    assert seen_on_platforms([made.pk], ON) == {}


def test_one_page_counts_for_one_product(land: Land) -> None:
    """The page of a listing of one product, linked by itself to another one: the seller's listing says which."""
    sold = listing("Nước mắm", land.phu_thuy)
    mine, other = product("của tin này"), product("của người khác")
    linked(mine, sold)
    page = put_on(sold, "voso")
    PresenceLink.objects.create(product=other, outside_link=page, linked_at=timezone.now())
    look(page, moment(ON))
    assert marks() == {"của tin này": (True, False, False), "của người khác": (False, False, False)}
    assert set(seen_on_platforms([mine.pk, other.pk], ON)) == {mine.pk}
