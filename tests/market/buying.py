"""A buyer with a browser, and VNPAY's side of the wire: signed messages about a payment."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from core.people.queries import NOBODY
from market.listings.models import Listing
from market.orders.actions import Receiver, accept_paid_orders, place_purchase
from market.orders.models import Purchase
from market.payments.actions import begin_attempt
from market.payments.models import PaymentAttempt
from market.payments.vnpay import wire

FORM = {
    "name": "Lê Thị Mua",
    "phone": "0903 111 222",
    "address": "12 Lê Lợi",
    "commune": "Phước Hữu, Khánh Hòa",
    "method": "vnpay",
}


def put_in_basket(buyer: Client, listing: Listing, quantity: int = 1) -> HttpResponse:
    """Press «Thêm vào giỏ»."""
    posted = {"sku": listing.sku, "quantity": quantity, "add": "1"}
    return buyer.post(reverse("change_basket"), posted)  # type: ignore[return-value]


def receiver_near(listing: Listing) -> Receiver:
    """A buyer of the commune of this listing's shop."""
    return Receiver("Lê Thị Mua", "+84903111222", "12 Lê Lợi", listing.shop.producer.commune)


def ordered(*wanted: tuple[Listing, int]) -> Purchase:
    """A purchase of these goods, not yet paid, for a buyer near the first one's shop."""
    return place_purchase(wanted=wanted, receiver=receiver_near(wanted[0][0]), by=NOBODY)


def attempt_for(order: Purchase) -> PaymentAttempt:
    """The buyer opens VNPAY's page."""
    assert order.payment is not None
    return begin_attempt(payment=order.payment, customer_address="203.0.113.7")


def notice(attempt: PaymentAttempt, *, response: str = "00", status: str = "00", **changes: str) -> str:
    """The query string that VNPAY would send about this attempt, signed as VNPAY signs."""
    fields = {
        "vnp_Amount": str(attempt.amount * 100),
        "vnp_BankCode": "NCB",
        "vnp_OrderInfo": "Thanh toan",
        "vnp_PayDate": "20260105093212",
        "vnp_ResponseCode": response,
        "vnp_TmnCode": settings.VNPAY["tmn_code"],
        "vnp_TransactionNo": "14226112",
        "vnp_TransactionStatus": status,
        "vnp_TxnRef": attempt.txn_ref,
        **changes,
    }
    return wire.signed_query(fields, settings.VNPAY["hash_secret"])


def send_ipn(query: str) -> str:
    """VNPAY calls, and the worker comes round; the RspCode of our answer, which is always HTTP 200."""
    answer = Client().get(f"{reverse('vnpay_ipn')}?{query}")
    assert answer.status_code == 200
    accept_paid_orders()
    body: dict[str, Any] = answer.json()
    assert set(body) == {"RspCode", "Message"}
    return str(body["RspCode"])


def come_back(query: str) -> Any:
    """The buyer's browser returns."""
    return Client().get(f"{reverse('vnpay_return')}?{query}")


def query_of(url: str) -> str:
    """The raw query string of an address."""
    return urlsplit(url).query
