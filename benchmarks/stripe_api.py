"""The Stripe API under load: eight programs at once against the real server, each making a payment intent and confirming it, as the SDKs
do with an idempotency key on every request, beside a bare Django view that writes two rows under the same settings, middleware and
number of workers. The two servers take turns, so that a busy machine is as busy for both.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import threading
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from django.db import connection

from benchmarks.bare_row import Row
from benchmarks.figure import Figure
from benchmarks.intake import p95
from benchmarks.serving import gunicorn
from core.kit import clock
from core.people.queries import SYSTEM
from core.places.queries import communes_of, unit_by_code
from market.payments.stripe_api.actions.keys import connect_application, make_key
from market.payments.stripe_api.models import ApiEvent, PaymentIntent
from onboarding.producers.models import Producer

NAME = "stripe-api"
_CLIENTS, _ROUNDS = 8, 5
_MAKE = urlencode({"amount": 150_000, "currency": "vnd", "description": "Cà phê rang 1 kg", "metadata[don]": "7"})
_CONFIRM = urlencode({"return_url": "https://htx.example/xong"})
Line = http.client.HTTPConnection


@dataclass
class Heard:
    """Seconds of every answer, their statuses, and how long all of it took."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    took: float = 0.0

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.seconds) / self.took


def run(full: bool) -> list[Figure]:
    """1,000 payments made and confirmed (2,000 requests), `full` 5,000."""
    number = 5_000 if full else 1_000
    with connection.schema_editor() as editor:
        editor.create_model(Row)
    key = _key()
    bare, ours = Heard(), Heard()
    environment = {"STRIPE_API_REQUESTS_PER_SECOND": "0"}
    with (
        gunicorn("config.wsgi", "/health/ready", environment) as api,
        gunicorn("benchmarks.bare_row", "/health") as peer,
    ):
        _load(peer, 80, Heard(), _write_twice)
        _load(api, 80, Heard(), _make_and_confirm, key)
        for _ in range(_ROUNDS):
            _load(peer, number // _ROUNDS, bare, _write_twice)
            _load(api, number // _ROUNDS, ours, _make_and_confirm, key)
    engine = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    made = PaymentIntent.objects.filter(status="requires_action").count()
    wrong = len(ours.seconds) - ours.statuses[200] + len(bare.seconds) - bare.statuses[200]
    peer_rate = f"a bare view that writes two rows: {bare.rate:.0f}/s"
    return [
        Figure(f"{engine}: answers other than 200", wrong, "", f"load {os.getloadavg()[0]:.1f}", None, "= 0"),
        Figure(f"{engine}: payments that are not waiting for their payer, or events of them missing",
               abs(made - number - 80) + abs(ApiEvent.objects.count() - 2 * made), "", "", None, "= 0"),
        Figure(f"{engine}: create and confirm, requests a second, {_CLIENTS} at once", ours.rate, "/s", peer_rate, bare.rate / ours.rate, "<= 4x"),
        Figure("… p95", p95(ours.seconds) * 1000, "ms", f"{p95(bare.seconds) * 1000:.1f} ms", p95(ours.seconds) / p95(bare.seconds)),
        Figure("… median", statistics.median(ours.seconds) * 1000, "ms", f"{statistics.median(bare.seconds) * 1000:.1f} ms",
               statistics.median(ours.seconds) / statistics.median(bare.seconds)),
    ]  # fmt: skip


def _key() -> str:
    province = unit_by_code("province", "79", clock.today())
    assert province is not None
    producer = Producer.objects.create(
        kind="cooperative", name="HTX đo", commune=next(iter(communes_of(province))), registered_at=clock.now()
    )
    return make_key(application=connect_application(producer=producer, name="đo", by=SYSTEM), is_live=True, name="đo")


def _load(address: str, number: int, heard: Heard, work: object, key: str = "") -> None:
    """So many payments from eight clients with a connection each."""
    assert callable(work)
    lock, start = threading.Lock(), threading.Barrier(_CLIENTS + 1)

    def client(place: int) -> None:
        own = Heard()
        line = Line(urlsplit(address).netloc, timeout=60)
        line.connect()
        start.wait()
        for _ in range(number // _CLIENTS):
            work(line, own, key)
        line.close()
        with lock:
            heard.seconds += own.seconds
            heard.statuses += own.statuses

    threads = [threading.Thread(target=client, args=[place]) for place in range(_CLIENTS)]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    heard.took += time.perf_counter() - began


def _write_twice(line: Line, heard: Heard, key: str) -> None:
    for body in (_MAKE, _CONFIRM):
        _post(line, heard, "/write-two", body, {})


def _make_and_confirm(line: Line, heard: Heard, key: str) -> None:
    made = json.loads(_post(line, heard, "/v1/payment_intents", _MAKE, _headers(key)))
    _post(line, heard, f"/v1/payment_intents/{made['id']}/confirm", _CONFIRM, _headers(key))


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid.uuid4())}


def _post(line: Line, heard: Heard, path: str, body: str, headers: dict[str, str]) -> bytes:
    before = time.perf_counter()
    line.request("POST", path, body, headers | {"Content-Type": "application/x-www-form-urlencoded"})
    answer = line.getresponse()
    found = answer.read()
    heard.seconds.append(time.perf_counter() - before)
    heard.statuses[answer.status] += 1
    return found
