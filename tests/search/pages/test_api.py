"""`GET /api/v1/search`."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from core.people.queries import SYSTEM
from market.listings.actions import pause_listing
from market.listings.models import Listing
from search.upkeep.models import Miss
from tests.search.goods import Places, make_category, make_shop, put_on_sale

pytestmark = pytest.mark.django_db


@pytest.fixture
def sauce(places: Places) -> Listing:
    shop = make_shop(places.phan_thiet, "Hộ Bà Hai")
    return put_on_sale(shop, "Nước mắm nhĩ", category=make_category("mam-thu", "Mắm thử"), price=90_000, stars=4)


def test_the_whole_answer(client: Client, sauce: Listing) -> None:
    assert client.get("/api/v1/search", {"q": "nuoc mam phan thiet"}).json() == {
        "count": 1,
        "results": [
            {
                "type": "product",
                "slug": sauce.slug,
                "name": "Nước mắm nhĩ",
                "producer": "Hộ Bà Hai",
                "stars": 4,
                "price": 90_000,
                "url": f"/san-pham/{sauce.slug}",
            }
        ],
        "facets": {
            "kind": [{"value": "product", "label": "Hàng đang bán", "count": 1, "selected": False}],
            "sector": [],
            "group": [],
            "category": [{"value": "mam-thu", "label": "Mắm thử", "count": 1, "selected": False}],
            "province": [{"value": "68", "label": "Lâm Đồng", "count": 1, "selected": False}],
            "former": [{"value": "60", "label": "Bình Thuận", "count": 1, "selected": False}],
            "commune": [{"value": "22945", "label": "Phan Thiết", "count": 1, "selected": False}],
            "stars": [{"value": "4", "label": "4 sao", "count": 1, "selected": False}],
            "certificate": [{"value": "yes", "label": "Giấy chứng nhận OCOP còn hạn", "count": 1, "selected": False}],
            "price": [{"value": "100", "label": "Từ 50.000 đến dưới 100.000 đ", "count": 1, "selected": False}],
            "stock": [{"value": "yes", "label": "Còn hàng", "count": 1, "selected": False}],
            "platform": [],
        },
        "engine": "embedded",
        "did_you_mean": None,
    }


def test_shops(client: Client, sauce: Listing) -> None:
    found = client.get("/api/v1/search", {"q": "hộ bà hai", "sort": "newest"}).json()["results"]
    shop = sauce.shop
    assert {
        "type": "shop",
        "slug": shop.slug,
        "name": "Hộ Bà Hai",
        "producer": "Hộ Bà Hai",
        "stars": None,
        "price": None,
        "url": f"/gian-hang/{shop.slug}",
    } in found


def test_facets_narrow_and_may_be_repeated(client: Client, sauce: Listing) -> None:
    put_on_sale(sauce.shop, "Mắm ruốc", stars=3)
    put_on_sale(sauce.shop, "Mắm nêm")
    answer = client.get("/api/v1/search?q=mam&stars=3&stars=4&province=68&sort=price_up").json()
    assert [result["name"] for result in answer["results"]] == ["Mắm ruốc", "Nước mắm nhĩ"]
    assert client.get("/api/v1/search?q=mam&category=mam-thu&stars=3").json()["count"] == 0


def test_did_you_mean(client: Client, sauce: Listing) -> None:
    answer = client.get("/api/v1/search", {"q": "nuoc mamm"}).json()
    assert (answer["count"], answer["did_you_mean"]) == (1, "nuoc mam")


@pytest.mark.parametrize("query", ["page=0", "page=x", "stars=6", "stars=vang", "sort=random", "page=99999999999"])
def test_senseless_parameters_are_refused(client: Client, query: str) -> None:
    assert client.get(f"/api/v1/search?{query}").status_code == 422


def test_after_the_last_page_there_is_nothing(client: Client, sauce: Listing) -> None:
    answer = client.get("/api/v1/search?page=2").json()
    assert (answer["count"], answer["results"]) == (2, [])


def test_what_is_not_for_sale_does_not_leak(client: Client, sauce: Listing) -> None:
    secret = put_on_sale(sauce.shop, "Rượu mật ong bí mật")
    assert client.get("/api/v1/search?q=ruou").json()["count"] == 1
    pause_listing(listing=secret, by=SYSTEM)
    for query in ("", "q=ruou", "q=ruouu", "q=bi+mat", "q=rượu&sort=newest"):
        assert "mật" not in str(client.get(f"/api/v1/search?{query}").json())


def test_near_puts_what_is_near_first(client: Client, places: Places) -> None:
    for commune, name in ((places.loc_ninh, "Mắm xa"), (places.phan_thiet, "Mắm gần"), (places.loc_ninh, "Mắm xa nữa")):
        put_on_sale(make_shop(commune, f"Gian {name}"), name)

    def names(query: str) -> list[str]:
        answer = client.get(f"/api/v1/search?q=mam&kind=product&{query}")
        assert answer.status_code == 200, answer.content
        return [result["name"] for result in answer.json()["results"]]

    near, newest = ["Mắm gần", "Mắm xa nữa", "Mắm xa"], ["Mắm xa nữa", "Mắm gần", "Mắm xa"]
    assert names("near=10.93,108.10") == names("near=22945") == names("near=phường Phan Thiết, Lâm Đồng") == near
    assert names("near=25270") == ["Mắm xa nữa", "Mắm xa", "Mắm gần"]
    assert names("near=10.93,108.10&sort=newest") == names("sort=newest") == newest
    assert names("sort=near") == names("sort=relevance") != near  # no place, no near


@pytest.mark.parametrize("near", ["51.5,0.1", "99999", "zzzz", " ", "10.9,108.1,3", "a" * 121])
def test_a_place_that_is_none_is_refused(client: Client, sauce: Listing, near: str) -> None:
    assert client.get("/api/v1/search", {"q": "mam", "near": near}).status_code == 422


def test_a_name_of_several_places_is_refused_with_their_codes(client: Client, sauce: Listing) -> None:
    answer = client.get("/api/v1/search", {"q": "mam", "near": "tan phu"})
    assert answer.status_code == 422
    assert len(re.findall(r"\d{5} \([^)]*Tân Phú, ", answer.json()["detail"])) > 1


def test_what_finds_nothing_is_counted_like_the_pages(client: Client, sauce: Listing) -> None:
    for query in (
        "q=sầu riêng",
        "q=Sau+RIENG",
        "q=mam",
        "q=",
        "q=mam&stars=5",
        "q=0912345678",
        "q=!!!",
        "q=sau+rieng&page=2",
    ):
        assert client.get(f"/api/v1/search?{query}").status_code == 200
    client.get("/tim-kiem?q=sau+rieng")
    assert list(Miss.objects.values_list("words", "times")) == [("sau rieng", 3)]


@pytest.mark.parametrize("goods", [1, 25])
def test_query_budget(client: Client, places: Places, django_assert_num_queries: object, goods: int) -> None:
    shop = make_shop(places.phan_thiet)
    for number in range(goods):
        put_on_sale(shop, f"Muối tôm {number}", stars=4)
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert client.get("/api/v1/search?q=muoi+tom").json()["count"] == goods
