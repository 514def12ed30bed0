"""One key, one effect."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from core.kit import clock
from market.payments.stripe_api.actions.idempotency import forget_old_keys
from market.payments.stripe_api.models import IdempotencyRecord, PaymentIntent
from market.payments.stripe_api.resources import payment_intents
from tests.market.payments.stripe_api.program import Program, error

BODY = {"amount": 5000, "currency": "vnd"}


def test_the_same_request_again(trial: Program) -> None:
    first = trial.post("payment_intents", BODY, Idempotency_Key="don-7")
    assert trial.post("payment_intents", BODY, Idempotency_Key="don-7") == first
    assert trial.post("payment_intents", "currency=vnd&amount=5000", Idempotency_Key="don-7") == first  # as it is meant
    assert PaymentIntent.objects.count() == 1
    event = trial.get("events")["data"][0]
    assert event["request"]["idempotency_key"] == "don-7"


@pytest.mark.parametrize(
    ("path", "body"), [("payment_intents", {"amount": 6000, "currency": "vnd"}), ("customers", {"name": "An"})]
)
def test_the_same_key_for_something_else(trial: Program, path: str, body: dict[str, Any]) -> None:
    trial.post("payment_intents", BODY, Idempotency_Key="don-7")
    refused = trial.post(path, body, Idempotency_Key="don-7")
    assert (trial.last.status_code, refused["error"]["type"]) == (400, "idempotency_error")
    assert "don-7" in refused["error"]["message"]


def test_keys_of_others_and_of_the_other_mode_are_other_keys(trial: Program, live: Program, stranger: Program) -> None:
    made = {each.post("payment_intents", BODY, Idempotency_Key="don-7")["id"] for each in (trial, live, stranger)}
    assert len(made) == 3


def test_a_refusal_of_the_effect_is_repeated_and_one_of_the_words_is_not(trial: Program) -> None:
    intent = trial.intent()
    path = f"payment_intents/{intent['id']}/confirm"
    trial.post(path, Idempotency_Key="c")  # no return_url
    trial.post(path, Idempotency_Key="c")
    assert trial.last["Idempotent-Replayed"] == "true"
    assert error(trial.post("payment_intents", {"amount": "x"}, Idempotency_Key="d"))[1] == "parameter_invalid_integer"
    assert trial.post("payment_intents", BODY, Idempotency_Key="d")["status"] == "requires_payment_method"


def test_in_use_and_taken_over(trial: Program) -> None:
    first = trial.post("payment_intents", BODY, Idempotency_Key="don-7")
    # As a process leaves it that dies between taking the key and its effect.
    IdempotencyRecord.objects.update(status=None, body="", locked_at=clock.now())
    busy = trial.post("payment_intents", BODY, Idempotency_Key="don-7")
    assert (trial.last.status_code, error(busy)[1]) == (409, "idempotency_key_in_use")
    assert trial.last["Stripe-Should-Retry"] == "true"
    IdempotencyRecord.objects.update(locked_at=clock.now() - timedelta(seconds=11))
    second = trial.post("payment_intents", BODY, Idempotency_Key="don-7")
    assert second["object"] == "payment_intent" and second["id"] != first["id"]
    assert trial.post("payment_intents", BODY, Idempotency_Key="don-7") == second


def test_who_was_overtaken_keeps_nothing(trial: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    real = payment_intents.make_intent

    def slow(*args: Any, **kwargs: Any) -> Any:
        IdempotencyRecord.objects.update(locked_at=clock.now() + timedelta(seconds=1))  # another took it over
        return real(*args, **kwargs)

    monkeypatch.setattr(payment_intents, "make_intent", slow)
    answer = trial.post("payment_intents", BODY, Idempotency_Key="don-7")
    assert error(answer)[1] == "lock_timeout"
    assert not PaymentIntent.objects.exists() and trial.told() == []


def test_a_fault_of_ours_is_repeated_as_it_was(trial: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("hỏng")

    with monkeypatch.context() as patch:
        patch.setattr(payment_intents, "make_intent", broken)
        first = trial.post("payment_intents", BODY, Idempotency_Key="don-7")
    assert (trial.last.status_code, first["error"]["type"]) == (500, "api_error")
    assert "hỏng" not in str(first)
    assert trial.post("payment_intents", BODY, Idempotency_Key="don-7") == first


def test_keys_are_forgotten_after_a_day(trial: Program) -> None:
    first = trial.post("payment_intents", BODY, Idempotency_Key="don-7")
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert trial.post("payment_intents", BODY, Idempotency_Key="don-7")["id"] != first["id"]
    with time_machine.travel(clock.now() + timedelta(hours=80)):
        assert forget_old_keys() == 1


def test_a_key_that_is_too_long(trial: Program) -> None:
    trial.post("payment_intents", BODY, Idempotency_Key="k" * 256)
    assert trial.last.status_code == 400 and not PaymentIntent.objects.exists()
