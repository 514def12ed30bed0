"""What the search box proposes."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from core.people.queries import SYSTEM
from market.listings.actions import pause_listing
from market.shops.models import Shop
from search.documents.models import SearchDocument
from tests.search.goods import put_on_sale
from tests.search.papers import put_document

pytestmark = pytest.mark.django_db


def proposed(client: Client, text: str) -> list[str]:
    answer = client.get("/tim-kiem/goi-y", {"q": text})
    assert answer.status_code == 200
    found: list[str] = answer.json()["suggestions"]
    return found


def test_names_that_begin_so_each_once(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm")
    put_on_sale(shop, "Mắm ruốc")
    put_on_sale(shop, "Mắm ruốc")
    assert sorted(proposed(client, "ma")) == ["Mắm nêm", "Mắm ruốc"]
    assert proposed(client, "mắm r") == ["Mắm ruốc"]
    assert proposed(client, "ca") == []


def test_one_letter_is_too_little(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm")
    assert proposed(client, "m") == []
    assert proposed(client, " m ") == []
    assert client.get("/tim-kiem/goi-y").json() == {"suggestions": []}


def test_at_most_eight(client: Client, shop: Shop) -> None:
    for number in range(10):
        put_on_sale(shop, f"Mắm số {number}")
    assert len(proposed(client, "mam")) == 8


def test_what_is_not_for_sale_and_producers_are_never_proposed(client: Client, shop: Shop) -> None:
    secret = put_on_sale(shop, "Rượu bí mật")
    put_document(SearchDocument.Kind.PRODUCER, 7, "Rượu nhà Hai", "Rượu nhà Hai")
    assert proposed(client, "ruou") == ["Rượu bí mật"]
    pause_listing(listing=secret, by=SYSTEM)
    assert proposed(client, "ruou") == []


@pytest.mark.parametrize("goods", [1, 25])
def test_query_budget(client: Client, shop: Shop, django_assert_num_queries: Any, goods: int) -> None:
    for number in range(goods):
        put_on_sale(shop, f"Muối tôm {number}")
    with django_assert_num_queries(2):  # the limit and the names
        proposed(client, "muo")


def test_every_public_page_has_the_box_and_it_works_without_a_script(client: Client, shop: Shop) -> None:
    for address in ("/tim-kiem", f"/gian-hang/{shop.slug}", "/dang-nhap/", "/khong-co-trang-nay/"):
        html = client.get(address).content.decode()
        assert 'action="/tim-kiem" method="get" data-suggest="/tim-kiem/goi-y"' in html, address
        assert 'role="combobox"' not in html  # only the script makes it one
