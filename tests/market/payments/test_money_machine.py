"""Everything that can happen to money, in any order that hypothesis finds: what must hold holds after every step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F, Q, Sum
from django.test import override_settings
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.kit import clock
from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import GATEWAY, HELD, REFUNDS, SHARED, UNCLEAR
from market.ledger.models import LedgerEntry
from market.ledger.queries import balances_of
from market.payments.actions import (
    NotApprover,
    PaymentClosed,
    RefundRefused,
    approve_refund,
    begin_attempt,
    begin_sending,
    cancel_payment,
    close_case,
    decide_by_report,
    note_question,
    note_refund_answer,
    note_refund_question,
    note_return,
    open_payment,
    request_refund,
    send_again,
    settle,
    withdraw_refund,
)
from market.payments.contract import RefundResult, Result
from market.payments.models import Charge, Payment, PaymentAttempt, Refund
from tests.market.payments.till import accountant

AMOUNTS = st.sampled_from([5_000, 70_000, 300_000])
WHICH = st.integers(0, 7)
RESULTS = st.sampled_from(
    [
        ("paid", "00", "00"),
        ("failed", "24", "02"),
        ("failed", "51", "02"),
        ("under_review", "07", "07"),
        ("waiting", "", ""),
    ]
)
ANSWERS = st.sampled_from(
    [
        RefundResult("pending", None, response_code="00", transaction_status="05", transaction_no="number"),
        RefundResult("pending", None, response_code="94"),
        RefundResult("succeeded", None, response_code="00", transaction_status="00", transaction_no="number"),
        RefundResult("failed", None, response_code="95"),
        RefundResult("unknown", None, response_code="99"),
        RefundResult("succeeded", 1, response_code="00", transaction_status="00", transaction_no="number"),
        None,
    ]
)
ENDED = ("succeeded", "failed", "withdrawn")


class Money(RuleBasedStateMachine):
    """Payments, their attempts and refunds, with two people who handle money and a gateway that says anything."""

    people: tuple[Viewer, Viewer]

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.finished: dict[int, str] = {}
        self.settled: set[int] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def one(self, rows: Any, which: int) -> Any:
        found = list(rows.order_by("pk"))
        return found[which % len(found)] if found else None

    @initialize(amounts=st.lists(AMOUNTS, min_size=1, max_size=2), pages=st.integers(1, 3), paid=st.integers(0, 2))
    def start(self, amounts: list[int], pages: int, paid: int) -> None:
        for amount in amounts:
            open_payment(reference=f"DH-{Payment.objects.count()}", amount=amount, return_path="/don-hang/x/")
        for page in range(pages):
            self.attempt(page)
        for which in range(paid):
            self.result(which, ("paid", "00", "00"), asked=False, is_right=True)

    def attempt(self, which: int) -> None:
        payment = self.one(Payment.objects, which)
        # As if the earlier ones had run out: the buyer may hold two pages.
        payment.attempts.update(expires_at=clock.now() - timedelta(minutes=20))
        try:
            begin_attempt(payment=payment, customer_address="203.0.113.7")
        except PaymentClosed:
            assert payment.state != "waiting"

    @rule(which=WHICH, said=RESULTS, asked=st.booleans(), is_right=st.sampled_from([True, True, True, False]))
    def result(self, which: int, said: tuple[str, str, str], asked: bool, is_right: bool) -> None:
        attempt = self.one(PaymentAttempt.objects, which)
        amount = attempt.amount if is_right else attempt.amount - 1
        result = Result(said[0], amount, response_code=said[1], transaction_status=said[2])
        note_question(attempt=attempt, result=result) if asked else settle(attempt=attempt, result=result)

    @rule(which=WHICH, deed=st.sampled_from(["attempt", "come_back", "cancel"]))
    def buyer(self, which: int, deed: str) -> None:
        if deed == "attempt" and PaymentAttempt.objects.count() < 5:
            self.attempt(which)
        elif deed == "come_back":
            note_return(attempt=self.one(PaymentAttempt.objects, which))
        elif deed == "cancel":
            cancel_payment(payment=self.one(Payment.objects, which))

    @rule(which=WHICH, amount=st.sampled_from([5_000, 60_000, 300_000]), who=st.sampled_from([None, 0, 1]))
    @precondition(lambda self: Charge.objects.filter(refunded__lt=F("amount")).exists())
    def ask_back(self, which: int, amount: int, who: int | None) -> None:
        charge = self.one(Charge.objects, which)
        by = SYSTEM if who is None else self.people[who]
        account = UNCLEAR if charge.is_extra else HELD
        try:
            refund = request_refund(charge=charge, amount=amount, account=account, subject=f"payment:{charge.payment_id}", reason="x", by=by)  # fmt: skip
        except RefundRefused:
            assert amount > charge.left
        else:
            assert refund.is_full <= (amount == charge.amount)

    @rule(
        which=WHICH,
        who=st.sampled_from([0, 1]),
        deed=st.sampled_from(["approve", "withdraw", "paid", "not_paid", "again"]),
    )
    @precondition(lambda self: Refund.objects.exclude(state__in=ENDED).exists())
    def decide(self, which: int, who: int, deed: str) -> None:
        refund, by = self.one(Refund.objects.exclude(state="succeeded"), which), self.people[who]
        Refund.objects.filter(sent_at__isnull=False).update(sent_at=clock.now() - timedelta(minutes=6))
        before = refund.state
        try:
            if deed == "approve":
                approve_refund(refund=refund, by=by)
                assert before == "asked" and refund.asked_by_id != by.user_id
            elif deed == "withdraw":
                withdraw_refund(refund=refund, by=by)
                assert before in {"asked", "ready"} and (before == "asked" or refund.calls == 0)
            elif deed == "again":
                send_again(refund=refund, note="Báo cáo.", by=by)
                assert before == "sent"
            else:
                decide_by_report(refund=refund, has_paid=deed == "paid", note="Báo cáo.", by=by)
                assert before in {"sent", "accepted"} and refund.asked_by_id != by.user_id
        except (NotApprover, RefundRefused):
            pass

    @rule(which=WHICH, who=st.sampled_from([0, 1]), has_paid=st.sampled_from([True, False, None]))
    @precondition(lambda self: Refund.objects.filter(Q(state="failed") | Q(is_contradicted=True)).exists())
    def close(self, which: int, who: int, has_paid: bool | None) -> None:
        waiting = Refund.objects.filter(Q(state="failed") | Q(is_contradicted=True))
        refund, by = self.one(waiting, which), self.people[who]
        was, was_contradicted, left = refund.state, refund.is_contradicted, refund.charge.left
        try:
            close_case(refund=refund, note="Báo cáo.", by=by, has_paid=has_paid)
        except NotApprover:
            assert refund.asked_by_id == by.user_id
        except RefundRefused:
            assert (was_contradicted and has_paid is None) or (has_paid and left < refund.amount)
        else:
            refund.refresh_from_db()
            expected = (
                was if has_paid is None else ("succeeded" if has_paid else "failed" if was == "succeeded" else was)
            )
            assert (refund.state, refund.is_contradicted) == (expected, False)
            self.finished[refund.pk] = refund.state

    @rule(which=WHICH, answer=ANSWERS, left=st.sampled_from([True, True, True, False]))
    @precondition(lambda self: Refund.objects.filter(state="ready").exists())
    def send(self, which: int, answer: RefundResult | None, left: bool) -> None:
        refund = self.one(Refund.objects.filter(state="ready"), which)
        assert begin_sending(refund) and not begin_sending(refund)
        note_refund_answer(refund=refund, result=self.about(refund, answer), was_sent=left)

    @rule(which=WHICH, answer=ANSWERS)
    @precondition(lambda self: Refund.objects.filter(calls__gt=0).exists())
    def late_answer(self, which: int, answer: RefundResult | None) -> None:
        refund = self.one(Refund.objects.filter(calls__gt=0), which)
        note_refund_answer(refund=refund, result=self.about(refund, answer))

    @rule(which=WHICH, answer=ANSWERS)
    @precondition(lambda self: Refund.objects.filter(state="accepted").exclude(transaction_no="").exists())
    def bank(self, which: int, answer: RefundResult | None) -> None:
        refund = self.one(Refund.objects.filter(state="accepted").exclude(transaction_no=""), which)
        note_refund_question(refund=refund, result=self.about(refund, answer))

    def about(self, refund: Refund, answer: RefundResult | None) -> RefundResult | None:
        if answer is None or not answer.transaction_no:
            return answer
        return RefundResult(**(answer.__dict__ | {"transaction_no": str(15_000_000 + refund.pk)}))

    @invariant()
    def what_is_asked_back_never_passes_what_came(self) -> None:
        for charge in Charge.objects.annotate(
            alive=Sum("refunds__amount", filter=~Q(refunds__state__in=["failed", "withdrawn"]), default=0)
        ):
            assert charge.refunded == charge.alive <= charge.amount

    @invariant()
    def the_book_tells_what_the_rows_tell(self) -> None:
        balances = balances_of(list(SHARED))
        assert sum(balances.values()) == 0
        came = Charge.objects.aggregate(sum=Sum("amount", default=0))["sum"]
        back = Refund.objects.filter(state="succeeded").aggregate(sum=Sum("amount", default=0))["sum"]
        on_the_way = Refund.objects.exclude(state__in=ENDED).aggregate(sum=Sum("amount", default=0))["sum"]
        extra = Charge.objects.filter(is_extra=True).aggregate(sum=Sum(F("amount") - F("refunded"), default=0))["sum"]
        assert (balances[GATEWAY], balances[REFUNDS], balances[UNCLEAR]) == (came - back, -on_the_way, -extra)
        assert balances[HELD] <= 0, "nothing is held that did not come"
        assert LedgerEntry.objects.filter(kind="received").count() == Charge.objects.count()

    @invariant()
    def one_charge_of_a_payment_sells(self) -> None:
        for payment in Payment.objects.all():
            selling = payment.charges.filter(is_extra=False).count()
            assert selling == (payment.state == "succeeded")
            assert payment.charges.count() == payment.attempts.filter(state="succeeded").count()

    @invariant()
    def nothing_that_ended_moves_again(self) -> None:
        for pk, state in Refund.objects.filter(pk__in=self.finished).values_list("pk", "state"):
            assert state == self.finished[pk]
        self.finished |= dict(Refund.objects.filter(state__in=ENDED).values_list("pk", "state"))
        paid = set(PaymentAttempt.objects.filter(state="succeeded").values_list("pk", flat=True))
        assert self.settled <= paid
        self.settled = paid


@pytest.mark.django_db
def test_money_in_any_order() -> None:
    Money.people = (accountant("ngan"), accountant("tam"))
    with override_settings(REFUND_ALONE_UP_TO=50_000):
        run_state_machine_as_test(
            Money,
            settings=settings(
                max_examples=60,
                stateful_step_count=20,
                deadline=None,
                derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )
