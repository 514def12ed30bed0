"""What VNPAY sent to the bank: each report once, never more than the book says VNPAY has, and taken back when it was wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import BANK, GATEWAY
from market.ledger.models import LedgerEntry
from market.ledger.queries import balances_of, book_sum
from market.payouts.actions import PayoutRefused, record_settlement, withdraw_settlement
from market.payouts.models import GatewaySettlement
from market.shops.models import Shop
from tests.market.payouts.conftest import earn
from tests.market.proof import everything, trail
from tests.people import People


def book() -> list[int]:
    assert book_sum() == 0
    return list(balances_of([GATEWAY, BANK]).values())


def record(by: Viewer, amount: int = 80_000, report: str = "BC-1") -> GatewaySettlement:
    return record_settlement(amount=amount, on=clock.today(), report_number=report, by=by)


def test_it_is_in_the_bank_then(ngan: Viewer, an_shop: Shop) -> None:
    earn(an_shop.producer, 100_000)
    assert book() == [100_000, 0]
    made = record(ngan)
    assert book() == [20_000, 80_000]
    entry = LedgerEntry.objects.get(kind="settled")
    assert (entry.amount, entry.key, entry.by_id) == (80_000, f"settlement:{made.pk}", ngan.user_id)
    assert trail()[-1] == ("settlement.recorded", ngan.user_id, f"settlement:{made.pk}")


def test_a_report_counts_once(ngan: Viewer, tam: Viewer, an_shop: Shop) -> None:
    earn(an_shop.producer, 300_000)
    record(ngan)
    before = everything()
    for report in ("BC-1", " BC-1 "):
        with pytest.raises(PayoutRefused, match="đã được ghi"):
            record(tam, 10_000, report)
    with pytest.raises(PayoutRefused, match="số báo cáo"):
        record(tam, 10_000, "  ")
    with pytest.raises(PayoutRefused, match="chưa đến"):
        record_settlement(amount=1, on=clock.today() + timedelta(days=1), report_number="BC-2", by=ngan)
    assert everything() == before


def test_never_more_than_vnpay_has(ngan: Viewer, an_shop: Shop) -> None:
    earn(an_shop.producer, 100_000)
    before = everything()
    with pytest.raises(PayoutRefused, match=r"chỉ đang giữ 100\.000"):
        record(ngan, 100_001)
    assert everything() == before
    record(ngan, 100_000)
    assert book() == [0, 100_000]


def test_written_wrongly_it_is_taken_back_and_may_be_written_again(ngan: Viewer, tam: Viewer, an_shop: Shop) -> None:
    earn(an_shop.producer, 100_000)
    made = record(ngan)
    with pytest.raises(PayoutRefused, match="sai ở đâu"):
        withdraw_settlement(settlement=made, why=" ", by=tam)
    withdraw_settlement(settlement=made, why="Gõ nhầm số tiền.", by=tam)
    assert book() == [100_000, 0]
    with pytest.raises(PayoutRefused):
        withdraw_settlement(settlement=made, why="Lần nữa.", by=tam)
    record(ngan, 90_000)
    assert book() == [10_000, 90_000]


def test_nobody_else_writes_it(people: People, kiem: Viewer, an_shop: Shop, ngan: Viewer) -> None:
    earn(an_shop.producer, 100_000)
    made = record(ngan)
    before = everything()
    for viewer in (kiem, SYSTEM, *(people.viewer(name) for name in ("an", "chi", "phuong", "buu"))):
        with pytest.raises(PermissionError):
            record(viewer, 1_000, "BC-9")
        with pytest.raises(PermissionError):
            withdraw_settlement(settlement=made, why="Sai.", by=viewer)
    assert everything() == before
