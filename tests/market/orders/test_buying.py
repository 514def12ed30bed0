"""From the product page to VNPAY's door, and everything that may stand in between."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote_plus

import pytest
from django.test import Client
from django.urls import reverse

from core.kit import clock
from core.kit.money import dong
from core.messages.models import Message
from core.people.queries import NOBODY, SYSTEM
from market.goods.models import Category
from market.listings.actions import OutOfStock, pause_listing, publish_listing, take_stock, write_listing
from market.listings.models import Listing
from market.listings.promotions.actions import make_promotion
from market.lists.comparing import facts_of
from market.orders.actions import AgeNotConfirmed, AmountOutOfBounds, TotalChanged, place_purchase
from market.orders.models import OrderLine, Purchase
from market.payments.models import GatewayMessage, Payment, PaymentAttempt
from market.shops.models import Shop
from tests.market.buying import FORM, attempt_for, notice, ordered, put_in_basket, query_of, receiver_near, send_ipn
from tests.market.conftest import Browser
from tests.market.proof import everything
from tests.people import People, make_listing

BASKET, CHECKOUT = reverse("basket"), reverse("checkout")


def send_checkout(buyer: Client, total_seen: int | str, **options: Any) -> Any:
    """Press «Sang trang VNPAY» on a page that showed this total."""
    return buyer.post(CHECKOUT, FORM | {"total_seen": total_seen}, **options)


def test_the_way_to_vnpay(listing: Listing, settings: Any) -> None:
    buyer = Client(REMOTE_ADDR="203.0.113.9")
    assert put_in_basket(buyer, listing)["Location"] == BASKET
    put_in_basket(buyer, listing, 2)
    page = buyer.get(BASKET)
    assert (page.context["total"], page.context["ready"]) == (150_000, True)
    assert not Purchase.objects.exists(), "a basket takes nothing from the shelf"
    answer = send_checkout(buyer, 150_000)

    order, attempt = Purchase.objects.get(), PaymentAttempt.objects.get()
    assert (order.state, order.total, order.receiver_phone) == ("placed", 150_000, "+84903111222")
    assert list(order.orders.values_list("shop_id", "code", "goods", "fee", "state")) == [
        (listing.shop_id, f"{order.code}01", 150_000, 0, "waiting")
    ]
    lines = OrderLine.objects.filter(order__purchase=order)
    assert list(lines.values_list("listing_id", "order__shop_id", "name", "unit", "price", "quantity")) == [
        (listing.pk, listing.shop_id, "Hạt điều rang", "kg", 50_000, 3)
    ]
    assert Listing.objects.get().stock == 7
    payment = Payment.objects.get()
    assert order.payment_id == payment.pk
    assert (payment.state, payment.amount, payment.reference) == ("waiting", 150_000, order.code)
    assert (attempt.state, attempt.amount, attempt.customer_address) == ("open", 150_000, "203.0.113.9")

    assert answer.status_code == 302
    assert answer["Location"].startswith(settings.VNPAY["pay_url"] + "?")
    sent = dict(parse_qsl(query_of(answer["Location"]), strict_parsing=True))
    signature = sent.pop("vnp_SecureHash")
    data = "&".join(f"{quote_plus(key)}={quote_plus(sent[key])}" for key in sorted(sent))
    assert signature == hmac.new(settings.VNPAY["hash_secret"].encode(), data.encode(), hashlib.sha512).hexdigest()
    assert sent == {
        "vnp_Amount": "15000000",
        "vnp_Command": "pay",
        "vnp_CreateDate": attempt.create_date,
        "vnp_CurrCode": "VND",
        "vnp_ExpireDate": attempt.expire_date,
        "vnp_IpAddr": "203.0.113.9",
        "vnp_Locale": "vn",
        "vnp_OrderInfo": f"Thanh toan don hang {order.code}",
        "vnp_OrderType": "other",
        "vnp_ReturnUrl": f"{settings.BASE_URL}/thanh-toan/vnpay/return",
        "vnp_TmnCode": settings.VNPAY["tmn_code"],
        "vnp_TxnRef": attempt.txn_ref,
        "vnp_Version": "2.1.0",
    }
    log = GatewayMessage.objects.get()
    assert (log.kind, log.raw, log.attempt_id) == ("pay", answer["Location"], attempt.pk)
    assert buyer.get(BASKET).context["lines"] == [], "the basket is empty afterwards"


def test_paying_again_goes_to_the_same_attempt_while_it_is_fresh(listing: Listing, time_machine: Any) -> None:
    time_machine.move_to("2026-03-01T02:00:00Z", tick=False)
    order = ordered((listing, 1))
    pay = reverse("pay", args=[order.key])
    first, second = Client().post(pay)["Location"], Client().post(pay)["Location"]
    assert first == second
    time_machine.move_to("2026-03-01T02:13:01Z", tick=False)
    third = Client().post(pay)["Location"]
    assert third != first
    assert PaymentAttempt.objects.count() == 2


@pytest.mark.parametrize("state", ["processing", "succeeded", "canceled"])
def test_who_has_paid_is_not_sent_to_pay_again(listing: Listing, state: str) -> None:
    order = ordered((listing, 1))
    attempt = attempt_for(order)
    if state == "processing":
        assert send_ipn(notice(attempt, response="07", status="07")) == "00"
    elif state == "succeeded":
        assert send_ipn(notice(attempt)) == "00"
    else:
        Payment.objects.update(state="canceled")
    assert Payment.objects.get().state == state
    before = everything()
    answer = Client().post(reverse("pay", args=[order.key]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("order", args=[order.key]))
    assert everything() == before


def test_sold_out_between_basket_and_checkout(listing: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    buyer = Client()
    put_in_basket(buyer, listing, 8)
    take_stock([(Listing.objects.get(), 5)])
    before = everything()
    page = buyer.get(BASKET)
    assert [line.problem for line in page.context["lines"]] == ["Chỉ còn 5 kg. Hãy giảm số lượng."]
    assert buyer.post(CHECKOUT, FORM)["Location"] == BASKET
    assert everything() == before

    # The last look said "there", and somebody was faster all the same: the condition in the update decides.
    monkeypatch.setattr("market.orders.queries._problem", lambda listing, quantity: "")
    answer = send_checkout(buyer, 400_000, follow=True)
    assert answer.redirect_chain == [(BASKET, 302)]
    assert "Hạt điều rang vừa hết hàng. Hãy xem lại giỏ." in answer.content.decode()
    assert everything() == before


def test_what_is_no_longer_sold_is_said_and_can_be_taken_out(people: People, listing: Listing) -> None:
    buyer = Client()
    put_in_basket(buyer, listing)
    pause_listing(listing=listing, by=people.viewer("an"))
    page = buyer.get(BASKET)
    assert [line.problem for line in page.context["lines"]] == ["Sản phẩm này không còn bán. Hãy bỏ khỏi giỏ."]
    for sku in (listing.sku, "KHONG-CO", "", "\0", "a" * 5000):
        assert Client().post(reverse("change_basket"), {"sku": sku, "add": "1"}).status_code == 404
    buyer.post(reverse("remove_from_basket", args=[listing.sku]))
    assert buyer.get(BASKET).context["lines"] == []


def test_vnpay_takes_nothing_below_five_thousand(shop: Shop) -> None:
    cheap = make_listing(shop, name="Ớt", price=4_999)
    buyer = Client()
    put_in_basket(buyer, cheap)
    before = everything()
    answer = send_checkout(buyer, 4_999)
    assert answer.context["form"].errors == {"__all__": ["Đơn hàng phải từ 5.000 đ đến dưới 1 tỷ đồng."]}
    assert "12 Lê Lợi" in answer.content.decode(), "a refused form loses nothing"
    assert everything() == before
    put_in_basket(buyer, cheap)
    assert send_checkout(buyer, 9_998).status_code == 302
    assert Purchase.objects.get().total == 9_998


@pytest.mark.parametrize(
    ("price", "quantity", "allowed"), [(5_000, 1, True), (999_999_999, 1, True), (500_000_000, 2, False)]
)
def test_the_bounds_of_an_order(shop: Shop, price: int, quantity: int, allowed: bool) -> None:
    listing = make_listing(shop, price=price)
    before = everything()
    if allowed:
        assert ordered((listing, quantity)).total == price * quantity
    else:
        with pytest.raises(AmountOutOfBounds):
            place_purchase(wanted=[(listing, quantity)], receiver=receiver_near(listing), by=NOBODY)
        assert everything() == before


def test_an_order_is_all_or_nothing(shop: Shop, listing: Listing) -> None:
    last = make_listing(shop, name="Điều sống", stock=1)
    before = everything()
    with pytest.raises(OutOfStock):
        place_purchase(wanted=[(listing, 2), (last, 2)], receiver=receiver_near(listing), by=NOBODY)
    assert everything() == before


def test_a_price_that_changed_after_the_page_is_asked_about_again(listing: Listing) -> None:
    buyer, today = Client(), clock.today()
    put_in_basket(buyer, listing, 2)
    assert 'name="total_seen" value="100000"' in buyer.get(CHECKOUT).content.decode()
    make_promotion(listing=listing, price=40_000, starts_on=today, ends_on=today, by=SYSTEM)
    before = everything()
    answer = send_checkout(buyer, 100_000)
    page = answer.content.decode()
    assert (
        f"Giá vừa đổi, lúc nãy tổng cộng là {dong(100_000)}. Tổng cộng bây giờ là {dong(80_000)}. "
        "Hãy xem lại rồi bấm đặt lần nữa."
    ) in page
    assert "form-errors" not in page, "the buyer has nothing to mend"
    assert 'name="total_seen" value="80000"' in page and "12 Lê Lợi" in page
    for unread in ("", "x", "-5", "²", "9" * 400):
        assert send_checkout(buyer, unread).status_code == 200
    assert everything() == before
    assert send_checkout(buyer, 80_000).status_code == 302
    assert (Purchase.objects.get().total, OrderLine.objects.get().price) == (80_000, 40_000)


def test_the_price_is_the_one_that_stands_when_the_goods_are_taken(listing: Listing) -> None:
    """What the caller has read before may be old."""
    listing.refresh_from_db()
    Listing.objects.update(price=60_000)
    before = everything()
    with pytest.raises(TotalChanged) as changed:
        place_purchase(wanted=[(listing, 2)], receiver=receiver_near(listing), by=NOBODY, total_seen=100_000)
    assert changed.value.total == 120_000 and everything() == before
    order = ordered((listing, 2))
    assert (order.total, OrderLine.objects.get().price) == (120_000, 60_000)


def test_an_order_says_which_size_was_bought(people: People, listing: Listing, browser: Browser) -> None:
    wanted = replace(facts_of(listing), variant_name="túi 1 kg", stock=5)
    size = write_listing(shop=listing.shop, main=listing, facts=wanted, photos=[], by=SYSTEM)
    publish_listing(listing=size, by=SYSTEM)
    full, buyer = "Hạt điều rang, túi 1 kg", Client()
    put_in_basket(buyer, size)
    assert f"Đã thêm {full} vào giỏ." in buyer.get(BASKET).content.decode()
    for address in (BASKET, CHECKOUT):
        assert full in buyer.get(address).content.decode()
    order = ordered((listing, 1), (size, 1))
    lines = OrderLine.objects.filter(order__purchase=order).order_by("pk")
    assert list(lines.values_list("name", flat=True)) == ["Hạt điều rang", full]
    assert send_ipn(notice(attempt_for(order))) == "00"
    assert full in Client().get(reverse("order", args=[order.key])).content.decode()
    assert full in browser("an").get(reverse("seller_orders")).content.decode()
    assert f"1 × Hạt điều rang; 1 × {full}" in Message.objects.filter(user=people.users["an"]).get().text


@pytest.mark.parametrize(
    ("field", "value"), [("name", ""), ("name", "\u200b"), ("phone", "12345"), ("phone", ""), ("address", " \n ")]
)
def test_who_receives_must_be_known(listing: Listing, field: str, value: str) -> None:
    buyer = Client()
    put_in_basket(buyer, listing)
    before = everything()
    answer = buyer.post(CHECKOUT, FORM | {field: value})
    assert list(answer.context["form"].errors) == [field]
    assert everything() == before


def test_the_order_page_opens_by_its_key_only(people: People, listing: Listing, browser: Browser) -> None:
    order = ordered((listing, 1))
    page = Client().get(reverse("order", args=[order.key]))
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]
    text = page.content.decode()
    assert order.code in text and 'content="noindex"' in text
    assert "0903" not in text and "Lê Lợi" not in text, "a forwarded address tells nobody where the buyer lives"
    wrong = [order.code, str(order.pk), order.key[:-1], order.key.lower(), order.key + "A", "%00"]
    for name in (None, "an", "dung", "phuong"):
        person = browser(name) if name else Client()
        for key in wrong:
            assert person.get(f"/thanh-toan/don/{key}").status_code == 404, key
            assert person.post(f"/thanh-toan/don/{key}/tra").status_code == 404, key
    assert not PaymentAttempt.objects.exists()


def test_a_seller_sees_only_her_own_paid_lines(
    people: People, listing: Listing, other_shop: Shop, browser: Browser
) -> None:
    neighbours = make_listing(other_shop, name="Tiêu nhà Dũng", price=70_000)
    paid = ordered((listing, 2), (neighbours, 1))
    assert send_ipn(notice(attempt_for(paid))) == "00"
    unpaid = ordered((listing, 1), (neighbours, 1))
    pages = {name: browser(name).get(reverse("seller_orders")) for name in ("an", "binh", "dung", "chi")}
    lines = {
        name: [(row.purchase_id, line.name) for row in page.context["page"] for line in row.lines.all()]
        for name, page in pages.items()
    }
    assert lines == {
        "an": [(paid.pk, "Hạt điều rang")],
        "binh": [(paid.pk, "Hạt điều rang")],
        "dung": [(paid.pk, "Tiêu nhà Dũng")],
        "chi": [],
    }
    ans = pages["an"].content.decode()
    assert "Lê Thị Mua" in ans and "100.000" in ans
    assert unpaid.code not in ans and "Tiêu nhà Dũng" not in ans and "170.000" not in ans
    assert OrderLine.objects.count() == 4, "what could leak was there"
    homes = {name: browser(name).get("/nguoi-ban/").content.decode() for name in ("an", "dung")}
    assert all("Có 1 đơn cần đóng gói." in home for home in homes.values())
    stranger = Client().get(reverse("seller_orders"))
    assert (stranger.status_code, stranger["Location"]) == (302, "/dang-nhap/?next=/nguoi-ban/don-hang/")


def test_a_showcase_sells_nothing(listing: Listing, settings: Any) -> None:
    order = ordered((listing, 1))
    product = reverse("product", args=[listing.slug])
    assert "Thêm vào giỏ" in Client().get(product).content.decode()
    settings.SELLING = "showcase"
    before = everything()
    buyer = Client()
    page = buyer.get(product).content.decode()
    assert listing.name in page
    assert "Thêm vào giỏ" not in page and BASKET not in page
    assert put_in_basket(buyer, listing).status_code == 404
    for address in (BASKET, CHECKOUT):
        assert buyer.get(address).status_code == 404
    assert buyer.post(CHECKOUT, FORM).status_code == 404
    assert buyer.post(reverse("remove_from_basket", args=[listing.sku])).status_code == 404
    assert buyer.post(reverse("pay", args=[order.key])).status_code == 404
    assert everything() == before
    assert buyer.get(reverse("order", args=[order.key])).status_code == 200, "old orders can still be read"


def test_wine_is_sold_to_adults_only(shop: Shop, listing: Listing) -> None:
    wine = make_listing(shop, name="Rượu ổi")
    Listing.objects.filter(pk=wine.pk).update(category=Category.objects.get(code="ruou-trai-cay"), alcohol=None)
    buyer, words = Client(), "Chỉ bán cho người từ đủ 18 tuổi."
    put_in_basket(buyer, listing)
    assert words not in buyer.get(BASKET).content.decode() and "of_age" not in buyer.get(CHECKOUT).content.decode()
    put_in_basket(buyer, wine)
    assert words in buyer.get(BASKET).content.decode() and words in buyer.get(CHECKOUT).content.decode()
    before = everything()
    answer = send_checkout(buyer, 100_000)
    assert list(answer.context["form"].errors) == ["of_age"] and "12 Lê Lợi" in answer.content.decode()
    with pytest.raises(AgeNotConfirmed):
        place_purchase(wanted=[(listing, 1), (wine, 1)], receiver=receiver_near(listing), by=NOBODY)
    assert everything() == before
    posted = FORM | {"total_seen": "100000", "of_age": "on"}
    assert buyer.post(CHECKOUT, posted)["Location"].startswith("http")
    assert OrderLine.objects.count() == 2
