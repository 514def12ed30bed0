"""Orders that platforms tell of prove trade: each once, cancelled ones not, and their source is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from core.people.models import User
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.contract import OrderPage, OrderState, RemoteOrder, RemoteOrderLine
from market.platforms.models import Connection, PlatformOrder
from market.platforms.orders.actions import feed_of, keep_orders
from ocop.indicators.actions import count_day, recount_due
from ocop.indicators.models import Recount
from ocop.indicators.queries import Scope, measure
from ocop.indicators.registry import INDICATORS
from ocop.indicators.tallies import figures
from onboarding.accounts.doings import doings_of
from onboarding.producers.models import Producer
from tests.ocop.boards.test_boards import page
from tests.ocop.conftest import Land, account, framed, household, listing, moment, platform, viewer

TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel("2026-11-22T05:00:00+00:00", tick=False) as clock_:
        yield clock_


class Home:
    """A household in a signed frame that sells one thing on VoSo."""

    def __init__(self, land: Land) -> None:
        self.household = household(land.phu_thuy)
        framed(self.household)
        self.listing = listing("Mắm ruốc", land.phu_thuy)
        Producer.objects.filter(pk=self.listing.shop.producer_id).update(household=self.household)
        account(self.listing.shop.producer, platform("voso"))

    def is_told(
        self,
        state: OrderState,
        *,
        number: str = "DH-1",
        code: str = "voso",
        days: int = 0,
        later: int = 0,
        of: Listing | None = None,
    ) -> None:
        """The platform tells of an order that was made so many days ago."""
        connection, _ = Connection.objects.get_or_create(platform=platform(code), defaults={"adapter": code})
        feed_of(connection)
        at = moment(TODAY - timedelta(days=days))
        line = RemoteOrderLine((of or self.listing).sku, 1, 60_000, "Mắm ruốc")
        order = RemoteOrder(number, at, at + timedelta(minutes=later), state.value, state, (line,))
        keep_orders(connection=connection, page=OrderPage((order,)), by=SYSTEM)


@pytest.fixture
def home(land: Land) -> Home:
    return Home(land)


def rate(code: str, user: User, on: date = TODAY) -> tuple[int, int]:
    [found] = measure([INDICATORS[code]], Scope(viewer(user), on))
    return found.numerator, found.denominator


def test_an_order_raises_the_rate_once_and_says_where_it_is_from(home: Home, phuong: User) -> None:
    assert rate("I1d", phuong) == rate("I1c", phuong) == (0, 1)
    home.is_told(OrderState.PLACED, days=2)
    assert rate("I1d", phuong) == rate("I1c", phuong) == (1, 1)
    home.is_told(OrderState.DELIVERED, days=2, later=5)
    home.is_told(OrderState.CONFIRMED, number="DH-2")
    assert rate("I1d", phuong) == (1, 1)
    assert (rate("I1a", phuong), rate("I1b", phuong)) == ((1, 1), (0, 1)), "an order shows no page"
    [doing] = doings_of([home.household.pk], TODAY, 90)[home.household.pk]
    assert (doing.kind, doing.words, doing.happened_on, doing.source) == (
        "trade", "có đơn hàng", TODAY, "đơn hàng đọc từ sàn",
    )  # fmt: skip
    assert "Có đơn hàng, 22/11/2026 (đơn hàng đọc từ sàn)." in page(phuong, "/bang/I1d/", side="numerator")


@pytest.mark.parametrize("state", [OrderState.CANCELLED, OrderState.RETURNED, OrderState.UNKNOWN])
def test_what_came_to_nothing_proves_nothing(home: Home, phuong: User, state: OrderState) -> None:
    home.is_told(state)
    assert rate("I1d", phuong) == rate("I1c", phuong) == (0, 1)
    assert doings_of([home.household.pk], TODAY, 90) == {}


def test_an_order_that_is_cancelled_later_counts_no_more(home: Home, phuong: User) -> None:
    home.is_told(OrderState.CONFIRMED)
    assert rate("I1d", phuong) == (1, 1)
    home.is_told(OrderState.CANCELLED, later=30)
    assert PlatformOrder.objects.get().status == "cancelled"
    assert rate("I1d", phuong) == rate("I1c", phuong) == (0, 1)
    home.is_told(OrderState.PLACED, number="DH-2")
    assert rate("I1d", phuong) == (1, 1)


@pytest.mark.parametrize(("days", "counts"), [(90, 1), (91, 0)])
def test_it_counts_for_ninety_days(home: Home, phuong: User, days: int, counts: int) -> None:
    home.is_told(OrderState.DELIVERED, days=days)
    assert rate("I1d", phuong) == (counts, 1)


def test_what_is_told_late_does_not_change_the_days_before(home: Home, phuong: User) -> None:
    yesterday = TODAY - timedelta(days=1)
    home.is_told(OrderState.DELIVERED, days=3)
    assert (rate("I1d", phuong, yesterday), rate("I1d", phuong)) == ((0, 1), (1, 1))


def test_only_orders_of_ones_own_goods_on_the_platform_of_the_account(home: Home, land: Land, phuong: User) -> None:
    home.is_told(OrderState.PLACED, of=listing("Mực", land.phu_thuy))
    home.is_told(OrderState.PLACED, code="postmart")
    assert rate("I1d", phuong) == (0, 1)
    simulated = platform("santhu")
    type(simulated).objects.filter(pk=simulated.pk).update(is_simulation=True)
    account(home.listing.shop.producer, simulated)
    home.is_told(OrderState.PLACED, code="santhu")
    assert rate("I1d", phuong) == (0, 1), "what is simulated proves nothing"


def test_the_board_follows_an_order_and_its_cancellation(home: Home, land: Land, phuong: User) -> None:
    def kept() -> tuple[int, int]:
        [found] = figures(Scope(viewer(phuong), TODAY), [INDICATORS["I1d"]]).measurements
        return found.numerator, found.denominator

    count_day()
    assert (kept(), Recount.objects.count()) == ((0, 1), 0)
    for state, later, expected in ((OrderState.PLACED, 0, (1, 1)), (OrderState.CANCELLED, 9, (0, 1))):
        home.is_told(state, later=later)
        assert [(each.subject, each.unit_id) for each in Recount.objects.all()] == [("household", land.phu_thuy.pk)]
        recount_due()
        assert (kept(), Recount.objects.count()) == (expected, 0)
