"""The process dies before each write of a payout's way. What people do again afterwards ends in the same place, and nobody is paid
twice."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import BANK, GATEWAY, HELD, owed_to
from market.ledger.models import LedgerEntry
from market.ledger.queries import standing_accounts
from market.payouts.actions import (
    approve_batch,
    export_batch,
    make_batch,
    mark_paid,
    mark_returned,
    record_settlement,
    withdraw_batch,
)
from market.payouts.models import GatewaySettlement, PayoutBatch, PayoutRow
from market.payouts.queries import propose
from market.shops.models import Shop
from tests.market.payments.test_crashes import Died, Fuse
from tests.market.payouts.conftest import earn


def settle(by: Viewer) -> None:
    if not GatewaySettlement.objects.exists():
        record_settlement(amount=150_000, on=clock.today(), report_number="TT-1", by=by)


def one_withdrawn(by: Viewer) -> None:
    """The first batch was a mistake."""
    if PayoutBatch.objects.filter(state="withdrawn").exists():
        return
    found = PayoutBatch.objects.first() or make_batch(total_seen=propose().total, by=by)
    withdraw_batch(batch=found, why="Nhầm.", by=by)


def at_the_bank(by: Viewer) -> None:
    open_ones = PayoutBatch.objects.exclude(state="withdrawn")
    batch = open_ones.first() or make_batch(total_seen=propose().total, by=by)
    if batch.state == "draft":
        approve_batch(batch=batch, by=by)
    if open_ones.filter(state="approved").exists():
        export_batch(batch=batch, by=by)


def the_bank_speaks(by: Viewer) -> None:
    first, second = PayoutRow.objects.exclude(state="dropped").order_by("number")
    if first.state == "waiting":
        mark_paid(batch=first.batch, rows=[first.pk], by=by)
    if second.state == "waiting":
        mark_paid(batch=second.batch, rows=[second.pk], by=by)
    if PayoutRow.objects.filter(pk=second.pk, state="paid").exists():
        mark_returned(row=second, why="Sai tên.", by=by)


STEPS = (settle, one_withdrawn, at_the_bank, the_bank_speaks)


def walked(fuse: Fuse, monkeypatch: Any, by: Viewer) -> None:
    """Every step, and again the one in which the process died."""
    with fuse.burning(monkeypatch):
        for step in STEPS:
            try:
                step(by)
            except Died:
                step(by)


def ended(first: Shop, second: Shop) -> None:
    assert PayoutBatch.objects.get(state="done").count == 2 and PayoutBatch.objects.count() == 2
    assert {code: amount for code, amount in standing_accounts().items() if amount} == {
        GATEWAY: 50_000, BANK: 30_000, owed_to(second.producer_id): -80_000,
    }  # fmt: skip
    kinds = list(LedgerEntry.objects.values_list("kind", flat=True))
    assert [kinds.count(kind) for kind in ("settled", "paid_out", "payout_back")] == [1, 2, 1]
    assert standing_accounts()[HELD] == 0 and first.pk != second.pk


def points(monkeypatch: Any, by: Viewer) -> int:
    fuse = Fuse()
    walked(fuse, monkeypatch, by)
    return len(fuse.points)


def test_at_every_point(ngan: Viewer, an_shop: Shop, dung_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    earn(an_shop.producer, 120_000)
    earn(dung_shop.producer, 80_000)
    with transaction.atomic():
        number = points(monkeypatch, ngan)
        ended(an_shop, dung_shop)
        transaction.set_rollback(True)
    assert number > 30
    for at in range(1, number + 1):
        with transaction.atomic():
            walked(Fuse(at), monkeypatch, ngan)
            ended(an_shop, dung_shop)
            transaction.set_rollback(True)
