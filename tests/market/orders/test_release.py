"""Goods that nobody pays for go back on the shelf, once; money that comes later is still seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from core.events.registry import Event
from market.listings.models import Listing
from market.orders.actions import release_forgotten_purchases, release_purchase
from market.orders.models import Purchase
from market.payments.actions import note_question
from market.payments.contract import Result
from market.payments.events import PaymentSettled
from market.payments.models import Payment, PaymentAttempt, Refund
from tests.market.buying import attempt_for, notice, ordered, send_ipn
from tests.market.proof import everything, trail

START = "2026-03-01T02:00:00Z"
AFTER_30_MINUTES = "2026-03-01T02:30:01Z"


@pytest.fixture
def order(listing: Listing, time_machine: Any) -> Purchase:
    """Three kilograms of ten, kept from 02:00 to 02:30."""
    time_machine.move_to(START, tick=False)
    return ordered((listing, 3))


def state() -> tuple[str, str, int]:
    """Order, payment, stock."""
    return (
        Purchase.objects.values_list("state", flat=True).get(),
        Payment.objects.values_list("state", flat=True).get(),
        Listing.objects.values_list("stock", flat=True).get(),
    )


def test_an_order_is_kept_for_half_an_hour(order: Purchase, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T02:30:00Z", tick=False)
    assert release_forgotten_purchases() == 0
    assert state() == ("placed", "waiting", 7)


def test_its_goods_go_back_once(order: Purchase, time_machine: Any) -> None:
    time_machine.move_to(AFTER_30_MINUTES, tick=False)
    before = len(trail())
    assert release_forgotten_purchases() == 1
    assert state() == ("released", "canceled", 10)
    assert trail(before) == [
        ("shop_order.cancelled", None, f"shop_order:{order.orders.get().pk}"),
        ("order.released", None, f"order:{order.pk}"),
    ]
    before = everything()
    assert release_forgotten_purchases() == 0
    assert release_purchase(order) is False, "a second worker that read the row earlier"
    assert everything() == before
    page = Client().get(reverse("order", args=[order.key])).content.decode()
    assert "Đơn này đã hủy vì chưa trả tiền." in page and "Trả tiền qua VNPAY" not in page


@pytest.mark.parametrize("of_the_payment", ["open", "processing", "succeeded"])
def test_nothing_is_released_while_money_may_come(order: Purchase, time_machine: Any, of_the_payment: str) -> None:
    attempt = attempt_for(order)
    if of_the_payment == "processing":
        assert send_ipn(notice(attempt, response="07", status="07")) == "00"
    elif of_the_payment == "succeeded":
        assert send_ipn(notice(attempt)) == "00"
    time_machine.move_to("2026-03-01T09:00:00Z", tick=False)
    before = everything()
    assert release_forgotten_purchases() == 0
    assert release_purchase(order) is False
    assert everything() == before


def test_after_a_failed_attempt_it_is_released(order: Purchase, time_machine: Any) -> None:
    assert send_ipn(notice(attempt_for(order), response="24", status="02")) == "00"
    assert state() == ("placed", "waiting", 7), "the buyer may try again"
    time_machine.move_to(AFTER_30_MINUTES, tick=False)
    assert release_forgotten_purchases() == 1
    assert state() == ("released", "canceled", 10)


def test_orders_with_an_open_attempt_do_not_hide_those_behind_them(listing: Listing, time_machine: Any) -> None:
    Listing.objects.update(stock=100)
    time_machine.move_to(START, tick=False)
    for _ in range(50):
        attempt_for(ordered((listing, 1)))
    ordered((listing, 1))
    time_machine.move_to(AFTER_30_MINUTES, tick=False)
    assert release_forgotten_purchases() == 1


def test_money_after_the_release_is_seen_and_takes_no_goods(
    order: Purchase, heard: list[Event], time_machine: Any
) -> None:
    attempt = attempt_for(order)
    time_machine.move_to("2026-03-01T02:25:01Z", tick=False)
    note_question(attempt=attempt, result=Result("waiting", None))
    assert PaymentAttempt.objects.get().state == "failed"
    time_machine.move_to(AFTER_30_MINUTES, tick=False)
    assert release_forgotten_purchases() == 1
    heard.clear()
    before = len(trail())
    assert send_ipn(notice(attempt)) == "00"
    assert state() == ("paid_late", "succeeded", 10)
    assert heard == [PaymentSettled(order.payment_id)]
    assert trail(before) == [
        ("payment.settled", None, f"payment:{order.payment_id}"),
        ("order.paid_late", None, f"order:{order.pk}"),
        ("refund.asked", None, f"refund:{Refund.objects.get().pk}"),
    ]
    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.account) == ("ready", order.total, "held"), "it goes back by itself"
    page = Client().get(reverse("order", args=[order.key])).content.decode()
    assert "Tiền đến sau khi đơn đã hủy. Chúng tôi sẽ hoàn tiền cho bạn." in page
