"""An order's way from its shop to the buyer and back, and what it does to stock, money and the book."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Sum
from django.test import Client
from django.urls import reverse

from core.kit import clock
from core.people.queries import NOBODY, SYSTEM
from core.places.models import Unit
from market.ledger.accounts import GATEWAY, HELD, REFUNDS, owed_to, taken_by, turnover_of
from market.ledger.models import LedgerEntry
from market.ledger.queries import balances_of
from market.listings.models import Listing
from market.orders.actions import (
    NotSentThere,
    NotTaken,
    Receiver,
    StepRefused,
    TotalChanged,
    ask_return,
    call_off,
    cancel_order,
    confirm_transfer,
    deliver_order,
    pack_order,
    place_purchase,
    receive_order,
    refuse_return,
    release_forgotten_purchases,
    send_order,
    take_back,
)
from market.orders.models import Method, Order, Purchase
from market.payments.models import Refund
from market.shops.actions import Sending, set_bank_account, set_delivery, set_ways_to_pay
from market.shops.models import Shop
from tests.market.buying import FORM, attempt_for, notice, ordered, put_in_basket, receiver_near, send_ipn
from tests.market.proof import everything
from tests.people import People, make_listing

Browser = Callable[[str], Client]


def paid(*wanted: tuple[Listing, int]) -> Purchase:
    purchase = ordered(*wanted)
    assert send_ipn(notice(attempt_for(purchase))) == "00"
    return purchase


def bought(listing: Listing, method: str, quantity: int = 1) -> Order:
    receiver = receiver_near(listing)
    return place_purchase(wanted=[(listing, quantity)], receiver=receiver, method=method, by=NOBODY).orders.get()


def shelf(listing: Listing) -> tuple[int, int]:
    """What can be sold and what is held."""
    return Listing.objects.values_list("stock", "reserved").get(pk=listing.pk)


def book(*accounts: str) -> list[int]:
    """The balances, after proving that all accounts together are 0."""
    every = set(LedgerEntry.objects.values_list("debit", flat=True)) | set(
        LedgerEntry.objects.values_list("credit", flat=True)
    )
    assert sum(balances_of(every).values()) == 0
    return list(balances_of(accounts).values())


class TestMoneyByVnpay:
    def test_it_is_the_shops_once_the_buyer_has_the_goods(self, people: People, listing: Listing) -> None:
        an, order = people.viewer("an"), paid((listing, 3)).orders.get()
        owed = owed_to(order.shop.producer_id)
        assert (order.state, order.is_paid, shelf(listing), book(GATEWAY, HELD, owed)) == (
            "to_pack",
            True,
            (7, 0),
            [150_000, -150_000, 0],
        )
        order = pack_order(order=order, by=an)
        order = send_order(order=order, by=an, carrier="Bưu điện", tracking="VN1")
        assert (
            (order.state, order.carrier, order.tracking) == ("sent", "Bưu điện", "VN1")
            and order.packed_at
            and order.sent_at
        )
        assert book(HELD, owed) == [-150_000, 0]
        order = receive_order(order=order)
        assert (order.state, book(GATEWAY, HELD, owed)) == ("delivered", [150_000, 0, -150_000])
        before = everything()
        for again in (
            lambda: receive_order(order=order),
            lambda: deliver_order(order=order, by=an),
            lambda: cancel_order(order=order, by=an, reason="x"),
        ):
            with pytest.raises(StepRefused):
                again()
        assert everything() == before

    def test_called_off_it_goes_back_and_the_goods_to_the_shelf(self, listing: Listing) -> None:
        order = call_off(order=paid((listing, 3)).orders.get())
        refund = Refund.objects.get()
        assert (order.state, shelf(listing), book(GATEWAY, HELD, REFUNDS)) == (
            "cancelled",
            (10, 0),
            [150_000, 0, -150_000],
        )
        assert (refund.amount, refund.state, refund.subject, refund.is_full) == (
            150_000,
            "ready",
            f"shop_order:{order.pk}",
            True,
        )

    def test_one_of_two_shops_calls_off(self, people: People, listing: Listing, other_shop: Shop) -> None:
        purchase = paid((listing, 1), (make_listing(other_shop, name="Tiêu", price=70_000), 1))
        mine, theirs = purchase.orders.order_by("pk")
        assert [mine.total, theirs.total, purchase.total] == [50_000, 70_000, 120_000]
        with pytest.raises(PermissionError):
            cancel_order(order=theirs, by=people.viewer("an"), reason="Hết hàng.")
        cancel_order(order=mine, by=people.viewer("an"), reason="Hết hàng.")
        theirs.refresh_from_db()
        refund = Refund.objects.get()
        assert (theirs.state, refund.amount, refund.is_full, book(HELD, REFUNDS)) == (
            "to_pack",
            50_000,
            False,
            [-70_000, -50_000],
        )
        page = Client().get(reverse("order", args=[purchase.key])).content.decode()
        assert "Lời nhắn: Hết hàng." in page and "Đang hoàn 50.000" in page

    def test_above_the_limit_a_person_looks_first(self, listing: Listing, settings: Any) -> None:
        settings.REFUND_ALONE_UP_TO = 149_999
        call_off(order=paid((listing, 3)).orders.get())
        refund = Refund.objects.get()
        assert (refund.state, refund.asked_by_id, refund.next_step_at) == ("asked", None, None)

    def test_taken_back_after_delivery_the_shop_pays(self, people: People, listing: Listing) -> None:
        an, order = people.viewer("an"), paid((listing, 2)).orders.get()
        owed = owed_to(order.shop.producer_id)
        deliver_order(order=send_order(order=order, by=an), by=an)
        ask_return(order=order, reason="Hạt bị mốc.")
        with pytest.raises(StepRefused):
            refuse_return(order=order, by=an, reason=" ")
        take_back(order=order, by=an, back_on_shelf=False)
        assert (shelf(listing), book(HELD, owed, REFUNDS)) == ((8, 0), [0, 0, -100_000])
        order.refresh_from_db()
        assert (order.state, Refund.objects.get().account) == ("returned", owed)

    def test_what_is_not_taken_back_stays_delivered_with_the_reason(self, people: People, listing: Listing) -> None:
        an, order = people.viewer("an"), paid((listing, 2)).orders.get()
        deliver_order(order=send_order(order=order, by=an), by=an)
        ask_return(order=order, reason="Đổi ý.")
        order = refuse_return(order=order, by=an, reason="Hàng đã mở.")
        assert (order.state, order.reason, Refund.objects.count()) == ("delivered", "Hàng đã mở.", 0)
        assert book(owed_to(order.shop.producer_id)) == [-100_000], "earned once"

    def test_after_seven_days_it_is_for_the_two_of_them(
        self, people: People, listing: Listing, time_machine: Any
    ) -> None:
        an, order = people.viewer("an"), paid((listing, 2)).orders.get()
        deliver_order(order=send_order(order=order, by=an), by=an)
        time_machine.move_to(clock.now() + timedelta(days=7, seconds=2))
        with pytest.raises(StepRefused, match="quá 7 ngày"):
            ask_return(order=order, reason="Mốc.")


class TestCash:
    def test_the_shop_packs_at_once_and_has_the_money_when_it_brings_it(self, people: People, listing: Listing) -> None:
        an, order = people.viewer("an"), bought(listing, Method.CASH, 2)
        producer = order.shop.producer_id
        assert (order.state, order.is_paid, shelf(listing), LedgerEntry.objects.count()) == (
            "to_pack",
            False,
            (8, 0),
            0,
        )
        deliver_order(order=send_order(order=order, by=an), by=an)
        order.refresh_from_db()
        assert order.is_paid and book(taken_by(producer), turnover_of(producer), owed_to(producer)) == [
            100_000,
            -100_000,
            0,
        ]

    def test_called_off_nothing_goes_back_but_the_goods(self, listing: Listing) -> None:
        call_off(order=bought(listing, Method.CASH, 2))
        assert (shelf(listing), LedgerEntry.objects.count(), Refund.objects.count()) == ((10, 0), 0, 0)


class TestTransfer:
    @pytest.fixture
    def order(self, people: People, listing: Listing) -> Order:
        an = people.viewer("an")
        set_ways_to_pay(shop=listing.shop, cash=False, transfer=True, vnpay=True, by=an)
        return bought(listing, Method.TRANSFER, 2)

    @pytest.fixture(autouse=True)
    def account(self, people: People, listing: Listing) -> None:
        set_bank_account(
            shop=listing.shop,
            bank_bin="970403",
            account="0011012345678",
            holder="NGUYEN VAN AN",
            by=people.viewer("an"),
        )

    def test_the_page_says_how_and_the_shop_says_when_it_is_there(
        self, people: People, order: Order, listing: Listing
    ) -> None:
        page = Client().get(reverse("order", args=[order.purchase.key])).content.decode()
        assert all(
            words in page for words in ("0011012345678", "NGUYEN VAN AN", order.code, "<svg", "Quét để chuyển 100.000")
        )
        assert (order.state, shelf(listing)) == ("waiting", (8, 2))
        with pytest.raises(PermissionError):
            confirm_transfer(order=order, by=people.viewer("dung"))
        order = confirm_transfer(order=order, by=people.viewer("an"))
        producer = order.shop.producer_id
        assert (order.state, order.is_paid, shelf(listing), book(taken_by(producer))) == (
            "to_pack",
            True,
            (8, 0),
            [100_000],
        )
        assert "0011012345678" not in Client().get(reverse("order", args=[order.purchase.key])).content.decode()
        cancel_order(order=order, by=people.viewer("an"), reason="Hỏng.")
        assert (shelf(listing), book(taken_by(producer)), Refund.objects.count()) == ((10, 0), [0], 0)

    def test_without_it_the_goods_go_back_after_two_days(
        self, order: Order, listing: Listing, time_machine: Any
    ) -> None:
        time_machine.move_to(order.purchase.placed_at + timedelta(hours=47))
        assert release_forgotten_purchases() == 0
        time_machine.move_to(order.purchase.placed_at + timedelta(hours=48, seconds=2))
        assert [release_forgotten_purchases(), release_forgotten_purchases()] == [1, 0]
        order.refresh_from_db()
        assert (order.state, shelf(listing)) == ("cancelled", (10, 0))


class TestDelivery:
    @pytest.fixture(autouse=True)
    def table(self, people: People, listing: Listing) -> None:
        rows = [Sending("commune", 0, None, 0, 1), Sending("province", 15_000, 200_000, 1, 2)]
        set_delivery(shop=listing.shop, sendings=rows, by=people.viewer("an"))

    @pytest.fixture
    def near(self, people: People) -> Unit:
        return Unit.objects.filter(parent=people.commune.parent, level="commune", valid_to=None).exclude(
            pk=people.commune.pk
        )[0]

    @pytest.fixture
    def far(self, people: People) -> Unit:
        return Unit.objects.filter(level="commune", valid_to=None).exclude(parent=people.commune.parent)[0]

    def to(self, listing: Listing, commune: Unit, quantity: int = 1) -> Purchase:
        receiver = Receiver("Lan", "+84903111222", "Số 1", commune)
        return place_purchase(wanted=[(listing, quantity)], receiver=receiver, by=NOBODY)

    def test_it_costs_what_the_shops_table_says(self, people: People, listing: Listing, near: Unit) -> None:
        assert [self.to(listing, people.commune).total, self.to(listing, near).total, self.to(listing, near, 4).total] == [
            50_000, 65_000, 200_000,
        ]  # fmt: skip
        assert Order.objects.aggregate(fees=Sum("fee"))["fees"] == 15_000

    def test_where_it_does_not_send_nothing_is_placed(self, listing: Listing, far: Unit) -> None:
        before = everything()
        with pytest.raises(NotSentThere):
            self.to(listing, far)
        assert everything() == before

    def test_the_buyer_sees_the_fee_before_it_counts(self, listing: Listing, near: Unit, far: Unit) -> None:
        buyer = Client()
        put_in_basket(buyer, listing)
        assert near.parent is not None and far.parent is not None
        posted = FORM | {"commune": f"{near.name}, {near.parent.name}", "total_seen": "50000"}
        answer = buyer.post(reverse("checkout"), posted)
        assert "Tiền giao hàng đến nơi này là 15.000" in answer.content.decode()
        assert 'name="total_seen" value="65000"' in answer.content.decode() and not Purchase.objects.exists()
        elsewhere = buyer.post(reverse("checkout"), posted | {"commune": f"{far.name}, {far.parent.name}"})
        assert "không giao hàng đến xã này" in str(elsewhere.context["form"].errors["commune"])
        assert buyer.post(reverse("checkout"), posted | {"total_seen": "65000"}).status_code == 302
        assert Purchase.objects.get().commune_id == near.pk

    def test_a_fee_that_changed_is_asked_about_again(self, people: People, listing: Listing) -> None:
        set_delivery(shop=listing.shop, sendings=[Sending("country", 9_000, None, 1, 2)], by=people.viewer("an"))
        with pytest.raises(TotalChanged) as changed:
            place_purchase(wanted=[(listing, 1)], receiver=receiver_near(listing), by=NOBODY, total_seen=50_000)
        assert (changed.value.total, changed.value.fees) == (59_000, 9_000)


def test_what_is_not_paid_yet_goes_with_its_whole_purchase(people: People, listing: Listing, other_shop: Shop) -> None:
    mine, _ = ordered((listing, 1), (make_listing(other_shop, name="Tiêu"), 1)).orders.order_by("pk")
    before = everything()
    with pytest.raises(StepRefused, match="tự hủy"):
        cancel_order(order=mine, by=people.viewer("an"), reason="Hết hàng.")
    with pytest.raises(StepRefused, match="tự hủy"):
        call_off(order=mine)
    assert everything() == before


def test_a_way_that_one_shop_does_not_take_is_not_offered(people: People, listing: Listing, other_shop: Shop) -> None:
    other = make_listing(other_shop, name="Tiêu")
    set_ways_to_pay(shop=listing.shop, cash=False, transfer=False, vnpay=True, by=people.viewer("an"))
    before = everything()
    with pytest.raises(NotTaken):
        place_purchase(wanted=[(listing, 1), (other, 1)], receiver=receiver_near(listing), method="cash", by=NOBODY)
    assert everything() == before
    buyer = Client()
    put_in_basket(buyer, listing)
    put_in_basket(buyer, other)
    page = buyer.get(reverse("checkout"))
    assert [value for value, _ in page.context["form"].fields["method"].choices] == ["vnpay"]
    set_ways_to_pay(shop=other_shop, cash=True, transfer=False, vnpay=False, by=SYSTEM)
    assert "không có cách nhận tiền chung" in buyer.get(reverse("checkout")).content.decode()


def test_the_shop_walks_an_order_through_its_pages(people: People, listing: Listing, browser: Browser) -> None:
    order, an = paid((listing, 1)).orders.get(), browser("an")
    here = reverse("seller_order", args=[order.code])
    page = an.get(here).content.decode()
    assert "Lê Thị Mua" in page and "12 Lê Lợi, Phước Hữu, Khánh Hòa" in page and "0903" not in page
    for step, state in (("dong-goi", "packed"), ("gui", "sent"), ("da-giao", "delivered")):
        assert an.post(f"{here}/{step}", {"carrier": "", "tracking": ""})["Location"] == here
        order.refresh_from_db()
        assert order.state == state
    again = an.post(f"{here}/huy", {"reason": "x"}, follow=True).content.decode()
    assert "Đơn này vừa đổi trạng thái." in again
    assert an.post(f"{here}/bay").status_code == 404
    assert [browser("dung").get(here).status_code, browser("dung").post(f"{here}/huy").status_code] == [404, 404]


def test_the_buyer_steps_need_the_address(listing: Listing) -> None:
    purchase = paid((listing, 1))
    order = purchase.orders.get()
    other = paid((listing, 1)).orders.get()
    buyer = Client()
    assert buyer.post(reverse("buyer_step", args=[purchase.key, other.code, "huy"])).status_code == 404
    assert buyer.post(reverse("buyer_step", args=[purchase.key, order.code, "bay"])).status_code == 404
    assert buyer.get(reverse("buyer_step", args=[purchase.key, order.code, "huy"])).status_code == 405
    back = buyer.post(reverse("buyer_step", args=[purchase.key, order.code, "huy"]), follow=True).content.decode()
    assert "Đã hủy đơn." in back and Order.objects.get(pk=order.pk).state == "cancelled"
