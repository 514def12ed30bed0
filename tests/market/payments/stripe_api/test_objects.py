"""Customers, sessions, lists, expanding, metadata, events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import requests
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core.kit import clock
from market.payments.models import PaymentAttempt
from market.payments.stripe_api.actions.sessions import expire_old_sessions
from market.payments.stripe_api.models import Customer
from tests.market.payments.stripe_api.program import Program, error
from tests.market.payments.till import ask_now, pay_there
from tests.market.payments.vnpay.running import Double


def test_customers(trial: Program) -> None:
    made = trial.post(
        "customers",
        {
            "email": "an@example.vn",
            "name": "Nguyễn Văn An",
            "phone": "+84912345678",
            "address[city]": "Đà Lạt",
            "metadata[x]": "1",
        },
    )
    assert (made["email"], made["name"], made["address"]["city"], made["metadata"]) == (
        "an@example.vn",
        "Nguyễn Văn An",
        "Đà Lạt",
        {"x": "1"},
    )
    changed = trial.post(f"customers/{made['id']}", {"name": "", "metadata[y]": "2", "metadata[x]": ""})
    assert (changed["name"], changed["phone"], changed["metadata"]) == (None, "+84912345678", {"y": "2"})
    assert [row["id"] for row in trial.get("customers", email="an@example.vn")["data"]] == [made["id"]]
    assert trial.get("customers", email="binh@example.vn")["data"] == []
    # What names a person is not to be read in the table.
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM market_customer")
        assert not any(word in str(cursor.fetchall()) for word in ("example.vn", "0912", "Đà Lạt"))
    intent = trial.intent(customer=made["id"])
    assert trial.delete(f"customers/{made['id']}") == {"id": made["id"], "object": "customer", "deleted": True}
    assert trial.get(f"customers/{made['id']}")["deleted"] is True
    assert trial.delete(f"customers/{made['id']}")["error"]["code"] == "resource_missing"
    assert (Customer.objects.get().email, Customer.objects.get().private) == ("", "")
    assert trial.get(f"payment_intents/{intent['id']}")["customer"] == made["id"]
    refused = trial.post("payment_intents", {"amount": 5000, "currency": "vnd", "customer": made["id"]})
    assert error(refused)[1] == "resource_missing"


def test_lists_page_both_ways(trial: Program) -> None:
    ids = [trial.intent(5_000 + number)["id"] for number in range(7)][::-1]
    page = trial.get("payment_intents", limit=3)
    assert ([row["id"] for row in page["data"]], page["has_more"], page["url"]) == (
        ids[:3],
        True,
        "/v1/payment_intents",
    )
    page = trial.get("payment_intents", limit=4, starting_after=ids[2])
    assert ([row["id"] for row in page["data"]], page["has_more"]) == (ids[3:], False)
    page = trial.get("payment_intents", limit=2, ending_before=ids[4])
    assert ([row["id"] for row in page["data"]], page["has_more"]) == (ids[2:4], True)
    for limit in (0, 101):
        assert error(trial.get("payment_intents", limit=limit))[2] == "limit"
    both = trial.get("payment_intents", starting_after=ids[0], ending_before=ids[1])
    assert trial.last.status_code == 400 and both["error"]["type"] == "invalid_request_error"
    now = int(clock.now().timestamp())
    assert len(trial.get("payment_intents", **{"created[gte]": now - 60})["data"]) == 7
    assert trial.get("payment_intents", **{"created[lt]": now - 60})["data"] == []
    assert trial.get("payment_intents", **{"created[gt]": now + 60})["data"] == []


def test_a_list_asks_the_database_as_often_for_one_row_as_for_many(trial: Program) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            trial.get("payment_intents", limit=100, **{"expand[]": "data.customer"})
        return len(queries)

    customer = trial.post("customers", {"name": "An"})["id"]
    trial.intent(customer=customer)
    trial.get("payment_intents")
    one = cost()
    for _ in range(24):
        trial.intent(customer=trial.post("customers", {"name": "Bình"})["id"])
    assert cost() == one


def test_metadata(trial: Program) -> None:
    intent = trial.intent(**{"metadata[a]": "1", "metadata[b]": "2"})
    path = f"payment_intents/{intent['id']}"
    assert trial.post(path, {"metadata[b]": "", "metadata[c]": "[x]"})["metadata"] == {"a": "1", "c": "[x]"}
    assert trial.post(path, {"metadata": ""})["metadata"] == {}
    too_many = {f"metadata[k{number}]": "v" for number in range(51)}
    assert error(trial.post(path, too_many))[2] == "metadata"
    assert error(trial.post(path, {"metadata[" + "k" * 41 + "]": "v"}))[2] == "metadata"
    assert error(trial.post(path, {"metadata[k]": "v" * 501}))[2] == "metadata"


def test_another_amount_only_before_somebody_pays(trial: Program) -> None:
    intent = trial.intent()
    path = f"payment_intents/{intent['id']}"
    assert trial.post(path, {"amount": 20_000})["amount"] == 20_000
    trial.post(f"{path}/confirm", {"return_url": "https://htx.example/xong"})
    assert error(trial.post(path, {"amount": 30_000}))[1] == "payment_intent_unexpected_state"
    assert error(trial.post(f"{path}/capture"))[1] == "payment_intent_unexpected_state"


def pay_page(client: Client, session: Any, gateway: Double) -> str:
    """The payer presses the button; the address of VNPAY's page."""
    path = session["url"].partition("/thanh-toan/")[2]
    answer = client.post(f"/thanh-toan/{path}", {"method": "vnpay"})
    assert answer.status_code == 302 and answer["Location"].startswith(gateway.url)
    assert requests.get(answer["Location"], timeout=5).status_code == 200
    return str(answer["Location"])


def test_the_way_of_a_session(trial: Program, gateway: Double, client: Client) -> None:
    session = trial.session(
        75_000, **{"line_items[0][quantity]": 2, "metadata[don]": "7", "client_reference_id": "don-7"}
    )
    assert (session["status"], session["payment_status"], session["amount_total"]) == ("open", "unpaid", 150_000)
    lines = trial.get(f"checkout/sessions/{session['id']}/line_items")
    assert [(line["description"], line["quantity"], line["amount_total"]) for line in lines["data"]] == [
        ("Cà phê rang", 2, 150_000)
    ]
    path = "/thanh-toan/" + session["url"].partition("/thanh-toan/")[2]
    page = client.get(path).content.decode()
    assert "Cà phê rang" in page and "150.000" in page and "Đây là trang thử" in page
    pay_page(client, session, gateway)
    pay_there(gateway, PaymentAttempt.objects.get())
    ask_now()
    done = trial.get(
        f"checkout/sessions/{session['id']}", **{"expand[0]": "payment_intent.latest_charge", "expand[1]": "line_items"}
    )
    assert (done["status"], done["payment_status"], done["url"]) == ("complete", "paid", None)
    assert done["payment_intent"]["latest_charge"]["paid"] is True
    assert done["line_items"]["data"][0]["price"]["unit_amount"] == 75_000
    assert trial.told()[-3:] == ["charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"]
    back = client.get(f"/thanh-toan/ve/{done['payment_intent']['client_secret']}")
    assert back["Location"] == f"https://htx.example/xong?phien={session['id']}"
    assert error(trial.post(f"checkout/sessions/{session['id']}/expire"))[2] == "session"


def test_sessions_end(trial: Program, client: Client) -> None:
    first, second = trial.session(), trial.session()
    expired = trial.post(f"checkout/sessions/{first['id']}/expire")
    assert (expired["status"], expired["url"]) == ("expired", None)
    assert trial.told()[-2:] == ["payment_intent.canceled", "checkout.session.expired"]
    assert (
        error(trial.post(f"payment_intents/{second['payment_intent']}/cancel"))[1] == "payment_intent_unexpected_state"
    )
    assert expire_old_sessions() == 0
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        assert expire_old_sessions() == 1
        assert trial.get(f"checkout/sessions/{second['id']}")["status"] == "expired"
    page = client.get("/thanh-toan/" + second["url"].partition("/thanh-toan/")[2])
    assert "đã hết hạn" in page.content.decode()


def test_sessions_that_cannot_be(trial: Program) -> None:
    good = {
        "mode": "payment",
        "success_url": "https://htx.example/xong",
        "line_items[0][price_data][currency]": "vnd",
        "line_items[0][price_data][unit_amount]": 50_000,
        "line_items[0][price_data][product_data][name]": "Trà",
    }
    now = int(clock.now().timestamp())
    cases = [
        ({"mode": "subscription"}, "mode"),
        ({"success_url": "javascript:alert(1)"}, "success_url"),
        ({"success_url": ""}, "success_url"),
        ({"line_items[0][price_data][unit_amount]": 10}, "line_items"),
        ({"line_items[0][quantity]": 0}, "line_items[0][quantity]"),
        ({"line_items[0][quantity]": 999_999}, "line_items"),
        ({"line_items[0][price_data][currency]": "usd"}, "line_items[0][price_data][currency]"),
        ({"line_items[0][price]": "price_x"}, "line_items[0][price]"),
        ({"expires_at": now + 60}, "expires_at"),
        ({"expires_at": now + 25 * 3600}, "expires_at"),
        ({"payment_intent_data[capture_method]": "manual"}, "payment_intent_data[capture_method]"),
        ({"payment_intent_data[setup_future_usage]": "off_session"}, "payment_intent_data[setup_future_usage]"),
    ]
    for change, param in cases:
        assert error(trial.post("checkout/sessions", good | change))[2] == param, change
        assert trial.last.status_code == 400
    assert trial.told() == []
    assert trial.post("checkout/sessions", good)["status"] == "open"


def test_events_are_what_happened(trial: Program) -> None:
    trial.intent()
    trial.post("customers", {"name": "An"})
    listed = trial.get("events")
    assert [row["type"] for row in listed["data"]] == ["customer.created", "payment_intent.created"]
    event = listed["data"][1]
    assert event["data"]["object"]["status"] == "requires_payment_method" and event["pending_webhooks"] == 0
    assert trial.get(f"events/{event['id']}") == event
    assert [row["type"] for row in trial.get("events", type="payment_intent.*")["data"]] == ["payment_intent.created"]
    assert [row["type"] for row in trial.get("events", **{"types[]": "customer.created"})["data"]] == [
        "customer.created"
    ]
    assert len(trial.get("events", delivery_success="true")["data"]) == 2
    assert trial.get("events", delivery_success="false")["data"] == []


def test_a_path_that_leads_nowhere_is_refused_though_nothing_is_there(trial: Program) -> None:
    nowhere = {"expand[0]": "data.latest_charge.farm"}
    assert error(trial.get("payment_intents", **nowhere))[2] == "expand[0]"
    intent = trial.intent()
    for path in (
        "latest_charge.farm",
        "farm",
        "latest_charge.payment_intent.latest_charge.customer.farm",
        "data.customer",
        "",
    ):
        assert (
            error(trial.get(f"payment_intents/{intent['id']}", **{"expand[]": path}))[0] == "invalid_request_error"
        ), path
    assert (
        trial.get(f"payment_intents/{intent['id']}", **{"expand[]": "latest_charge.customer"})["latest_charge"] is None
    )
    for path in ("customers", "events"):
        assert error(trial.get(path, **{"expand[]": "data.customer"}))[2] == "expand[0]"
