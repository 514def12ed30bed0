"""kill −9 between the effect and the answer: a program that asks again under the same key finds one object, whichever write, commit
or answer was the server's last."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import stripe
from django.db import connections

from core.kit import clock
from market.payments.models import GatewayMessage, Payment, PaymentAttempt, Refund
from market.payments.stripe_api.models import (
    ApiEvent,
    ApiRefund,
    CheckoutSession,
    Customer,
    IdempotencyRecord,
    PaymentIntent,
)
from tests.market.buying import notice, send_ipn
from tests.market.payments.stripe_api.accounts import account
from tests.market.payments.stripe_api.serving import Server
from tests.market.payments.stripe_api.wire import Exchange, Recorder

DYING = "tests.market.payments.stripe_api.clients.dying"
BACK = "https://shop.example/b"
LINES = [{"price_data": {"currency": "vnd", "unit_amount": 10_000, "product_data": {"name": "Mít"}}, "quantity": 1}]
Do = Callable[[stripe.StripeClient, dict[str, Any]], Any]


def counts() -> dict[str, int]:
    """What a request done twice would show in."""
    kinds: tuple[Any, ...] = (
        PaymentIntent, Payment, PaymentAttempt, GatewayMessage, CheckoutSession, Customer, ApiRefund, Refund, ApiEvent,
        IdempotencyRecord,
    )  # fmt: skip
    return {kind.__name__: kind.objects.count() for kind in kinds}


def gained(before: dict[str, int]) -> dict[str, int]:
    return {name: number - before[name] for name, number in counts().items() if number != before[name]}


@dataclass
class Story:
    """A request, what it needs first, and the rows it leaves when it was done once."""

    before: Callable[[stripe.StripeClient], str]
    do: Callable[[stripe.StripeClient, str, dict[str, Any]], Any]
    leaves: dict[str, int]


def nothing(client: stripe.StripeClient) -> str:
    return ""


def an_intent(client: stripe.StripeClient) -> str:
    return client.v1.payment_intents.create({"amount": 20_000, "currency": "vnd"}).id


def a_payment(client: stripe.StripeClient) -> str:
    """Paid, as the gateway tells it."""
    one = client.v1.payment_intents.confirm(an_intent(client), {"return_url": BACK})
    assert send_ipn(notice(PaymentAttempt.objects.get(payment__reference=one.id))) == "00"
    return one.id


STORIES = {
    "customer": Story(
        nothing,
        lambda client, _, options: client.v1.customers.create({"name": "An"}, options),
        {"Customer": 1, "ApiEvent": 1, "IdempotencyRecord": 1},
    ),
    "intent": Story(
        nothing,
        lambda client, _, options: client.v1.payment_intents.create({"amount": 20_000, "currency": "vnd"}, options),
        {"PaymentIntent": 1, "Payment": 1, "ApiEvent": 1, "IdempotencyRecord": 1},
    ),
    "confirmation": Story(
        an_intent,
        lambda client, one, options: client.v1.payment_intents.confirm(one, {"return_url": BACK}, options),
        {"PaymentAttempt": 1, "GatewayMessage": 1, "ApiEvent": 1, "IdempotencyRecord": 1},
    ),
    "session": Story(
        nothing,
        lambda client, _, options: client.v1.checkout.sessions.create(
            {"mode": "payment", "success_url": BACK, "line_items": LINES},  # type: ignore[typeddict-item]
            options,
        ),
        {"CheckoutSession": 1, "PaymentIntent": 1, "Payment": 1, "ApiEvent": 1, "IdempotencyRecord": 1},
    ),
    "refund": Story(
        a_payment,
        lambda client, one, options: client.v1.refunds.create({"payment_intent": one, "amount": 5_000}, options),
        {"ApiRefund": 1, "Refund": 1, "ApiEvent": 2, "IdempotencyRecord": 1},
    ),
}


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Where the dying server reads when to die."""
    file = tmp_path / "die"
    file.write_text("")
    return file


@pytest.fixture
def fragile(committed_db: None, orders: Path, tmp_path: Path) -> Iterator[Server]:
    """A server whose one process is replaced as soon as it is dead."""
    server = Server(tmp_path, DIE_AT=str(orders))
    server.start(DYING, "--preload", workers=1)
    yield server
    server.stop()


def client_of(url: str, retries: int) -> stripe.StripeClient:
    return stripe.StripeClient(
        account("Tiệm bưởi").test_key, base_addresses={"api": url}, max_network_retries=retries
    )  # fmt: skip


def time_passes() -> None:
    """So long that a key whose holder has died may be taken over."""
    IdempotencyRecord.objects.filter(status=None).update(locked_at=clock.now() - timedelta(minutes=1))


def dies_at_every_point(server: Server, orders: Path, story: Story, name: str) -> list[str]:
    """The last moments, in order; fails where one of them left something twice, or nothing."""
    client, died = client_of(server.url, 0), []
    for number in range(1, 100):
        given = story.before(client)
        before, key = counts(), f"{name}-{number}"
        orders.write_text(str(number))
        with pytest.raises(stripe.APIConnectionError):
            story.do(client, given, {"idempotency_key": key})
        died.append(orders.with_suffix(".died").read_text())
        time_passes()
        made = story.do(client, given, {"idempotency_key": key})
        assert gained(before) == story.leaves, f"{name}, dead at {number}: {died[-1]}"
        # And a third time: the same bytes.
        again = story.do(client, given, {"idempotency_key": key})
        assert str(again) == str(made) and again.last_response.headers["Idempotent-Replayed"] == "true"
        if died[-1] == "answer":
            return died
    raise AssertionError(f"it dies for ever: {died}")


def test_a_payment_is_asked_for_once(fragile: Server, orders: Path) -> None:
    died = dies_at_every_point(fragile, orders, STORIES["intent"], "intent")
    assert died[-2:] == ["after COMMIT", "answer"] and died.count("COMMIT") >= 2 and len(died) >= 8, died


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(STORIES))
def test_whatever_is_asked_for_is_done_once(fragile: Server, orders: Path, name: str) -> None:
    died = dies_at_every_point(fragile, orders, STORIES[name], name)
    assert died[-2:] == ["after COMMIT", "answer"] and len(died) >= 6, died


class Lost:
    """Kills the whole server when an answer has come back and before it is passed on, then starts it again."""

    def __init__(self, server: Server) -> None:
        self.server, self.times = server, 1
        self.starting: threading.Thread | None = None

    def __call__(self, exchange: Exchange) -> bool:
        if exchange.method != "POST" or self.times == 0:
            return False
        self.times -= 1
        self.now()
        return True

    def now(self) -> None:
        self.server.kill()
        self.starting = threading.Thread(target=self._start)
        self.starting.start()

    def _start(self) -> None:
        self.server.start(workers=1)
        connections.close_all()


@pytest.fixture
def proxied(committed_db: None, tmp_path: Path) -> Iterator[tuple[Server, Recorder]]:
    server = Server(tmp_path)
    server.start(workers=1)
    recorder = Recorder(server.port)
    yield server, recorder
    recorder.stop()
    server.stop()


def test_the_client_itself_asks_again_and_is_told_the_same(proxied: tuple[Server, Recorder]) -> None:
    server, recorder = proxied
    client = client_of(recorder.url, 12)
    lost = recorder.losing = Lost(server)
    before = counts()
    made = client.v1.payment_intents.create({"amount": 20_000, "currency": "vnd"})
    assert lost.starting is not None
    lost.starting.join(timeout=60)
    # The first answer was given and lost; then nobody was there; then the same bytes came again.
    posts = [each for each in recorder.exchanges if each.method == "POST"]
    assert (posts[0].status, posts[-1].status) == (200, 200) and {each.status for each in posts[1:-1]} <= {0}
    assert posts[0].answer == posts[-1].answer and made.id in posts[0].answer.decode()
    assert posts[-1].headers["Idempotent-Replayed"] == "true"
    assert len({each.asked["Idempotency-Key"] for each in posts}) == 1
    assert gained(before) == STORIES["intent"].leaves


@pytest.mark.slow
def test_killed_at_any_moment_nothing_is_doubled(proxied: tuple[Server, Recorder]) -> None:
    """Nobody helps the client: it waits as long as it does, and the key's holder is given up after its ten seconds."""
    server, recorder = proxied
    chance = random.Random(20261123)
    client = client_of(recorder.url, 20)
    for _ in range(8):
        lost, before = Lost(server), counts()
        seconds = chance.uniform(0, 0.06)

        def early(lost: Lost = lost, seconds: float = seconds) -> None:
            if lost.times:
                lost.times -= 1
                time.sleep(seconds)
                lost.now()

        recorder.early = early
        made = client.v1.payment_intents.create({"amount": 20_000, "currency": "vnd"})
        recorder.early = None
        assert lost.starting is not None
        lost.starting.join(timeout=60)
        assert gained(before) == STORIES["intent"].leaves
        assert PaymentIntent.objects.filter(public_id=made.id).count() == 1
