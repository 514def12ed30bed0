"""`GET /api/v1/search`."""

from __future__ import annotations

import pytest
from django.test import Client

from core.people.queries import SYSTEM
from market.listings.actions import pause_listing
from market.listings.models import Listing
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


@pytest.mark.parametrize("goods", [1, 25])
def test_query_budget(client: Client, places: Places, django_assert_num_queries: object, goods: int) -> None:
    shop = make_shop(places.phan_thiet)
    for number in range(goods):
        put_on_sale(shop, f"Muối tôm {number}", stars=4)
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert client.get("/api/v1/search?q=muoi+tom").json()["count"] == goods
