"""Two at once where money goes: each race first with the locks off, to see what stands behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from market.ledger.accounts import GATEWAY, HELD, REFUNDS
from market.payments import jobs
from market.payments.actions import (
    approve_refund,
    begin_attempt,
    begin_sending,
    note_question,
    open_payment,
    refunds,
    settle,
    settling,
    withdraw_refund,
)
from market.payments.contract import RefundResult, Result
from market.payments.models import Charge, Payment, PaymentAttempt, Refund
from market.payments.vnpay import provider
from tests.market.buying import notice, send_ipn
from tests.market.payments.till import accountant, ask_back, book, unfinished_and_succeeded
from tests.races.conftest import Gate, at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def attempt(committed_db: None) -> PaymentAttempt:
    payment = open_payment(reference="DH-1", amount=300_000, return_path="/don-hang/x/")
    return begin_attempt(payment=payment, customer_address="203.0.113.7")


@pytest.fixture
def charge(attempt: PaymentAttempt) -> Charge:
    settle(attempt=attempt, result=Result("paid", 300_000, response_code="00", transaction_status="00"))
    return Charge.objects.get()


def hold_after_reading(monkeypatch: pytest.MonkeyPatch) -> Gate:
    """Stop both when they have read the charge and are about to see what is left of it."""
    gate, real = Gate(), Charge.left.fget

    def left(charge: Charge) -> int:
        gate()
        return int(real(charge))

    monkeypatch.setattr(Charge, "left", property(left))
    return gate


def words(answers: list[Any]) -> list[str]:
    return sorted(type(answer).__name__ for answer in answers)


class TestTwoRefundsOfOneCharge:
    def both(self, charge: Charge, amount: int) -> list[Any]:
        return at_once(*[lambda: ask_back(Charge.objects.get(pk=charge.pk), amount)] * 2)

    def test_without_the_lock_an_honest_one_is_turned_away(
        self, charge: Charge, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold_after_reading(monkeypatch)
        assert words(self.both(charge, 100_000)) == ["Refund", "RefundRefused"]
        assert gate.met and Charge.objects.get().refunded == 100_000, "the update looks again: still never too much"

    def test_with_it_both_go(self, charge: Charge, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold_after_reading(monkeypatch)
        assert words(self.both(charge, 100_000)) == ["Refund", "Refund"]
        assert not gate.met and Charge.objects.get().refunded == 200_000
        assert book() == {GATEWAY: 300_000, HELD: -100_000, REFUNDS: -200_000}

    def test_of_two_that_are_too_much_one_goes(self, charge: Charge, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold_after_reading(monkeypatch)
        assert words(self.both(charge, 200_000)) == ["Refund", "RefundRefused"]
        charge.refresh_from_db()
        assert not gate.met and charge.refunded == 200_000 == unfinished_and_succeeded(charge)


class TestOneApprovesWhileAnotherWithdraws:
    @pytest.fixture
    def both(self, charge: Charge, settings: Any) -> Callable[[], list[Any]]:
        settings.REFUND_ALONE_UP_TO = 50_000
        ngan, tam = accountant("ngan"), accountant("tam")
        refund = ask_back(charge, 100_000, by=ngan)
        assert refund.state == "asked"
        return lambda: at_once(
            lambda: approve_refund(refund=refund, by=tam), lambda: withdraw_refund(refund=refund, by=ngan)
        )

    def test_without_lock_and_guard_only_the_database_refuses(
        self, both: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def moved(refund: Refund, from_states: Any, to: str, **changes: object) -> bool:
            return bool(Refund.objects.filter(pk=refund.pk).update(state=to, **changes))

        without_row_locks(monkeypatch)
        monkeypatch.setattr(refunds, "move", moved)
        gate = hold(monkeypatch, refunds, "move")
        # Approved last, it would be ready to be sent with its money given back: no such row may be.
        assert words(both()) in (["IntegrityError", "Refund"], ["Refund", "Refund"])
        assert gate.met and Refund.objects.get().state == "withdrawn"

    def test_without_the_lock_the_update_looks_again(
        self, both: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, refunds, "move")
        self.one_has_decided(both())
        assert gate.met

    def test_with_it_the_second_reads_what_was_decided(
        self, both: Callable[[], list[Any]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gate = hold(monkeypatch, refunds, "move")
        self.one_has_decided(both())
        assert not gate.met

    def one_has_decided(self, answers: list[Any]) -> None:
        refund, charge = Refund.objects.get(), Charge.objects.get()
        # Whoever comes second finds it approved, and may still take back what has not left.
        approved, withdrawn = (isinstance(answer, Refund) for answer in answers)
        assert (refund.state == "withdrawn") == withdrawn and (approved or withdrawn)
        assert charge.refunded == unfinished_and_succeeded(charge) == (0 if withdrawn else 100_000)
        assert book() == {GATEWAY: 300_000, HELD: -300_000} | ({} if withdrawn else {HELD: -200_000, REFUNDS: -100_000})


class TestVnpayCallsWhileWeAsk:
    def both(self, attempt: PaymentAttempt) -> list[Any]:
        paid = Result("paid", 300_000, response_code="00", transaction_status="00")
        return at_once(lambda: send_ipn(notice(attempt)), lambda: note_question(attempt=attempt, result=paid))

    def test_without_the_lock_only_the_database_refuses(
        self, attempt: PaymentAttempt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without_row_locks(monkeypatch)
        gate = hold(monkeypatch, settling, "_finish")
        told, asked = self.both(attempt)
        assert gate.met and (told == "99" or type(asked).__name__ == "IntegrityError")
        assert Charge.objects.count() == 1

    def test_with_it_the_money_comes_once(self, attempt: PaymentAttempt, monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold(monkeypatch, settling, "_finish")
        told, asked = self.both(attempt)
        assert not gate.met and told in {"00", "02"} and asked is None
        assert (Payment.objects.get().state, book()) == ("succeeded", {GATEWAY: 300_000, HELD: -300_000})


class TestTwoWorkers:
    @pytest.fixture
    def calls(self, charge: Charge, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """The gateway's side: which refunds it was asked for."""
        asked: list[int] = []

        def refund(wanted: Refund) -> RefundResult:
            asked.append(wanted.pk)
            return RefundResult("pending", 100_000, transaction_status="05", transaction_no="15000001")

        monkeypatch.setattr(provider, "refund", refund)
        ask_back(charge, 100_000)
        return asked

    def test_looking_before_writing_both_would_send(self, calls: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = Gate()

        def look_then_write(refund: Refund) -> bool:
            is_ready = Refund.objects.filter(pk=refund.pk, state="ready").exists()
            gate()
            return is_ready and begin_sending(refund) in {True, False}

        monkeypatch.setattr(jobs, "begin_sending", look_then_write)
        at_once(jobs.send_refunds, jobs.send_refunds)
        assert gate.met and len(calls) == 2

    def test_one_sends(self, calls: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
        gate = hold(monkeypatch, jobs, "begin_sending")
        assert sorted(at_once(jobs.send_refunds, jobs.send_refunds)) == [0, 1]
        assert gate.met and len(calls) == 1
        assert Refund.objects.get().state == "accepted"
