"""Whoever leaves the gateway by the back button finds the unpaid order again."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from market.listings.models import Listing
from market.orders.models import Purchase
from tests.market.buying import FORM, ordered


def test_the_basket_shows_the_order_that_waits_for_its_payment(client: Client, listing: Listing) -> None:
    client.post(reverse("change_basket"), {"sku": listing.sku, "quantity": "2", "add": "1"})
    assert client.post(reverse("checkout"), FORM | {"total_seen": 100_000}).status_code == 302
    order = Purchase.objects.get()
    page = client.get(reverse("basket")).content.decode()
    assert f"Đơn {order.code}" in page
    assert reverse("order", args=[order.key]) in page
    Purchase.objects.update(state=Purchase.State.PAID)
    assert order.code not in client.get(reverse("basket")).content.decode()


def test_nobody_sees_another_browsers_order(client: Client, listing: Listing) -> None:
    order = ordered((listing, 1))
    assert order.code not in client.get(reverse("basket")).content.decode()
