"""Money that an accountant gives back, and the orders it was paid for: whatever comes after it, nothing is given back or earned twice
and the book never holds less than nothing."""

from __future__ import annotations

from typing import Any

import pytest

from core.people.queries import SYSTEM, Viewer
from market.ledger.accounts import HELD, REFUNDS, owed_to
from market.ledger.queries import balances_of, book_sum
from market.listings.models import Listing
from market.orders.actions import (
    ask_return,
    call_off,
    cancel_order,
    on_payment_settled,
    receive_order,
    send_order,
    take_back,
)
from market.orders.models import Order, Purchase
from market.payments.actions import RefundRefused, refund_by_hand, request_refund, withdraw_refund
from market.payments.events import PaymentSettled
from market.payments.models import Charge, Refund
from market.payments.queries import refunds_failed
from market.payments.sources import names_of, payments_called, sources_of
from market.shops.models import Shop
from tests.market.buying import attempt_for, notice, ordered, send_ipn
from tests.market.payments.till import accountant
from tests.market.proof import everything
from tests.people import People, make_listing


@pytest.fixture
def bought(listing: Listing, other_shop: Shop) -> Purchase:
    """Three of An's cashews (150,000 đ) and one of Dũng's peppers (70,000 đ), paid."""
    purchase = ordered((listing, 3), (make_listing(other_shop, name="Tiêu", price=70_000), 1))
    assert send_ipn(notice(attempt_for(purchase))) == "00"
    return purchase


@pytest.fixture
def mine(bought: Purchase) -> Order:
    return bought.orders.order_by("pk")[0]


@pytest.fixture
def theirs(bought: Purchase) -> Order:
    return bought.orders.order_by("pk")[1]


def charge_of(order: Order) -> Charge:
    return Charge.objects.get(payment=order.purchase.payment)


def there(order: Order) -> dict[str, int]:
    """{account: đồng} of what is left of this order's money."""
    found = {
        source.account: source.amount for source in sources_of(charge_of(order)) if source.part.subject == name(order)
    }
    assert book_sum() == 0 and balances_of([HELD])[HELD] <= 0
    return found


def name(order: Order) -> str:
    return f"shop_order:{order.pk}"


def by_hand(order: Order, amount: int, by: Viewer, account: str = HELD, number: int = 1) -> Refund:
    source = f"{name(order)}|{account}"
    request_id = f"{number:032x}"
    return refund_by_hand(
        charge=charge_of(order), source=source, amount=amount, reason="Thiếu hàng.", request_id=request_id, by=by
    )


def comes(order: Order, people: People, who: str = "an") -> Order:
    return receive_order(order=send_order(order=order, by=people.viewer(who)))


def fails(refund: Refund) -> None:
    """As if the gateway refused it; by a person's withdrawal, which does the same to the book."""
    withdraw_refund(refund=refund, by=accountant("khac"))


def balances(*accounts: str) -> list[int]:
    return list(balances_of(accounts).values())


def test_each_shops_money_lies_apart_and_moves_when_its_goods_come(
    mine: Order, theirs: Order, people: People, ngan: Viewer
) -> None:
    assert (there(mine), there(theirs)) == ({HELD: 150_000}, {HELD: 70_000})
    mine = comes(mine, people)
    owed = owed_to(mine.shop.producer_id)
    assert (there(mine), there(theirs)) == ({owed: 150_000}, {HELD: 70_000})
    before = everything()
    with pytest.raises(RefundRefused, match="vừa chuyển chỗ"):
        by_hand(mine, 10_000, ngan, HELD)
    with pytest.raises(RefundRefused, match="chỉ còn 150"):
        by_hand(mine, 150_001, ngan, owed)
    assert everything() == before
    by_hand(mine, 30_000, ngan, owed)
    assert (there(mine), balances(HELD, owed, REFUNDS)) == ({owed: 120_000}, [-70_000, -120_000, -30_000])


def test_the_shop_earns_what_was_not_given_back(mine: Order, people: People, ngan: Viewer) -> None:
    by_hand(mine, 30_000, ngan)
    mine = comes(mine, people)
    owed = owed_to(mine.shop.producer_id)
    assert (there(mine), balances(HELD, owed, REFUNDS)) == ({owed: 120_000}, [-70_000, -120_000, -30_000])


def test_all_given_back_the_shop_earns_nothing(mine: Order, people: People, ngan: Viewer) -> None:
    by_hand(mine, 150_000, ngan)
    mine = comes(mine, people)
    assert mine.state == "delivered"
    assert balances(HELD, owed_to(mine.shop.producer_id), REFUNDS) == [-70_000, 0, -150_000]


@pytest.mark.parametrize("how", ["called off", "cancelled", "taken back", "taken back unseen"])
def test_what_was_given_back_does_not_go_back_again(
    mine: Order, theirs: Order, people: People, ngan: Viewer, how: str
) -> None:
    an = people.viewer("an")
    by_hand(mine, 30_000, ngan)
    if how == "called off":
        call_off(order=mine)
    elif how == "cancelled":
        cancel_order(order=mine, by=an, reason="Hết hàng.")
    else:
        mine = comes(mine, people) if how == "taken back" else send_order(order=mine, by=an)
        ask_return(order=mine, reason="Mốc.")
        take_back(order=mine, by=an, back_on_shelf=False)
    assert list(Refund.objects.order_by("pk").values_list("amount", flat=True)) == [30_000, 120_000]
    assert (there(mine), there(theirs)) == ({}, {HELD: 70_000}), "the other shop's money is untouched"
    assert balances(HELD, owed_to(mine.shop.producer_id), REFUNDS) == [-70_000, 0, -150_000]


def test_all_given_back_calling_off_asks_for_nothing(mine: Order, ngan: Viewer) -> None:
    by_hand(mine, 150_000, ngan)
    call_off(order=mine)
    mine.refresh_from_db()
    assert (mine.state, Refund.objects.count()) == ("cancelled", 1)


def test_a_refund_that_comes_to_nothing_after_delivery_is_the_shops(mine: Order, people: People, ngan: Viewer) -> None:
    refund = by_hand(mine, 30_000, ngan)
    mine = comes(mine, people)
    fails(refund)
    owed = owed_to(mine.shop.producer_id)
    assert (there(mine), balances(HELD, owed, REFUNDS)) == ({owed: 150_000}, [-70_000, -150_000, 0])


def test_a_refund_that_comes_to_nothing_before_delivery_is_held_again(
    mine: Order, people: People, ngan: Viewer
) -> None:
    fails(by_hand(mine, 30_000, ngan))
    assert there(mine) == {HELD: 150_000}
    mine = comes(mine, people)
    assert there(mine) == {owed_to(mine.shop.producer_id): 150_000}


def test_a_called_off_orders_money_whose_refund_failed_can_be_given_back_by_hand(
    mine: Order, theirs: Order, ngan: Viewer
) -> None:
    call_off(order=mine)
    failed = Refund.objects.get()
    Refund.objects.update(state="ready")
    fails(failed)
    assert there(mine) == {HELD: 150_000}
    by_hand(mine, 150_000, ngan, number=2)
    assert (there(mine), there(theirs)) == ({}, {HELD: 70_000})


def test_a_failed_refund_stays_in_sight_until_as_much_of_the_same_order_is_asked_for(
    mine: Order, theirs: Order, ngan: Viewer
) -> None:
    call_off(order=mine)
    first = Refund.objects.get()
    fails(first)
    Refund.objects.filter(pk=first.pk).update(state="failed", note="")
    call_off(order=theirs)
    by_hand(mine, 149_999, ngan)
    assert list(refunds_failed(ngan)) == [first], "another order's, and less than it was"
    Refund.objects.filter(amount=149_999).update(amount=150_000)
    assert not refunds_failed(ngan).exists()


def test_money_that_came_too_late_is_the_whole_purchases(listing: Listing, ngan: Viewer, settings: Any) -> None:
    purchase = ordered((listing, 1))
    attempt = attempt_for(purchase)
    Purchase.objects.filter(pk=purchase.pk).update(state="released")
    purchase.orders.update(state="cancelled")
    send_ipn(notice(attempt))
    charge = Charge.objects.get()
    assert sources_of(charge) == []
    withdraw_refund(refund=Refund.objects.get(), by=ngan)
    charge.refresh_from_db()
    assert [source.key for source in sources_of(charge)] == [f"order:{purchase.pk}|held"]


def test_subjects_have_names_that_people_say(mine: Order, bought: Purchase) -> None:
    found = names_of([name(mine), f"order:{bought.pk}", "payment:1", "order:x", "order:999999"])
    assert {subject: (each.label, each.payment_id) for subject, each in found.items()} == {
        name(mine): (f"Đơn {mine.code}", bought.payment_id),
        f"order:{bought.pk}": (f"Lần mua {bought.code}", bought.payment_id),
    }
    assert payments_called(mine.code.lower()) == {bought.payment_id} and payments_called("LS") == set()


def test_the_products_own_refund_of_a_person_counts_too(mine: Order, people: People) -> None:
    """Whatever asked for it: the book is asked, not the hand."""
    request_refund(charge=charge_of(mine), amount=20_000, account=HELD, subject=name(mine), reason="x", by=SYSTEM)
    mine = comes(mine, people)
    assert there(mine) == {owed_to(mine.shop.producer_id): 130_000}
    on_payment_settled(PaymentSettled(mine.purchase.payment_id or 0))  # told again, nothing moves
    assert there(mine) == {owed_to(mine.shop.producer_id): 130_000}
