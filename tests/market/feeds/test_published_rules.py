"""Whatever a seller writes, the files keep to what Google, Meta and schema.org have published (see `reading`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.kit import clock
from core.people.queries import SYSTEM
from market.feeds.actions import bring_up_to_date, check_everything, follow_notes
from market.listings.actions import BadgeFacts, set_badges
from market.listings.models import Listing, ListingPhoto, Promotion
from market.listings.promotions.actions import make_promotion
from market.shops.models import Shop
from tests.market.feeds.reading import (
    google_items,
    google_problems,
    meta_problems,
    meta_rows,
    schema_items,
    schema_problems,
)
from tests.people import make_listing

pytestmark = pytest.mark.django_db
PROBLEMS: dict[str, Callable[..., list[str]]] = {
    "google.xml": google_problems,
    "meta.csv": meta_problems,
    "san-pham.json": schema_problems,
}


def fetched(shop: Shop, file_name: str, query: str = "") -> bytes:
    cache.clear()
    return bytes(Client().get(f"/feeds/gian-hang/{shop.slug}/{file_name}{query}").getvalue())


def problems(shop: Shop) -> dict[str, list[str]]:
    """What is wrong in which file, the one of all changes too."""
    found = {}
    for file_name, check in PROBLEMS.items():
        whole = check(fetched(shop, file_name))
        changes = check(fetched(shop, file_name, "?updated_since=2020-01-01T00:00:00Z"), gone=True)
        found |= {file_name: whole + changes} if whole or changes else {}
    return found


@pytest.fixture
def rich(listing: Listing) -> Listing:
    """With everything that a listing may have."""
    photo, today = listing.photos.get().photo, clock.today()
    for position in range(1, 8):
        ListingPhoto.objects.create(listing=listing, photo=photo, position=position, alt="Ảnh")
    badge = BadgeFacts("MA1", "OCOP 4 sao", 4, "", None, today, today + timedelta(days=9), "/ocop/MA1")
    set_badges(listing=listing, badges=[badge], by=SYSTEM)
    make_promotion(listing=listing, price=40_000, starts_on=today, ends_on=today + timedelta(days=1), by=SYSTEM)
    return listing


def test_a_listing_with_everything(rich: Listing) -> None:
    follow_notes()
    assert problems(rich.shop) == {}
    [item] = google_items(fetched(rich.shop, "google.xml"))
    assert item["id"] == [rich.sku] and len(item["additional_image_link"]) == 7
    assert item["price"] == ["50000 VND"] and item["sale_price"] == ["40000 VND"]
    assert item["unit_pricing_measure"] == ["1000g"] and item["product_type"][0].startswith("Thực phẩm > ")
    [row] = meta_rows(fetched(rich.shop, "meta.csv"))
    assert row["quantity_to_sell_on_facebook"] == "10" and row["availability"] == "in stock"
    [data] = schema_items(fetched(rich.shop, "san-pham.json"))
    assert data["item"]["offers"]["price"] == "40000"
    assert data["item"]["hasCertification"][0]["certificationIdentification"] == "MA1"


def test_the_checks_see_what_is_wrong(rich: Listing) -> None:
    """Files spoilt by hand, one fault each: checks that never complain prove nothing."""
    follow_notes()
    google, meta, data = (fetched(rich.shop, each) for each in PROBLEMS)
    spoilt_google = [
        (b"50000 VND", b"50.000 d"), (b"40000 VND", b"60000 VND"), (b"in_stock", b"in stock"), (rich.sku.encode(), b"x" * 51),
        (b"<g:identifier_exists>no", b"<g:identifier_exists>yes"), (b"link>http", b"link>ftp"), (b"1kg", b"3kg"),
        ("Hạt điều rang".encode(), "Hạt điều ".encode() * 17), (b"Ngon.", b"Ngon &lt;b&gt;qua&lt;/b&gt;"), (b"Ngon.", b"&amp;amp;"),
        (b"<g:title>", b"<g:name>"),
    ]  # fmt: skip
    for old, new in spoilt_google:
        spoilt = google.replace(old, new).replace(b"<g:name>" + "Hạt điều rang</g:title>".encode(), b"")
        assert spoilt != google and google_problems(spoilt), old
    spoilt_meta = [
        ("Hạt điều rang".encode(), b"=1+1"), (b"in stock", b"in_stock"), (b",new,", b",,"), (b"50000 VND", b"50000"),
        (b"active", b"live"), ("Hạt điều rang".encode(), "🌰".encode() * 101),
    ]  # fmt: skip
    for old, new in spoilt_meta:
        assert old in meta and meta_problems(meta.replace(old, new)), old
    spoilt_data = [
        (b'"price":"40000"', b'"price":"40.000"'), (b"InStock", b"Available"), (b'"sku"', b'"SKU"'), (b'"expires":"2', b'"expires":"1'),
        (b'"seller"', b'"merchant"'), (b'"description":"Ngon."', b'"description":"<p>Ngon.</p>"'),
    ]  # fmt: skip
    for old, new in spoilt_data:
        spoilt = data.replace(old, new)
        assert spoilt != data
        try:
            found = schema_problems(spoilt)
        except KeyError:
            found = ["no SKU"]
        assert found, old


# What a database takes: neither NUL nor halves of characters.
_ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
_NASTY = st.sampled_from(
    ["]]>", "<![CDATA[", "<b>đậm</b>", "&amp;", "&lt;b&gt;", "&#x1;", "&#13;", "=cmd|' /C calc'!A0", "@SUM(A1)", "-1", "+84", "\t", "\r\n", "\x0b",
     "\u202e", "\ufffe", "\U0001f330", "👩🏽‍🌾", "e\u0302\u0301", "a\u0300" * 9, "\u2028", '"', "'", ",", ";", "＝1", "\x85", "<3", "</", "\ue000"]
)  # fmt: skip
WORDS = st.lists(st.one_of(st.text(_ANY, max_size=12), _NASTY), min_size=0, max_size=8).map("".join)
LONG = st.tuples(WORDS, st.sampled_from([1, 40, 400])).map(lambda pair: (pair[0] or "ngon 🌰") * pair[1])


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=WORDS,
    size=WORDS,
    description=LONG,
    shop_name=WORDS,
    stock=st.integers(0, 2**31 - 1),
    price=st.integers(40_001, 10**9 - 1),
)
@example(name="=" * 120, size="-" * 40, description="", shop_name="@", stock=0, price=999_999_999)
@example(name="🌰" * 120, size="🌰" * 40, description="🌰" * 6000, shop_name="🌰" * 120, stock=1, price=45_000)
@example(
    name="a\u0300\u0301" * 40,
    size="",
    description="<b>" * 3000 + "&amp;amp;lt;i&gt;",
    shop_name="\u202e]]>",
    stock=1,
    price=45_000,
)
def test_whatever_is_written(
    name: str, size: str, description: str, shop_name: str, stock: int, price: int, rich: Listing
) -> None:
    words: dict[str, Any] = {"name": name[:120], "variant_name": size[:40], "description": description}
    with transaction.atomic():
        Listing.objects.filter(pk=rich.pk).update(**words, stock=stock, price=price)
        Shop.objects.update(name=shop_name[:120])
        bring_up_to_date([rich.pk])
        assert problems(rich.shop) == {}
        transaction.set_rollback(True)


@pytest.mark.parametrize("unit", [value for value, _ in Listing._meta.get_field("unit").choices])
@pytest.mark.parametrize("measure", [{}, {"net_weight": 1}, {"net_volume": 330}])
def test_every_unit_and_measure(unit: str, measure: dict[str, int], shop: Shop) -> None:
    listing = make_listing(shop)
    Listing.objects.update(**{"net_weight": None, "unit": unit, **measure})
    bring_up_to_date([listing.pk])
    assert problems(shop) == {}


def test_a_promotion_that_is_none_is_not_told(rich: Listing) -> None:
    Promotion.objects.update(price=rich.price)
    check_everything()
    follow_notes()
    assert problems(rich.shop) == {}
    assert b"sale_price" not in fetched(rich.shop, "google.xml")
