"""Documents follow the goods."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import transaction

from core.events.registry import emit, gathered
from core.jobs.registry import periodic_jobs
from core.kit import clock
from core.kit.text import fold
from core.people.queries import SYSTEM
from market.listings.actions import pause_listing, publish_listing, take_stock
from market.listings.events import ListingChanged
from market.listings.models import Listing
from market.shops.actions import change_shop
from market.shops.events import ShopChanged
from market.shops.models import Shop
from search.documents.actions import index_listing
from search.documents.models import SearchDocument
from search.engines.contract import Question
from search.engines.registry import search
from tests.search.goods import Places, certify, make_category, make_shop, put_on_sale

pytestmark = pytest.mark.django_db


def kept() -> list[tuple[str, str]]:
    return list(SearchDocument.objects.exclude(kind="producer").order_by("kind", "name").values_list("kind", "name"))


def found(text: str) -> list[str]:
    return sorted(hit.name for hit in search(Question(text)).hits)


def test_a_published_listing_is_written_whole(places: Places) -> None:
    shop = make_shop(places.phan_thiet, "Hộ Bà Hai")
    category = make_category("mam-thu", "Mắm thử")
    listing = put_on_sale(shop, "Nước mắm nhĩ", description="Cá cơm than.", category=category, price=90_000, stars=4)
    document = SearchDocument.objects.get(kind="product", object_id=listing.pk)
    assert {
        "shop_id": shop.pk,
        "slug": listing.slug,
        "name": "Nước mắm nhĩ",
        "producer": "Hộ Bà Hai",
        "place": "phường Phan Thiết, Lâm Đồng",
        "category_code": "mam-thu",
        "category_name": "Mắm thử",
        "province_code": "68",
        "province_name": "Lâm Đồng",
        "stars": 4,
        "price": 90_000,
        "raw_name": "nước mắm nhĩ",
        "folded_name": "nuoc mam nhi",
        "published_at": listing.published_at,
    }.items() <= vars(document).items()
    assert document.raw_body.startswith("hộ bà hai phường phan thiết lâm đồng ")
    assert " bình thuận " in document.raw_body  # where the commune was before the map changed
    assert document.raw_body.endswith(" mắm thử thực phẩm hộ bà hai 500g ocop 4 sao cá cơm than")
    assert document.folded_body == fold(document.raw_body)
    assert kept() == [("product", "Nước mắm nhĩ"), ("shop", "Hộ Bà Hai")]


def test_off_sale_and_back(shop: Shop) -> None:
    listing = put_on_sale(shop, "Muối tôm")
    other = put_on_sale(shop, "Muối ớt")
    pause_listing(listing=listing, by=SYSTEM)
    assert kept() == [("product", "Muối ớt"), ("shop", shop.name)]
    pause_listing(listing=other, by=SYSTEM)
    assert kept() == []
    publish_listing(listing=listing, by=SYSTEM)
    assert kept() == [("product", "Muối tôm"), ("shop", shop.name)]


def test_selling_out_keeps_it_findable(shop: Shop) -> None:
    listing = put_on_sale(shop, "Muối tôm", stock=1)
    take_stock([(listing, 1)])
    assert found("muoi tom") == ["Muối tôm"]


def test_a_shop_that_rests_takes_its_goods_along(shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    put_on_sale(shop, "Muối ớt")
    with transaction.atomic():
        Shop.objects.filter(pk=shop.pk).update(state=Shop.State.PAUSED)
        emit(ShopChanged(shop.pk))
    assert kept() == []
    assert found("") == []


def test_a_renamed_shop_is_found_by_its_new_name_with_its_goods(shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    change_shop(shop=shop, name="Vựa Cô Năm", story="", by=SYSTEM)
    assert found("vựa cô năm") == ["Muối tôm", "Vựa Cô Năm"]


def test_a_listing_that_is_not_there_leaves_nothing(shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    Listing.objects.update(state=Listing.State.DRAFT)
    SearchDocument.objects.filter(kind="product").update(object_id=10**9)
    index_listing(10**9)
    assert kept() == []
    assert found("muoi tom") == []


def test_document_and_change_happen_together_or_not_at_all(shop: Shop) -> None:
    def change_then_fail() -> None:
        with transaction.atomic():
            put_on_sale(shop, "Muối tôm")
            assert found("muoi tom") == ["Muối tôm"]
            raise ConnectionError

    with pytest.raises(ConnectionError):
        change_then_fail()
    assert kept() == []
    assert found("muoi tom") == []


def run_hourly_job() -> int:
    return next(job for job in periodic_jobs() if job.name == "search.refresh").run()


def test_badges_that_start_or_end_with_the_day(shop: Shop) -> None:
    day = timedelta(days=1)
    soon, ending = put_on_sale(shop, "Trà sen"), put_on_sale(shop, "Trà lài")
    certify(soon, 3, since=clock.today() + 2 * day)
    certify(ending, 4, until=clock.today() + day)

    def stars() -> list[tuple[str, int | None]]:
        return list(SearchDocument.objects.filter(kind="product").order_by("name").values_list("name", "stars"))

    assert run_hourly_job() == 0
    assert stars() == [("Trà lài", 4), ("Trà sen", None)]
    # Nothing ran for three days: the first run makes up for all of it, the second finds nothing to do.
    with time_machine.travel(clock.now() + 3 * day, tick=False):
        assert run_hourly_job() == 2
        assert stars() == [("Trà lài", None), ("Trà sen", 3)]
        assert run_hourly_job() == 0


def test_hourly_job_removes_what_no_event_told(shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    Listing.objects.update(state=Listing.State.PAUSED)
    assert run_hourly_job() == 2
    assert kept() == []


def test_rebuild_heals_everything(shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    put_on_sale(shop, "Muối ớt")
    Listing.objects.filter(name="Muối ớt").update(state=Listing.State.PAUSED)
    SearchDocument.objects.filter(name="Muối tôm").delete()
    out = StringIO()
    call_command("rebuild_search", stdout=out)
    counts = json.loads(out.getvalue())
    assert (counts["products"], counts["shops"]) == (1, 1)
    assert kept() == [("product", "Muối tôm"), ("shop", shop.name)]
    assert found("muối") == ["Muối tôm"]
    again = StringIO()
    call_command("rebuild_search", stdout=again)
    assert json.loads(again.getvalue()) == {
        "products": 1, "shops": 1, "ocop": 0, "producers": 1, "removed": 0
    }  # fmt: skip


def test_several_told_at_once_are_written_like_each_alone(shop: Shop, places: Places) -> None:
    other = make_shop(places.phan_thiet, "Hộ Bà Hai")
    listings = [put_on_sale(shop, "Muối tôm"), put_on_sale(shop, "Muối ớt", stars=4), put_on_sale(other, "Mắm nêm")]
    fields = [field.name for field in SearchDocument._meta.fields if field.name not in {"id", "indexed_at", "version"}]
    alone = list(SearchDocument.objects.order_by("kind", "name").values(*fields))
    SearchDocument.objects.all().delete()
    with transaction.atomic(), gathered():
        for listing in listings:
            emit(ListingChanged(listing.pk))
    assert list(SearchDocument.objects.order_by("kind", "name").values(*fields)) == alone
    assert found("muoi") == ["Muối tôm", "Muối ớt"]
    with gathered():
        for listing in (listings[0], listings[2]):
            pause_listing(listing=listing, by=SYSTEM)
    assert [name for _, name in kept()] == ["Muối ớt", shop.name], "the other shop has nothing on sale any more"
