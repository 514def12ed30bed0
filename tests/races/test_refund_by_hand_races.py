"""An accountant gives an order's money back in the moment in which its buyer says that the goods have come: first with the locks off."""

from __future__ import annotations

from typing import Any

import pytest

from market.ledger.accounts import HELD, REFUNDS, owed_to
from market.ledger.queries import balances_of, book_sum
from market.orders.actions import receive_order, send_order
from market.orders.models import Order
from market.payments import sources
from market.payments.actions import refund_by_hand
from market.payments.models import Charge
from tests.market.buying import attempt_for, notice, ordered, send_ipn
from tests.market.payments.till import accountant
from tests.people import make_listing, make_people, make_shop
from tests.races.conftest import Gate, at_once, without_row_locks
from tests.races.test_market_races import hold

pytestmark = pytest.mark.usefixtures("committed_db")


def both(monkeypatch: pytest.MonkeyPatch) -> tuple[Gate, list[Any], list[int]]:
    """Both have read where the money is before either writes, if nothing keeps them apart; what the book says then."""
    people = make_people()
    purchase = ordered((make_listing(make_shop(people)), 3))
    assert send_ipn(notice(attempt_for(purchase))) == "00"
    order = send_order(order=purchase.orders.get(), by=people.viewer("an"))
    charge, ngan = Charge.objects.get(), accountant("ngan")
    gate = hold(monkeypatch, sources, "_placed", after=True)
    answers = at_once(
        lambda: refund_by_hand(
            charge=charge,
            source=f"shop_order:{order.pk}|held",
            amount=150_000,
            reason="x",
            request_id="a" * 32,
            by=ngan,
        ),
        lambda: receive_order(order=Order.objects.get(pk=order.pk)),
    )
    assert book_sum() == 0
    return gate, answers, list(balances_of([HELD, REFUNDS, owed_to(order.shop.producer_id)]).values())


def test_without_the_lock_the_book_holds_less_than_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    without_row_locks(monkeypatch)
    gate, _, balances = both(monkeypatch)
    assert gate.met and balances == [150_000, -150_000, -150_000]


def test_with_it_the_money_goes_one_way(monkeypatch: pytest.MonkeyPatch) -> None:
    gate, answers, balances = both(monkeypatch)
    back, came = answers
    assert not gate.met and isinstance(came, Order) and came.state == "delivered"
    # Whoever was first: the buyer's money is on its way back, or the shop's and no longer there to be given back.
    assert balances == ([0, -150_000, 0] if not isinstance(back, Exception) else [0, 0, -150_000])
