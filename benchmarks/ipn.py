"""VNPAY's messages under load: eight at once against the real server, each settling an order of its own, then the same again and
with a wrong signature, beside a bare Django view that writes one row under the same settings, middleware and number of workers.

The two servers take turns, so that a busy machine is as busy for both.
"""

from __future__ import annotations

import http.client
import os
import statistics
import threading
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.urls import reverse

from benchmarks.bare_row import Row
from benchmarks.figure import Figure
from benchmarks.intake import p95
from benchmarks.serving import gunicorn
from core.kit import clock
from core.people.models import User
from core.people.queries import NOBODY, SYSTEM
from core.places.queries import communes_of, unit_by_code
from market.goods.models import Category
from market.listings.models import Listing
from market.orders.actions import Receiver, accept_paid_orders, place_purchase
from market.payments.actions import begin_attempt, open_payment
from market.payments.models import Charge, PaymentAttempt
from market.payments.vnpay import wire
from market.shops.models import DeliveryRule, Shop
from onboarding.producers.actions import add_member
from onboarding.producers.models import Producer

NAME = "ipn"
_CLIENTS, _ROUNDS, _GOODS = 8, 5, 40


@dataclass
class Heard:
    """Seconds of every answer, what was answered, and how long all of it took."""

    seconds: list[float] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.took


def run(full: bool) -> list[Figure]:
    """1,000 orders, `full` 5,000."""
    number = 5_000 if full else 1_000
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    messages = [_message(attempt) for attempt in _attempts(number)]
    alone = [_message(attempt) for attempt in _attempts_without_orders(number)]
    bare, settled, paid, repeated, forged = Heard(), Heard(), Heard(), Heard(), Heard()
    ipn = reverse("vnpay_ipn")
    with gunicorn("config.wsgi", "/health/ready") as ours, gunicorn("benchmarks.bare_row", "/health") as theirs:
        for warm in (f"{theirs}/write", f"{ours}{ipn}"):
            _call(warm, ["x=1"] * 80, Heard())
        for start in range(0, number, number // _ROUNDS):
            part, without = (each[start : start + number // _ROUNDS] for each in (messages, alone))
            _call(f"{theirs}/write", part, bare)
            _call(f"{ours}{ipn}", part, settled)
            _call(f"{ours}{ipn}", without, paid)
            _call(f"{ours}{ipn}", part, repeated)
            _call(f"{ours}{ipn}", [f"{message[:-1]}g" for message in part], forged)
    told = _worker(number)
    wrong = sum(
        len(heard.seconds) - heard.answers[code]
        for heard, code in ((settled, "00"), (paid, "00"), (repeated, "02"), (forged, "97"), (bare, "00"))
    )
    peer = f"a bare view that writes one row: {p95(bare.seconds) * 1000:.1f} ms"
    rates = f"the bare view: {bare.rate:.0f}/s"
    engine = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    found = [
        Figure(f"{engine}: answers of another kind", wrong, "", f"load {os.getloadavg()[0]:.1f}", None, "= 0"),
        Figure(f"{engine}: money taken in another number of times than once", abs(Charge.objects.count() - 2 * number), "", "", None, "= 0"),
        Figure(f"{engine}: paid orders whose shop the worker tells afterwards", told, "/s", "it comes round every second"),
    ]  # fmt: skip
    kinds = {
        "settles an order (00)": settled,
        "settles a payment that nobody listens to (00)": paid,
        "again (02)": repeated,
        "forged (97)": forged,
    }
    for name, heard in kinds.items():
        ratio = p95(heard.seconds) / p95(bare.seconds)
        found += [
            Figure(f"{engine}: {name}, p95 of {number}, {_CLIENTS} at once", p95(heard.seconds) * 1000, "ms", peer, ratio, "<= 3x"),
            Figure("… median", statistics.median(heard.seconds) * 1000, "ms", f"{statistics.median(bare.seconds) * 1000:.1f} ms",
                   statistics.median(heard.seconds) / statistics.median(bare.seconds)),
            Figure("… calls a second", heard.rate, "/s", rates, bare.rate / heard.rate),
        ]  # fmt: skip
    return found


def _worker(number: int) -> float:
    """Purchases accepted a second, by one worker that has nothing else to do."""
    began, done = time.perf_counter(), 0
    while found := accept_paid_orders():
        done += found
    if done != number:
        raise RuntimeError(f"{done} of {number} paid purchases were accepted")
    return done / (time.perf_counter() - began)


def _call(url: str, queries: Sequence[str], heard: Heard) -> None:
    """All queries, from eight clients with a connection each; what they saw is added to `heard`."""
    parts, lock = urlsplit(url), threading.Lock()
    start = threading.Barrier(_CLIENTS + 1)

    def client(place: int) -> None:
        own = Heard()
        line = http.client.HTTPConnection(parts.netloc, timeout=60)
        line.connect()
        start.wait()
        for query in queries[place::_CLIENTS]:
            before = time.perf_counter()
            line.request("GET", f"{parts.path}?{query}")
            body = line.getresponse().read()
            own.seconds.append(time.perf_counter() - before)
            own.answers[body.partition(b'"RspCode": "')[2][:2].decode()] += 1
        line.close()
        with lock:
            heard.seconds += own.seconds
            heard.answers += own.answers

    threads = [threading.Thread(target=client, args=[place]) for place in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    heard.took += time.perf_counter() - began


def _message(attempt: PaymentAttempt) -> str:
    """The query string with which VNPAY tells that this attempt was paid."""
    number = str(14_000_000 + attempt.pk)
    fields = {
        "vnp_Amount": wire.gateway_amount(attempt.amount),
        "vnp_BankCode": "NCB",
        "vnp_BankTranNo": f"VNP{number}",
        "vnp_CardType": "ATM",
        "vnp_OrderInfo": "Thanh toan don hang",
        "vnp_PayDate": wire.gateway_time(clock.now()),
        "vnp_ResponseCode": "00",
        "vnp_TmnCode": settings.VNPAY["tmn_code"],
        "vnp_TransactionNo": number,
        "vnp_TransactionStatus": "00",
        "vnp_TxnRef": attempt.txn_ref,
    }
    return wire.signed_query(fields, settings.VNPAY["hash_secret"])


def _attempts(number: int) -> list[PaymentAttempt]:
    """That many buyers at the bank, each with an order for one of forty goods of a shop with one owner."""
    listings = _goods(number)
    receiver = Receiver("Người mua", "+84903111222", "12 Lê Lợi", listings[0].shop.producer.commune)
    made = []
    for each in range(number):
        payment = place_purchase(wanted=[(listings[each % _GOODS], 1)], receiver=receiver, by=NOBODY).payment
        assert payment is not None
        made.append(begin_attempt(payment=payment, customer_address="203.0.113.7"))
    return made


def _attempts_without_orders(number: int) -> list[PaymentAttempt]:
    """That many payments that belong to no order: what VNPAY's part costs by itself."""
    made = [open_payment(reference=f"DO{each:06d}", amount=50_000, return_path="/do") for each in range(number)]
    return [begin_attempt(payment=payment, customer_address="203.0.113.7") for payment in made]


def _goods(number: int) -> list[Listing]:
    province = unit_by_code("province", "68", clock.today())
    assert province is not None, "load_reference first"
    now, commune = clock.now(), next(iter(communes_of(province)))
    producer = Producer.objects.create(kind="cooperative", name="Đo", commune=commune, registered_at=now)
    owner = User.objects.create_user(username=f"do-{uuid.uuid4().hex[:12]}", full_name="Người bán")
    add_member(user=owner, producer=producer, right="owner", by=SYSTEM, how="đo")
    shop = Shop.objects.create(
        producer=producer, slug="do", name="Đo", state="open", made_at=now, opened_at=now, takes_vnpay=True
    )
    DeliveryRule.objects.create(shop=shop, zone="country", fee=0, days_from=1, days_to=3)
    category = Category.objects.get(code="che-bien-rau-qua")
    return Listing.objects.bulk_create(
        Listing(
            shop=shop, sku=f"DO{each:06d}", slug=f"do-{each}", name=f"Hàng đo {each}", category=category, description="Ngon.",
            price=50_000, unit="kg", net_weight=1000, stock=number, state="published", made_at=now, changed_at=now, published_at=now,
        )
        for each in range(_GOODS)
    )  # fmt: skip
