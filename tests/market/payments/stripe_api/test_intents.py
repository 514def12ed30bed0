"""Payment intents over real payments: made, confirmed, paid at the double, declined, canceled."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client

from market.ledger.accounts import GATEWAY, HELD, owed_to
from market.ledger.models import LedgerEntry
from market.ledger.queries import balances_of
from market.payments.jobs import send_refunds
from market.payments.models import PaymentAttempt, Refund
from tests.market.payments.stripe_api.program import Program, error
from tests.market.payments.till import ask_now, ask_refunds_now, bank_says, pay_there
from tests.market.payments.vnpay.running import Double
from tests.people import People


def attempt_of(intent: Any) -> PaymentAttempt:
    return PaymentAttempt.objects.get(payment__reference=intent["id"])


def paid(program: Program, gateway: Double, **more: Any) -> Any:
    """A payment that was really made at the double, heard of by asking."""
    intent = program.to_be_paid(**more)
    assert requests.get(intent["next_action"]["redirect_to_url"]["url"], timeout=5).status_code == 200
    pay_there(gateway, PaymentAttempt.objects.filter(payment__reference=intent["id"]).latest("pk"))
    ask_now()
    return program.get(f"payment_intents/{intent['id']}")


def test_the_way_of_a_payment(live: Program, gateway: Double, people: People) -> None:
    made = live.intent(description="Cà phê 1 kg")
    assert (made["status"], made["amount"], made["currency"], made["livemode"]) == (
        "requires_payment_method",
        150_000,
        "vnd",
        True,
    )
    waiting = live.post(f"payment_intents/{made['id']}/confirm", {"return_url": "https://htx.example/xong?don=7"})
    assert waiting["status"] == "requires_action" and waiting["latest_charge"] is None
    url = waiting["next_action"]["redirect_to_url"]["url"]
    assert url.startswith(f"{gateway.url}/paymentv2/vpcpay.html?")
    assert parse_qs(urlsplit(url).query)["vnp_Amount"] == ["15000000"]
    again = live.post(f"payment_intents/{made['id']}/confirm", {"return_url": "https://htx.example/xong?don=7"})
    assert again["next_action"] == waiting["next_action"]

    assert requests.get(url, timeout=5).status_code == 200
    pay_there(gateway, attempt_of(made))
    assert ask_now() == 1
    done = live.get(f"payment_intents/{made['id']}", **{"expand[]": "latest_charge"})
    assert (done["status"], done["amount_received"], done["next_action"]) == ("succeeded", 150_000, None)
    charge = done["latest_charge"]
    assert (charge["object"], charge["paid"], charge["amount_captured"], charge["status"]) == (
        "charge",
        True,
        150_000,
        "succeeded",
    )
    assert live.told() == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]
    owed = owed_to(people.producer.pk)
    assert balances_of([GATEWAY, HELD, owed]) == {GATEWAY: 150_000, HELD: 0, owed: -150_000}


def test_a_trial_never_reaches_the_book(trial: Program, gateway: Double) -> None:
    done = paid(trial, gateway)
    assert (done["status"], done["livemode"]) == ("succeeded", False)
    refund = trial.post("refunds", {"payment_intent": done["id"], "amount": 50_000})
    assert refund["status"] == "pending"
    assert send_refunds() == 1
    assert not LedgerEntry.objects.exists()


def test_a_declined_payment_can_be_tried_again(trial: Program, gateway: Double) -> None:
    intent = trial.to_be_paid()
    requests.get(intent["next_action"]["redirect_to_url"]["url"], timeout=5)
    pay_there(gateway, attempt_of(intent), "51", "02")
    ask_now()
    declined = trial.get(f"payment_intents/{intent['id']}")
    assert declined["status"] == "requires_payment_method" and declined["next_action"] is None
    assert declined["payment_method"] is None
    # By asking, VNPAY tells only that it failed; by its own message it tells why.
    assert declined["last_payment_error"]["code"] == "payment_intent_payment_attempt_failed"
    assert trial.told()[-2:] == ["charge.failed", "payment_intent.payment_failed"]
    second = paid_again(trial, gateway, intent)
    assert (second["status"], second["last_payment_error"]) == ("succeeded", None)


def paid_again(program: Program, gateway: Double, intent: Any) -> Any:
    again = program.post(f"payment_intents/{intent['id']}/confirm", {"return_url": "https://htx.example/xong"})
    requests.get(again["next_action"]["redirect_to_url"]["url"], timeout=5)
    pay_there(gateway, PaymentAttempt.objects.filter(payment__reference=intent["id"]).latest("pk"))
    ask_now()
    return program.get(f"payment_intents/{intent['id']}")


def test_refunds(live: Program, gateway: Double, people: People) -> None:
    done = paid(live, gateway)
    first = live.post(
        "refunds",
        {"payment_intent": done["id"], "amount": 50_000, "reason": "requested_by_customer", "metadata[don]": "7"},
    )
    assert (first["status"], first["amount"], first["metadata"], first["charge"]) == (
        "pending",
        50_000,
        {"don": "7"},
        done["latest_charge"],
    )
    charge = live.get(f"charges/{done['latest_charge']}")
    assert (charge["amount_refunded"], charge["refunded"]) == (50_000, False)
    assert error(live.post("refunds", {"charge": charge["id"], "amount": 100_001}))[1:] == (
        "amount_too_large",
        "amount",
    )
    assert error(live.post("refunds", {"charge": charge["id"], "amount": 0}))[2] == "amount"
    rest = live.post("refunds", {"charge": charge["id"]})
    assert rest["amount"] == 100_000
    assert error(live.post("refunds", {"charge": charge["id"]}))[1] == "charge_already_refunded"
    assert live.get(f"charges/{charge['id']}")["refunded"] is True
    assert send_refunds() == 2
    assert balances_of([owed_to(people.producer.pk)]) == {owed_to(people.producer.pk): 0}
    for refund in Refund.objects.all():
        bank_says(gateway, refund, "00")
    ask_refunds_now()
    assert {refund["status"] for refund in live.get("refunds")["data"]} == {"succeeded"}
    assert (
        live.told()[4:] == ["refund.created", "charge.refunded"] * 2 + ["refund.updated", "charge.refund.updated"] * 2
    )
    assert balances_of([GATEWAY]) == {GATEWAY: 0}


def test_canceling(trial: Program, gateway: Double) -> None:
    intent = trial.to_be_paid()
    canceled = trial.post(f"payment_intents/{intent['id']}/cancel", {"cancellation_reason": "abandoned"})
    assert (canceled["status"], canceled["cancellation_reason"], canceled["next_action"]) == (
        "canceled",
        "abandoned",
        None,
    )
    assert canceled["canceled_at"]
    refused = trial.post(f"payment_intents/{intent['id']}/cancel")
    assert error(refused) == ("invalid_request_error", "payment_intent_unexpected_state", "")
    assert refused["error"]["payment_intent"]["status"] == "canceled"


def test_who_has_paid_a_moment_ago_cannot_be_canceled(trial: Program, gateway: Double) -> None:
    intent = trial.to_be_paid()
    requests.get(intent["next_action"]["redirect_to_url"]["url"], timeout=5)
    pay_there(gateway, attempt_of(intent))
    refused = trial.post(f"payment_intents/{intent['id']}/cancel")
    assert error(refused)[1] == "payment_intent_unexpected_state"
    assert trial.get(f"payment_intents/{intent['id']}")["status"] == "succeeded"


def test_money_after_the_cancellation_goes_back(live: Program, gateway: Double) -> None:
    intent = live.to_be_paid()
    requests.get(intent["next_action"]["redirect_to_url"]["url"], timeout=5)
    live.post(f"payment_intents/{intent['id']}/cancel")
    pay_there(gateway, attempt_of(intent))
    ask_now()
    assert live.get(f"payment_intents/{intent['id']}")["status"] == "canceled"
    (refund,) = live.get("refunds")["data"]
    assert (refund["amount"], refund["status"]) == (150_000, "pending")
    assert live.told()[-4:] == ["payment_intent.canceled", "charge.succeeded", "refund.created", "charge.refunded"]


def test_the_payer_comes_back(trial: Program, gateway: Double, client: Client) -> None:
    done = paid(trial, gateway, description="x")
    answer = client.get(f"/thanh-toan/ve/{done['client_secret']}")
    assert answer.status_code == 302
    back = urlsplit(answer["Location"])
    assert back.netloc == "htx.example" and parse_qs(back.query)["redirect_status"] == ["succeeded"]
    assert client.get(f"/thanh-toan/ve/{done['id']}_secret_x").status_code == 404


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"amount": "4999"}, ("amount_too_small", "amount")),
        ({"amount": "1000000000"}, ("amount_too_large", "amount")),
        ({"amount": "1e5"}, ("parameter_invalid_integer", "amount")),
        ({"amount": ""}, ("parameter_invalid_integer", "amount")),
        ({"currency": "usd"}, ("parameter_invalid_currency", "currency")),
        ({"farm": "x"}, ("parameter_unknown", "farm")),
        ({"confirm": "true"}, ("parameter_missing", "return_url")),
        ({"capture_method": "manual"}, ("payment_intent_incompatible_payment_method", "capture_method")),
        ({"setup_future_usage": "off_session"}, ("parameter_unsupported", "setup_future_usage")),
        ({"off_session": "true", "confirm": "true"}, ("parameter_unsupported", "off_session")),
        ({"payment_method": "pm_card_visa"}, ("resource_missing", "payment_method")),
        ({"customer": "cus_nobody"}, ("resource_missing", "customer")),
        ({"metadata[a][b]": "c"}, ("parameter_invalid_type", "metadata")),
        ({"expand[]": "farm"}, ("", "expand[0]")),
    ],
)
def test_refusals(trial: Program, fields: dict[str, str], expected: tuple[str, str]) -> None:
    answer = trial.post("payment_intents", {"amount": "150000", "currency": "vnd"} | fields)
    assert error(answer)[1:] == expected
    assert trial.last.status_code in {400, 404}
    assert trial.told() == [] and trial.get("payment_intents")["data"] == []
