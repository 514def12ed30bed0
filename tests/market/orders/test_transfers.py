"""The accountant confirms a bank transfer for a shop; nobody else's word counts there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from core.people.actions import give_grant
from core.people.models import Role, User
from core.people.queries import NOBODY, SYSTEM, Viewer, viewer_for
from market.ledger.accounts import taken_by
from market.ledger.queries import balances_of
from market.listings.models import Listing
from market.orders.actions import place_purchase
from market.orders.models import Order
from market.shops.actions import set_bank_account, set_ways_to_pay
from tests.market.buying import receiver_near
from tests.market.payments.till import accountant
from tests.market.proof import everything, trail
from tests.people import People

LIST = reverse("transfers")


def browser_of(viewer: Viewer) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=viewer.user_id))
    return client


@pytest.fixture
def order(people: People, listing: Listing) -> Order:
    an = people.viewer("an")
    set_bank_account(shop=listing.shop, bank_bin="970415", account="113366668888", holder="NGUYEN VAN AN", by=an)
    set_ways_to_pay(shop=listing.shop, vnpay=True, cash=True, transfer=True, by=an)
    wanted = [(listing, 2)]
    listing.refresh_from_db()
    return place_purchase(wanted=wanted, receiver=receiver_near(listing), method="transfer", by=NOBODY).orders.get()


def test_the_accountant_sees_and_confirms_it_once(order: Order) -> None:
    ngan = accountant("ngan")
    there, since = browser_of(ngan), len(trail())
    page = there.get(LIST).content.decode()
    assert order.code in page and order.shop.name in page
    assert "Lê Thị Mua" not in page and "0903" not in page, "money is not about who lives where"
    assert order.code not in there.get(LIST, {"q": "KHONGCO"}).content.decode()
    assert order.code in there.get(LIST, {"q": order.code.lower()}).content.decode()
    answer = there.post(reverse("confirm_transfer", args=[order.code]), follow=True)
    assert f"của đơn {order.code} đã đến. Người bán được báo đóng gói." in answer.content.decode()
    order.refresh_from_db()
    assert (order.state, order.is_paid) == ("to_pack", True)
    assert trail(since) == [("shop_order.to_pack", ngan.user_id, f"shop_order:{order.pk}")]
    producer = order.shop.producer_id
    assert balances_of([taken_by(producer)]) == {taken_by(producer): order.total}
    before = everything()
    again = there.post(reverse("confirm_transfer", args=[order.code]), follow=True).content.decode()
    assert "Đơn này không còn chờ chuyển khoản." in again and "Không đơn nào đang chờ chuyển khoản." in again
    assert everything() == before


def test_an_auditor_reads_and_a_seller_and_a_neighbour_find_nothing(
    order: Order, people: People, browser: Callable[[str], Client]
) -> None:
    kiem = User.objects.create_user(username="kiem-toan", full_name="Kiểm")
    give_grant(user=kiem, role=Role.AUDITOR, unit=None, given_by=SYSTEM)
    auditor = browser_of(viewer_for(kiem))
    page = auditor.get(LIST).content.decode()
    assert order.code in page and "Tiền đã đến" not in page
    before = everything()
    assert auditor.post(reverse("confirm_transfer", args=[order.code])).status_code == 404
    for name in ("an", "dung", "chi"):
        there = browser(name)
        assert there.get(LIST).status_code == 404
        assert there.post(reverse("confirm_transfer", args=[order.code])).status_code == 404
    assert everything() == before
