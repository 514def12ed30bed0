"""Whoever leaves the gateway by the back button finds the unpaid order again."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from core.people.queries import NOBODY
from market.listings.models import Listing
from market.orders.actions import Receiver, place_order
from market.orders.models import Order

RECEIVER = {"name": "Lê Thị Mua", "phone": "0903 111 222", "address": "12 Lê Lợi, Phan Thiết"}


def test_the_basket_shows_the_order_that_waits_for_its_payment(client: Client, listing: Listing) -> None:
    client.post(reverse("change_basket"), {"sku": listing.sku, "quantity": "2", "add": "1"})
    assert client.post(reverse("checkout"), RECEIVER | {"total_seen": 100_000}).status_code == 302
    order = Order.objects.get()
    page = client.get(reverse("basket")).content.decode()
    assert f"Đơn {order.code}" in page
    assert reverse("order", args=[order.key]) in page
    Order.objects.update(state=Order.State.PAID)
    assert order.code not in client.get(reverse("basket")).content.decode()


def test_nobody_sees_another_browsers_order(client: Client, listing: Listing) -> None:
    receiver = Receiver("Lê Thị Mua", "+84903111222", "12 Lê Lợi")
    order = place_order(wanted=[(listing, 1)], receiver=receiver, by=NOBODY)
    assert order.code not in client.get(reverse("basket")).content.decode()
