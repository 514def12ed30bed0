"""Two at once where payouts are made and paid: each race first with the locks off, to see what stands behind them."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db.models import Sum

from core.kit import clock
from core.people.models import User
from core.people.queries import SYSTEM, Viewer, viewer_for
from market.ledger.accounts import BANK, GATEWAY, owed_to
from market.ledger.models import LedgerEntry
from market.ledger.queries import balances_of, book_sum
from market.payouts import queries
from market.payouts.actions import (
    PayoutRefused,
    approve_batch,
    deciding,
    export_batch,
    make_batch,
    making,
    mark_paid,
    record_settlement,
    settlements,
    withdraw_batch,
)
from market.payouts.models import PayoutBatch, PayoutRow
from market.shops.models import Shop
from onboarding.producers.actions import add_member
from tests.market.payments.till import accountant
from tests.market.payouts.conftest import earn, with_account
from tests.people import make_people, make_producer, make_shop, shop_for
from tests.races.conftest import at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")
EARNED = 120_000


@pytest.fixture
def shop(committed_db: None) -> Shop:
    """An's, owed 120,000 đồng."""
    shop = with_account(make_shop(make_people()), "0011012345678")
    earn(shop.producer, EARNED)
    return shop


@pytest.fixture
def two(shop: Shop) -> tuple[Viewer, Viewer]:
    return accountant("ngan"), accountant("tam")


def spoken_for(shop: Shop) -> int:
    """What waits in batches or has been paid, in đồng: never more than was earned."""
    assert book_sum() == 0
    rows = PayoutRow.objects.filter(producer=shop.producer, state__in=["waiting", "paid"])
    return int(rows.aggregate(sum=Sum("amount"))["sum"] or 0)


def words(answers: list[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


class TestTwoBatchesAtOnce:
    def both(self, two: tuple[Viewer, Viewer]) -> list[Any]:
        return at_once(*[lambda by=by: make_batch(total_seen=EARNED, by=by) for by in two])

    def test_without_the_lock_the_database_lets_one_row_wait(
        self, shop: Shop, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, making, "propose", after=True)
        answers = self.both(two)
        assert gate.met and words(answers) == ["PayoutBatch", "PayoutRefused"]
        assert "vừa lập bảng chi khác" in str(next(each for each in answers if isinstance(each, PayoutRefused)))
        assert spoken_for(shop) == EARNED and PayoutBatch.objects.count() == 1

    def test_with_it_the_second_finds_nobody(
        self, shop: Shop, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate = hold(monkeypatch, making, "propose", after=True)
        answers = self.both(two)
        assert not gate.met and words(answers) == ["PayoutBatch", "PayoutRefused"]
        assert "Không có ai" in str(next(each for each in answers if isinstance(each, PayoutRefused)))
        assert spoken_for(shop) == EARNED


class TestABatchIsMadeWhileARowIsPaid:
    """Whoever read what is owed before it was paid, and what waits afterwards, would pay it again."""

    def race(self, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        ngan, tam = two
        batch = make_batch(total_seen=EARNED, by=ngan)
        batch = export_batch(batch=approve_batch(batch=batch, by=ngan), by=ngan)
        has_read, is_paid, real = threading.Event(), threading.Event(), queries.balances_under
        calls: list[str] = []

        def balances(prefix: str) -> dict[str, int]:
            found = real(prefix)
            calls.append(prefix)
            if len(calls) == 2:  # the first only says whose rows are to be locked
                has_read.set()
                is_paid.wait(1.0)
            return found

        def pay() -> PayoutBatch:
            assert has_read.wait(10)
            done = mark_paid(batch=batch, rows=[batch.rows.get().pk], by=ngan)
            is_paid.set()
            return done

        monkeypatch.setattr(queries, "balances_under", balances)
        return at_once(lambda: make_batch(total_seen=EARNED, by=tam), pay)

    def test_without_the_lock_it_is_paid_twice(
        self, shop: Shop, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        assert words(self.race(two, monkeypatch)) == ["PayoutBatch", "PayoutBatch"]
        assert spoken_for(shop) == 2 * EARNED, "this is what the lock is for"

    def test_with_it_once(self, shop: Shop, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch) -> None:
        made, paid = self.race(two, monkeypatch)
        assert isinstance(made, PayoutRefused) and isinstance(paid, PayoutBatch)
        assert spoken_for(shop) == EARNED and balances_of([owed_to(shop.producer_id)]) == {owed_to(shop.producer_id): 0}


class TestOneRowTwice:
    @pytest.fixture
    def batch(self, two: tuple[Viewer, Viewer]) -> PayoutBatch:
        batch = approve_batch(batch=make_batch(total_seen=EARNED, by=two[0]), by=two[0])
        return export_batch(batch=batch, by=two[0])

    def paid_by_both(self, batch: PayoutBatch, two: tuple[Viewer, Viewer]) -> list[Any]:
        row = batch.rows.get().pk
        return at_once(*[lambda by=by: mark_paid(batch=batch, rows=[row], by=by) for by in two])

    @pytest.mark.parametrize("locks", [False, True])
    def test_two_say_that_it_is_paid(
        self, shop: Shop, batch: PayoutBatch, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch, locks: bool
    ) -> None:
        if not locks:
            without_row_locks(monkeypatch)
        gate = hold(monkeypatch, deciding, "_decide")
        assert words(self.paid_by_both(batch, two)) == ["PayoutBatch", "PayoutRefused"]
        assert gate.met is not locks, "without the locks only the update looks again"
        assert LedgerEntry.objects.filter(kind="paid_out").count() == 1 and spoken_for(shop) == EARNED

    @pytest.mark.parametrize("locks", [False, True])
    def test_one_says_that_it_is_paid_while_another_withdraws_the_batch(
        self, shop: Shop, batch: PayoutBatch, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch, locks: bool
    ) -> None:
        if not locks:
            without_row_locks(monkeypatch)
        row, gate = batch.rows.get().pk, hold(monkeypatch, making, "held_rows", after=True)
        monkeypatch.setattr(deciding, "held_rows", making.held_rows)
        answers = at_once(
            lambda: mark_paid(batch=batch, rows=[row], by=two[0]),
            lambda: withdraw_batch(batch=batch, why="Ngân hàng chưa nhận.", by=two[1]),
        )
        assert words(answers) == ["PayoutBatch", "PayoutRefused"] and gate.met is not locks
        batch.refresh_from_db()
        paid = LedgerEntry.objects.filter(kind="paid_out").count()
        assert (batch.state, batch.rows.get().state, paid) in {("done", "paid", 1), ("withdrawn", "dropped", 0)}


def shop_of_dung(beside: Shop) -> Shop:
    """The neighbour's."""
    assert beside.producer.household is not None
    producer, dung = (
        make_producer("Hộ Trần Văn Dũng", beside.producer.household.hamlet),
        User.objects.get(username="dung"),
    )
    add_member(user=dung, producer=producer, right="owner", by=SYSTEM, how="bài thử")
    return with_account(shop_for(producer, "Nhà Dũng", viewer_for(dung)), "0011098765432")


class TestTwoReportsOfVnpayAtOnce:
    """Each by itself is what VNPAY has; both together are more."""

    def both(self, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        hold(monkeypatch, settlements, "balances_of", after=True)
        day = clock.today()
        return at_once(
            *[
                lambda by=by, number=number: record_settlement(amount=EARNED, on=day, report_number=number, by=by)
                for by, number in zip(two, ("BC-1", "BC-2"), strict=True)
            ]
        )

    def test_without_the_lock_more_comes_than_there_was(
        self, shop: Shop, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        assert words(self.both(two, monkeypatch)) == ["GatewaySettlement", "GatewaySettlement"]
        assert balances_of([GATEWAY, BANK]) == {GATEWAY: -EARNED, BANK: 2 * EARNED}

    def test_with_it_the_second_reads_what_is_left(
        self, shop: Shop, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert words(self.both(two, monkeypatch)) == ["GatewaySettlement", "PayoutRefused"]
        assert balances_of([GATEWAY, BANK]) == {GATEWAY: 0, BANK: EARNED}


class TestOnePersonApprovesTwoOfTheirOwnAtOnce:
    """Each is below what one person may send alone in a day; both together are not."""

    def both(self, shop: Shop, by: Viewer, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
        first = make_batch(total_seen=EARNED, by=by)
        earn(shop_of_dung(shop).producer, EARNED)
        second = make_batch(total_seen=EARNED, by=by)
        hold(monkeypatch, making, "_sent_alone_today", after=True)
        return at_once(*[lambda batch=batch: approve_batch(batch=batch, by=by) for batch in (first, second)])

    @pytest.mark.parametrize("locks", [False, True])
    def test_the_second_waits_for_another_person(
        self, shop: Shop, two: tuple[Viewer, Viewer], monkeypatch: pytest.MonkeyPatch, settings: Any, locks: bool
    ) -> None:
        settings.PAYOUT_ALONE_UP_TO = EARNED
        if not locks:
            without_row_locks(monkeypatch)
        answers = words(self.both(shop, two[0], monkeypatch))
        assert answers == (["NotApprover", "PayoutBatch"] if locks else ["PayoutBatch", "PayoutBatch"])
