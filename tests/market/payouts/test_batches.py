"""A batch's way: who is in it, who approves it, what the bank does with it, and what the book says at every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from core.desk.registry import todos_for
from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import BANK, owed_to
from market.ledger.models import LedgerEntry
from market.ledger.queries import balances_of, book_sum
from market.payouts.actions import (
    NotApprover,
    PayoutRefused,
    approve_batch,
    export_batch,
    make_batch,
    mark_paid,
    mark_returned,
    withdraw_batch,
)
from market.payouts.models import PayoutBatch, PayoutRow
from market.payouts.queries import omissions_of, propose
from market.payouts.rules import LeftOut
from market.shops.models import Shop
from market.statements.queries import standing_of
from tests.market.payouts.conftest import earn, give_back, with_account
from tests.market.proof import everything, trail
from tests.people import People

State = PayoutBatch.State


def book(shop: Shop) -> tuple[int, int]:
    """What is owed to the producer, what the bank has; all accounts together are 0."""
    assert book_sum() == 0
    found = balances_of([owed_to(shop.producer_id), BANK])
    return -found[owed_to(shop.producer_id)], found[BANK]


def made(by: Viewer) -> PayoutBatch:
    return make_batch(total_seen=propose().total, by=by)


def at_the_bank(by: Viewer) -> PayoutBatch:
    return export_batch(batch=approve_batch(batch=made(by), by=by), by=by)


def row_of(batch: PayoutBatch, shop: Shop) -> PayoutRow:
    return batch.rows.get(producer=shop.producer)


class TestWhoIsInIt:
    def test_who_is_owed_enough_and_has_an_account(self, ngan: Viewer, an_shop: Shop, dung_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        earn(dung_shop.producer, 49_999)
        batch = made(ngan)
        [row] = batch.rows.all()
        assert (row.producer, row.amount, row.bank_bin, row.bank_account, row.bank_holder) == (
            an_shop.producer, 120_000, "970403", "0011012345678", "NGUYEN VAN AN",
        )  # fmt: skip
        assert (batch.total, batch.count, batch.minimum, batch.state) == (120_000, 1, 50_000, "draft")
        assert row.words == f"LEN SAN CHI {batch.code} 001" and row.words.isascii()
        assert [(each.producer, each.amount, each.reason) for each in omissions_of(batch)] == [
            (dung_shop.producer, 49_999, LeftOut.SMALL)
        ]
        assert book(an_shop) == (120_000, 0), "nothing has moved yet"
        assert trail()[-1] == ("payout.made", ngan.user_id, f"payout:{batch.pk}")

    def test_without_an_account_or_in_debt_is_said_apart(self, ngan: Viewer, an_shop: Shop, other_shop: Shop) -> None:
        earn(other_shop.producer, 90_000)
        give_back(an_shop.producer, 20_000)
        proposal = propose()
        assert proposal.dues == [] and {(each.producer, each.amount, each.reason) for each in proposal.omissions} == {
            (other_shop.producer, 90_000, LeftOut.NO_ACCOUNT), (an_shop.producer, -20_000, LeftOut.OWES),
        }  # fmt: skip
        before = everything()
        with pytest.raises(PayoutRefused, match="Không có ai"):
            make_batch(total_seen=0, by=ngan)
        assert everything() == before

    def test_the_sum_that_was_seen_or_none(self, ngan: Viewer, an_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        before = everything()
        with pytest.raises(PayoutRefused, match=r"nay là 120\.000"):
            make_batch(total_seen=100_000, by=ngan)
        assert everything() == before

    def test_what_stands_in_an_open_batch_goes_into_no_other(self, ngan: Viewer, tam: Viewer, an_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        batch = made(ngan)
        earn(an_shop.producer, 80_000)
        assert [each.reason for each in propose().omissions] == [LeftOut.WAITS]
        with pytest.raises(PayoutRefused):
            made(tam)
        row = row_of(batch, an_shop)
        row.pk, row.number = None, 2  # type: ignore[assignment]
        with pytest.raises(IntegrityError):
            row.save()

    def test_nobody_else_makes_one(self, people: People, kiem: Viewer, an_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        before = everything()
        for viewer in (kiem, SYSTEM, *(people.viewer(name) for name in ("an", "chi", "phuong", "buu"))):
            with pytest.raises(PermissionError):
                make_batch(total_seen=120_000, by=viewer)
        assert everything() == before


class TestApproval:
    @pytest.fixture
    def batch(self, ngan: Viewer, an_shop: Shop, settings: Any) -> PayoutBatch:
        settings.PAYOUT_ALONE_UP_TO = 100_000
        earn(an_shop.producer, 120_000)
        return made(ngan)

    def test_above_the_limit_it_takes_another(self, batch: PayoutBatch, ngan: Viewer, tam: Viewer) -> None:
        before = everything()
        with pytest.raises(NotApprover):
            approve_batch(batch=batch, by=ngan)
        with pytest.raises(PayoutRefused):
            export_batch(batch=batch, by=tam)
        with pytest.raises(PermissionError):
            approve_batch(batch=batch, by=SYSTEM)
        assert everything() == before
        assert (approve_batch(batch=batch, by=tam).state, batch.needs_two) == ("approved", True)
        with pytest.raises(PayoutRefused):
            approve_batch(batch=batch, by=tam)

    def test_the_database_refuses_it_too(self, batch: PayoutBatch, ngan: Viewer) -> None:
        with pytest.raises(IntegrityError):
            PayoutBatch.objects.update(state="approved", approved_by=ngan.user_id, approved_at=clock.now())

    def test_up_to_it_one_person_does(self, ngan: Viewer, an_shop: Shop, settings: Any) -> None:
        settings.PAYOUT_ALONE_UP_TO = 120_000
        earn(an_shop.producer, 120_000)
        assert approve_batch(batch=made(ngan), by=ngan).approved_by_id == ngan.user_id

    def test_many_small_ones_of_a_day_are_one_large_one(
        self, ngan: Viewer, tam: Viewer, an_shop: Shop, dung_shop: Shop, settings: Any, time_machine: Any
    ) -> None:
        settings.PAYOUT_ALONE_UP_TO = 150_000
        time_machine.move_to(clock.start_of(clock.today()) + timedelta(hours=9))
        earn(an_shop.producer, 100_000)
        approve_batch(batch=made(ngan), by=ngan)
        earn(dung_shop.producer, 60_000)
        second = made(ngan)
        assert not second.needs_two
        with pytest.raises(NotApprover):
            approve_batch(batch=second, by=ngan)
        time_machine.move_to(clock.start_of(clock.today()) + timedelta(days=1, hours=9))
        assert approve_batch(batch=second, by=ngan).state == "approved"

    def test_what_is_no_longer_so_is_not_approved(self, batch: PayoutBatch, tam: Viewer, an_shop: Shop) -> None:
        give_back(an_shop.producer, 1)
        with pytest.raises(PayoutRefused, match="không còn đúng"):
            approve_batch(batch=batch, by=tam)
        earn(an_shop.producer, 1)
        with_account(an_shop, "0011099999999")
        with pytest.raises(PayoutRefused, match="không còn đúng"):
            approve_batch(batch=batch, by=tam)
        with_account(an_shop, "0011012345678")
        approve_batch(batch=batch, by=tam)
        with_account(an_shop, "0011099999999")
        with pytest.raises(PayoutRefused, match="không còn đúng"):
            export_batch(batch=batch, by=tam)
        batch.refresh_from_db()
        assert batch.state == "approved"

    def test_the_second_person_is_told(self, batch: PayoutBatch, ngan: Viewer, tam: Viewer, kiem: Viewer) -> None:
        def told(viewer: Viewer) -> list[str]:
            return [todo.sentence for todo in todos_for(viewer) if todo.url == "/ke-toan/chi/"]

        assert (told(tam), told(ngan), told(kiem)) == (["1 bảng chi chờ duyệt."], [], [])
        export_batch(batch=approve_batch(batch=batch, by=tam), by=tam)
        assert told(ngan) == told(tam) == ["1 bảng chi chờ ghi kết quả của ngân hàng."]


class TestTheBank:
    def test_paid_it_is_owed_no_longer(self, ngan: Viewer, an_shop: Shop, dung_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        earn(dung_shop.producer, 60_000)
        batch = at_the_bank(ngan)
        assert standing_of(an_shop.producer).on_its_way == 120_000
        mine, theirs = row_of(batch, an_shop), row_of(batch, dung_shop)
        batch = mark_paid(batch=batch, rows=[mine.pk], by=ngan)
        assert (batch.state, book(an_shop), book(dung_shop)[0]) == ("exported", (0, -120_000), 60_000)
        standing = standing_of(an_shop.producer)
        assert (standing.owed, standing.paid_out, standing.on_its_way) == (0, 120_000, 0)
        entry = LedgerEntry.objects.get(kind="paid_out")
        assert (entry.key, entry.by_id) == (f"payout:{mine.pk}", ngan.user_id)
        before = everything()
        for again in (
            lambda: mark_paid(batch=batch, rows=[mine.pk], by=ngan),
            lambda: mark_paid(batch=batch, rows=[theirs.pk, mine.pk], by=ngan),
            lambda: mark_paid(batch=batch, rows=[], by=ngan),
            lambda: mark_paid(batch=batch, rows=[0], by=ngan),
            lambda: withdraw_batch(batch=batch, why="Nhầm.", by=ngan),
        ):
            with pytest.raises(PayoutRefused):
                again()
        assert everything() == before
        batch = mark_paid(batch=batch, rows=[theirs.pk], by=ngan)
        assert (batch.state, book(dung_shop)) == ("done", (0, -180_000)) and batch.finished_at is not None
        with pytest.raises(PayoutRefused, match="đã kết thúc"):
            export_batch(batch=batch, by=ngan)

    def test_refused_by_the_bank_it_stays_owed(self, ngan: Viewer, tam: Viewer, an_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        batch = at_the_bank(ngan)
        with pytest.raises(PayoutRefused):
            mark_returned(row=row_of(batch, an_shop), why=" ", by=ngan)
        row = mark_returned(row=row_of(batch, an_shop), why="Sai tên chủ tài khoản.", by=tam)
        batch.refresh_from_db()
        assert (row.state, row.note, batch.state, book(an_shop)) == (
            "returned", "Sai tên chủ tài khoản.", "done", (120_000, 0),
        )  # fmt: skip
        assert not LedgerEntry.objects.filter(kind__in=["paid_out", "payout_back"]).exists()
        assert made(ngan).total == 120_000, "it may go into the next batch"

    def test_sent_back_after_it_was_paid_it_is_owed_again(self, ngan: Viewer, an_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        batch = at_the_bank(ngan)
        mark_paid(batch=batch, rows=[row_of(batch, an_shop).pk], by=ngan)
        row = mark_returned(row=row_of(batch, an_shop), why="Tài khoản đã đóng.", by=ngan)
        assert (row.state, book(an_shop), standing_of(an_shop.producer).paid_out) == ("returned", (120_000, 0), 0)
        before = everything()
        with pytest.raises(PayoutRefused):
            mark_returned(row=row, why="Lần nữa.", by=ngan)
        assert everything() == before
        second = at_the_bank(ngan)
        mark_paid(batch=second, rows=[row_of(second, an_shop).pk], by=ngan)
        assert book(an_shop) == (0, -120_000), "paid once in the end"

    def test_before_the_file_is_fetched_nothing_can_be_paid(self, ngan: Viewer, an_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        batch = made(ngan)
        row = row_of(batch, an_shop)
        for step in (lambda: None, lambda: approve_batch(batch=batch, by=ngan)):
            step()
            with pytest.raises(PayoutRefused):
                mark_paid(batch=batch, rows=[row.pk], by=ngan)
            with pytest.raises(PayoutRefused):
                mark_returned(row=row, why="Không có.", by=ngan)

    def test_a_refund_after_the_payout_makes_the_next_one_smaller(self, ngan: Viewer, an_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        batch = at_the_bank(ngan)
        give_back(an_shop.producer, 50_000)  # while the bank works
        mark_paid(batch=batch, rows=[row_of(batch, an_shop).pk], by=ngan)
        assert book(an_shop)[0] == -50_000
        assert [(each.amount, each.reason) for each in propose().omissions] == [(-50_000, LeftOut.OWES)]
        earn(an_shop.producer, 130_000)
        assert made(ngan).total == 80_000


class TestWithdrawn:
    def test_the_money_may_go_into_another(self, ngan: Viewer, tam: Viewer, an_shop: Shop) -> None:
        earn(an_shop.producer, 120_000)
        for begin in (made, at_the_bank):
            batch = begin(ngan)
            with pytest.raises(PayoutRefused, match="lý do"):
                withdraw_batch(batch=batch, why=" ", by=tam)
            batch = withdraw_batch(batch=batch, why="Ngân hàng chưa nhận tệp.", by=tam)
            assert (batch.state, batch.rows.get().state, book(an_shop)) == ("withdrawn", "dropped", (120_000, 0))
            self.is_over(batch, ngan)

    def is_over(self, batch: PayoutBatch, by: Viewer) -> None:
        row, before = batch.rows.get(), everything()
        for step in (
            lambda: approve_batch(batch=batch, by=by),
            lambda: export_batch(batch=batch, by=by),
            lambda: mark_paid(batch=batch, rows=[row.pk], by=by),
            lambda: mark_returned(row=row, why="x", by=by),
            lambda: withdraw_batch(batch=batch, why="Lại.", by=by),
        ):
            with pytest.raises(PayoutRefused):
                step()
        assert everything() == before
