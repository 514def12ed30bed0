"""Two at once. Each race is first run with its guard switched off, to show that it can be lost at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import F

from core.kit import clock
from core.people.queries import SYSTEM
from market.listings.actions import OutOfStock
from market.listings.models import Listing, StockMove
from market.orders import actions as orders
from market.orders.actions import paying, placing
from market.orders.models import Purchase
from market.payments.actions import settling
from market.payments.models import Payment, PaymentAttempt
from market.payments.vnpay.provider import take_ipn
from market.platforms.engine import claiming, desired, flow, push
from market.platforms.engine.flow import flow_of
from market.platforms.engine.ways import Round
from market.platforms.models import Connection, Flow, PlatformListing
from market.platforms.santhu.adapter import CAPABILITIES
from market.shops.actions import starting as shops
from market.shops.models import Shop
from tests.market.buying import attempt_for, notice, ordered, send_ipn
from tests.people import make_listing, make_people, make_shop
from tests.races.conftest import Gate, at_once, without_row_locks

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def listing(committed_db: None) -> Listing:
    """An's cashews, in a database with real transactions."""
    return make_listing(make_shop(make_people()))


def hold(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, after: bool = False, wait: float = 0.7) -> Gate:
    """Stop both threads before (or after) this function of the module, the first for so many seconds at most."""
    gate, real = Gate(wait), getattr(module, name)

    def held(*arguments: Any, **options: Any) -> Any:
        if not after:
            gate()
        answer = real(*arguments, **options)
        if after:
            gate()
        return answer

    monkeypatch.setattr(module, name, held)
    return gate


class TestTwoOrdersForTheLastItem:
    def test_a_look_before_the_take_would_sell_it_twice(
        self, listing: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        Listing.objects.update(stock=1)
        gate = Gate()

        def look_then_take(quantities: Any, **_: Any) -> list[Listing]:
            for wanted, quantity in quantities:
                left = Listing.objects.get(pk=wanted.pk).stock
                if left < quantity:
                    raise OutOfStock(wanted)
                gate()
                Listing.objects.filter(pk=wanted.pk).update(stock=left - quantity, revision=F("revision") + 1)
            return [wanted for wanted, _ in quantities]

        monkeypatch.setattr(placing, "take_stock", look_then_take)
        answers = at_once(*[lambda: ordered((listing, 1))] * 2)
        assert gate.met and [type(answer) for answer in answers] == [Purchase, Purchase]

    def test_one_wins(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
        Listing.objects.update(stock=1)
        gate = hold(monkeypatch, placing, "take_stock")
        answers = at_once(*[lambda: ordered((listing, 1))] * 2)
        assert gate.met
        assert sorted(type(answer).__name__ for answer in answers) == ["OutOfStock", "Purchase"]
        assert (Listing.objects.get().stock, Purchase.objects.count(), Payment.objects.count()) == (0, 1, 1)

    def test_baskets_in_opposite_order_do_not_wait_for_each_other(self, listing: Listing) -> None:
        other = make_listing(listing.shop, name="Điều sống")
        for _ in range(5):
            answers = at_once(lambda: ordered((listing, 1), (other, 1)), lambda: ordered((other, 1), (listing, 1)))
            assert [type(answer) for answer in answers] == [Purchase, Purchase]
        assert set(Listing.objects.values_list("stock", flat=True)) == {0}


class TestTwoWorkersOneRow:
    @pytest.fixture
    def row(self, listing: Listing) -> PlatformListing:
        return PlatformListing.objects.get(connection__adapter="santhu")

    def test_without_the_locks_both_send(self, row: PlatformListing, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        assert self.senders(row, monkeypatch) == [1, 1]

    def test_one_sends(self, row: PlatformListing, monkeypatch: pytest.MonkeyPatch) -> None:
        assert sorted(self.senders(row, monkeypatch)) == [0, 1]
        row.refresh_from_db()
        assert (row.fence, row.work) == (1, "in_flight")

    def senders(self, row: PlatformListing, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """Two workers that both saw the row waiting; how many rows each of them worked on."""
        PlatformListing.objects.exclude(pk=row.pk).update(work="idle")
        Connection.objects.exclude(pk=row.connection_id).update(is_enabled=False)
        flow_of(row.connection)
        gate, real = Gate(), claiming._taken

        def taken(*arguments: Any) -> list[int]:
            ids = real(*arguments)
            gate()  # both have looked
            return ids

        with monkeypatch.context() as patch:
            patch.setattr(claiming, "_taken", taken)
            patch.setattr(Round, "carry_out", lambda self, calls, *_rest: len(list(calls)))
            answers = at_once(push.push_due, push.push_due)
        assert gate.met
        return answers


class TestTwoWorkersOnePace:
    """Moments for calls, taken by two workers at once from the one row that they share."""

    def test_without_the_lock_both_take_the_same(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
        without_row_locks(monkeypatch)
        assert len(set(self.moments(monkeypatch))) == 5

    def test_each_moment_is_taken_once(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
        moments = sorted(self.moments(monkeypatch))
        steps = {(after - before).total_seconds() for before, after in pairwise(moments)}
        assert len(moments) == 10 and min(steps) >= 0.1
        assert Flow.objects.get().calls_on_day == 10

    def moments(self, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
        connection = Connection.objects.get(adapter="santhu")
        ahead = clock.now() + timedelta(seconds=0.2)
        Flow.objects.create(connection=connection, rate_limit=10.0, free_at=ahead, day=clock.today())
        gate, real = Gate(), flow.is_paused

        def is_paused(row: Flow) -> bool:
            gate()  # the row is read
            return real(row)

        with monkeypatch.context() as patch:
            patch.setattr(flow, "is_paused", is_paused)
            take = partial(flow.take_turns, connection, 5, CAPABILITIES)
            return [moment for turns in at_once(take, take) for moment in turns.moments]


class TestAWishAndAClaim:
    """A sale while a worker claims: written over, a claim would let a second worker send beside the first."""

    def test_without_the_lock_the_claim_is_written_over(
        self, listing: Listing, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        assert self.after_both(listing, monkeypatch) == (1, "queued", 1)

    def test_the_claim_leaves_it_to_the_next_round(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.after_both(listing, monkeypatch) == (0, "queued", 0)

    def after_both(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, int]:
        """How many rows the worker claimed, and what then stands in the row: its work and how often it was claimed."""
        row = PlatformListing.objects.select_related("connection__platform").get(connection__adapter="santhu")
        way = Round().way(row.connection, flow_of(row.connection))
        gate, real = Gate(), desired._priority

        def read_then_wait(known: PlatformListing, sold: Listing) -> int:
            if known.pk == row.pk:
                gate()  # the row is read: the claim comes now
                time.sleep(0.4)
            return real(known, sold)

        def claim() -> int:
            gate()
            return len(claiming.claim(way, 10))

        with monkeypatch.context() as patch:
            patch.setattr(desired, "_priority", read_then_wait)
            _sold, claimed = at_once(lambda: placing.take_stock([(listing, 1)]), claim)
        assert gate.met
        row.refresh_from_db()
        return claimed, row.work, row.fence


class TestTwoClicksOpenOneShop:
    @pytest.fixture
    def clicks(self, committed_db: None) -> list[Callable[[], Shop]]:
        people = make_people()
        names = ("Vườn An", "Vườn anh An")
        return [partial(shops.start_shop, producer=people.producer, name=name, story="", by=SYSTEM) for name in names]

    def test_without_the_lock_one_click_ends_in_an_error(
        self, clicks: list[Callable[[], Shop]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, shops, "free_slug")
        answers = at_once(*clicks)
        assert gate.met
        assert sorted(type(answer).__name__ for answer in answers) == ["IntegrityError", "Shop"]

    def test_one_opens_it_and_the_other_finds_it(
        self, clicks: list[Callable[[], Shop]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate = hold(monkeypatch, shops, "free_slug")
        answers = at_once(*clicks)
        assert not gate.met
        assert sorted(type(answer).__name__ for answer in answers) == ["Shop", "ShopExists"]
        assert Shop.objects.count() == 1


def test_money_and_release_at_once_do_not_wait_for_each_other(
    listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The IPN goes payment → order; a release that went order → payment would deadlock with it."""
    order = ordered((listing, 3))
    attempt = attempt_for(order)
    PaymentAttempt.objects.update(state="failed", response_code="11", transaction_status="02")
    hold(monkeypatch, settling, "_finish")
    hold(monkeypatch, paying, "cancel_payment")
    answers = at_once(lambda: send_ipn(notice(attempt)), lambda: orders.release_purchase(order))
    stock, state = Listing.objects.get().stock, Purchase.objects.get().state
    assert (answers, state, stock) in [(["00", False], "paid", 7), (["00", True], "paid_late", 10)]


class TestTwoWorkersAcceptAPaidPurchase:
    """As when a worker thinks the other one dead. Other buyers hold goods too, so that there is something to sell twice."""

    @pytest.fixture
    def sold(self, listing: Listing, monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[list[Any], int]]:
        purchase = ordered((listing, 3))
        ordered((listing, 3))
        assert take_ipn(notice(attempt_for(purchase)), "203.0.113.9")[0] == "00"

        def both() -> tuple[list[Any], int]:
            hold(monkeypatch, paying, "sell_stock")
            answers = at_once(orders.accept_paid_orders, orders.accept_paid_orders)
            return answers, -sum(StockMove.objects.filter(kind="sold").values_list("reserved_change", flat=True))

        return both

    def test_without_a_lock_its_goods_would_be_sold_twice(
        self, sold: Callable[[], tuple[list[Any], int]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        assert sold()[1] == 6

    def test_they_are_sold_once(self, sold: Callable[[], tuple[list[Any], int]]) -> None:
        answers, goods = sold()
        assert (sorted(answers), goods) == ([0, 1], 3)
