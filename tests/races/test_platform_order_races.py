"""Two workers read the same orders, and a platform tells the same thing twice at once: each counts once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.models import Listing
from market.platforms.contract import OrderPage, OrderState, PushEvent, PushKind, RemoteOrder, RemoteOrderLine
from market.platforms.models import Connection, PlatformOrder, PlatformOrderLine, PlatformPush
from market.platforms.orders import actions
from market.platforms.orders.actions import feed_of, keep_orders, take_hints
from tests.people import make_listing, make_people, make_shop
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


def hold(monkeypatch: pytest.MonkeyPatch, name: str) -> Gate:
    """Stop both threads before this function: both have read what is there by then."""
    gate, real = Gate(), getattr(actions, name)

    def held(*arguments: Any, **options: Any) -> Any:
        gate()
        return real(*arguments, **options)

    monkeypatch.setattr(actions, name, held)
    return gate


class TestTwoReadersAtOnce:
    @pytest.fixture
    def calls(self) -> list[Callable[[], Any]]:
        listing = make_listing(make_shop(make_people()))
        santhu = Connection.objects.get(adapter="santhu")
        feed_of(santhu)
        now = clock.now()
        line = RemoteOrderLine(listing.sku, 1, 50_000)
        page = OrderPage((RemoteOrder("DH-1", now, now, "new", OrderState.PLACED, (line,)),))
        return [lambda: keep_orders(connection=santhu, page=page, by=SYSTEM)] * 2

    def test_without_the_lock_only_the_number_saves_us(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, "_made")
        assert sorted(type(each).__name__ for each in at_once(*calls)) == ["IntegrityError", "Kept"]
        assert gate.met

    def test_one_makes_it_and_the_other_knows_it(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate = hold(monkeypatch, "_made")
        assert sorted(each.new for each in at_once(*calls)) == [0, 1] and not gate.met
        assert (PlatformOrder.objects.count(), PlatformOrderLine.objects.count()) == (1, 1)
        assert Listing.objects.values_list("stock", "reserved").get() == (9, 1), "its goods are taken once"


class TestTheSameHintTwiceAtOnce:
    @pytest.fixture
    def calls(self) -> list[Callable[[], Any]]:
        santhu, now = Connection.objects.get(adapter="santhu"), clock.now()
        feed = feed_of(santhu)
        feed.due_at = now + timedelta(minutes=5)
        feed.save()
        events = (PushEvent("e-1", PushKind.ORDER, now, "DH-1", "0" * 64),)
        return [lambda: take_hints(connection=santhu, events=events, asks_orders=True, by=SYSTEM)] * 2

    def test_without_the_lock_only_the_number_saves_us(
        self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, "_remember")
        assert sorted(type(each).__name__ for each in at_once(*calls)) == ["IntegrityError", "int"]
        assert gate.met

    def test_one_counts(self, calls: list[Callable[[], Any]], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold(monkeypatch, "_remember")
        assert sorted(at_once(*calls)) == [0, 1] and not gate.met
        assert PlatformPush.objects.count() == 1
