"""The process dies at every point of paying, settling and giving back: before each write, before each call to the gateway and
after each. What is done again afterwards by VNPAY, by the worker and by people ends in the same place, and nothing happens twice."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.db import connection

from core.kit import clock, outbound
from core.people.queries import Viewer
from market.ledger.accounts import GATEWAY, HELD, REFUNDS, UNCLEAR
from market.ledger.models import LedgerEntry
from market.payments.actions import approve_refund, begin_attempt, decide_by_report, open_payment, send_again
from market.payments.models import Payment, Refund
from market.payments.queries import refunds_unknown
from market.payments.vnpay.provider import pay_page, take_ipn
from tests.market.buying import notice
from tests.market.payments.till import (
    PAID,
    accountant,
    ask_back,
    ask_now,
    ask_refunds_now,
    book,
    pay_there,
    send_now,
    unfinished_and_succeeded,
)
from tests.market.payments.vnpay.running import Double

WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
BACK = 250_000  # of the 300,000 that were paid; above the limit of one person


class Died(BaseException):
    """The process is gone: what was not committed never happened, and nothing of it runs on."""


class Fuse:
    """Counts the points where a process can die, and lets it die at one of them."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.points = at, list[str]()

    def point(self, name: str) -> None:
        self.points.append(name)
        if len(self.points) == self.at:
            raise Died(name)

    def on_sql(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if WRITE.match(sql):
            self.point(" ".join(sql.split()[:3]))
        return execute(sql, params, many, context)

    @contextmanager
    def burning(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        real = outbound.send

        def send(*given: Any, **options: Any) -> outbound.Answer:
            self.point("before the call")
            answer = real(*given, **options)
            self.point("after the call")
            return answer

        with monkeypatch.context() as patch, connection.execute_wrapper(self.on_sql):
            patch.setattr(outbound, "send", send)
            yield


class World:
    """One purchase and its refund; every step may be done again after a death, as it would be in life."""

    def __init__(self, double: Double, number: int, people: tuple[Viewer, Viewer], hears: str) -> None:
        self.double, self.number, self.people, self.hears = double, number, people, hears

    @property
    def payment(self) -> Payment:
        """The buyer has pressed «Thanh toán» again where the first time broke."""
        found = Payment.objects.filter(reference=f"DH-{self.number}").first()
        return found or open_payment(reference=f"DH-{self.number}", amount=PAID, return_path="/don-hang/x/")

    def refund(self) -> Refund | None:
        return Refund.objects.filter(charge__payment=self.payment).first()

    def pay(self) -> None:
        refs = set(self.payment.attempts.values_list("txn_ref", flat=True))
        if any(found["txn_ref"] in refs and found["response_code"] for found in self.double.transactions()):
            return  # done at the gateway before we died
        attempt = begin_attempt(payment=self.payment, customer_address="203.0.113.7")
        assert requests.get(pay_page(attempt), timeout=5).status_code == 200
        pay_there(self.double, attempt)

    def hear(self) -> None:
        """VNPAY calls until it hears 00 or 02; or the worker asks."""
        attempt = self.payment.attempts.get()
        if self.hears == "ipn":
            number = self.there()["transaction_no"]
            assert take_ipn(notice(attempt, vnp_TransactionNo=number), "203.0.113.9")[0] in {"00", "02"}
        else:
            ask_now()

    def ask_back(self) -> None:
        """The accountant presses the button of one and the same page again."""
        ask_back(self.payment.charges.get(), BACK, by=self.people[0], request_id=f"{self.number:032x}")

    def approve(self) -> None:
        refund = self.refund()
        if refund is not None and refund.state == "asked":
            approve_refund(refund=refund, by=self.people[1])

    def send(self) -> None:
        send_now()

    def bank(self) -> None:
        for refund in self.there()["refunds"]:
            self.double.control(f"refunds/{refund['transaction_no']}", status="00")
        ask_refunds_now()

    def there(self) -> dict[str, Any]:
        """What the gateway holds of this purchase."""
        attempt = self.payment.attempts.get()
        return next(found for found in self.double.transactions() if found["txn_ref"] == attempt.txn_ref)

    def live(self) -> None:
        for step in (self.pay, self.hear, self.ask_back, self.approve, self.send, self.bank):
            step()

    def people_look(self) -> None:
        """After a death between call and answer: the second person compares with the gateway's report."""
        Refund.objects.filter(state__in=["sent", "accepted"]).update(sent_at=clock.now() - timedelta(minutes=6))
        for refund in refunds_unknown(self.people[1]):
            if self.there()["refunds"]:
                decide_by_report(refund=refund, has_paid=True, note="Báo cáo của VNPAY.", by=self.people[1])
            else:
                send_again(refund=refund, note="Báo cáo của VNPAY.", by=self.people[1])


@pytest.mark.parametrize("hears", ["ipn", "querydr"])
def test_wherever_it_dies_the_money_is_right(
    gateway: Double, people: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, hears: str
) -> None:
    settings.REFUND_ALONE_UP_TO = 200_000
    both = accountant("ngan"), accountant("tam")
    whole = Fuse()
    with whole.burning(monkeypatch):
        World(gateway, 0, both, hears).live()
    assert whole.points.count("before the call") == whole.points.count("after the call") == (2 if hears == "ipn" else 3)
    assert len(whole.points) > 30, "a step writes less than it did: has the fuse come loose?"
    for at in range(1, len(whole.points) + 1):
        world, fuse = World(gateway, at, both, hears), Fuse(at)
        with pytest.raises(Died) as death, fuse.burning(monkeypatch):
            world.live()
        assert_nothing_is_half(world, str(death.value))
        world.live()
        for _ in range(2):
            world.people_look()
            world.send()
            world.bank()
        assert_all_is_done(world, f"died at {at}: {death.value}")
    count = len(whole.points) + 1
    assert book() == {GATEWAY: count * (PAID - BACK), HELD: count * (BACK - PAID)}
    assert LedgerEntry.objects.count() == 3 * count


def assert_nothing_is_half(world: World, where: str) -> None:
    """What a reader of the book sees in the moment after the death: every change whole or not at all."""
    standing = book()
    assert set(standing) <= {GATEWAY, HELD, REFUNDS, UNCLEAR}
    for charge in world.payment.charges.all():
        assert charge.refunded == unfinished_and_succeeded(charge), where


def assert_all_is_done(world: World, where: str) -> None:
    [charge] = world.payment.charges.all()
    refund = world.refund()
    assert refund is not None
    assert (world.payment.state, charge.is_extra, charge.refunded) == ("succeeded", False, BACK), where
    assert (refund.state, refund.request_id) == ("succeeded", f"{world.number:032x}"), where
    assert [(each["amount"], each["status"]) for each in world.there()["refunds"]] == [(BACK * 100, "00")], where
