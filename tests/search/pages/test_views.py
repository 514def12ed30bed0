"""The result page, as a buyer meets it."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from core.people.queries import SYSTEM
from market.listings.actions import pause_listing, take_stock
from market.shops.models import Shop
from tests.search.goods import Places, make_category, make_shop, put_on_sale

pytestmark = pytest.mark.django_db


def words_of_page(html: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def page(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_a_product_says_what_who_where_how_much_and_how_certified(client: Client, shop: Shop) -> None:
    listing = put_on_sale(shop, "Nước mắm nhĩ", price=1_234_000, stars=4)
    html = page(client, "/tim-kiem?q=nuoc mam phan thiet")
    text = words_of_page(html)
    assert "Tìm thấy 1 kết quả cho «nuoc mam phan thiet», xếp theo: phù hợp nhất." in text
    assert "Nước mắm nhĩ Gian hàng thử, phường Phan Thiết, Lâm Đồng OCOP 4 sao 1.234.000 đ / chai" in text
    assert f'href="/san-pham/{listing.slug}"' in html
    assert re.search(r'<img src="/media/photos/[^"]+" alt="Nước mắm nhĩ, ảnh 1"', html)


def test_everything_newest_first_when_nothing_is_asked(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Muối tôm")
    put_on_sale(shop, "Muối ớt")
    text = words_of_page(page(client, "/tim-kiem"))
    assert "Có 3 sản phẩm và gian hàng, xếp theo: mới nhất." in text
    assert text.index("Muối ớt") < text.index("Muối tôm")
    assert "Phù hợp nhất" not in text  # nothing to fit
    assert page(client, "/tim-kiem/?q=muoi") == page(client, "/tim-kiem?q=muoi")


def test_the_form_has_a_label_and_keeps_the_words(client: Client, shop: Shop) -> None:
    html = page(client, "/tim-kiem?q=" + '"><script>alert(1)</script>')
    assert re.search(
        r'<label[^>]* for="site-search">[^<]+</label>\s*<input id="site-search" type="search" name="q"', html
    )
    assert 'value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"' in html
    assert "<script>alert" not in html


def test_names_are_text_never_html(client: Client, places: Places) -> None:
    shop = make_shop(places.phan_thiet, "<b>Bà Hai</b> & con")
    put_on_sale(shop, "Mắm <img src=x onerror=alert(1)>", category=make_category("x-thu", "<i>Loại</i>"))
    for address in ("/tim-kiem", "/tim-kiem?q=mam&category=x-thu", "/tim-kiem?q=bà hai"):
        html = page(client, address)
        assert "&lt;b&gt;Bà Hai&lt;/b&gt; &amp; con" in html
        assert not re.search(r"<(b|i)>(Bà Hai|Loại)|<img src=x", html)


def test_facets_narrow_without_javascript_and_chips_take_back(client: Client, shop: Shop) -> None:
    category = make_category("mam-thu", "Mắm thử")
    put_on_sale(shop, "Mắm nêm", category=category, stars=3)
    put_on_sale(shop, "Mắm ruốc", category=category)
    html = page(client, "/tim-kiem?q=mam&category=mam-thu&stars=3&sort=price_up")
    text = words_of_page(html)
    assert "Mắm nêm" in text
    assert "Mắm ruốc" not in text
    assert re.search(r'<input type="checkbox" name="stars" value="3" checked>', html)
    assert re.search(r'<input type="radio" name="sort" value="price_up" checked>', html)
    assert 'href="/tim-kiem?q=mam&amp;category=mam-thu&amp;sort=price_up"' in html
    assert 'href="/tim-kiem?q=mam&amp;sort=price_up"' in html
    assert "xếp theo: giá tăng dần" in text


def test_too_narrow_says_what_to_do_and_what_is_chosen(client: Client, shop: Shop, places: Places) -> None:
    put_on_sale(shop, "Mắm nêm")
    put_on_sale(make_shop(places.loc_ninh), "Hạt điều")
    html = page(client, "/tim-kiem?q=mam&stars=5&category=khong-co&province=75")
    chips = words_of_page(html[html.index('<ul class="chips"') :].split("</ul>")[0])
    assert chips == "Bỏ lọc Loại hàng Bỏ lọc Đồng Nai Bỏ lọc 5 sao Bỏ tất cả"
    assert "Không có gì khớp với bộ lọc đang chọn. Bỏ bớt bộ lọc để thấy thêm." in words_of_page(html)
    assert '<a class="button" href="/tim-kiem?q=mam">' in html


def test_nothing_found_offers_the_nearest_words(client: Client, shop: Shop) -> None:
    put_on_sale(shop, "Mắm nêm")
    html = page(client, "/tim-kiem?q=mamm nem")
    assert "Chưa có gì khớp với «mamm nem». Có phải bạn tìm «mam nem»?" in words_of_page(html)
    assert '<a class="button" href="/tim-kiem?q=mam+nem">' in html
    assert "Thử bớt từ" in words_of_page(page(client, "/tim-kiem?q=zzzzzzz"))


def test_empty_market(client: Client) -> None:
    assert "Chưa có sản phẩm nào đang bán." in words_of_page(page(client, "/tim-kiem"))


def test_what_has_left_the_sale_is_not_shown(client: Client, shop: Shop) -> None:
    listing = put_on_sale(shop, "Rượu mật ong")
    assert "Rượu mật ong" in page(client, "/tim-kiem")
    pause_listing(listing=listing, by=SYSTEM)
    assert "Rượu mật ong" not in page(client, "/tim-kiem")


def test_sold_out_is_said(client: Client, shop: Shop) -> None:
    listing = put_on_sale(shop, "Mắm nêm", stock=1)
    take_stock([(listing, 1)])
    assert "Tạm hết hàng" in page(client, "/tim-kiem?q=mam")


def test_shops_are_rows_with_their_place(client: Client, places: Places) -> None:
    shop = make_shop(places.loc_ninh, "HTX Lộc Phát")
    put_on_sale(shop, "Hạt điều")
    html = page(client, "/tim-kiem?q=loc phat")
    assert f'<a href="/gian-hang/{shop.slug}">HTX Lộc Phát</a>' in html
    assert "phường Lộc Ninh, Đồng Nai" in html


def test_pages_keep_the_question_and_a_page_too_far_is_the_last(client: Client, shop: Shop) -> None:
    for number in range(30):
        put_on_sale(shop, f"Muối số {number}")
    html = page(client, "/tim-kiem?q=muoi&stars=")
    assert html.count('class="product-card"') == 24
    assert re.search(r'rel="next" href="\?q=muoi&amp;stars=&amp;page=2"', html)
    last = page(client, "/tim-kiem?q=muoi&page=2")
    assert last.count('class="product-card"') == 6
    assert words_of_page(page(client, "/tim-kiem?q=muoi&page=99")) == words_of_page(last)


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=²", "stars=9", "sort=x", "category=" + "x" * 999, "q=%00"]
)
def test_mistyped_addresses_still_answer(client: Client, shop: Shop, query: str) -> None:
    put_on_sale(shop, "Mắm nêm")
    assert "Mắm nêm" in page(client, f"/tim-kiem?{query}")


def test_only_reading(client: Client) -> None:
    assert client.post("/tim-kiem").status_code == 405


@pytest.mark.parametrize("goods", [1, 25])
def test_query_budget(client: Client, shop: Shop, django_assert_num_queries: object, goods: int) -> None:
    for number in range(goods):
        put_on_sale(shop, f"Muối tôm {number}", stars=4)
    # Facets and total, hits, goods, photos, badges, sizes, promotions; with a shop among the hits one more.
    with django_assert_num_queries(8):  # type: ignore[operator]
        page(client, "/tim-kiem?q=muoi+tom")
    with django_assert_num_queries(9):  # type: ignore[operator]
        page(client, "/tim-kiem?province=68&sort=newest" if goods == 1 else "/tim-kiem?page=2")
