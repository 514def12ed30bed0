"""States of a payment that nobody would leave by himself: late returns, two attempts at once, answers that stay open for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from core.events import registry
from core.people.queries import NOBODY, Viewer
from market.payments.actions import (
    AttemptKept,
    ask_soon,
    begin_attempt,
    close_attempt,
    note_question,
    open_payment,
    settle,
)
from market.payments.contract import Result
from market.payments.events import PaymentSettled
from market.payments.jobs import ask_about_open_attempts
from market.payments.models import Charge, Payment, PaymentAttempt
from market.payments.queries import attempts_pending
from market.payments.vnpay import provider
from tests.market.buying import come_back, notice, send_ipn
from tests.market.proof import everything, trail

START = datetime.fromisoformat("2026-03-01T02:00:00+00:00")
WAITING = Result("waiting", None)
PAID = Result("paid", 100_000, response_code="00", transaction_status="00", transaction_no="14226112")


@pytest.fixture
def payment(db: None, time_machine: Any) -> Payment:
    time_machine.move_to(START, tick=False)
    return open_payment(reference="DH-1", amount=100_000, return_path="/don-hang/x/")


@pytest.fixture
def attempt(payment: Payment) -> PaymentAttempt:
    return begin_attempt(payment=payment, customer_address="203.0.113.7")


def states(payment: Payment) -> tuple[str, list[str]]:
    """Of the payment, and of its attempts in order."""
    payment.refresh_from_db()
    return payment.state, list(payment.attempts.order_by("pk").values_list("state", flat=True))


def next_query(attempt: PaymentAttempt) -> datetime | None:
    attempt.refresh_from_db()
    return attempt.next_query_at


class TestALateReturn:
    """VNPAY's own call was lost, and we had given the attempt up."""

    @pytest.fixture
    def given_up(self, attempt: PaymentAttempt, time_machine: Any) -> PaymentAttempt:
        time_machine.move_to(START + timedelta(minutes=26), tick=False)
        note_question(attempt=attempt, result=WAITING)
        assert states(attempt.payment) == ("waiting", ["failed"])
        return attempt

    def test_it_is_asked_about_again_and_paid(self, given_up: PaymentAttempt, monkeypatch: pytest.MonkeyPatch) -> None:
        come_back(notice(given_up))
        assert states(given_up.payment) == ("processing", ["open"])
        monkeypatch.setattr(provider, "ask", lambda attempt: PAID)
        assert ask_about_open_attempts() == 1
        assert states(given_up.payment) == ("succeeded", ["succeeded"])

    def test_or_given_up_again_and_the_payment_is_free(
        self, given_up: PaymentAttempt, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        come_back(notice(given_up))
        monkeypatch.setattr(provider, "ask", lambda attempt: WAITING)
        assert ask_about_open_attempts() == 1
        assert states(given_up.payment) == ("waiting", ["failed"])
        assert begin_attempt(payment=given_up.payment, customer_address="203.0.113.7") != given_up

    def test_a_failed_return_opens_nothing(self, given_up: PaymentAttempt) -> None:
        come_back(notice(given_up, response="24", status="02"))
        assert states(given_up.payment) == ("waiting", ["failed"])

    def test_nothing_undoes_what_was_paid(self, given_up: PaymentAttempt) -> None:
        assert send_ipn(notice(given_up)) == "00"
        come_back(notice(given_up))
        assert states(given_up.payment) == ("succeeded", ["succeeded"])


def test_coming_back_again_asks_no_oftener_than_vnpay_takes(attempt: PaymentAttempt, time_machine: Any) -> None:
    come_back(notice(attempt))
    assert next_query(attempt) == START
    note_question(attempt=attempt, result=None)
    time_machine.move_to(START + timedelta(seconds=10), tick=False)
    come_back(notice(attempt))
    assert next_query(attempt) == START + timedelta(minutes=5)


def test_a_second_attempt_paid_while_the_first_is_done_is_asked_about_at_once(
    payment: Payment, attempt: PaymentAttempt, time_machine: Any
) -> None:
    time_machine.move_to(START + timedelta(minutes=14), tick=False)
    second = begin_attempt(payment=payment, customer_address="203.0.113.7")
    assert send_ipn(notice(attempt)) == "00"
    come_back(notice(second))
    assert (next_query(second), states(payment)[0]) == (START + timedelta(minutes=14), "succeeded")


def test_while_a_bank_looks_at_one_attempt_the_failure_of_another_frees_nothing(
    payment: Payment, attempt: PaymentAttempt, time_machine: Any
) -> None:
    time_machine.move_to(START + timedelta(minutes=14), tick=False)
    second = begin_attempt(payment=payment, customer_address="203.0.113.7")
    assert send_ipn(notice(attempt, response="07", status="07")) == "00"
    assert send_ipn(notice(second, response="24", status="02")) == "00"
    assert states(payment) == ("processing", ["open", "failed"]), "or the buyer could pay twice"
    settle(attempt=attempt, result=Result("failed", 100_000, response_code="99", transaction_status="02"))
    assert states(payment) == ("waiting", ["failed", "failed"])


class TestOpenForEver:
    """The bank never ends its second look, or names another sum."""

    @pytest.fixture
    def stuck(self, attempt: PaymentAttempt) -> PaymentAttempt:
        assert send_ipn(notice(attempt, response="07", status="07")) == "00"
        return attempt

    def test_people_see_it_after_two_hours(self, stuck: PaymentAttempt, ngan: Viewer, time_machine: Any) -> None:
        end = START + timedelta(hours=2, minutes=15)
        time_machine.move_to(end - timedelta(seconds=1), tick=False)
        assert list(attempts_pending(ngan)) == []
        with pytest.raises(AttemptKept, match="hai giờ"):
            close_attempt(attempt=stuck, note="Báo cáo không có.", by=ngan)
        time_machine.move_to(end, tick=False)
        assert (list(attempts_pending(ngan)), list(attempts_pending(NOBODY))) == ([stuck], [])
        before = everything()
        for by, note in ((NOBODY, "Báo cáo không có."), (ngan, " ")):
            with pytest.raises((PermissionError, AttemptKept)):
                close_attempt(attempt=stuck, note=note, by=by)
        assert everything() == before
        close_attempt(attempt=stuck, note="Báo cáo không có.", by=ngan)
        assert (states(stuck.payment), list(attempts_pending(ngan))) == (("waiting", ["failed"]), [])
        assert trail()[-1] == ("payment.closed_by_report", ngan.user_id, f"payment:{stuck.payment_id}")
        with pytest.raises(AttemptKept, match="đã có kết quả"):
            close_attempt(attempt=stuck, note="Báo cáo không có.", by=ngan)
        assert send_ipn(notice(stuck)) == "00", "money that comes all the same still wins"
        assert states(stuck.payment) == ("succeeded", ["succeeded"])

    def test_asked_about_when_a_person_wants_to_know(
        self, stuck: PaymentAttempt, ngan: Viewer, time_machine: Any
    ) -> None:
        later = START + timedelta(minutes=2)
        time_machine.move_to(later, tick=False)
        with pytest.raises(PermissionError):
            ask_soon(attempt=stuck, by=NOBODY)
        assert next_query(stuck) == START + timedelta(minutes=5)
        assert ask_soon(attempt=stuck, by=ngan)
        assert next_query(stuck) == later
        send_ipn(notice(stuck))
        assert not ask_soon(attempt=stuck, by=ngan)


def test_one_answer_that_breaks_does_not_hold_up_the_others(
    attempt: PaymentAttempt, monkeypatch: pytest.MonkeyPatch, time_machine: Any
) -> None:
    other = begin_attempt(
        payment=open_payment(reference="DH-2", amount=100_000, return_path="/don-hang/y/"),
        customer_address="203.0.113.7",
    )

    def breaks(event: PaymentSettled) -> None:
        if event.payment_id == attempt.payment_id:
            raise RuntimeError("a handler broke")

    monkeypatch.setitem(registry._handlers, PaymentSettled, [breaks])
    monkeypatch.setattr(provider, "ask", lambda attempt: PAID)
    due = START + timedelta(minutes=16)
    time_machine.move_to(due, tick=False)
    assert ask_about_open_attempts() == 2
    assert dict(PaymentAttempt.objects.values_list("pk", "state")) == {attempt.pk: "open", other.pk: "succeeded"}
    assert (next_query(attempt), Charge.objects.count()) == (due + timedelta(minutes=5), 1)
