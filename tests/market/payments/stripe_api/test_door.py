"""The door: keys, methods, addresses, bodies, headers, limits; always JSON, and nothing written by who is refused."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from market.payments.stripe_api.actions.keys import close_application, revoke_key
from market.payments.stripe_api.models import ApplicationKey, ConnectedApplication, PaymentIntent
from market.payments.stripe_api.resources import customers
from tests.market.payments.stripe_api.program import Program, error


def answered(response: Any) -> Any:
    assert response["Content-Type"] == "application/json", response.content[:200]
    assert response["Request-Id"].startswith("req_")
    return json.loads(response.content)


def test_without_a_key_nobody_gets_in(client: Client, trial: Program) -> None:
    for header in ("", "Bearer ", "Bearer sk_test_nobody000000000000", "Basic ###", "Token x", "Basic " + "x" * 5):
        response = client.get("/v1/payment_intents", headers={"Authorization": header} if header else {})
        assert (response.status_code, answered(response)["error"]["type"]) == (401, "invalid_request_error")
    assert (
        trial.key not in client.get("/v1/customers", headers={"Authorization": f"Bearer {trial.key}x"}).content.decode()
    )


def test_a_key_as_user_name_opens_too(client: Client, trial: Program) -> None:
    header = base64.b64encode(f"{trial.key}:".encode()).decode()
    assert client.get("/v1/payment_intents", headers={"Authorization": f"Basic {header}"}).status_code == 200


def test_revoked_keys_and_closed_applications(trial: Program, live: Program) -> None:
    revoke_key(key=ApplicationKey.objects.get(is_live=False))
    assert error(trial.get("payment_intents"))[1] == "api_key_expired" and trial.last.status_code == 401
    assert live.get("payment_intents")["data"] == []
    close_application(application=live.application)
    assert live.get("payment_intents")["error"]["code"] == "api_key_expired"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "", 404),
        ("GET", "payment_intents/", 404),
        ("GET", "payment_intents/pi_x/farm", 404),
        ("PUT", "payment_intents", 405),
        ("DELETE", "payment_intents/pi_x", 405),
        ("POST", "events", 405),
        ("PATCH", "customers/cus_x", 405),
        ("OPTIONS", "refunds", 405),
        ("GET", "payment_intents/pi_x", 404),
        ("GET", "payment_intents/%00", 404),
    ],
)
def test_wrong_addresses_and_methods(trial: Program, method: str, path: str, status: int) -> None:
    response = trial.http.generic(method, f"/v1/{path}", headers={"Authorization": f"Bearer {trial.key}"})
    assert (response.status_code, answered(response)["error"]["type"]) == (status, "invalid_request_error")


def test_the_bare_address(client: Client, trial: Program) -> None:
    response = client.get("/v1", headers={"Authorization": f"Bearer {trial.key}"})
    assert (response.status_code, answered(response)["error"]["type"]) == (404, "invalid_request_error")


def test_a_browser_that_takes_a_form_for_a_page_gets_json_too(trial: Program) -> None:
    response = trial.http.get("/v1/refunds/re_x/cancel", headers={"Authorization": f"Bearer {trial.key}"})
    assert response.status_code == 405 and answered(response)["error"]["allowed"] == ["POST"]


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("application/json", '{"amount": 5000}', 400),
        ("multipart/form-data; boundary=x", "--x--", 400),
        ("text/plain", "amount=1", 400),
        ("application/x-www-form-urlencoded", b"amount=%ff%fe", 400),
        ("application/x-www-form-urlencoded", b"amount=\xff", 400),
        ("application/x-www-form-urlencoded", b"description=%00", 400),
        ("application/x-www-form-urlencoded", b"a" * 300_000, 413),
        ("application/x-www-form-urlencoded", b"&".join(b"a=1" for _ in range(2000)), 400),
        ("application/x-www-form-urlencoded", b"amount=5000&amount=6000", 400),
        ("application/x-www-form-urlencoded", b"amount=5000&amount[a]=6000", 400),
        ("application/x-www-form-urlencoded", b"a[b][c][d][e][f][g][h]=1", 400),
        ("application/x-www-form-urlencoded", b"a]b[=1", 400),
        ("application/x-www-form-urlencoded", b"expand[0]=customer&expand[2]=customer", 400),
        ("application/x-www-form-urlencoded", b"expand[0]=customer&expand[]=customer", 400),
    ],
)
def test_bodies_that_are_none(trial: Program, kind: str, body: Any, status: int) -> None:
    headers = {"Authorization": f"Bearer {trial.key}"}
    response = trial.http.generic("POST", "/v1/payment_intents", body, content_type=kind, headers=headers)
    assert (response.status_code, answered(response)["error"]["type"]) == (status, "invalid_request_error")
    assert not PaymentIntent.objects.exists()


def test_headers_that_sdks_read(trial: Program) -> None:
    trial.post(
        "payment_intents", {"amount": 5000, "currency": "vnd"}, Stripe_Version="2026-10-28.endive", Idempotency_Key="k1"
    )
    first = trial.last
    assert (first["Stripe-Version"], first["Idempotency-Key"]) == ("2026-10-28.endive", "k1")
    assert "Idempotent-Replayed" not in first
    trial.post("payment_intents", {"amount": 5000, "currency": "vnd"}, Idempotency_Key="k1")
    again = trial.last
    assert (again["Idempotent-Replayed"], again["Original-Request"]) == ("true", first["Request-Id"])
    assert again.content == first.content and again["Request-Id"] != first["Request-Id"]


def test_acting_for_others_is_refused(trial: Program) -> None:
    trial.post("payment_intents", {"amount": 5000, "currency": "vnd"}, Stripe_Account="acct_x")
    assert trial.last.status_code == 403


def test_too_many_requests(trial: Program, live: Program, settings: Any) -> None:
    settings.STRIPE_API_REQUESTS_PER_SECOND = 1
    statuses = []
    for _ in range(5):
        trial.get("customers")
        statuses.append(trial.last.status_code)
    assert statuses[:2] == [200, 200] and 429 in statuses[2:]
    limited = trial.post("payment_intents", {"amount": 5000, "currency": "vnd"})
    assert error(limited)[1] == "rate_limit" and trial.last["Stripe-Should-Retry"] == "true"
    assert live.get("customers")["data"] == []  # another key is another program


def test_what_belongs_to_others_is_not_there(trial: Program, live: Program, stranger: Program) -> None:
    intent = trial.intent()
    customer = trial.post("customers", {"email": "an@example.vn"})
    session = trial.session()
    event = trial.get("events")["data"][0]
    addresses = [
        f"payment_intents/{intent['id']}",
        f"customers/{customer['id']}",
        f"checkout/sessions/{session['id']}",
        f"checkout/sessions/{session['id']}/line_items",
        f"events/{event['id']}",
    ]
    for other in (live, stranger):
        for address in addresses:
            assert error(other.get(address))[1] == "resource_missing" and other.last.status_code == 404
        for address in (
            addresses[0],
            f"{addresses[0]}/cancel",
            f"{addresses[0]}/confirm",
            addresses[1],
            f"{addresses[2]}/expire",
        ):
            assert error(other.post(address))[1] == "resource_missing" and other.last.status_code == 404
        assert other.delete(addresses[1])["error"]["code"] == "resource_missing"
        for kind in ("payment_intents", "customers", "checkout/sessions", "events", "charges", "refunds"):
            assert other.get(kind)["data"] == []
        assert error(other.post("refunds", {"payment_intent": intent["id"]}))[1] == "resource_missing"
        body = {"amount": 5000, "currency": "vnd", "customer": customer["id"]}
        assert error(other.post("payment_intents", body))[1:] == ("resource_missing", "customer")
        assert error(other.get("payment_intents", starting_after=intent["id"]))[1] == "resource_missing"
    assert trial.get(f"payment_intents/{intent['id']}")["status"] == "requires_payment_method"
    assert trial.get(f"customers/{customer['id']}")["email"] == "an@example.vn"


def test_the_key_is_kept_hashed(application: ConnectedApplication, trial: Program) -> None:
    row = ApplicationKey.objects.get()
    assert trial.key not in "".join(str(value) for value in row.__dict__.values())
    assert row.hint == f"sk_test_…{trial.key[-4:]}"


@pytest.mark.parametrize(
    ("said", "status"),
    [("database is locked", 429), ("no such column: market_customer.x", 500), ("disk I/O error", 500)],
)
def test_only_who_met_another_is_told_to_try_again(
    trial: Program, monkeypatch: pytest.MonkeyPatch, said: str, status: int
) -> None:
    def broken(*args: Any, **kwargs: Any) -> Any:
        raise OperationalError(said)

    with monkeypatch.context() as patch:
        patch.setattr(customers, "make_customer", broken)
        answer = trial.post("customers", {"name": "An"}, Idempotency_Key="k")
    assert trial.last.status_code == status and said not in str(answer)
    assert trial.last.get("Stripe-Should-Retry") == ("true" if status == 429 else None)
    # Nothing was done, so the key is free.
    assert trial.post("customers", {"name": "An"}, Idempotency_Key="k")["name"] == "An"
