"""What a program takes is its producer's: on the statement, in the accountant's hands, and gone when it was paid out."""

from __future__ import annotations

import uuid

from django.test import Client

from core.kit import clock
from core.people.queries import Viewer
from market.ledger.accounts import BANK, owed_to
from market.ledger.actions import write_entry
from market.payments.actions import refund_by_hand, settle
from market.payments.contract import Result
from market.payments.desk.queries.incoming import Asked, payments_asked_for, payments_visible_to
from market.payments.models import Charge, PaymentAttempt
from market.payments.queries import attempts_visible_to, refunds_of
from market.payments.sources import parts_of, sources_of
from market.statements.queries import standing_of, statement_of
from tests.market.payments.stripe_api.program import Program, error
from tests.people import People


def paid(program: Program, **more: str) -> str:
    intent = program.to_be_paid(**more)
    attempt = PaymentAttempt.objects.get(payment__reference=intent["id"])
    settle(attempt=attempt, result=Result("paid", attempt.amount, "00", "00", "14000001", "NCB", "20261123120000"))
    return str(intent["id"])


def test_it_is_on_the_statement_under_its_name(live: Program, people: People, ngan: Viewer, client: Client) -> None:
    public_id = paid(live, description="Cà phê 1 kg")
    statement = statement_of(people.producer, clock.today().replace(day=1))
    assert [(line.called, line.through) for line in statement.lines] == [("Cửa hàng HTX · Cà phê 1 kg", 150_000)]
    assert standing_of(people.producer).owed == 150_000
    charge = Charge.objects.get()
    assert [part.label for part in parts_of(charge.payment)] == ["Cửa hàng HTX · Cà phê 1 kg"]
    found = payments_asked_for(ngan, Asked(q="cửa hàng htx"))
    assert [row.pk for row in found] == [charge.payment_id] or [
        row.pk for row in payments_asked_for(ngan, Asked(q="Cửa hàng HTX"))
    ] == [charge.payment_id]
    assert charge.payment.reference == public_id
    client.force_login(people.users["an"])
    assert "Cửa hàng HTX · Cà phê 1 kg" in client.get("/nguoi-ban/tien/").content.decode()


def test_an_accountant_gives_it_back_and_the_program_hears_of_it(live: Program, ngan: Viewer, people: People) -> None:
    paid(live)
    charge = Charge.objects.get()
    (source,) = sources_of(charge)
    assert (source.account, source.amount) == (owed_to(people.producer.pk), 150_000)
    refund_by_hand(
        charge=charge, source=source.key, amount=50_000, reason="Khách gọi.", request_id=uuid.uuid4().hex, by=ngan
    )
    (refund,) = live.get("refunds")["data"]
    assert (refund["amount"], refund["status"], refund["reason"]) == (50_000, "pending", None)
    assert live.told()[-2:] == ["refund.created", "charge.refunded"]


def test_what_was_paid_out_cannot_be_refunded_by_the_program(live: Program, people: People) -> None:
    public_id = paid(live)
    owed = owed_to(people.producer.pk)
    write_entry("paid_out", debit=owed, credit=BANK, amount=100_001, subject="payout:1", key="payout:1")
    assert error(live.post("refunds", {"payment_intent": public_id, "amount": 50_000}))[1] == "balance_insufficient"
    assert live.post("refunds", {"payment_intent": public_id, "amount": 49_999})["status"] == "pending"


def test_trials_are_in_no_list_of_the_accountant(trial: Program, ngan: Viewer, people: People) -> None:

    public_id = paid(trial)
    trial.post("refunds", {"payment_intent": public_id})
    assert Charge.objects.count() == 1
    assert [rows(ngan).count() for rows in (payments_visible_to, attempts_visible_to, refunds_of)] == [0, 0, 0]
    assert standing_of(people.producer).owed == 0
