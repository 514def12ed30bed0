"""What is still to be done for a household, asked once for many."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from core.people.queries import SYSTEM
from onboarding.accounts.actions import claim_account
from onboarding.accounts.models import Platform, PlatformAccount
from onboarding.households.actions import end_household
from onboarding.visits.registry import FollowUpMark, follow_ups_for
from tests.people import People, make_listing, make_producer, make_shop

NO_ACCOUNT = FollowUpMark("no_account", "Chưa có gian hàng trên sàn nào.")
NO_GOODS = FollowUpMark("no_goods", "Chưa đăng bán sản phẩm nào.")
OURS = {"no_account", "no_goods"}


def marks(*ids: int | None) -> dict[int, list[FollowUpMark]]:
    """Of the two kinds of this file; other slices have their own."""
    found = follow_ups_for([pk for pk in ids if pk is not None])
    ours = {pk: [mark for mark in row if mark.code in OURS] for pk, row in found.items()}
    return {pk: row for pk, row in ours.items() if row}


@pytest.fixture
def household(people: People) -> int:
    assert people.producer.household_id is not None
    return people.producer.household_id


def test_without_account_and_goods(people: People, household: int) -> None:
    assert marks(household) == {household: [NO_ACCOUNT, NO_GOODS]}


def test_an_open_account_and_a_listing_end_the_tasks(people: People, household: int) -> None:
    claim_account(platform=Platform.objects.get(code="voso"), producer=people.producer, by=SYSTEM)
    assert marks(household) == {household: [NO_GOODS]}
    make_listing(make_shop(people))
    assert marks(household) == {}
    PlatformAccount.objects.update(closed_on=clock.today())
    assert marks(household) == {household: [NO_ACCOUNT]}


def test_a_household_that_is_not_counted_any_more_is_in_no_list(people: People, household: int) -> None:
    assert people.producer.household is not None
    end_household(household=people.producer.household, reason="moved", by=SYSTEM)
    assert marks(household) == {}


def test_many_households_cost_as_much_as_one(people: People, household: int) -> None:
    def queries(ids: list[int]) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(marks(*ids)) == len(ids)
        return len(seen)

    more = [producer.household_id for n in range(24) if (producer := make_producer(f"Hộ {n}", people.hamlet))]
    one = queries([household])
    assert queries([household, *[pk for pk in more if pk is not None]]) == one
