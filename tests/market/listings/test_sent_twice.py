"""A form that arrives twice, and a sale that happens while the form is open."""

from __future__ import annotations

import re

from django.urls import reverse

from market.goods.models import Category
from market.listings.actions import take_stock
from market.listings.models import Listing
from market.shops.models import Shop
from tests.people import make_listing


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
    take_stock([(listing, 4)])
    answer = an.post(
        reverse("seller_listing_edit", args=[listing.sku]), fields(stock="15", stock_seen="10", kept=photo)
    )
    assert answer.status_code == 302
    listing.refresh_from_db()
    assert listing.stock == 11
