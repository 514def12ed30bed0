"""VNPAY's calls through the real view: every recorded case, every sequence, and what must never happen."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.events.registry import Event
from market.ledger.accounts import GATEWAY, HELD, REFUNDS, UNCLEAR
from market.ledger.queries import balances_of
from market.listings.models import Listing
from market.orders.models import Purchase
from market.payments.actions import begin_attempt, open_payment
from market.payments.events import PaymentSettled
from market.payments.models import Charge, GatewayMessage, Payment, PaymentAttempt
from tests.market.buying import attempt_for, come_back, notice, ordered, send_ipn
from tests.market.proof import everything, trail

VECTORS: dict[str, Any] = json.loads((Path(__file__).parent / "vnpay" / "vectors.json").read_text())
IPN: dict[str, Any] = VECTORS["ipn"]
CASES: dict[str, dict[str, Any]] = {case["name"]: case for case in IPN["cases"]}
FIRST = IPN["orders"][0]["txn_ref"]
# Stripe's words in the vectors → (payment, attempt) here.
STATES = {
    "requires_action": ("waiting", "open"),
    "requires_payment_method": ("waiting", "failed"),
    "processing": ("processing", "open"),
    "succeeded": ("succeeded", "succeeded"),
}


@pytest.fixture
def vector_orders(db: None, settings: Any) -> None:
    """The vectors' terminal and secret, and their two orders as payments with an open attempt."""
    settings.VNPAY = settings.VNPAY | {
        "tmn_code": VECTORS["meta"]["tmn_code"],
        "hash_secret": VECTORS["meta"]["secret"],
    }
    for order in IPN["orders"]:
        payment = open_payment(reference=f"DH-{order['txn_ref']}", amount=order["amount_vnd"], return_path="/don")
        attempt = begin_attempt(payment=payment, customer_address="203.0.113.7")
        PaymentAttempt.objects.filter(pk=attempt.pk).update(txn_ref=order["txn_ref"])


def states() -> dict[str, tuple[str, str]]:
    rows = PaymentAttempt.objects.values_list("txn_ref", "payment__state", "state")
    return {txn_ref: (payment, attempt) for txn_ref, payment, attempt in rows}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_every_recorded_call(case: dict[str, Any], vector_orders: None, heard: list[Event]) -> None:
    untouched = ("waiting", "open")
    query, expected = case["query_string"], case["expect"]
    about = next((order["txn_ref"] for order in IPN["orders"] if f"vnp_TxnRef={order['txn_ref']}" in query), FIRST)
    before = everything()
    assert send_ipn(query) == expected["rsp_code"]
    after = STATES[expected["payment_intent_status_after"] or "requires_action"]
    assert states() == {order["txn_ref"]: untouched for order in IPN["orders"]} | {about: after}
    assert [type(event) for event in heard] == ([PaymentSettled] if after[0] == "succeeded" else [])
    if expected["rsp_code"] != "00":
        # A refused call leaves its record and nothing else.
        log = everything()["GatewayMessage"]
        assert everything() == before | {"GatewayMessage": log}
    message = GatewayMessage.objects.get()
    assert (message.kind, message.raw, message.verdict[:2]) == ("ipn", query, expected["rsp_code"])
    known = expected["rsp_code"] in {"00", "04"}
    assert (message.attempt.txn_ref if message.attempt else None) == (about if known else None)


@pytest.mark.parametrize("sequence", IPN["sequences"], ids=[sequence["name"] for sequence in IPN["sequences"]])
def test_every_recorded_sequence(sequence: dict[str, Any], vector_orders: None, heard: list[Event]) -> None:
    answers = [(name, send_ipn(CASES[name]["query_string"])) for name, _ in sequence["steps"]]
    assert answers == [(name, code) for name, code in sequence["steps"]]
    assert states()[FIRST] == STATES[sequence.get("final", "succeeded")]
    assert heard == [PaymentSettled(PaymentAttempt.objects.get(txn_ref=FIRST).payment_id)]
    logged = GatewayMessage.objects.order_by("pk").values_list("raw", "verdict")
    assert [(raw, verdict[:2]) for raw, verdict in logged] == [
        (CASES[name]["query_string"], code) for name, code in sequence["steps"]
    ]


def test_money_makes_the_order_paid_once(listing: Listing, heard: list[Event]) -> None:
    order = ordered((listing, 3))
    attempt = attempt_for(order)
    query, since = notice(attempt), len(trail())
    heard.clear()
    assert send_ipn(query) == "00"
    order.refresh_from_db()
    attempt.refresh_from_db()
    assert (order.state, order.payment.state) == ("paid", "succeeded")
    assert order.paid_at is not None and order.payment.settled_at is not None
    assert (attempt.state, attempt.transaction_no, attempt.bank_code, attempt.pay_date, attempt.next_query_at) == (
        "succeeded",
        "14226112",
        "NCB",
        "20260105093212",
        None,
    )
    assert heard == [PaymentSettled(order.payment_id)]
    assert trail(since) == [
        ("payment.settled", None, f"payment:{order.payment_id}"),
        ("order.paid", None, f"order:{order.pk}"),
        ("shop_order.to_pack", None, f"shop_order:{order.orders.get().pk}"),
    ]
    before = everything()
    assert [send_ipn(query), send_ipn(query)] == ["02", "02"]
    assert heard == [PaymentSettled(order.payment_id)]
    assert Listing.objects.get().stock == 7
    assert everything() == before | {"GatewayMessage": everything()["GatewayMessage"]}
    assert GatewayMessage.objects.count() == 3


def test_a_thousand_repeats_settle_once(listing: Listing, heard: list[Event]) -> None:
    order = ordered((listing, 3))
    query = notice(attempt_for(order))
    heard.clear()
    assert send_ipn(query) == "00"
    before, since = everything(), len(trail())
    del before["GatewayMessage"]
    assert Counter(send_ipn(query) for _ in range(1_000)) == {"02": 1_000}
    after = everything()
    assert len(after.pop("GatewayMessage")) == 1_001
    assert after == before and trail(since) == []
    assert heard == [PaymentSettled(order.payment_id)] and Charge.objects.count() == 1


def test_a_late_failure_of_one_attempt_does_not_undo_anothers_success(listing: Listing, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T02:00:00Z", tick=False)
    order = ordered((listing, 1))
    first = attempt_for(order)
    time_machine.move_to("2026-03-01T02:14:00Z", tick=False)
    second = attempt_for(order)
    assert send_ipn(notice(second)) == "00"
    assert send_ipn(notice(first, response="24", status="02")) == "00"
    assert list(PaymentAttempt.objects.order_by("pk").values_list("state", flat=True)) == ["failed", "succeeded"]
    assert (Payment.objects.get().state, Purchase.objects.get().state) == ("succeeded", "paid")


def test_of_two_attempts_paid_the_second_is_given_back(listing: Listing, heard: list[Event], time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T02:00:00Z", tick=False)
    order = ordered((listing, 1))
    first = attempt_for(order)
    time_machine.move_to("2026-03-01T02:14:00Z", tick=False)
    second = attempt_for(order)
    assert first.txn_ref != second.txn_ref
    heard.clear()
    since = len(trail())
    assert [send_ipn(notice(first)), send_ipn(notice(second)), send_ipn(notice(second))] == ["00", "00", "02"]
    assert list(PaymentAttempt.objects.values_list("state", flat=True)) == ["succeeded", "succeeded"]
    assert heard == [PaymentSettled(order.payment_id)]
    assert [word for word, _, _ in trail(since)] == [
        "payment.settled",
        "order.paid",
        "shop_order.to_pack",
        "payment.paid_twice",
        "refund.asked",
    ]
    extra = Charge.objects.get(is_extra=True)
    assert (extra.attempt_id, extra.left) == (second.pk, 0)
    assert list(extra.refunds.values_list("state", "amount", "is_full", "account")) == [
        ("ready", order.total, True, UNCLEAR)
    ]
    assert balances_of([GATEWAY, HELD, UNCLEAR, REFUNDS]) == {
        GATEWAY: 2 * order.total, HELD: -order.total, UNCLEAR: 0, REFUNDS: -order.total,
    }  # fmt: skip


@pytest.mark.parametrize(
    "breaks", ["market.payments.actions.settling.emit", "market.payments.vnpay.provider.log_message"]
)
def test_a_trouble_of_ours_answers_99_and_leaves_no_trace(
    listing: Listing, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    order = ordered((listing, 1))
    query = notice(attempt_for(order))
    before = everything()

    def trouble(*_: Any, **__: Any) -> None:
        raise RuntimeError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(breaks, trouble)
        assert send_ipn(query) == "99"
    assert everything() == before
    assert send_ipn(query) == "00", "VNPAY calls again, and then it counts"
    assert Purchase.objects.get().state == "paid"


def test_only_get_is_a_call_of_vnpay(listing: Listing) -> None:
    order = ordered((listing, 1))
    query = notice(attempt_for(order))
    before = everything()
    assert Client().post(f"{reverse('vnpay_ipn')}?{query}").status_code == 405
    assert everything() == before


def test_the_callers_address_is_kept(listing: Listing) -> None:
    query = notice(attempt_for(ordered((listing, 1))))
    Client(REMOTE_ADDR="113.160.92.202").get(f"{reverse('vnpay_ipn')}?{query}")
    assert GatewayMessage.objects.values_list("kind", "caller_address").get() == ("ipn", "113.160.92.202")


VNPAYS = ["113.52.45.78", "203.171.19.0/24"]


def call_from(remote: str, query: str, forwarded: str = "") -> tuple[int, str]:
    headers = {"x-forwarded-for": forwarded} if forwarded else {}
    answer = Client(REMOTE_ADDR=remote, headers=headers).get(f"{reverse('vnpay_ipn')}?{query}")
    return answer.status_code, answer.json()["RspCode"]


@pytest.mark.parametrize(
    ("remote", "forwarded", "kept"),
    [
        ("198.51.100.9", "", "198.51.100.9"),
        ("198.51.100.9", "113.52.45.78", "198.51.100.9"),  # anybody may write this
        ("10.0.0.2", "198.51.100.9", "198.51.100.9"),
        ("10.0.0.2", "113.52.45.78, 198.51.100.9", "198.51.100.9"),
        ("10.0.0.2", "113.52.45.78,", "10.0.0.2"),
        ("10.0.0.2", "113.52.45.78, rác", "10.0.0.2"),
        ("10.0.0.2", "113.52.45.78:443", "10.0.0.2"),
        ("10.0.0.2", "2001:db8:9::1", "2001:db8:9::1"),
        ("10.0.0.2", "," * 4000, "10.0.0.2"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("", "113.52.45.78", ""),
        ("rác", "113.52.45.78", ""),
    ],
)
def test_a_caller_that_is_not_vnpay_changes_nothing(
    listing: Listing, heard: list[Event], settings: Any, remote: str, forwarded: str, kept: str
) -> None:
    settings.VNPAY = settings.VNPAY | {"ipn_addresses": VNPAYS}
    settings.TRUSTED_PROXIES = ["10.0.0.2"]
    query = notice(attempt_for(ordered((listing, 1))))
    heard.clear()
    before = everything()
    assert call_from(remote, query, forwarded) == (403, "99")
    message = GatewayMessage.objects.get()
    assert (message.kind, message.raw, message.verdict, message.caller_address, message.attempt) == (
        "ipn",
        query,
        "caller refused",
        kept,
        None,
    )
    assert everything() == before | {"GatewayMessage": everything()["GatewayMessage"]} and heard == []


@pytest.mark.parametrize(
    ("remote", "forwarded"),
    [
        ("113.52.45.78", ""),
        ("::ffff:113.52.45.78", ""),
        ("203.171.19.146", "198.51.100.9"),
        ("10.0.0.2", "113.52.45.78"),
        ("10.0.0.2", "1.2.3.4, 113.52.45.78, 10.0.0.2"),
    ],
)
def test_vnpay_itself_is_heard(listing: Listing, settings: Any, remote: str, forwarded: str) -> None:
    settings.VNPAY = settings.VNPAY | {"ipn_addresses": VNPAYS}
    settings.TRUSTED_PROXIES = ["10.0.0.2"]
    query = notice(attempt_for(ordered((listing, 1))))
    assert call_from(remote, query, forwarded) == (200, "00")
    assert Purchase.objects.get().state == "paid"


def test_without_a_list_the_signature_alone_decides(listing: Listing) -> None:
    query = notice(attempt_for(ordered((listing, 1))))
    assert call_from("198.51.100.9", query, "rác") == (200, "00")


def test_the_buyers_card_is_not_kept(listing: Listing) -> None:
    attempt = attempt_for(ordered((listing, 1)))
    query = notice(attempt, vnp_CardNumber="970419xxxxxx2198", vnp_CardHolder="NGUYEN VAN A", vnp_CardType="ATM")
    assert come_back(query).status_code == 302
    assert send_ipn(query) == "00"
    for raw in GatewayMessage.objects.values_list("raw", flat=True):
        assert "vnp_CardNumber=removed" in raw and "vnp_CardType=ATM" in raw
        assert "970419" not in raw and "NGUYEN" not in raw
    assert GatewayMessage.objects.count() == 2
