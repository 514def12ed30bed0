"""Between VNPAY's message and the shop: the message is taken in by itself, the worker carries it on, once, whatever breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.messages.models import Message
from core.people.queries import SYSTEM
from market.listings.models import Listing, StockMove
from market.orders.actions import StepRefused, accept_paid_orders, call_off, paying, send_order
from market.orders.models import Order, Purchase
from market.shops.models import Shop
from tests.market.buying import attempt_for, notice, ordered
from tests.market.proof import everything, trail
from tests.people import make_listing


def call(purchase: Purchase) -> str:
    """VNPAY's message, and nobody comes round afterwards; our RspCode."""
    answer = Client().get(f"{reverse('vnpay_ipn')}?{notice(attempt_for(purchase))}")
    return str(answer.json()["RspCode"])


def states(purchase: Purchase) -> tuple[str, list[str]]:
    """Of the purchase, and of its orders."""
    purchase.refresh_from_db()
    return purchase.state, list(purchase.orders.order_by("pk").values_list("state", flat=True))


@pytest.fixture
def purchase(listing: Listing, other_shop: Shop) -> Purchase:
    """Goods of two shops."""
    return ordered((listing, 2), (make_listing(other_shop), 1))


def test_the_worker_tells_both_shops_once(purchase: Purchase) -> None:
    assert call(purchase) == "00"
    assert states(purchase) == ("paid", ["waiting", "waiting"])
    assert not Message.objects.filter(kind="order.paid").exists() and not StockMove.objects.filter(kind="sold").exists()
    since = len(trail())
    assert accept_paid_orders() == 1
    assert "data-refresh" not in Client().get(reverse("order", args=[purchase.key])).content.decode()
    assert states(purchase) == ("paid", ["to_pack", "to_pack"])
    assert [action for action, _, _ in trail(since)] == ["order.paid", "shop_order.to_pack", "shop_order.to_pack"]
    told = Message.objects.filter(kind="order.paid", channel="inbox").values_list("reference", flat=True)
    assert len(told) >= 2 and StockMove.objects.filter(kind="sold").count() == 2
    before = everything()
    assert accept_paid_orders() == 0
    assert everything() == before


def test_the_buyer_reads_that_the_money_is_there_and_cannot_call_off_in_that_second(purchase: Purchase) -> None:
    call(purchase)
    page = Client().get(reverse("order", args=[purchase.key])).content.decode()
    assert "Đã nhận tiền, đang báo người bán." in page and "Hủy đơn này" not in page and "Chờ trả tiền" not in page
    assert "data-refresh" in page, "the page looks again by itself"
    before = everything()
    with pytest.raises(StepRefused, match="vừa đổi trạng thái"):
        call_off(order=purchase.orders.order_by("pk")[0])
    assert everything() == before


def test_one_that_breaks_keeps_nothing_and_does_not_hold_up_the_others(
    purchase: Purchase, listing: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ordered((listing, 1))
    assert [call(purchase), call(other)] == ["00", "00"]
    real = paying.accept_order

    def breaks(order: Order, **options: Any) -> bool:
        if order.purchase_id == purchase.pk and order.shop_id != listing.shop_id:
            raise RuntimeError("the second shop of the first purchase cannot be told")
        return real(order, **options)

    with monkeypatch.context() as patch:
        patch.setattr(paying, "accept_order", breaks)
        assert accept_paid_orders() == 1
    assert states(purchase) == ("paid", ["waiting", "waiting"]) and states(other) == ("paid", ["to_pack"])
    assert accept_paid_orders() == 1
    assert states(purchase) == ("paid", ["to_pack", "to_pack"])
    assert StockMove.objects.filter(kind="sold").count() == 3


def test_what_is_under_way_is_not_said_to_be_prepared(purchase: Purchase) -> None:
    call(purchase)
    accept_paid_orders()
    page = reverse("order", args=[purchase.key])
    for count, order in enumerate(purchase.orders.order_by("pk"), 1):
        send_order(order=order, by=SYSTEM)
        said = Client().get(page).content.decode()
        assert ("Đã nhận tiền. Người bán đang chuẩn bị hàng cho bạn." in said) == (count == 1)
        assert "Đã nhận tiền." in said


def test_what_nobody_has_paid_is_left_alone(purchase: Purchase) -> None:
    attempt_for(purchase)
    before = everything()
    assert accept_paid_orders() == 0
    assert everything() == before


@pytest.mark.parametrize("shops", [1, 2])
def test_vnpay_waits_for_a_dozen_statements_however_many_shops(
    purchase: Purchase, listing: Listing, shops: int
) -> None:
    query = notice(attempt_for(purchase if shops == 2 else ordered((listing, 1))))
    with CaptureQueriesContext(connection) as seen:
        Client().get(f"{reverse('vnpay_ipn')}?{query}")
    assert len(seen) <= 12


def test_wherever_the_worker_dies_the_goods_are_sold_once_and_both_shops_are_told_once(purchase: Purchase) -> None:
    class Died(BaseException):
        """The process is gone."""

    def writes_until(last: int) -> Any:
        seen = [0]

        def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
                seen[0] += 1
                if seen[0] > last:
                    raise Died
            return run(sql, params, many, context)

        return connection.execute_wrapper(execute)

    call(purchase)
    before, deaths = everything(), 0
    while True:
        try:
            with writes_until(deaths):
                assert accept_paid_orders() == 1
            break
        except Died:
            deaths += 1
            assert everything() == before, f"died at write {deaths}"
    assert deaths > 10, "an acceptance writes less than it did"
    assert states(purchase) == ("paid", ["to_pack", "to_pack"])
    assert StockMove.objects.filter(kind="sold").count() == 2
