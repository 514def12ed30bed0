"""Writing, publishing, pausing, badges, stock: each change raises the revision and is told upward."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from core.events.registry import Event
from core.files.actions import store_photo
from core.files.pipeline import render
from core.people.queries import NOBODY, SYSTEM
from market.goods.models import Category
from market.listings.actions import (
    BadgeFacts,
    ListingFacts,
    NotReady,
    NotYourShop,
    OutOfStock,
    give_stock_back,
    pause_listing,
    publish_listing,
    set_badges,
    take_stock,
    withdraw_listing,
    write_listing,
)
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.listings.queries import goods_for_sale
from market.listings.rules import Missing
from market.shops.models import Shop
from tests.market.conftest import Browser
from tests.market.proof import everything, trail
from tests.people import People, jpeg, make_listing

STRANGERS = ["dung", "chi", "hanh", "phuong", "buu"]


def facts(**changes: object) -> ListingFacts:
    written = ListingFacts(
        name="Mắm Phan Thiết",
        category=Category.objects.get(code="nuoc-mam-tuong"),
        description="Ủ chượp 12 tháng.",
        price=85_000,
        unit="bottle",
        net_weight=500,
        stock=3,
    )
    return replace(written, **changes)  # type: ignore[arg-type]


def revision(listing: Listing) -> int:
    return Listing.objects.values_list("revision", flat=True).get(pk=listing.pk)


@pytest.mark.parametrize("name", ["an", "binh"])
def test_the_way_of_a_listing(people: People, shop: Shop, heard: list[Event], name: str) -> None:
    seller, before = people.viewer(name), len(trail())
    photo = store_photo(render(jpeg()), by=seller)
    draft = write_listing(shop=shop, facts=facts(), photos=[photo], by=seller)
    assert (draft.state, draft.revision, draft.published_at) == ("draft", 1, None)
    assert draft.slug == f"mam-phan-thiet-{draft.sku[-6:]}"
    publish_listing(listing=draft, by=seller)
    write_listing(shop=shop, facts=facts(price=90_000, stock=7), photos=[photo], by=seller, listing=draft)
    pause_listing(listing=draft, by=seller)
    publish_listing(listing=draft, by=seller)
    row = Listing.objects.values("name", "price", "unit", "net_weight", "stock", "state", "revision", "slug").get()
    assert row == {
        "name": "Mắm Phan Thiết",
        "price": 90_000,
        "unit": "bottle",
        "net_weight": 500,
        "stock": 7,
        "state": "published",
        "revision": 5,
        "slug": draft.slug,
    }
    assert heard == [ListingChanged(draft.pk)] * 5
    words = ["listing.written", "listing.published", "listing.written", "listing.paused", "listing.published"]
    assert trail(before) == [(word, people.users[name].pk, f"listing:{draft.pk}") for word in words]


def test_publishing_or_pausing_twice_is_once(people: People, listing: Listing, heard: list[Event]) -> None:
    before = everything()
    publish_listing(listing=listing, by=people.viewer("an"))
    assert (everything(), heard) == (before, [])
    pause_listing(listing=listing, by=people.viewer("an"))
    before = everything()
    pause_listing(listing=listing, by=people.viewer("an"))
    assert (everything(), heard) == (before, [ListingChanged(listing.pk)])


def test_what_is_missing_is_said_all_at_once(people: People, shop: Shop, heard: list[Event]) -> None:
    an = people.viewer("an")
    draft = write_listing(shop=shop, facts=facts(description="", stock=0), photos=[], by=an)
    before, told = everything(), list(heard)
    with pytest.raises(NotReady) as refusal:
        publish_listing(listing=draft, by=an)
    assert refusal.value.missing == [
        Missing("photos", "Thêm ít nhất một ảnh chụp sản phẩm."),
        Missing("description", "Viết vài dòng mô tả sản phẩm."),
        Missing("stock", "Ghi số lượng đang có, ít nhất là 1."),
    ]
    assert (everything(), heard) == (before, told)


def test_nobody_else_touches_ans_listing(
    people: People, other_shop: Shop, listing: Listing, heard: list[Event]
) -> None:
    before = everything()
    for viewer in (*map(people.viewer, STRANGERS), NOBODY):
        with pytest.raises(NotYourShop):
            write_listing(shop=listing.shop, facts=facts(), photos=[], by=viewer)
        with pytest.raises(NotYourShop):
            write_listing(shop=listing.shop, facts=facts(), photos=[], by=viewer, listing=listing)
        with pytest.raises(NotYourShop):
            pause_listing(listing=listing, by=viewer)
        with pytest.raises(NotYourShop):
            publish_listing(listing=listing, by=viewer)
    assert (everything(), heard) == (before, [])


def test_dung_cannot_pull_ans_listing_into_his_own_shop(people: People, other_shop: Shop, listing: Listing) -> None:
    before = everything()
    with pytest.raises(Listing.DoesNotExist):
        write_listing(shop=other_shop, facts=facts(), photos=[], by=people.viewer("dung"), listing=listing)
    assert everything() == before


def test_ans_pages_are_not_there_for_others(
    people: People, other_shop: Shop, listing: Listing, browser: Browser
) -> None:
    strangers = [browser(name) for name in STRANGERS]
    before = everything()
    posted = {"name": "Của Dũng", "price": "1.000", "stock": "1", "publish": "1"}
    for page in ("seller_listing_edit", "seller_listing_pause", "seller_on_platforms", "seller_agree_platforms"):
        address = reverse(page, args=[listing.sku])
        for person in strangers:
            if page in {"seller_listing_edit", "seller_on_platforms"}:
                assert person.get(address).status_code == 404, page
            assert person.post(address, posted).status_code == 404, page
        nobody = Client().post(address, posted)
        assert (nobody.status_code, nobody["Location"]) == (302, f"/dang-nhap/?next={address}")
    assert everything() == before


def test_dung_sees_only_his_own_in_his_list(
    people: People, other_shop: Shop, listing: Listing, browser: Browser
) -> None:
    own = make_listing(other_shop, name="Tiêu nhà Dũng")
    page = browser("dung").get(reverse("seller_listings")).content.decode()
    assert own.name in page and listing.name not in page and listing.sku not in page
    page = browser("binh").get(reverse("seller_listings")).content.decode()
    assert listing.name in page and own.name not in page and own.sku not in page


def test_pause_from_the_page_takes_it_off_sale(listing: Listing, browser: Browser) -> None:
    buyer, address = Client(), reverse("product", args=[listing.slug])
    assert buyer.get(address).status_code == 200
    browser("binh").post(reverse("seller_listing_pause", args=[listing.sku]))
    assert buyer.get(address).status_code == 404


def badge(code: str, **changes: object) -> BadgeFacts:
    facts = BadgeFacts(
        check_code=code,
        label="OCOP 4 sao",
        stars=4,
        decision_number="12/QĐ-UBND",
        issued_on=date(2025, 3, 1),
        valid_from=date(2025, 3, 1),
        valid_until=date(2028, 2, 29),
        check_path=f"/ocop/{code}",
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def test_badges_are_replaced_as_a_whole(listing: Listing, heard: list[Event]) -> None:
    first = listing.revision
    set_badges(listing=listing, badges=[badge("CU1"), badge("CU2")], by=SYSTEM)
    set_badges(listing=listing, badges=[badge("MOI", stars=5)], by=SYSTEM)
    assert list(listing.badges.values_list("check_code", "stars", "check_path")) == [("MOI", 5, "/ocop/MOI")]
    assert (revision(listing), heard) == (first + 2, [ListingChanged(listing.pk)] * 2)
    set_badges(listing=listing, badges=[], by=SYSTEM)
    assert not listing.badges.exists()


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        # Days are Vietnam's: 17:00 UTC is midnight there.
        ("2026-05-31T16:59:59Z", []),
        ("2026-05-31T17:00:00Z", ["DAU"]),
        ("2026-06-30T16:59:59Z", ["DAU"]),
        ("2026-06-30T17:00:00Z", []),
    ],
)
def test_a_badge_shows_on_its_days_only(listing: Listing, moment: str, shown: list[str], time_machine: object) -> None:
    days = {"valid_from": date(2026, 6, 1), "valid_until": date(2026, 6, 30)}
    set_badges(
        listing=listing, badges=[badge("DAU", **days), badge("THUHOI", **days, revoked_on=date(2026, 5, 1))], by=SYSTEM
    )
    time_machine.move_to(moment, tick=False)  # type: ignore[attr-defined]
    assert [found.check_code for found in goods_for_sale().get().current_badges] == shown  # type: ignore[attr-defined]
    page = Client().get(reverse("product", args=[listing.slug])).content.decode()
    assert ("/ocop/DAU" in page) is bool(shown) and "THUHOI" not in page


def test_stock_is_taken_and_given_back(shop: Shop, listing: Listing, heard: list[Event]) -> None:
    second = make_listing(shop, name="Điều sống", stock=2)
    heard.clear()
    before = revision(listing)
    take_stock([(second, 2), (listing, 3)])
    assert list(Listing.objects.order_by("pk").values_list("stock", flat=True)) == [7, 0]
    assert heard == [ListingChanged(listing.pk), ListingChanged(second.pk)], "in the order of ids"
    give_stock_back([(second.pk, 2), (listing.pk, 3)])
    assert list(Listing.objects.order_by("pk").values_list("stock", flat=True)) == [10, 2]
    assert revision(listing) == before + 2


def test_one_thing_missing_takes_nothing(people: People, shop: Shop, listing: Listing) -> None:
    second = make_listing(shop, name="Điều sống", stock=2)
    before = everything()
    with pytest.raises(OutOfStock) as refusal:
        take_stock([(listing, 1), (second, 3)])
    assert refusal.value.listing == second
    assert everything() == before
    pause_listing(listing=second, by=people.viewer("an"))
    before = everything()
    with pytest.raises(OutOfStock):
        take_stock([(listing, 1), (second, 1)])
    assert everything() == before


@pytest.mark.parametrize("broken", [{"price": 0}, {"price": 1_000_000_000}, {"stock": -1}])
def test_the_database_keeps_the_bounds_as_well(listing: Listing, broken: dict[str, int]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(**broken)


def test_the_address_is_made_when_goods_first_go_on_sale(people: People, shop: Shop) -> None:
    """A name that was tried and refused stands in no public address; one that was public stays."""
    an = people.viewer("an")
    listing = make_listing(shop)
    withdraw_listing(listing=listing, by=an)
    Listing.objects.update(
        published_at=None, name="Mật ong chữa khỏi ung thư", slug="mat-ong-chua-khoi-ung-thu-1", stock=3
    )
    Listing.objects.update(name="Mật ong rừng")
    assert publish_listing(listing=listing, by=an).slug == f"mat-ong-rung-{listing.sku[-6:]}"
    Listing.objects.update(name="Mật ong hoa cà phê")
    pause_listing(listing=listing, by=an)
    assert publish_listing(listing=listing, by=an).slug == f"mat-ong-rung-{listing.sku[-6:]}"
