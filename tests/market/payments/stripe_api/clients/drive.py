"""Drives a running /v1 with the official Python client, old or new: `drive.py '{"base": …}' [section …]`.

It asserts what a program that speaks Stripe relies on, prints one JSON line per section, and fails with a traceback. It imports
nothing of this project; what it is told is in `World`. `style` "service" speaks through StripeClient, which the old one has not.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import stripe

OLD = int(stripe.VERSION.split(".")[0]) < 8
REFUSAL = stripe.error.StripeError if OLD else stripe.StripeError
FORGED = stripe.error.SignatureVerificationError if OLD else stripe.SignatureVerificationError
BACK = "https://shop.example/back"


class World:
    """What the test tells: `base`, `style`, `key`, `live_key`, `foreign_key`, `foreign` (ids of another account by resource),
    `gateway` (the VNPAY double)."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.base: str = told["base"]
        self.style: str = told["style"]
        self.key: str = told["key"]
        self.live_key: str = told["live_key"]
        self.foreign_key: str = told["foreign_key"]
        self.gateway: str = told["gateway"]
        self.own = f"{stripe.VERSION}-{self.style}-{uuid.uuid4().hex[:8]}"


class Api:
    """One way to say it for both styles: api("payment_intents", "create", amount=…), ids first, `options` beside."""

    GLOBAL = {
        "payment_intents": lambda: stripe.PaymentIntent,
        "checkout.sessions": lambda: stripe.checkout.Session,
        "refunds": lambda: stripe.Refund,
        "events": lambda: stripe.Event,
        "webhook_endpoints": lambda: stripe.WebhookEndpoint,
        "customers": lambda: stripe.Customer,
        "charges": lambda: stripe.Charge,
    }

    def __init__(self, world: World, key: str | None = None, retries: int | None = None) -> None:
        self.key = key or world.key
        self.service: Any = None
        self.retries = retries
        if world.style == "service":
            more = {} if retries is None else {"max_network_retries": retries}
            self.service = stripe.StripeClient(self.key, base_addresses={"api": world.base}, **more)
        else:
            stripe.api_base = world.base
            if retries is not None:
                stripe.max_network_retries = retries

    def __call__(
        self, resource: str, verb: str, *ids: str, options: dict[str, Any] | None = None, **params: Any
    ) -> Any:
        if self.service is not None:
            place: Any = self.service.v1
            for part in resource.split("."):
                place = getattr(place, part)
            if verb == "list_line_items":
                place, verb = place.line_items, "list"
            return getattr(place, verb)(*ids, params=params, options=options or {})
        kind: Any = self.GLOBAL[resource]()
        verb = {"update": "modify"}.get(verb, verb)
        return getattr(kind, verb)(*ids, api_key=self.key, **(options or {}), **params)


def refused(call: Callable[[], Any], kind: str, status: int, code: str | None = None, param: str | None = None) -> Any:
    """The call must raise this exception of the client, with these facts."""
    error: Any = None
    got: Any = None
    try:
        got = call()
    except REFUSAL as raised:
        error = raised
    assert error is not None, f"not refused: {got}"
    found = (type(error).__name__, error.http_status, error.code, getattr(error, "param", None))
    wanted = (kind, status, code or error.code, param or getattr(error, "param", None))
    assert found == wanted, f"{found} instead of {wanted}: {error}"
    assert error.request_id and error.request_id.startswith("req_"), error.headers
    assert str(error.user_message), "no message"
    return error


def until(condition: Callable[[], Any], what: str, seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"waited in vain: {what}")


def plain(thing: Any) -> dict[str, Any]:
    """A dict of a client's object, in both versions: they have no other way in common than their JSON."""
    given: dict[str, Any] = json.loads(str(thing))
    return given


def headers_of(thing: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in thing.last_response.headers.items()}


# What a payer does at the gateway, without a browser.


def pay(world: World, url: str, response: str = "00", status: str = "00") -> None:
    with urllib.request.urlopen(url, timeout=20) as page:
        assert page.status == 200
    txn_ref = parse_qs(urlsplit(url).query)["vnp_TxnRef"][0]
    body = json.dumps({"response_code": response, "transaction_status": status}).encode()
    request = urllib.request.Request(
        f"{world.gateway}/_control/payments/{txn_ref}", body, {"Content-Type": "application/json"}, method="POST"
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 200


def intent(api: Api, **more: Any) -> Any:
    return api("payment_intents", "create", **{"amount": 150_000, "currency": "vnd", **more})


def confirmed(api: Api, one: Any) -> Any:
    return api("payment_intents", "confirm", one.id, return_url=BACK)


def paid(world: World, api: Api, **more: Any) -> Any:
    one = confirmed(api, intent(api, **more))
    pay(world, one.next_action.redirect_to_url.url)
    return until(lambda: is_in(api, one.id, "succeeded"), "the payment's success")


def is_in(api: Api, one: str, status: str) -> Any:
    found = api("payment_intents", "retrieve", one)
    return found if found.status == status else None


# The sections.


def customers(world: World, api: Api) -> None:
    email = f"{world.own}@example.vn"
    one = api(
        "customers", "create",
        email=email, name="Nguyễn Thị An", phone="+84912345678", description="Khách [quen] & bạn",
        address={"line1": "12 Lê Lợi", "city": "Biên Hòa", "country": "VN", "postal_code": "76000"},
        metadata={"shop": "an", "số": "12 + 3"},
    )  # fmt: skip
    assert (one.object, one.id[:4], one.livemode, one.email) == ("customer", "cus_", False, email)
    assert (one.name, one.phone, one.description) == ("Nguyễn Thị An", "+84912345678", "Khách [quen] & bạn")
    assert (one.address.line1, one.address.city, one.address.country) == ("12 Lê Lợi", "Biên Hòa", "VN")
    assert plain(one.metadata) == {"shop": "an", "số": "12 + 3"}
    assert headers_of(one)["request-id"].startswith("req_")
    again = api("customers", "retrieve", one.id)
    assert plain(again) == plain(one)
    changed = api("customers", "update", one.id, metadata={"shop": "", "new": "1"}, description="")
    assert (plain(changed.metadata), changed.description) == ({"số": "12 + 3", "new": "1"}, None)
    changed = api("customers", "update", one.id, metadata="", name="Bình")
    assert (plain(changed.metadata), changed.name, changed.email) == ({}, "Bình", email)
    assert [found.id for found in api("customers", "list", email=email).data] == [one.id]
    gone = api("customers", "delete", one.id)
    assert (gone.id, gone.deleted) == (one.id, True)
    assert plain(gone)["object"] == "customer"
    assert api("customers", "list", email=email).data == []


def intents(world: World, api: Api) -> None:
    customer = api("customers", "create", email=f"b-{world.own}@example.vn")
    began = int(time.time()) - 5
    one = intent(
        api,
        customer=customer.id, description="Hai cân bưởi", receipt_email="an@example.vn",
        metadata={"order": "12", "empty?": "no"}, payment_method_types=["vnpay"],
        shipping={"name": "An", "address": {"line1": "12 Lê Lợi"}},
    )  # fmt: skip
    assert (one.object, one.amount, one.currency, one.status) == (
        "payment_intent",
        150_000,
        "vnd",
        "requires_payment_method",
    )
    assert one.id.startswith("pi_") and one.client_secret.startswith(f"{one.id}_secret_")
    # Read by attribute: what is not there is null, and not missing.
    assert (one.last_payment_error, one.next_action, one.latest_charge, one.canceled_at, one.amount_received) == (
        None, None, None, None, 0
    )  # fmt: skip
    assert (one.customer, one.livemode, one.capture_method, one.payment_method_types) == (
        customer.id, False, "automatic", ["vnpay"]
    )  # fmt: skip
    assert (one.shipping.name, one.shipping.address.line1) == ("An", "12 Lê Lợi")
    other = intent(api, automatic_payment_methods={"enabled": True}, customer=customer.id)
    assert api("payment_intents", "retrieve", one.id, client_secret=one.client_secret).id == one.id
    whole = api("payment_intents", "retrieve", one.id, expand=["customer", "latest_charge"])
    assert (whole.customer.id, whole.customer.object, whole.latest_charge) == (customer.id, "customer", None)
    changed = api(
        "payment_intents", "update", one.id,
        amount=160_000, description="Ba cân", metadata={"order": "", "b": "2"}, receipt_email="b@example.vn",
    )  # fmt: skip
    assert (changed.amount, changed.description, changed.receipt_email) == (160_000, "Ba cân", "b@example.vn")
    assert plain(changed.metadata) == {"empty?": "no", "b": "2"}
    # Lists: newest first, filters, both directions, objects put in where asked.
    mine = api("payment_intents", "list", customer=customer.id, limit=10)
    assert ([found.id for found in mine.data], mine.has_more, mine.url) == (
        [other.id, one.id], False, "/v1/payment_intents"
    )  # fmt: skip
    first = api("payment_intents", "list", customer=customer.id, limit=1)
    assert ([found.id for found in first.data], first.has_more) == ([other.id], True)
    after = api("payment_intents", "list", customer=customer.id, starting_after=other.id)
    assert [found.id for found in after.data] == [one.id]
    before = api("payment_intents", "list", customer=customer.id, ending_before=one.id)
    assert [found.id for found in before.data] == [other.id]
    since = api("payment_intents", "list", created={"gte": began}, customer=customer.id, expand=["data.customer"])
    assert {found.customer.email for found in since.data} == {customer.email} and len(since.data) == 2
    assert api("payment_intents", "list", created={"lt": began}, customer=customer.id).data == []
    # To the gateway: one attempt, however often it is confirmed.
    refused(lambda: api("payment_intents", "confirm", one.id), "InvalidRequestError", 400, param="return_url")
    asked = confirmed(api, one)
    where = asked.next_action.redirect_to_url
    assert (asked.status, asked.next_action.type, where.return_url) == ("requires_action", "redirect_to_url", BACK)
    assert where.url.startswith(world.gateway) and "vnp_Amount=16000000&" in where.url
    assert confirmed(api, one).next_action.redirect_to_url.url == where.url
    # VNPAY holds no money back for later.
    error = refused(
        lambda: api("payment_intents", "capture", one.id), "InvalidRequestError", 400, "payment_intent_unexpected_state"
    )
    assert plain(error.error)["payment_intent"]["id"] == one.id
    stopped = api("payment_intents", "cancel", one.id, cancellation_reason="requested_by_customer")
    assert (stopped.status, stopped.cancellation_reason, stopped.next_action) == (
        "canceled", "requested_by_customer", None
    )  # fmt: skip
    assert isinstance(stopped.canceled_at, int)
    error = refused(lambda: confirmed(api, one), "InvalidRequestError", 400, "payment_intent_unexpected_state")
    assert plain(error.error)["payment_intent"]["status"] == "canceled"
    at_once = intent(api, confirm=True, return_url=BACK, payment_method_data={"type": "vnpay"})
    assert at_once.status == "requires_action" and at_once.next_action.redirect_to_url.url
    qr = intent(
        api, confirm=True, return_url=BACK, payment_method_types=["vnpay"], payment_method_data={"type": "vnpay"},
        payment_method_options={"vnpay": {"bank_code": "VNPAYQR", "ip_address": "203.0.113.9"}},
    )  # fmt: skip
    assert "vnp_BankCode=VNPAYQR" in qr.next_action.redirect_to_url.url
    assert "vnp_IpAddr=203.0.113.9" in qr.next_action.redirect_to_url.url


def payments(world: World, api: Api) -> None:
    """Declined, tried again, paid, given back: the gateway's own way, end to end."""
    one = confirmed(api, intent(api, metadata={"order": world.own}))
    pay(world, one.next_action.redirect_to_url.url, "24", "02")
    one = until(lambda: is_in(api, one.id, "requires_payment_method"), "the decline")
    assert (one.last_payment_error.code, one.next_action) == ("payment_method_customer_decline", None)
    assert one.last_payment_error.message
    one = confirmed(api, one)
    pay(world, one.next_action.redirect_to_url.url)
    one = until(lambda: is_in(api, one.id, "succeeded"), "the payment's success")
    assert (one.amount_received, one.next_action, one.latest_charge[:3]) == (150_000, None, "ch_")
    whole = api("payment_intents", "retrieve", one.id, expand=["latest_charge"])
    charge = whole.latest_charge
    assert (charge.object, charge.amount, charge.amount_captured, charge.amount_refunded) == (
        "charge",
        150_000,
        150_000,
        0,
    )
    assert (charge.paid, charge.captured, charge.refunded, charge.disputed, charge.status) == (
        True, True, False, False, "succeeded"
    )  # fmt: skip
    assert charge.payment_method_details.type == "vnpay" and charge.payment_intent == one.id
    assert api("charges", "retrieve", charge.id).id == charge.id
    assert [found.id for found in api("charges", "list", payment_intent=one.id).data] == [charge.id]
    assert charge.id in [found.id for found in api("charges", "list", limit=100).data]
    for verb in ("cancel", "confirm"):
        more = {"return_url": BACK} if verb == "confirm" else {}
        error = refused(
            lambda verb=verb, more=more: api("payment_intents", verb, one.id, **more),
            "InvalidRequestError", 400, "payment_intent_unexpected_state",
        )  # fmt: skip
        assert plain(error.error)["payment_intent"]["id"] == one.id
    part = api(
        "refunds", "create", payment_intent=one.id, amount=50_000, reason="requested_by_customer", metadata={"a": "1"}
    )
    assert (part.object, part.amount, part.currency, part.id[:3]) == ("refund", 50_000, "vnd", "re_")
    assert part.status in {"pending", "succeeded"} and (part.payment_intent, part.charge) == (one.id, charge.id)
    refused(
        lambda: api("refunds", "create", charge=charge.id, amount=100_001), "InvalidRequestError", 400, param="amount"
    )
    rest = api("refunds", "create", charge=charge.id)
    assert rest.amount == 100_000
    refused(lambda: api("refunds", "create", charge=charge.id), "InvalidRequestError", 400, "charge_already_refunded")
    for each in (part, rest):
        until(lambda each=each: api("refunds", "retrieve", each.id).status == "succeeded", "the refund's success")
    after = api("charges", "retrieve", charge.id)
    assert (after.amount_refunded, after.refunded) == (150_000, True)
    assert [found.id for found in api("refunds", "list", payment_intent=one.id).data] == [rest.id, part.id]
    assert [found.id for found in api("refunds", "list", charge=charge.id, limit=1).data] == [rest.id]
    noted = api("refunds", "update", part.id, metadata={"a": "", "note": "đã gọi khách"})
    assert plain(noted.metadata) == {"note": "đã gọi khách"}
    deep = api("refunds", "retrieve", part.id, expand=["charge", "payment_intent"])
    assert (deep.charge.id, deep.payment_intent.id) == (charge.id, one.id)
    refused(lambda: api("refunds", "cancel", part.id), "InvalidRequestError", 400)
    refused(
        lambda: api("refunds", "create", payment_intent=intent(api).id),
        "InvalidRequestError", 400, "payment_intent_unexpected_state",
    )  # fmt: skip


LINES = [
    {
        "price_data": {"currency": "vnd", "unit_amount": 45_000, "product_data": {"name": "Bưởi Tân Triều"}},
        "quantity": 2,
    },
    {"price_data": {"currency": "vnd", "unit_amount": 60_000, "product_data": {"name": "Mật ong"}}, "quantity": 1},
]


def sessions(world: World, api: Api) -> None:
    def session(**more: Any) -> Any:
        given = {
            "mode": "payment", "success_url": "https://shop.example/ok?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "https://shop.example/no", "line_items": LINES, **more,
        }  # fmt: skip
        return api("checkout.sessions", "create", **given)

    one = session(
        client_reference_id="DH-12", customer_email="an@example.vn", metadata={"order": "12"}, locale="vi",
        payment_intent_data={"metadata": {"deep": "yes"}, "description": "Hai món"},
    )  # fmt: skip
    assert (one.object, one.id[:8], one.mode, one.status, one.payment_status) == (
        "checkout.session", "cs_test_", "payment", "open", "unpaid"
    )  # fmt: skip
    assert (one.amount_total, one.amount_subtotal, one.currency, one.client_reference_id) == (
        150_000,
        150_000,
        "vnd",
        "DH-12",
    )
    assert one.url.startswith("http") and 23 * 3600 < one.expires_at - one.created <= 24 * 3600
    with urllib.request.urlopen(one.url, timeout=20) as page:
        shown = page.read().decode()
    assert "Bưởi Tân Triều" in shown and "150.000" in shown
    assert plain(api("checkout.sessions", "retrieve", one.id))["metadata"] == {"order": "12"}
    deep = api("checkout.sessions", "retrieve", one.id, expand=["payment_intent", "line_items"])
    assert (plain(deep.payment_intent.metadata), deep.payment_intent.description) == ({"deep": "yes"}, "Hai món")
    assert [line.description for line in deep.line_items.data] == ["Bưởi Tân Triều", "Mật ong"]
    lines = api("checkout.sessions", "list_line_items", one.id, limit=1)
    assert (len(lines.data), lines.has_more, lines.data[0].quantity, lines.data[0].amount_total) == (1, True, 2, 90_000)
    assert lines.url == f"/v1/checkout/sessions/{one.id}/line_items"
    found = api("checkout.sessions", "list", payment_intent=deep.payment_intent.id)
    assert [each.id for each in found.data] == [one.id]
    soon = session(expires_at=int(time.time()) + 1900)
    assert soon.expires_at - soon.created < 2000
    over = api("checkout.sessions", "expire", soon.id)
    assert (over.status, over.url) == ("expired", None)
    refused(lambda: api("checkout.sessions", "expire", soon.id), "InvalidRequestError", 400)
    customer = api("customers", "create", name="Chi")
    theirs = session(customer=customer.id)
    assert [each.id for each in api("checkout.sessions", "list", customer=customer.id).data] == [theirs.id]
    for wrong, param in (
        ({"success_url": ""}, "success_url"),
        ({"mode": "subscription"}, "mode"),
        ({"success_url": "not an address"}, "success_url"),
        ({"expires_at": int(time.time()) + 60}, "expires_at"),
    ):
        refused(lambda wrong=wrong: session(**wrong), "InvalidRequestError", 400, param=param)
    # Paid like any other: through its payment intent's own confirmation.
    asked = api("payment_intents", "confirm", deep.payment_intent.id, return_url=BACK)
    pay(world, asked.next_action.redirect_to_url.url)
    done = until(
        lambda: (lambda s: s if s.status == "complete" else None)(api("checkout.sessions", "retrieve", one.id)),
        "the session's end",
    )
    assert (done.payment_status, done.payment_intent) == ("paid", deep.payment_intent.id)


def events(world: World, api: Api) -> None:
    """What happened is told once, in order, with the object as it was."""
    began = int(time.time()) - 2
    customer = api("customers", "create", metadata={"own": world.own})
    one = paid(world, api, customer=customer.id)
    back = api("refunds", "create", payment_intent=one.id)
    until(lambda: api("refunds", "retrieve", back.id).status == "succeeded", "the refund's success")

    def about(**more: Any) -> list[Any]:
        told = api("events", "list", limit=100, created={"gte": began}, **more).data
        return [
            event for event in told if one.id in (event.data.object.id, plain(event.data.object).get("payment_intent"))
        ]

    kinds = [event.type for event in reversed(about())]
    for kind in (
        "payment_intent.created", "payment_intent.requires_action", "payment_intent.succeeded", "charge.succeeded",
        "refund.created", "charge.refunded", "refund.updated",
    ):  # fmt: skip
        assert kind in kinds, f"{kind} is not among {kinds}"
    assert kinds.count("payment_intent.succeeded") == kinds.count("charge.succeeded") == 1
    (done,) = about(type="payment_intent.succeeded")
    assert (done.object, done.livemode, done.data.object.status) == ("event", False, "succeeded")
    assert done.id.startswith("evt_") and api("events", "retrieve", done.id).id == done.id
    (made,) = about(type="payment_intent.created")
    # The snapshot of that moment, and who asked.
    assert made.data.object.status == "requires_payment_method" and plain(made)["request"]["id"].startswith("req_")
    assert {event.type for event in about(types=["charge.succeeded", "refund.created"])} == {
        "charge.succeeded", "refund.created"
    }  # fmt: skip
    api("events", "list", delivery_success=True)
    refused(lambda: api("events", "retrieve", "evt_nothing"), "InvalidRequestError", 404, "resource_missing")


def webhooks(world: World, api: Api) -> None:
    """Deliveries are received here, and the client itself says that they are genuine."""
    heard: list[tuple[dict[str, str], bytes]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook"
    one = api(
        "webhook_endpoints", "create",
        url=url, enabled_events=["payment_intent.created", "payment_intent.succeeded"], description="Tiệm",
        metadata={"a": "1"}, api_version=None,
    )  # fmt: skip
    assert (one.object, one.status, one.url, one.id[:3]) == ("webhook_endpoint", "enabled", url, "we_")
    secret = one.secret
    assert secret.startswith("whsec_") and one.enabled_events == ["payment_intent.created", "payment_intent.succeeded"]
    assert "secret" not in plain(api("webhook_endpoints", "retrieve", one.id))
    assert one.id in [each.id for each in api("webhook_endpoints", "list").data]
    made = paid(world, api)

    def bodies() -> dict[str, tuple[dict[str, str], bytes]]:
        return {json.loads(body)["type"]: (headers, body) for headers, body in heard if made.id in body.decode()}

    until(lambda: len(bodies()) == 2, "both deliveries")
    assert set(bodies()) == {"payment_intent.created", "payment_intent.succeeded"}
    for kind, (headers, body) in bodies().items():
        event = stripe.Webhook.construct_event(body, headers["stripe-signature"], secret)
        assert (event.type, event.data.object.id) == (kind, made.id)
        again = api("events", "retrieve", event.id)
        assert plain(again)["data"] == plain(event)["data"]
        for changed, signature in ((body + b" ", headers["stripe-signature"]), (body, "t=1,v1=00")):
            try:
                stripe.Webhook.construct_event(changed, signature, secret)
            except FORGED:
                continue
            raise AssertionError("a changed delivery passes")
    off = api("webhook_endpoints", "update", one.id, disabled=True, metadata={"a": ""})
    assert (off.status, plain(off.metadata)) == ("disabled", {})
    count = len(heard)
    paid(world, api)
    time.sleep(1)
    assert len(heard) == count, "a disabled endpoint heard something"
    gone = api("webhook_endpoints", "delete", one.id)
    assert (gone.id, gone.deleted) == (one.id, True)
    refused(lambda: api("webhook_endpoints", "retrieve", one.id), "InvalidRequestError", 404, "resource_missing")
    refused(
        lambda: api("webhook_endpoints", "create", url="ftp://x", enabled_events=["*"]), "InvalidRequestError", 400,
        param="url",
    )  # fmt: skip
    server.shutdown()


MANY = 250


def paging(world: World, api: Api) -> None:
    """250 objects, walked by the client itself in pages of 100 and back."""
    found = [each.id for each in api("customers", "list", limit=100).auto_paging_iter()]
    ours = set(found)
    missing = MANY - len(found)
    made: list[str] = []
    lock = threading.Lock()

    def make(count: int) -> None:
        for _ in range(count):
            one = api("customers", "create", name="Một trong nhiều")
            with lock:
                made.append(one.id)

    threads = [threading.Thread(target=make, args=[part]) for part in spread(missing, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = [each.id for each in api("customers", "list", limit=100).auto_paging_iter()]
    assert len(listed) == len(set(listed)) == max(MANY, len(ours)), len(listed)
    assert set(listed) == ours | set(made)
    small = [each.id for each in api("customers", "list", limit=7).auto_paging_iter()]
    assert small == listed
    # Backwards from the oldest: everything but that one, oldest first.
    back = [each.id for each in api("customers", "list", limit=100, ending_before=listed[-1]).auto_paging_iter()]
    assert back == listed[-2::-1]


def spread(count: int, parts: int) -> list[int]:
    return [max(0, count) // parts + (number < max(0, count) % parts) for number in range(parts)]


def idempotency(world: World, api: Api) -> None:
    key = f"key-{uuid.uuid4()}"
    first = intent(api, metadata={"n": "1"}, options={"idempotency_key": key})
    again = intent(api, metadata={"n": "1"}, options={"idempotency_key": key})
    assert plain(again) == plain(first)
    assert headers_of(first).get("idempotent-replayed") is None
    assert headers_of(again)["idempotent-replayed"] == "true"
    assert headers_of(again)["original-request"] == headers_of(first)["request-id"]
    assert headers_of(first)["idempotency-key"] == headers_of(again)["idempotency-key"] == key
    error = refused(lambda: intent(api, metadata={"n": "2"}, options={"idempotency_key": key}), "IdempotencyError", 400)
    assert key in str(error)
    refused(lambda: api("customers", "create", name="An", options={"idempotency_key": key}), "IdempotencyError", 400)
    # A refusal that was thought about is remembered too; one of the form is not.
    bad = f"key-{uuid.uuid4()}"
    refused(
        lambda: intent(api, amount=1, options={"idempotency_key": bad}), "InvalidRequestError", 400, "amount_too_small"
    )
    # Twenty at once, one of them does it.
    shared = f"key-{uuid.uuid4()}"
    many = Api(world, retries=8)
    answers: list[Any] = []

    def create() -> None:
        try:
            answers.append(plain(intent(many, metadata={"race": shared}, options={"idempotency_key": shared})))
        except Exception as error:
            answers.append(error)

    threads = [threading.Thread(target=create) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    Api(world, retries=0 if OLD else 2)
    assert len(answers) == 20 and all(answer == answers[0] for answer in answers), answers
    twins = [
        each for each in api("payment_intents", "list", limit=100).data if plain(each.metadata).get("race") == shared
    ]
    assert len(twins) == 1, twins


def strangers(world: World, api: Api) -> None:
    """What another account made is not there; a live key does not see what a test key made, nor the other way round."""
    customer = api("customers", "create", name="Riêng")
    one = intent(api, customer=customer.id)
    for key, live in ((world.foreign_key, False), (world.live_key, True)):
        sees_nothing(Api(world, key), api, customer, one, live=live)
    assert plain(api("payment_intents", "retrieve", one.id))["metadata"] == {}


def sees_nothing(other: Api, api: Api, customer: Any, one: Any, *, live: bool) -> None:
    missing = ("InvalidRequestError", 404, "resource_missing")

    def tries(resource: str, number: str) -> None:
        refused(lambda: other(resource, "retrieve", number), *missing)
        refused(lambda: other(resource, "update", number, metadata={"x": "1"}), *missing)
        assert number not in [each.id for each in other(resource, "list", limit=100).data]

    tries("customers", customer.id)
    tries("payment_intents", one.id)
    refused(lambda: other("customers", "delete", customer.id), *missing)
    refused(lambda: confirmed(other, one), *missing)
    refused(lambda: other("payment_intents", "cancel", one.id), *missing)
    refused(lambda: intent(other, customer=customer.id), *missing, "customer")
    # Their keys of idempotency are theirs: the same word of two accounts is two requests.
    word = f"key-{uuid.uuid4()}"
    mine = intent(api, options={"idempotency_key": word})
    theirs = intent(other, options={"idempotency_key": word})
    assert mine.id != theirs.id and theirs.livemode is live
    refused(lambda: api("payment_intents", "retrieve", theirs.id), *missing)


def errors(world: World, api: Api) -> None:
    refused(lambda: Api(world, "sk_test_nobody")("customers", "list"), "AuthenticationError", 401)
    bad = "InvalidRequestError"
    refused(lambda: api("payment_intents", "retrieve", "pi_nothing"), bad, 404, "resource_missing", "intent")
    refused(lambda: api("refunds", "retrieve", "re_nothing"), bad, 404, "resource_missing", "refund")
    refused(lambda: api("checkout.sessions", "retrieve", "cs_test_nothing"), bad, 404, "resource_missing", "session")
    refused(lambda: api("customers", "retrieve", "cus_nothing"), bad, 404, "resource_missing", "id")
    refused(lambda: api("charges", "retrieve", "ch_nothing"), bad, 404, "resource_missing")
    refused(lambda: api("payment_intents", "create", currency="vnd"), bad, 400, "parameter_missing", "amount")
    refused(lambda: api("payment_intents", "create", amount=10_000), bad, 400, "parameter_missing", "currency")
    for wrong, code, param in (
        ({"amount": "ten"}, "parameter_invalid_integer", "amount"),
        ({"amount": -5_000}, "parameter_invalid_integer", "amount"),
        ({"amount": "10000.5"}, "parameter_invalid_integer", "amount"),
        ({"amount": 4_999}, "amount_too_small", "amount"),
        ({"amount": 1_000_000_000}, "amount_too_large", "amount"),
        ({"amount": 10**30}, None, "amount"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"currency": "usd"}, None, "currency"),
        ({"currency": ""}, "parameter_invalid_empty", "currency"),
        ({"capture_method": "manual"}, None, "capture_method"),
        ({"setup_future_usage": "off_session"}, None, "setup_future_usage"),
        ({"confirm": True, "return_url": "nowhere"}, "url_invalid", "return_url"),
        ({"confirm": True, "return_url": "javascript:alert(1)"}, "url_invalid", "return_url"),
        ({"payment_method_types": ["sepa_debit"]}, None, None),
        ({"metadata": {"k" * 41: "v"}}, None, None),
        ({"metadata": {"k": "v" * 501}}, None, None),
        ({"metadata": {f"k{number}": "v" for number in range(51)}}, None, None),
        ({"expand": ["nonsense"]}, None, None),
    ):
        refused(lambda wrong=wrong: intent(api, **wrong), bad, 400, code, param)
    intent(api)
    for wrong, param in (
        ({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"limit": "x"}, "limit"), ({"expand": ["data.nonsense"]}, None),
        ({"starting_after": "pi_nothing"}, "starting_after"), ({"starting_after": "a", "ending_before": "b"}, None),
    ):  # fmt: skip
        refused(lambda wrong=wrong: api("payment_intents", "list", **wrong), bad, 400, None, param)
    refused(lambda: api("refunds", "create", amount=5_000), bad, 400)
    refused(lambda: api("refunds", "create", payment_intent="pi_nothing"), bad, 404, "resource_missing")
    refused(lambda: intent(api, customer="cus_nothing"), bad, 404, "resource_missing", "customer")


def nothing_repeated(world: World, api: Api) -> None:
    """For the test that kills the server: one create under a given key, retried by the client itself."""
    told = json.loads(sys.argv[1])
    patient = Api(world, retries=told["retries"])
    one = patient(
        told["resource"], "create", *([told["id"]] if "id" in told else []), **told["params"],
        options={"idempotency_key": told["idempotency_key"]},
    )  # fmt: skip
    print(json.dumps({"made": one.id}), flush=True)


SECTIONS: dict[str, Callable[[World, Api], None]] = {
    "errors": errors,
    "customers": customers,
    "intents": intents,
    "payments": payments,
    "sessions": sessions,
    "events": events,
    "webhooks": webhooks,
    "idempotency": idempotency,
    "strangers": strangers,
    "paging": paging,
}


def main() -> None:
    told = json.loads(sys.argv[1])
    world = World(told)
    api = Api(world)
    if told.get("resource"):
        nothing_repeated(world, api)
        return
    for name in sys.argv[2:] or SECTIONS:
        began = time.monotonic()
        SECTIONS[name](world, api)
        print(json.dumps({"section": name, "seconds": round(time.monotonic() - began, 2)}), flush=True)


if __name__ == "__main__":
    main()
