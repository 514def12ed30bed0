"""A form that arrives twice, and a sale that happens while the form is open."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from market.goods.models import Category
from market.listings.actions import give_stock_back, take_stock
from market.listings.models import Listing
from market.listings.stockroom.actions import add_stock
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.people import People, make_listing


def fields(**more: object) -> dict[str, object]:
    category = Category.objects.get(code="mat-ong")
    words = {
        "name": "Mật ong rừng",
        "category": category.pk,
        "description": "Ngọt.",
        "price": "90.000",
        "unit": "bottle",
    }
    return {**words, "stock": "10", "kept": "", **more}


def test_a_new_listing_sent_twice_is_one(shop: Shop, browser: object) -> None:
    an = browser("an")  # type: ignore[operator]
    page = an.get(reverse("seller_listing_new")).content.decode()
    sku = re.search(r'name="sku" value="(LS\d{8})"', page)
    assert sku is not None
    for _ in range(2):
        assert an.post(reverse("seller_listing_new"), fields(sku=sku[1])).status_code == 302
    assert [listing.sku for listing in Listing.objects.filter(shop=shop)] == [sku[1]]


def test_publishing_without_a_photo_saves_one_draft_and_the_next_try_mends_it(shop: Shop, browser: object) -> None:
    an = browser("an")  # type: ignore[operator]
    refused = an.post(reverse("seller_listing_new"), fields(sku="LS00000007", publish="1"))
    assert refused.context["form"].errors == {"photos": ["Thêm ít nhất một ảnh chụp sản phẩm."]}
    draft = Listing.objects.get(shop=shop)
    assert draft.state == "draft"
    assert f'action="{reverse("seller_listing_edit", args=[draft.sku])}"' in refused.content.decode()


def test_what_is_sold_while_the_form_is_open_stays_sold(shop: Shop, browser: object) -> None:
    an = browser("an")  # type: ignore[operator]
    listing = make_listing(shop, stock=10)
    photo = str(listing.photos.get().photo_id)
    seen = listing.stock_moves.latest("pk").pk
    take_stock([(listing, 4)])
    answer = an.post(
        reverse("seller_listing_edit", args=[listing.sku]), fields(stock="15", move_seen=str(seen), kept=photo)
    )
    assert answer.status_code == 302
    listing.refresh_from_db()
    assert listing.stock == 11


def sent_by(page: Any, **changes: object) -> dict[str, object]:
    """What the form of this page would send, with these changes."""
    form = page.context["form"]
    hidden = {name: form[name].value() for name in ("move_seen", "sku")}
    kept = {"kept": page.context["kept"]} if "kept" in page.context else {}
    told = fields(stock=form["stock"].value()) | hidden | kept | changes
    return {name: value for name, value in told.items() if value is not None}


def in_store(listing: Listing) -> int:
    return Listing.objects.get(pk=listing.pk).stock


def test_the_same_edit_sent_again_counts_once_also_after_a_sale(shop: Shop, browser: Browser) -> None:
    an, listing = browser("an"), make_listing(shop, stock=10)
    address = reverse("seller_listing_edit", args=[listing.sku])
    sent = sent_by(an.get(address), stock="15")
    take_stock([(listing, 4)])
    for _ in range(2):
        assert an.post(address, sent).status_code == 302
        assert in_store(listing) == 11
    take_stock([(listing, 1)])
    give_stock_back([(listing.pk, 2)])
    assert an.post(address, sent).status_code == 302
    assert in_store(listing) == 12


def test_a_new_form_sent_again_after_a_sale_brings_nothing_back(shop: Shop, browser: Browser) -> None:
    an = browser("an")
    sent = sent_by(an.get(reverse("seller_listing_new")), stock="10")
    an.post(reverse("seller_listing_new"), sent)
    listing = Listing.objects.get()
    Listing.objects.update(state="published")
    take_stock([(Listing.objects.select_related("shop").get(), 3)])
    an.post(reverse("seller_listing_new"), sent)
    assert in_store(listing) == 7


def test_a_number_left_alone_changes_nothing(shop: Shop, people: People, browser: Browser) -> None:
    an, listing = browser("an"), make_listing(shop, stock=10)
    address = reverse("seller_listing_edit", args=[listing.sku])
    sent = sent_by(an.get(address), name="Mật ong mới")
    add_stock(listing=listing, quantity=5, by=people.viewer("binh"))
    take_stock([(listing, 2)])
    an.post(address, sent)
    assert (in_store(listing), Listing.objects.get().name) == (13, "Mật ong mới")


@pytest.mark.parametrize("sold", [0, 3])
def test_a_refused_publishing_counts_once(shop: Shop, browser: Browser, sold: int) -> None:
    an, listing = browser("an"), make_listing(shop, stock=2)
    address = reverse("seller_listing_edit", args=[listing.sku])
    opened = sent_by(an.get(address), stock="12", description="chữa ung thư", publish="1")
    Listing.objects.update(state="draft")
    refused = an.post(address, opened)
    assert refused.status_code == 200 and in_store(listing) == 12
    Listing.objects.update(state="published")
    if sold:
        take_stock([(listing, sold)])
    assert an.post(address, sent_by(refused, description="Ngọt.", publish="1")).status_code == 302
    assert in_store(listing) == 12 - sold


def test_an_error_elsewhere_keeps_the_number_beside_what_was_seen(shop: Shop, browser: Browser) -> None:
    an, listing = browser("an"), make_listing(shop, stock=10)
    address = reverse("seller_listing_edit", args=[listing.sku])
    sent = sent_by(an.get(address), stock="15", price="x")
    take_stock([(listing, 4)])
    refused = an.post(address, sent)
    assert refused.context["form"].errors and in_store(listing) == 6
    an.post(address, sent_by(refused))
    assert in_store(listing) == 11


def test_words_taken_up_again_know_what_was_sold_meanwhile(shop: Shop, browser: Browser) -> None:
    an, listing = browser("an"), make_listing(shop, stock=10)
    address = reverse("seller_listing_edit", args=[listing.sku])
    typed = sent_by(an.get(address), description="mới")
    values = {name: str(value) for name, value in typed.items()}
    for stock, left in (("10", 6), ("15", 11)):
        body = {"values": values | {"stock": stock}, "seen": "", "over": True}
        an.post(reverse("seller_draft_keep", args=[listing.sku]), body, content_type="application/json")
        if stock == "10":
            take_stock([(listing, 4)])
        again = an.get(address + "?tiep=1")
        assert an.post(address, sent_by(again)).status_code == 302
        assert in_store(listing) == left


def test_words_kept_without_what_was_seen_leave_the_number(shop: Shop, browser: Browser) -> None:
    an, listing = browser("an"), make_listing(shop, stock=10)
    body = {"values": {"stock": "10", "description": "mới"}, "seen": "", "over": False}
    an.post(reverse("seller_draft_keep", args=[listing.sku]), body, content_type="application/json")
    take_stock([(listing, 4)])
    form = an.get(reverse("seller_listing_edit", args=[listing.sku]) + "?tiep=1").context["form"]
    assert (form["stock"].value(), form["description"].value()) == (6, "mới")


def test_a_size_counts_once_as_well(shop: Shop, browser: Browser) -> None:
    an, main = browser("an"), make_listing(shop)
    own = {"variant_name": "túi 200 g", "price": "12.000", "unit": "bag"}
    new = an.get(reverse("seller_listing_size", args=[main.sku]))
    made = sent_by(new, stock="4") | own
    for _ in range(2):
        an.post(reverse("seller_listing_size", args=[main.sku]), made)
    size = Listing.objects.get(main=main)
    Listing.objects.update(state="published")
    address = reverse("seller_listing_edit", args=[size.sku])
    sent = sent_by(an.get(address), stock="9") | own
    take_stock([(Listing.objects.select_related("shop").get(pk=size.pk), 1)])
    for _ in range(2):
        an.post(address, sent)
        assert in_store(size) == 8
    an.post(reverse("seller_listing_size", args=[main.sku]), made)
    assert in_store(size) == 3, "four when it was made, one sold since"


def test_a_sku_that_is_taken_is_a_sentence(shop: Shop, other_shop: Shop, browser: Browser) -> None:
    an, theirs = browser("an"), make_listing(other_shop)
    main, before = make_listing(shop), Listing.objects.count()
    size = {"variant_name": "túi 200 g", "price": "12.000", "unit": "bag"}
    for address, more in (("seller_listing_new", {}), ("seller_listing_size", size)):
        url = reverse(address, args=[main.sku] if more else [])
        for taken in (theirs.sku, main.sku) if more else (theirs.sku,):
            refused = an.post(url, fields(sku=taken, **more))
            assert "Mã của trang này vừa được dùng" in refused.content.decode()
            assert Listing.objects.count() == before
            fresh = refused.context["form"]["sku"].value()
            assert fresh not in {theirs.sku, main.sku}
        an.post(url, fields(sku=fresh, **more))
        before += 1
        assert Listing.objects.get(sku=fresh).shop == shop
    theirs.refresh_from_db()
    assert theirs.shop == other_shop
