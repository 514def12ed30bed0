"""VNPAY's message about one payment, many times at once: money is taken in once, whoever comes first."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from core.events import registry
from market.ledger.models import LedgerEntry
from market.listings.models import Listing
from market.payments.actions import settling
from market.payments.events import PaymentSettled
from market.payments.models import Charge, GatewayMessage, Payment, PaymentAttempt
from tests.market.buying import attempt_for, notice, ordered, send_ipn
from tests.people import make_listing, make_people, make_shop
from tests.races.conftest import at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")
MANY = 50


@pytest.fixture
def listing(committed_db: None) -> Listing:
    """An's cashews, in a database with real transactions."""
    return make_listing(make_shop(make_people()))


@pytest.fixture
def attempt(listing: Listing) -> PaymentAttempt:
    """50,000 đồng at the bank."""
    return attempt_for(ordered((listing, 1)))


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> list[PaymentSettled]:
    """The events of settled payments, committed or not."""
    events: list[PaymentSettled] = []
    handlers = [*registry._handlers[PaymentSettled], events.append]
    monkeypatch.setitem(registry._handlers, PaymentSettled, handlers)  # type: ignore[arg-type]
    return events


def calls(attempt: PaymentAttempt, number: int) -> list[Callable[[], str]]:
    """The same message so many times, all let go at one moment."""
    query, start = notice(attempt), threading.Barrier(number)

    def call() -> str:
        start.wait(20)
        return send_ipn(query)

    return [call] * number


def taken_in() -> tuple[str, list[int], list[int]]:
    """The payment's state, its charges, and what the book says about them."""
    received = LedgerEntry.objects.filter(kind="received").values_list("amount", flat=True)
    return Payment.objects.get().state, list(Charge.objects.values_list("amount", flat=True)), list(received)


ONCE = ("succeeded", [50_000], [50_000])


@pytest.mark.parametrize("number", [2, MANY])
def test_without_the_lock_only_the_tables_stop_the_second(
    attempt: PaymentAttempt, settled: list[PaymentSettled], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    without_row_locks(monkeypatch)
    gate = hold(monkeypatch, settling, "_finish")
    answers = Counter(at_once(*calls(attempt, number)))
    assert gate.met and answers["00"] == 1
    # Taken for new, refused by the constraint: VNPAY is told that something went wrong here, and calls again.
    assert answers["99"] >= 1
    assert taken_in() == ONCE and len(settled) == 1


@pytest.mark.parametrize("number", [2, MANY])
def test_one_settles_and_the_rest_hear_that_it_is_done(
    attempt: PaymentAttempt, settled: list[PaymentSettled], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    gate = hold(monkeypatch, settling, "_finish")
    assert Counter(at_once(*calls(attempt, number))) == {"00": 1, "02": number - 1}
    assert not gate.met
    assert taken_in() == ONCE and settled == [PaymentSettled(attempt.payment_id)]
    kept = Counter(GatewayMessage.objects.filter(kind="ipn").values_list("verdict", flat=True))
    assert kept == {"00 Confirm Success": 1, "02 Order already confirmed": number - 1}


def test_success_and_failure_at_once_end_in_success(attempt: PaymentAttempt, settled: list[PaymentSettled]) -> None:
    """Whichever comes first: a failure never undoes a success, a success wins over a failure."""
    failed = notice(attempt, response="24", status="02")
    paid = notice(attempt)
    answers = at_once(*[lambda: send_ipn(failed), lambda: send_ipn(paid)] * 5)
    assert set(answers) <= {"00", "02"} and answers[1::2].count("00") == 1
    assert taken_in() == ONCE and settled == [PaymentSettled(attempt.payment_id)]
    assert PaymentAttempt.objects.get().state == "succeeded"
